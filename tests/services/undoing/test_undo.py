"""Taking actions back: every kind there and back again, what keeps one from it, and what an undo tells beforehand."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Barrier
from time import process_time
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from inventory.domain import audit_words
from inventory.domain import undo as domain
from inventory.domain.audit import Actor
from inventory.domain.people import Discipline
from inventory.domain.status import Status
from inventory.models import Action, Call, Feature, FrozenCall, Membership, Part, Person, Sheet, Team, Wave
from inventory.services import audit
from inventory.services.calls import call as calls
from inventory.services.calls import feature as features
from inventory.services.calls import part as parts
from inventory.services.history import replay, taken, verification
from inventory.services.labelling import blind, waiting
from inventory.services.people import team as teams
from inventory.services.planning import arrangement, moving
from inventory.services.planning import wave as waves
from inventory.services.talk import comment
from inventory.services.undoing import built, putting, shown
from inventory.services.undoing.putting import ChangedMeanwhile, Refused
from tests import factories
from tests.services.calls.test_part import ANALYSIS, PREVIEW
from tests.services.labelling.test_waiting import both_in, give
from tests.services.plans import FIELDS, frozen

pytestmark = pytest.mark.django_db
BY = Actor("person", "1")
WRITTEN_DIRECTLY = ("person", "claude_model", "price_row")  # by the factories: history knows nothing of them


@dataclass
class World:
    """A team with a lead, one feature, two calls of which one is labelled by both sides, and a wave: all of it made by
    the services."""

    team: Team
    lead: Person
    feature: Feature
    call: Call
    other: Call
    wave: Wave
    at: datetime

    @property
    def part(self) -> Part:
        return self.call.parts.get()

    def fresh(self, record: Any) -> Any:
        return type(record)._base_manager.get(pk=record.pk)


@pytest.fixture
def world(db: None, now: datetime) -> World:
    factories.make_price()
    team = teams.register(name="Documents", by=BY, at=now)
    lead = factories.make_person(name="Lea")
    teams.add(team=team, person=lead, role="lead", by=BY, at=now)
    feature = features.register(team=team, fields={"name": "Tickets", "first_guess": 30}, by=BY, at=now)
    call, other = (
        calls.register(feature=feature, fields={**FIELDS, "key": key, "name": key}, by=BY, at=now)
        for key in ("summary", "tags")
    )
    for each in (call, other):
        both_in(each.parts.get(), now)
    wave = waves.register(team=team, fields={"name": "First"}, by=BY, at=now)
    call.refresh_from_db(), other.refresh_from_db()
    return World(team, lead, feature, call, other, wave, now)


def everything() -> dict[tuple[str, int], dict[str, Any]]:
    """What history keeps of every record, as it plays it back."""
    return {
        key: dict(audit.audit.kept(state))
        for model in replay.recorded()
        if model is not Person
        for key, state in audit.states(*model._base_manager.order_by("pk")).items()
    }


def take_back(action: Action, *keys: str, at: datetime) -> Action:
    found = built.look(action)
    assert found.open, [row.refused for row in found.rows]
    return putting.take_back(action=action, keys=keys or None, stamp=found.stamp, reason="A slip.", by=BY, at=at)


def last(kind: str = "") -> Action:
    found = Action.objects.order_by("-seq")
    return (found.filter(kind=kind) if kind else found)[0]


def edit(world: World, **fields: Any) -> Call:
    call = world.fresh(world.call)
    return calls.edit(call=call, version=call.version, fields=fields, by=BY, at=world.at)


def step(world: World, to: Status, **more: Any) -> Part:
    part = world.part
    return moving.set_status(part=part, to=to, version=part.version, leads=True, by=BY, at=world.at, **more)


def put(world: World, wave: Wave | None, *which: Call) -> int:
    versions = {part.pk: part.version for part in Part.objects.filter(call__in=which or [world.call])}
    return arrangement.put(team=world.team, versions=versions, wave=wave, by=BY, at=world.at)


def done(world: World, to: Status) -> None:
    """The move of the first call brought that far."""
    put(world, world.wave)
    for each in (Status.AGREED, Status.PLANNED, Status.MOVING, Status.MOVED):
        step(world, each)
        if each is to:
            return


def split(world: World) -> Call:
    call = world.fresh(world.call)
    return parts.split(
        call=call, version=call.version, parts=[PREVIEW, ANALYSIS], by=BY, at=world.at, reason="Two readers."
    )


def resplit(world: World) -> Call:
    call = world.fresh(world.call)
    first, second = call.parts.order_by("position")
    given = [{**ANALYSIS, "id": second.pk, "name": "All of it"}, {**PREVIEW, "name": "New"}]
    return parts.split(call=call, version=call.version, parts=given, by=BY, at=world.at, reason="Other readers.")


def member(world: World) -> Membership:
    return teams.add(team=world.team, person=factories.make_person(), role="member", by=BY, at=world.at)


def told_team(world: World, **fields: Any) -> Team:
    team = world.fresh(world.team)
    given = {"name": team.name, "one_side_enough": team.one_side_enough, **fields}
    return teams.edit(team=team, version=team.version, by=BY, at=world.at, **given)


def retired(service: Any, name: str, record: Any, world: World, **more: Any) -> None:
    fresh = world.fresh(record)
    service.retire(**{name: fresh}, version=fresh.version, by=BY, at=world.at, **more)


def restored(service: Any, name: str, record: Any, world: World) -> None:
    fresh = world.fresh(record)
    service.restore(**{name: fresh}, version=fresh.version, by=BY, at=world.at)


def empty_team(world: World) -> Team:
    return teams.register(name="Empty", by=BY, at=world.at)


def overruled(world: World) -> None:
    part = world.part
    values, reasons = {"effort": 5, "risk": 1}, {"effort": "Old code", "risk": "Read by few"}
    moving.overrule(part=part, version=part.version, values=values, reasons=reasons, by=BY, at=world.at)


def walked_back(world: World) -> None:
    step(world, Status.WALKED_BACK, reason="The desk missed it.")


def together(world: World) -> None:
    versions = {part.pk: part.version for part in Part.objects.all()}
    moving.set_together(team=world.team, versions=versions, to=Status.MOVED, by=BY, at=world.at)


def all_moving(world: World) -> None:
    put(world, world.wave, world.call, world.other)
    for to in (Status.AGREED, Status.PLANNED, Status.MOVING):
        versions = {part.pk: part.version for part in Part.objects.all()}
        moving.set_together(team=world.team, versions=versions, to=to, by=BY, at=world.at)


def arranged(world: World) -> None:
    terms = arrangement.Terms(starts_on=world.at.date().replace(day=1), waves=2, apart=1, ramp=1)
    token = arrangement.proposal(team=world.team, terms=terms).token
    arrangement.arrange(team=world.team, terms=terms, token=token, by=BY, at=world.at)


def second_wave(world: World) -> None:
    waves.register(team=world.team, fields={"name": "Second"}, by=BY, at=world.at)


def edited_wave(world: World) -> None:
    wave, second = world.fresh(world.wave), Wave.objects.get(name="Second")
    waves.edit(
        wave=wave, version=wave.version, fields={"name": "Later", "ramp_months": 3}, after=[second], by=BY, at=world.at
    )


def nothing(world: World) -> None:
    """It is all there."""


Does = Callable[[World], Any]
# For each kind what has to be there first, and then the action itself.
DOES: dict[str, tuple[Does, Does]] = {
    "call.edit": (nothing, lambda w: edit(w, requests=9000, name="Long summary", tag="x")),
    "call.register": (
        nothing,
        lambda w: calls.register(feature=w.feature, fields={**FIELDS, "key": "n", "name": "N"}, by=BY, at=w.at),
    ),
    "call.retire": (nothing, lambda w: retired(calls, "call", w.call, w, reason="Gone.")),
    "call.restore": (
        lambda w: retired(calls, "call", w.call, w, reason="Gone."),
        lambda w: restored(calls, "call", w.call, w),
    ),
    "feature.edit": (
        empty_team,
        lambda w: features.edit(
            feature=w.feature, version=1, fields={"name": "Papers", "team": Team.objects.get(name="Empty")}, by=BY, at=w.at
        ),
    ),
    "feature.register": (
        nothing, lambda w: features.register(team=w.team, fields={"name": "Another"}, by=BY, at=w.at)
    ),
    "feature.retire": (nothing, lambda w: retired(features, "feature", w.feature, w, reason="Old.", with_calls=True)),
    "feature.restore": (
        lambda w: retired(features, "feature", w.feature, w, reason="Old.", with_calls=True),
        lambda w: restored(features, "feature", w.feature, w),
    ),
    "move.overrule": (nothing, overruled),
    "move.set_status": (lambda w: done(w, Status.MOVING), lambda w: step(w, Status.MOVED)),
    "move.set_together": (all_moving, together),
    "move.walk_back": (lambda w: done(w, Status.MOVED), walked_back),
    "part.edit": (
        nothing,
        lambda w: parts.edit(part=w.part, version=w.part.version, fields={"deadline": "6 am"}, by=BY, at=w.at),
    ),
    "part.split": (nothing, split),
    "part.unsplit": (
        split,
        lambda w: parts.unsplit(call=w.call, version=w.fresh(w.call).version, reason="One after all.", by=BY, at=w.at),
    ),
    "team.add": (nothing, member),
    "team.change_role": (
        member,
        lambda w: teams.change_role(membership=Membership.objects.latest("pk"), version=1, role="lead", by=BY, at=w.at),
    ),
    "team.edit": (
        lambda w: give(w.other.parts.get(), "product", {}, w.at),
        lambda w: told_team(w, name="Papers", one_side_enough=True, opens_after=9),
    ),
    "team.register": (nothing, empty_team),
    "team.remove": (member, lambda w: teams.remove(membership=Membership.objects.latest("pk"), version=1, by=BY, at=w.at)),
    "team.retire": (empty_team, lambda w: retired(teams, "team", Team.objects.get(name="Empty"), w)),
    "team.restore": (
        lambda w: retired(teams, "team", empty_team(w), w),
        lambda w: restored(teams, "team", Team.objects.get(name="Empty"), w),
    ),
    "wave.arrange": (nothing, arranged),
    "wave.edit": (second_wave, edited_wave),
    "wave.put": (nothing, lambda w: put(w, w.wave, w.call, w.other)),
    "wave.register": (nothing, lambda w: waves.register(team=w.team, fields={"name": "N"}, after=[w.wave], by=BY, at=w.at)),
    "wave.retire": (lambda w: put(w, w.wave), lambda w: retired(waves, "wave", w.wave, w, reason="Given up.")),
    "wave.take_out": (lambda w: put(w, w.wave), lambda w: put(w, None)),
}  # fmt: skip


def test_every_kind_can_be_taken_back_or_says_why_not() -> None:
    kinds = {*audit_words.SENTENCES}
    assert {*domain.WAYS} | {*domain.INSTEAD} | {*domain.TAKING} == kinds
    assert {*domain.WAYS} & {*domain.INSTEAD} == set()
    assert all(reason.endswith(".") for reason in domain.INSTEAD.values())
    assert set(DOES) == {*domain.WAYS}, "a kind that can be taken back is not tried there and back"


AREAS = (("call", "part"), ("feature", "team"), ("move",), ("wave",))
HALF = [*DOES][::2]
WHOLE = [pytest.param([each for each in DOES if each.startswith(area)], marks=pytest.mark.soak) for area in AREAS]


@pytest.mark.either
@pytest.mark.parametrize("kinds", [HALF, *WHOLE], ids=["half", *("-".join(area) for area in AREAS)])
def test_there_and_back_and_there_again(kinds: list[str], world: World) -> None:
    """Each kind on the same world from its beginning. The other half goes field by field in `test_undo_fields.py`; in
    the soak all go both ways, and history is held against all records after each."""
    thorough = kinds is not HALF
    for kind, fresh in afresh(kinds, world):
        _there_and_back(kind, fresh, thorough=thorough)
        assert not (thorough or kind == kinds[-1]) or whole()


def afresh(kinds: list[str], world: World) -> Iterator[tuple[str, World]]:
    """Each of these kinds with the world as it was at first."""
    records = (world.team, world.lead, world.feature, world.call, world.other, world.wave)
    for kind in kinds:
        with transaction.atomic():
            yield kind, World(*map(world.fresh, records), world.at)
            transaction.set_rollback(True)


def _there_and_back(kind: str, world: World, *, thorough: bool) -> None:
    first, act = DOES[kind]
    first(world)
    before = everything()
    act(world)
    action, after = last(kind), everything()
    assert before != after
    undo = take_back(action, at=world.at + timedelta(hours=1))
    assert (kind, everything()) == (kind, before)
    assert (undo.kind, undo.record, undo.record_id, undo.reason) == ("undo.whole", "action", str(action.seq), "A slip.")
    assert (undo.effect_today, undo.effect_saving) == (-action.effect_today, -action.effect_saving)
    redo = take_back(undo, at=world.at + timedelta(hours=2))
    assert (kind, redo.kind, everything()) == (kind, "undo.redo", after)
    if thorough or kind == "call.edit":
        again = take_back(action, at=world.at + timedelta(hours=3))
        assert (kind, again.kind, everything()) == (kind, "undo.whole", before)


def whole() -> bool:
    """History verifies, and holds against every record it knows."""
    told = [each for each in verification.verify().findings if not each.text.startswith(WRITTEN_DIRECTLY)]
    assert told == []
    return True


def test_what_was_set_since_is_told_and_overridden_alone(world: World) -> None:
    edit(world, requests=1100, tag="x")
    action = last()
    edit(world, requests=1200, description="Later")
    later = last()
    found = built.look(action)
    key = ("call", str(world.call.pk))
    assert [(dict(row.overrides), row.refused) for row in found.rows] == [({later.seq: [(key, "requests")]}, [])]
    take_back(action, at=world.at)
    call = world.fresh(world.call)
    assert (call.requests, call.tag, call.description) == (1000, "", "Later")
    assert world.part.requests == 1000
    assert whole()


def test_an_undo_is_taken_back_once_and_a_redo_never(world: World) -> None:
    edit(world, tag="x")
    action = last()
    stamp = built.look(action).stamp
    undo = take_back(action, at=world.at)
    assert not built.look(action).open
    count, given = Action.objects.count(), {"keys": None, "reason": "R", "by": BY, "at": world.at}
    with pytest.raises(ChangedMeanwhile):
        putting.take_back(action=action, stamp=stamp, **given)
    with pytest.raises(Refused, match="Nothing of it was chosen"):
        putting.take_back(action=action, stamp=built.look(action).stamp, **given)
    redo = take_back(undo, at=world.at)
    assert not built.look(undo).open
    assert "Take back the first action itself" in built.look(redo).why_not
    with pytest.raises(ChangedMeanwhile):
        putting.take_back(action=redo, stamp="", **given)
    assert Action.objects.count() == count + 1
    assert taken.by([action, undo, redo]) == {undo.seq: [redo.seq]}


def test_what_changed_between_look_and_undo_stops_it(world: World) -> None:
    edit(world, tag="x")
    action = last()
    stamp = built.look(action).stamp
    edit(world, tag="y")
    before = everything()
    with pytest.raises(ChangedMeanwhile):
        putting.take_back(action=action, keys=None, stamp=stamp, reason="R", by=BY, at=world.at)
    assert everything() == before


def refused(action: Action) -> list[str]:
    found = built.look(action)
    assert not found.open
    with pytest.raises(Refused):
        putting.take_back(action=action, keys=None, stamp=found.stamp, reason="R", by=BY, at=action.at)
    return [reason for row in found.rows for reason in row.refused]


def test_what_was_made_stays_once_anything_is_built_on_it(world: World) -> None:
    made = calls.register(feature=world.feature, fields={**FIELDS, "key": "n", "name": "N"}, by=BY, at=world.at)
    action = last()
    comment.write(call=made, text="Look", token="0" * 32, person=world.lead, by=BY, at=world.at)
    assert "The call “N” has been worked with since: a comment belongs to it." in refused(action)
    comment.write(call=made, text="Look again", token="1" * 32, person=world.lead, by=BY, at=world.at)
    assert "The call “N” has been worked with since: 2 comments belong to it." in refused(action)
    calls.edit(call=made, version=made.version, fields={"tag": "x"}, by=BY, at=world.at)
    assert f"The call “N” was changed since, by action {last().seq}. Take that back first." in refused(action)
    assert refused(Action.objects.get(kind="team.register")) != []


def test_a_split_since_keeps_an_edit_from_being_taken_back_until_it_is(world: World) -> None:
    edit(world, requests=900)
    action = last()
    split(world)
    since = last()
    assert f"The part “summary” is not there any more, by action {since.seq}." in refused(action)
    take_back(since, at=world.at)
    take_back(action, at=world.at)
    assert (world.fresh(world.call).requests, world.part.label) == (1000, "not_waiting")
    assert whole()


def test_a_split_that_was_answered_stays(world: World) -> None:
    split(world)
    action = last()
    give(world.call.parts.first(), "product", {"first": "nobody"}, world.at)
    assert "The part “Preview” has been worked with since: a sheet belongs to it." in refused(action)


def test_steps_that_came_after_are_taken_back_first(world: World) -> None:
    put(world, world.wave)
    action = last()
    step(world, Status.AGREED)
    assert refused(action) == [
        f"The part “summary”: status was changed since, by action {last().seq}. Take that back first."
    ]
    take_back(last(), at=world.at)
    take_back(action, at=world.at)
    assert (world.part.status, world.part.wave_id) == ("", None)


def test_where_it_breaks_a_rule_nothing_is_written(world: World) -> None:
    edit(world, key="other-key")
    action = last()
    calls.register(feature=world.feature, fields={**FIELDS, "key": "summary", "name": "N"}, by=BY, at=world.at)
    before = everything()
    with pytest.raises(Refused, match="Another call has the key"):
        take_back(action, at=world.at)
    assert everything() == before


def test_some_rows_of_many_are_taken_back_and_the_others_later(world: World) -> None:
    put(world, world.wave, world.call, world.other)
    action = last()
    first, second = (f"call:{call.pk}" for call in (world.call, world.other))
    one = take_back(action, first, at=world.at)
    assert one.kind == "undo.some"
    assert [part.wave_id for part in Part.objects.order_by("pk")] == [None, world.wave.pk]
    assert {row.key: row.taken_by for row in built.look(action).rows} == {first: one.seq, second: None}
    take_back(action, second, at=world.at)
    assert not built.look(action).open
    take_back(one, at=world.at)
    assert [row.key for row in built.look(action).open] == [first]
    assert [part.wave_id for part in Part.objects.order_by("pk")] == [world.wave.pk, None]
    assert whole()


def test_a_label_given_on_the_new_facts_has_to_be_confirmed_again(world: World) -> None:
    fresh = calls.register(feature=world.feature, fields={**FIELDS, "key": "n", "name": "N"}, by=BY, at=world.at)
    part = parts.edit(part=fresh.parts.get(), version=1, fields={"deadline": "6 am"}, by=BY, at=world.at)
    action = last()
    both_in(part, world.at)
    found = built.look(action)
    assert [row.built for row in found.rows] == [
        ["The label of the part “N” rests on what is put back: it has to be confirmed again."]
    ]
    take_back(action, at=world.at)
    part.refresh_from_db()
    assert (part.deadline, part.label, part.state) == ("", "", "check_needed")


def test_a_label_one_side_has_answered_since_is_not_put_back_and_stays_blind(world: World) -> None:
    """Or what that side says now would be shown to the other as if both had agreed on it."""
    edit(world, model="claude-haiku-4-5")
    action = last()
    assert world.part.state == "check_needed"
    side = Discipline.PRODUCT
    later = world.at + timedelta(hours=1)
    waiting.answer(part=world.part, side=side, question="first", value="person_now", by=BY, at=later)
    found = built.look(action)
    assert found.rows[0].built == [
        "The label of the part “summary” has moved on since: it is not put back, it follows from what was said."
    ]
    take_back(action, at=later)
    part = world.part
    assert (world.fresh(world.call).model, part.label, part.state) == ("claude-sonnet-5-5", "", "check_needed")
    sheet = Sheet.objects.get(part=part, side=side)
    engineer = factories.make_person(discipline="engineering")
    assert blind.visibility([str(sheet.pk)], engineer)[str(sheet.pk)].hidden
    assert whole()


def test_a_label_comes_back_where_all_that_broke_it_does(world: World) -> None:
    """Also what somebody else changed since of the same facts; not where another fact has changed."""
    before = world.part
    edit(world, model="claude-haiku-4-5", requests=5000)
    action = last()
    edit(world, requests=7000)
    parts.edit(part=world.part, version=world.part.version, fields={"deadline": "6 am"}, by=BY, at=world.at)
    assert "has moved on since, by action" in built.look(action).rows[0].built[0]
    take_back(last(), at=world.at)
    take_back(action, at=world.at)
    assert world.part.label == "not_waiting"
    parts.edit(part=world.part, version=world.part.version, fields={"deadline": "6 am"}, by=BY, at=world.at)
    action = last()
    edit(world, model="claude-haiku-4-5")
    assert "has moved on since, by action" in built.look(action).rows[0].built[0]
    take_back(last(), at=world.at)
    take_back(action, at=world.at)
    now = world.part
    assert (now.label, now.state, now.sealed_at) == (before.label, before.state, before.sealed_at)
    assert audit.states(now) == audit.states(before)
    assert whole()


def test_frozen_versions_are_told_and_stay(world: World) -> None:
    edit(world, requests=1100)
    action = last()
    frozen(world.lead, action.at + timedelta(hours=1), team=world.team)
    kept = list(FrozenCall.objects.values_list("call_id", "requests"))
    found = built.look(action)
    assert [(version.number, count) for version, count in found.frozen] == [(1, 1)]
    take_back(action, at=world.at)
    assert list(FrozenCall.objects.values_list("call_id", "requests")) == kept


@pytest.mark.parametrize("rows", [30, pytest.param(500, marks=pytest.mark.soak)])
def test_an_action_of_many_rows_is_looked_at_and_taken_back_at_once(rows: int, world: World) -> None:
    few = len(queries_of_a_look(world, 5))
    assert len(queries_of_a_look(world, rows)) == few
    action = last()
    began = process_time()
    undo = take_back(action, at=world.at)
    assert process_time() - began < 2
    assert (undo.kind, undo.changes_count) == ("undo.whole", rows)
    assert not Part.objects.filter(call__key__startswith=f"many-{rows}-", wave__isnull=False).exists()


def queries_of_a_look(world: World, count: int) -> list[Any]:
    """What a look at that many moves put into a wave takes."""
    called = [factories.call_of(world.feature, key=f"many-{count}-{n}") for n in range(count)]
    made = Call.objects.bulk_create(called)
    Part.objects.bulk_create([factories.part_of(call, position=0) for call in made])
    put(world, world.wave, *made)
    with CaptureQueriesContext(connection) as queries:
        found = built.look(last())
        assert len(found.open) == len(shown.rows(found, world.lead)) == count
    return list(queries)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one lock, taken at the start")
def test_of_two_at_once_one_wins_and_the_other_is_told(world: World) -> None:
    for kind in ("call.edit", "wave.put", "part.split"):
        DOES[kind][1](world)
        action = last(kind)
        stamp, start = built.look(action).stamp, Barrier(2)

        def undo(action: Action = action, stamp: str = stamp, start: Barrier = start) -> str:
            start.wait()
            try:
                given = {"keys": None, "reason": "R", "by": BY, "at": world.at}
                return putting.take_back(action=action, stamp=stamp, **given).kind
            except ChangedMeanwhile:
                return "told"
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            assert sorted(each.result() for each in [pool.submit(undo), pool.submit(undo)]) == ["told", "undo.whole"]
    assert whole()


MODELS = ("claude-sonnet-5-5", "claude-haiku-4-5")


def steps_of(world: World, chance: random.Random) -> list[Callable[[], Any]]:
    """What anybody may do next; much of it is refused, as the services see fit."""
    team, call = world.fresh(world.team), world.fresh(chance.choice((world.call, world.other)))
    feature, part = world.fresh(world.feature), chance.choice(list(call.parts.all()))
    one = {"by": BY, "at": world.at}
    return [
        lambda: calls.edit(call=call, version=call.version, fields={"requests": chance.choice((900, 5000))}, **one),
        lambda: calls.edit(call=call, version=call.version, fields={"model": chance.choice(MODELS)}, **one),
        lambda: parts.edit(part=part, version=part.version, fields={"deadline": chance.choice(("", "6 am"))}, **one),
        lambda: split(replace(world, call=call)),
        lambda: resplit(replace(world, call=call)),
        lambda: parts.unsplit(call=call, version=call.version, reason="One.", **one),
        lambda: retired(calls, "call", call, world, reason="Gone."),
        lambda: restored(calls, "call", call, world),
        lambda: retired(features, "feature", feature, world, reason="Old.", with_calls=True),
        lambda: restored(features, "feature", feature, world),
        lambda: put(world, chance.choice((world.wave, None)), call),
        lambda: retired(waves, "wave", world.wave, world, reason="No."),
        lambda: moving.set_status(
            part=part, to=chance.choice(list(Status)), version=part.version, leads=True, reason="So it is.", **one
        ),
        lambda: told_team(world, one_side_enough=not team.one_side_enough),
        lambda: told_team(world, name=chance.choice(("Documents", "Papers"))),
        lambda: features.edit(
            feature=feature, version=feature.version, fields={"team": chance.choice(list(Team.objects.all()))}, **one
        ),
    ]


@pytest.mark.either
@pytest.mark.parametrize("length", [8, *(pytest.param(60, marks=pytest.mark.soak) for _ in range(10))])
def test_whatever_was_done_last_can_be_taken_back_down_to_the_first(length: int, world: World) -> None:
    """And everything is each time as it was before."""
    chance = random.Random()
    seed = random.randrange(10**9)
    chance.seed(seed)
    empty_team(world)
    done: list[tuple[Action, Any]] = []
    while len(done) < length:
        world.at += timedelta(minutes=1)
        before, seq = everything(), last().seq
        try:
            with transaction.atomic():
                chance.choice(steps_of(world, chance))()
        except Exception:  # noqa: BLE001  every service has refusals of its own
            continue
        if last().seq != seq:
            done.append((last(), before))
    for action, before in reversed(done):
        world.at += timedelta(minutes=1)
        take_back(action, at=world.at)
        assert (seed, action.kind, differing(before, everything())) == (seed, action.kind, {})
    assert whole()


def differing(before: Any, after: Any) -> dict[Any, Any]:
    """By record and field the value before and after."""
    return {
        (*key, name): ((before.get(key) or {}).get(name), (after.get(key) or {}).get(name))
        for key in {*before, *after}
        for name in {*(before.get(key) or {}), *(after.get(key) or {})}
        if (before.get(key) or {}).get(name) != (after.get(key) or {}).get(name)
    }
