"""Waves of a team: planned, changed and given up as one action each, in an order that holds."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.db import IntegrityError, transaction

from inventory.domain.status import Status
from inventory.models import Action, Change, Dependency, Part, Person, Stale, Team, Wave
from inventory.services.history import verification
from inventory.services.planning import wave as waves
from tests.factories import make_call, make_feature, make_team

pytestmark = pytest.mark.django_db
MARCH, MAY = date(2027, 3, 1), date(2027, 5, 1)
Make = Callable[..., Wave]


@pytest.fixture
def make(team: Team, pia: Person, now: datetime) -> Make:
    def made(name: str, starts_on: date | None = MARCH, after: list[Wave] | None = None, ramp: int = 0) -> Wave:
        fields = {"name": name, "starts_on": starts_on, "ramp_months": ramp}
        return waves.register(team=team, fields=fields, after=after or [], by=pia.actor, at=now)

    return made


def put_in(wave: Wave, **fields: object) -> Part:
    part = make_call(feature=make_feature(team=wave.team)).parts.get()
    Part.objects.filter(pk=part.pk).update(wave=wave, **fields)
    return part


def test_a_wave_is_planned_with_what_it_depends_on_as_one_action(make: Make) -> None:
    wave = make("Tags", MAY, [make("Digests")])
    action = Action.objects.latest("seq")
    assert (action.kind, action.title, action.changes_count) == ("wave.register", "Tags", 2)
    assert [each.name for each in wave.depends_on.all()] == ["Digests"]


@pytest.mark.parametrize("starts_on", [date(2027, 2, 1), date(2020, 1, 1)])
def test_a_wave_before_what_it_depends_on_is_refused_and_nothing_is_written(make: Make, starts_on: date) -> None:
    first = make("Digests")
    with pytest.raises(waves.OutOfOrder, match="Tags, start: .* is before Digests starts"), transaction.atomic():
        make("Tags", starts_on, [first])
    assert (Wave.objects.count(), Action.objects.count()) == (1, 1)


def test_what_others_depend_on_does_not_slip_behind_them(make: Make, pia: Person, now: datetime) -> None:
    first = make("Digests")
    make("Tags", MARCH, [first])
    with (
        pytest.raises(waves.OutOfOrder, match="Tags, start: March 2027 is before Digests starts"),
        transaction.atomic(),
    ):
        waves.edit(wave=first, version=1, fields={"starts_on": MAY}, by=pia.actor, at=now)
    first.refresh_from_db()
    assert first.starts_on == MARCH


def test_a_circle_is_refused_by_its_name(make: Make, pia: Person, now: datetime) -> None:
    first = make("A")
    third = make("C", MARCH, [make("B", MARCH, [first])])
    with pytest.raises(waves.OutOfOrder, match="in a circle: A → C → B → A"), transaction.atomic():
        waves.edit(wave=first, version=1, fields={}, after=[third], by=pia.actor, at=now)
    with pytest.raises(waves.OutOfOrder, match="in a circle: A → A"), transaction.atomic():
        waves.edit(wave=first, version=1, fields={}, after=[first], by=pia.actor, at=now)
    assert Dependency.objects.count() == 2


def test_an_edit_keeps_what_stays_and_a_no_op_writes_nothing(make: Make, pia: Person, now: datetime) -> None:
    first, second = make("A"), make("B")
    wave = make("C", MAY, [first])
    kept = wave.waits_for.get().pk
    wave = waves.edit(wave=wave, version=1, fields={"ramp_months": 3}, after=[first, second], by=pia.actor, at=now)
    assert (wave.version, kept in [link.pk for link in wave.waits_for.all()]) == (2, True)
    count = Action.objects.count()
    waves.edit(wave=wave, version=2, fields={"ramp_months": 3}, after=[second, first], by=pia.actor, at=now)
    assert Action.objects.count() == count
    wave = waves.edit(wave=wave, version=2, fields={}, after=[], by=pia.actor, at=now)
    assert (wave.version, wave.waits_for.count()) == (3, 0)
    with pytest.raises(Stale):
        waves.edit(wave=wave, version=2, fields={"name": "D"}, by=pia.actor, at=now)
    told = [str(finding) for finding in verification.verify().findings]
    assert [line for line in told if "wave" in line or "dependency" in line] == []


def test_a_name_is_taken_once_in_a_team_until_its_wave_is_given_up(make: Make, pia: Person, now: datetime) -> None:
    first = make("Digests")
    with pytest.raises(waves.NameTaken):
        make("digests")
    waves.retire(wave=first, version=1, reason="not now", by=pia.actor, at=now)
    assert make("digests").pk


def test_giving_a_wave_up_takes_its_moves_out(make: Make, pia: Person, now: datetime) -> None:
    wave = make("Digests")
    planned, proposed = put_in(wave, status=Status.PLANNED), put_in(wave, status=Status.PROPOSED)
    waves.retire(wave=wave, version=1, reason="too early", by=pia.actor, at=now)
    planned.refresh_from_db(), proposed.refresh_from_db()
    assert [(each.wave_id, each.status) for each in (planned, proposed)] == [(None, "agreed"), (None, "proposed")]
    action = Action.objects.latest("seq")
    assert (action.kind, action.reason, action.changes_count) == ("wave.retire", "too early", 3)
    told = set(Change.objects.filter(action=action).values_list("record", "record_id"))
    assert told == {("wave", str(wave.pk)), ("part", str(planned.pk)), ("part", str(proposed.pk))}


def test_a_wave_that_is_under_way_or_needed_stays(make: Make, pia: Person, now: datetime) -> None:
    first = make("A")
    make("B", MARCH, [first])
    with pytest.raises(waves.NeededBefore, match="B"):
        waves.retire(wave=first, version=1, reason="x", by=pia.actor, at=now)
    third = make("C")
    part = put_in(third, status=Status.MOVING)
    with pytest.raises(waves.UnderWay, match=part.name):
        waves.retire(wave=third, version=1, reason="x", by=pia.actor, at=now)


def test_a_wave_given_up_takes_no_part_any_more(make: Make, pia: Person, now: datetime) -> None:
    wave = make("A")
    gone = waves.retire(wave=wave, version=1, reason="x", by=pia.actor, at=now)
    with pytest.raises(waves.WaveRetired):
        waves.edit(wave=gone, version=2, fields={"name": "B"}, by=pia.actor, at=now)
    with pytest.raises(waves.WaveRetired), transaction.atomic():
        make("B", MARCH, [gone])


def test_a_retired_team_plans_nothing(pia: Person, now: datetime) -> None:
    with pytest.raises(waves.TeamRetired):
        waves.register(team=make_team(retired_at=now), fields={"name": "A"}, by=pia.actor, at=now)


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Wave, {"ramp_months": 37}), (Part, {"status": "done"}), (Part, {"status": "planned", "wave": None}),
        (Part, {"effort_set": 3}), (Part, {"effort_set": 6, "effort_why": "x"}), (Part, {"risk_why": "x"}),
        (Part, {"ready_set": "soon", "ready_why": "x"}), (Part, {"ready_set": "ready"}),
    ],
)  # fmt: skip
def test_the_database_refuses_what_makes_no_sense(make: Make, model: type, fields: dict[str, object]) -> None:
    put_in(make("A"))
    with pytest.raises(IntegrityError), transaction.atomic():
        model._default_manager.update(**fields)


@pytest.mark.parametrize("growth", ["-1", "1.000001"])
def test_the_database_refuses_a_growth_beyond_reason(growth: str) -> None:
    feature = make_feature()
    with pytest.raises(IntegrityError), transaction.atomic():
        type(feature).objects.update(growth=growth)
