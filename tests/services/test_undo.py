"""Taking actions back: every kind there and back again, what keeps one from it, and what an undo tells beforehand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from inventory.domain import audit_words
from inventory.domain import undo as domain
from inventory.domain.audit import Actor
from inventory.domain.status import Status
from inventory.models import (
    Action,
    Call,
    Feature,
    Membership,
    Part,
    Person,
    Team,
    Wave,
)
from inventory.services import arrangement, audit, moving, replay, verification
from inventory.services import call as calls
from inventory.services import feature as features
from inventory.services import part as parts
from inventory.services import team as teams
from inventory.services import wave as waves
from inventory.services.undoing import built, putting
from tests import factories
from tests.services.plans import FIELDS
from tests.services.test_part import ANALYSIS, PREVIEW
from tests.services.test_waiting import both_in, give

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


@pytest.mark.parametrize("kind", DOES)
def test_there_and_back_and_there_again(kind: str, world: World) -> None:
    first, act = DOES[kind]
    first(world)
    before = everything()
    act(world)
    action, after = last(kind), everything()
    undo = take_back(action, at=world.at + timedelta(hours=1))
    assert everything() == before
    assert (undo.kind, undo.record, undo.record_id, undo.reason) == ("undo.whole", "action", str(action.seq), "A slip.")
    redo = take_back(undo, at=world.at + timedelta(hours=2))
    assert (redo.kind, everything()) == ("undo.redo", after)
    again = take_back(action, at=world.at + timedelta(hours=3))
    assert again.kind == "undo.whole"
    assert everything() == before
    assert [each for each in verification.verify().findings if not each.text.startswith(WRITTEN_DIRECTLY)] == []
