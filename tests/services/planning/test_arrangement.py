"""Moves into waves, by hand and as proposed: all of them as one action, or none."""

import random
from datetime import date, datetime
from typing import Any

import pytest
from django.db import transaction

from inventory.domain.plan import Kind
from inventory.domain.status import Status
from inventory.domain.wave import Terms
from inventory.models import Action, Part, Person, Team, Wave
from inventory.services.history import verification
from inventory.services.planning import arrangement
from inventory.services.planning import wave as waves
from tests.factories import make_call, make_feature, make_part, make_team

pytestmark = pytest.mark.django_db
TERMS = Terms(waves=3, starts_on=date(2026, 12, 1), apart=2, ramp=1)


def make_move(team: Team, *, saving: int = 10, kind: Kind = Kind.MOVE_TO_BATCH, **fields: Any) -> Part:
    part = make_call(feature=make_feature(team=team)).parts.get()
    today = fields.get("cost_today", max(1000, saving))
    told = {"kind": kind, "cost_today": today, "cost_target": today - saving, "saving": saving, "label": "not_waiting"}
    Part.objects.filter(pk=part.pk).update(**{**told, "state": "agreed", "confidence": "high", **fields})
    return Part.objects.select_related("call", "team").get(pk=part.pk)


def make_wave(team: Team, name: str = "A") -> Wave:
    return Wave.objects.create(team=team, name=name, starts_on=date(2027, 1, 1))


def put(team: Team, parts: list[Part], wave: Wave | None, pia: Person, now: datetime) -> int:
    versions = {part.pk: part.version for part in parts}
    return arrangement.put(team=team, versions=versions, wave=wave, by=pia.actor, at=now)


def test_many_moves_go_into_a_wave_as_one_action(team: Team, pia: Person, now: datetime) -> None:
    parts, wave = [make_move(team) for _ in range(5)], make_wave(team)
    assert put(team, parts, wave, pia, now) == 5
    action = Action.objects.get()
    assert (action.kind, action.title, action.changes_count) == ("wave.put", "A", 5)
    assert {(p.wave_id, p.status, p.version) for p in Part.objects.all()} == {(wave.pk, "proposed", 2)}
    fresh = list(Part.objects.all())
    assert put(team, fresh, wave, pia, now) == 0
    assert Action.objects.count() == 1
    assert put(team, fresh[:2], None, pia, now) == 2
    assert Part.objects.filter(wave=None, status="proposed").count() == 2


def test_two_parts_of_one_call_go_into_different_waves(team: Team, pia: Person, now: datetime) -> None:
    one = make_move(team)
    two = make_part(call=one.call, kind=Kind.MOVE_TO_BATCH)
    first, second = make_wave(team), make_wave(team, "B")
    put(team, [one], first, pia, now), put(team, [two], second, pia, now)
    assert list(one.call.parts.order_by("pk").values_list("wave", flat=True)) == [first.pk, second.pk]


def test_a_move_that_changed_since_the_page_was_shown_stops_all_of_them(team: Team, pia: Person, now: datetime) -> None:
    parts, wave = [make_move(team) for _ in range(2)], make_wave(team)
    Part.objects.filter(pk=parts[1].pk).update(version=2)
    with pytest.raises(arrangement.ChangedMeanwhile, match=parts[1].name):
        put(team, parts, wave, pia, now)
    with pytest.raises(arrangement.ChangedMeanwhile):
        arrangement.put(team=team, versions={parts[0].pk: 1, 10**9: 1}, wave=wave, by=pia.actor, at=now)
    assert not Part.objects.exclude(wave=None).exists()
    assert not Action.objects.exists()


def test_a_wave_takes_moves_of_its_own_team_only(team: Team, pia: Person, now: datetime) -> None:
    other = make_team()
    with pytest.raises(arrangement.OtherTeam):
        put(team, [make_move(team)], make_wave(other), pia, now)
    with pytest.raises(arrangement.OtherTeam):
        put(team, [make_move(other)], None, pia, now)


