"""Waves, moves, scenarios, frozen plans, reviews, and the jobs that work some of it out."""

from datetime import date
from decimal import Decimal
from typing import Any

from inventory.domain import status, undo
from inventory.domain.scenario import Cache, Labels
from inventory.domain.status import Status
from inventory.domain.wave import Terms
from inventory.models import Action, Job, Part, Person, Review, Scenario, Team, Wave
from inventory.services import job as jobs
from inventory.services.history.history import Asked
from inventory.services.planning import arrangement
from inventory.services.undoing import built
from inventory.services.versions.scenario import CHOSEN
from tests.services.labelling.test_waiting import NOBODY_WAITS
from tests.writes.answers import decided
from tests.writes.world import World, write

MOST_WAVES, MOST_SCENARIOS = 25, 5
MONTHS = tuple(date(2027, month, 1) for month in (1, 3, 6))
Given = dict[str, Any]


def wave_fields(world: World) -> Given:
    every = {
        "name": world.name("Wave"), "starts_on": world.pick([None, *MONTHS]), "ramp_months": world.pick([0, 2, 6]),
        "owner": world.person(),
    }  # fmt: skip
    return {name: value for name, value in every.items() if world.chance(0.6)}


@write("planning.wave.register")
def register_wave(world: World) -> Given | None:
    team = world.any(Team.objects.all())
    if team is None or Wave.objects.count() >= MOST_WAVES:
        return None
    after = world.some(Wave.objects.all(), most=2) if world.chance(0.3) else []
    return {"team": team, "fields": {**wave_fields(world), "name": world.name("Wave")}, "after": after}


@write("planning.wave.edit")
def edit_wave(world: World) -> Given | None:
    wave = world.any(Wave.objects.all())
    if wave is None:
        return None
    after = world.some(Wave.objects.filter(team=wave.team), most=2) if world.chance(0.4) else None
    return {"wave": wave, "version": world.version(wave), "fields": wave_fields(world), "after": after}


@write("planning.wave.retire", 0.2)
def retire_wave(world: World) -> Given | None:
    wave = world.any(Wave.objects.all())
    return None if wave is None else {"wave": wave, "version": world.version(wave), "reason": world.reason()}


def some_parts(world: World) -> tuple[Team, dict[int, int]] | None:
    """Parts of one team, now and then one of another."""
    team = world.any(Team.objects.filter(features__calls__parts__isnull=False).distinct())
    if team is None:
        return None
    parts = world.some(Part.objects.live().filter(team=team))
    if world.chance(0.05):
        parts += world.some(Part.objects.all(), most=1)
    return (team, {part.pk: world.version(part) for part in parts}) if parts else None


@write("planning.arrangement.put", 2)
def put(world: World) -> Given | None:
    found = some_parts(world)
    if found is None:
        return None
    team, versions = found
    wave = world.any(Wave.objects.live().filter(team=team)) if world.chance(0.8) else world.any(Wave.objects.all())
    return {"team": team, "versions": versions, "wave": None if world.chance(0.15) else wave}


@write("planning.arrangement.arrange", 0.5)
def arrange(world: World) -> Given | None:
    """As it was looked at; now and then as it was before."""
    if world.chance(0.3):
        decided(world, NOBODY_WAITS, NOBODY_WAITS)
    movable = Team.objects.filter(pk__in=Part.objects.to_arrange().values("team"))
    team = world.any(movable) or world.any(Team.objects.all())
    if team is None or Wave.objects.count() >= MOST_WAVES + 10:
        return None
    terms = Terms(world.random.randint(1, 3), world.pick(MONTHS), world.pick([1, 2]), world.pick([0, 3]))
    token = arrangement.proposal(team=team, terms=terms).token if world.chance(0.9) else "0" * 32
    return {"team": team, "terms": terms, "token": token}


def step_of(world: World, part: Part) -> Status:
    return world.pick(status.NEXT[Status(part.status)]) if world.chance(0.9) else world.pick(list(Status))


@write("planning.moving.set_status", 4)
def set_status(world: World) -> Given | None:
    begun = Part.objects.exclude(wave=None) if world.chance(0.7) else Part.objects.all()
    part = world.any(begun)
    if part is None:
        return None
    own = {"part": part, "to": step_of(world, part), "version": world.version(part)}
    return {**own, "reason": world.reason(), "leads": world.chance(0.9)}


@write("planning.moving.set_together")
def set_together(world: World) -> Given | None:
    found = some_parts(world)
    if found is None:
        return None
    team, versions = found
    return {"team": team, "versions": versions, "to": step_of(world, Part.objects.get(pk=next(iter(versions))))}


@write("planning.moving.overrule")
def overrule(world: World) -> Given | None:
    part = world.any(Part.objects.live())
    if part is None:
        return None
    values = {
        "effort": world.pick([None, 1, 5]),
        "risk": world.pick([None, 2]),
        "ready": world.pick([None, "ready", "not_ready"]),
    }
    reasons = {name: world.reason() for name in values}
    return {"part": part, "version": world.version(part), "values": values, "reasons": reasons}