def test_what_is_under_way_stays_in_its_wave(team: Team, pia: Person, now: datetime) -> None:
    wave = make_wave(team)
    part = make_move(team, wave=wave, status=Status.MOVED)
    with pytest.raises(waves.UnderWay):
        put(team, [part], None, pia, now)


def test_what_was_planned_is_agreed_when_it_is_in_no_wave(team: Team, pia: Person, now: datetime) -> None:
    part = make_move(team, wave=make_wave(team), status=Status.PLANNED)
    put(team, [part], None, pia, now)
    part.refresh_from_db()
    assert (part.wave_id, part.status) == (None, "agreed")


def test_a_proposal_can_be_looked_at_and_writes_nothing(team: Team) -> None:
    chance = random.Random(1)
    for _ in range(20):
        make_move(team, saving=chance.randrange(1000))
    late = make_move(team, kind=Kind.BRING_BACK, saving=-5)
    make_move(team, kind=Kind.UNDECIDED), make_move(make_team()), make_move(team, wave=make_wave(team, "wave 2"))
    found = arrangement.proposal(team=team, terms=TERMS)
    assert [each.name for each in found.waves] == ["Wave 1", "Wave 3", "Wave 4"]
    assert [each.starts_on for each in found.waves] == [date(2026, 12, 1), date(2027, 2, 1), date(2027, 4, 1)]
    moves = [part for each in found.waves for part, _ in each.moves]
    assert (len(moves), moves[0].pk, found.left) == (21, late.pk, 0)
    savings = [part.saving for part in moves[1:]]
    assert savings == sorted(savings, reverse=True)  # all of the same effort
    assert (Wave.objects.count(), Action.objects.count()) == (1, 0)


def test_a_proposal_is_taken_as_one_action(team: Team, pia: Person, now: datetime) -> None:
    for saving in range(9):
        make_move(team, saving=saving)
    token = arrangement.proposal(team=team, terms=TERMS).token
    made = arrangement.arrange(team=team, terms=TERMS, token=token, by=pia.actor, at=now)
    assert [each.parts.count() for each in made] == [3, 3, 3]
    assert [[on.name for on in each.depends_on.all()] for each in made] == [[], ["Wave 1"], ["Wave 2"]]
    action = Action.objects.get()
    assert (action.kind, action.team_id, action.changes_count) == ("wave.arrange", team.pk, 3 + 2 + 9)
    assert set(Part.objects.values_list("status", flat=True)) == {"proposed"}


def test_a_proposal_that_is_another_one_by_now_is_not_taken(team: Team, pia: Person, now: datetime) -> None:
    make_move(team)
    token = arrangement.proposal(team=team, terms=TERMS).token
    make_move(team)
    with pytest.raises(arrangement.ChangedMeanwhile), transaction.atomic():
        arrangement.arrange(team=team, terms=TERMS, token=token, by=pia.actor, at=now)
    assert not Wave.objects.exists()


def test_nothing_to_arrange_is_refused(team: Team, pia: Person, now: datetime) -> None:
    token = arrangement.proposal(team=team, terms=TERMS).token
    with pytest.raises(arrangement.NothingToArrange):
        arrangement.arrange(team=team, terms=TERMS, token=token, by=pia.actor, at=now)


def test_history_tells_of_every_wave_and_what_it_depends_on(team: Team, pia: Person, now: datetime) -> None:
    make_move(team), make_move(team)
    token = arrangement.proposal(team=team, terms=TERMS).token
    arrangement.arrange(team=team, terms=TERMS, token=token, by=pia.actor, at=now)
    told = [str(finding) for finding in verification.verify().findings]
    assert [line for line in told if "wave" in line or "dependency" in line] == []
    Wave.objects.filter(name="Wave 2").update(ramp_months=9)
    told = [str(finding) for finding in verification.verify().findings]
    assert [line.partition("wave")[2] for line in told if "wave" in line] == [
        f" {Wave.objects.get(name='Wave 2').pk} was changed behind the app's back since: ramp_months"
    ]