def scenario_fields(world: World) -> Given:
    every = {
        "name": world.name("Scenario"), "description": world.text(), "labels": world.pick(list(Labels)),
        "cache": world.pick([Cache.AS_NOW, Cache.NONE]), "volume": world.pick([Decimal(0), Decimal("0.1")]),
        "discount": world.pick([None, Decimal("0.15")]), "most_risk": world.pick([None, 3]),
    }  # fmt: skip
    return {name: value for name, value in every.items() if world.chance(0.5)}


def scenario(world: World) -> Given | None:
    found, person = world.any(Scenario.objects.all()), world.person()
    return None if found is None or person is None else {"scenario": found, "person": person, "by": person.actor}


@write("versions.scenario.register", 0.5)
def register_scenario(world: World) -> Given | None:
    person = world.person()
    if person is None or Scenario.objects.count() >= MOST_SCENARIOS:
        return None
    fields = {**scenario_fields(world), "name": world.name("Scenario")}
    return {"team": world.pick([None, world.any(Team.objects.all())]), "fields": fields, "person": person}


@write("versions.scenario.edit", 0.5)
def edit_scenario(world: World) -> Given | None:
    found = scenario(world)
    return found and {**found, "version": world.version(found["scenario"]), "fields": scenario_fields(world)}


@write("versions.scenario.choose", 0.3)
def choose_moves(world: World) -> Given | None:
    found = scenario(world)
    if found is None:
        return None
    named = {"parts": world.some(Part.objects.select_related("call")), "to": world.pick([*CHOSEN, ""])}
    return {**found, "version": world.version(found["scenario"]), **named}


@write("versions.scenario.copy", 0.3)
def copy_scenario(world: World) -> Given | None:
    return None if Scenario.objects.count() >= MOST_SCENARIOS else scenario(world)


@write("versions.scenario.ask_again", 0.3)
def ask_again(world: World) -> Given | None:
    """Of use where the job before is over."""
    found = scenario(world)
    if found and world.chance(0.5) and found["scenario"].job:
        jobs.cancel(job=found["scenario"].job, by=world.by(), at=world.at)
    return found


@write("versions.scenario.delete", 0.3)
def delete_scenario(world: World) -> Given | None:
    found = world.any(Scenario.objects.all())
    return None if found is None else {"scenario": found, "version": world.version(found)}


@write("versions.frozen.freeze", 0.1)
def freeze(world: World) -> Given:
    """Under a job of its own, as the job of freezing has one."""
    team = world.pick([None, world.any(Team.objects.all())])
    job = jobs.enqueue(kind="freeze_plan", params={}, by=world.by(), at=world.at)
    jobs.cancel(job=job, by=world.by(), at=world.at)  # nobody else is to carry it
    standing = world.standing(team)
    return {"job": job, "standing": standing, "team": team, "note": world.text(), "person": world.person()}


@write("job.enqueue", 0.3)
def enqueue(world: World) -> Given:
    person = world.person()
    file = world.pick([None, ("notes.csv", b"a,b\n")])
    kind = world.pick(["load_demo", "remove_demo"])
    return {"kind": kind, "params": {"n": world.numbers}, "person": person, "file": file}


@write("job.enqueue_once", 0.2)
def enqueue_once(world: World) -> Given | None:
    """Of few kinds, so that some are asked for twice."""
    person = world.person()
    return person and {"kind": "export_plan", "params": {"n": world.pick([1, 2])}, "person": person, "by": person.actor}


@write("undoing.putting.take_back", 0.5)
def take_action_back(world: World) -> Given | None:
    """Of the last that was done, and now and then long afterwards, or what is no longer as it was looked at."""
    action = world.latest(Action.objects.filter(kind__in=undo.WAYS), 3 if world.chance(0.8) else 30)
    if action is None:
        return None
    found = built.look(action)
    keys = None if world.chance(0.7) else [row.key for row in found.open][:1]
    stamp = found.stamp if world.chance(0.95) else "otherwise"
    return {"action": action, "keys": keys, "stamp": stamp, "reason": world.text()}


@write("job.cancel")
def cancel(world: World) -> Given | None:
    """Those that nobody carries in the walk end here."""
    job = world.any(Job.objects.filter(state="queued")) or world.latest(Job.objects.all())
    return None if job is None else {"job": job}


@write("history.review.mark", 0.5)
def mark(world: World) -> Given | None:
    person: Person | None = world.person()
    last = Action.objects.order_by("-seq").values_list("seq", flat=True).first()
    if person is None or last is None:
        return None
    seqs = {last - world.random.randint(0, 60) for _ in range(world.random.randint(1, 5))}
    return {"asked": Asked(), "seqs": seqs, "note": world.reason(), "person": person, "by": person.actor}


@write("history.review.take_back", 0.3)
def take_review_back(world: World) -> Given | None:
    reviewed = Action.objects.filter(seq__in=Review.objects.order_by("-pk").values("seq")[:50])
    action = world.any(reviewed) or Action.objects.order_by("-seq").first()
    return None if action is None else {"action": action}
