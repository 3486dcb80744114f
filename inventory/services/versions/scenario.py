"""Scenarios: made, changed, copied and deleted. Each change has the figures worked out anew by a job."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from inventory.domain import audit_words
from inventory.domain.audit import Actor
from inventory.models import Action, Discount, Job, Modifier, Part, Person, PriceRow, Scenario, Stale, Team
from inventory.models.part import Parts
from inventory.models.scenario import CHOSEN, FIELDS, MOST_CHOSEN
from inventory.services import audit, clash
from inventory.services import job as jobs

MOST = 50  # in one team, or for all: a page shows them all
AREAS = (
    "agreement", "call", "discount", "exchange", "feature", "move", "part", "pricing", "team", "undo", "version",
    "waiting", "wave",
)  # fmt: skip
# Actions that can change a figure of the plan. An answer does not before its sheet is saved.
KINDS = tuple(
    kind
    for kind in audit_words.SENTENCES
    if kind.partition(".")[0] in AREAS and kind not in ("waiting.answer", "waiting.answer_all")
)


class NameTaken(Exception):
    """There is a scenario of that name for the same plan; upper and lower case count as the same."""


class TooMany(Exception):
    """The plan has MOST of them already."""


class TooManyChosen(Exception):
    """More than MOST_CHOSEN single moves in one scenario."""


@transaction.atomic
def register(*, team: Team | None, fields: Mapping[str, Any], by: Actor, at: datetime, person: Person) -> Scenario:
    """A new scenario of a team's plan, or of that of all, with a job (`job`) that works it out. `fields` are any of
    FIELDS. Raises `NameTaken` and `TooMany`."""
    audit.hold()  # two at once count one after the other
    if Scenario.objects.filter(team=team).count() >= MOST:
        raise TooMany
    made = Scenario(team=team, created_by=person, created_at=at, **fields)
    with clash.refused("scenario_once", as_=NameTaken):
        made.save(force_insert=True)
    audit.record(kind="scenario.register", by=by, at=at, subject=made, before={}, after=audit.states(made))
    return _start(made, by=by, at=at, person=person)


@transaction.atomic
def edit(
    *, scenario: Scenario, version: int, fields: Mapping[str, Any], by: Actor, at: datetime, person: Person
) -> Scenario:
    """Change any of FIELDS. No difference: nothing is written. Raises `Stale` and `NameTaken`."""
    now = _held(scenario, version)
    before = audit.states(now)
    for name, value in fields.items():
        setattr(now, name, value)
    changed = audit.changed(now, before)
    if not changed:
        return now
    with clash.refused("scenario_once", as_=NameTaken):
        now.write(*changed)
    audit.record(kind="scenario.edit", by=by, at=at, subject=now, before=before, after=audit.states(now))
    return _start(now, by=by, at=at, person=person)


@transaction.atomic
def choose(
    *, scenario: Scenario, version: int, parts: Iterable[Part], to: str, by: Actor, at: datetime, person: Person
) -> Scenario:
    """Name single moves in it: `to` is one of CHOSEN, or empty for what shall be as in the plan again. No difference:
    nothing is written. Raises `Stale` and `TooManyChosen`."""
    now = _held(scenario, version)
    named = {str(part.pk): f"{part.name} of {part.call.name}" if part.in_split else part.name for part in parts}
    fields = {}
    for name in CHOSEN:
        kept = {key: words for key, words in getattr(now, name).items() if key not in named}
        fields[name] = kept | named if name == to else kept
    if sum(map(len, fields.values())) > MOST_CHOSEN:
        raise TooManyChosen
    return edit(scenario=now, version=version, fields=fields, by=by, at=at, person=person)


@transaction.atomic
def copy(*, scenario: Scenario, by: Actor, at: datetime, person: Person) -> Scenario:
    """The same assumptions under a name of their own. Raises `TooMany`."""
    taken = {name.lower() for name in Scenario.objects.filter(team=scenario.team).values_list("name", flat=True)}
    names = (f"{scenario.name[:70]}, copy{f' {n}' if n > 1 else ''}" for n in range(1, MOST + 2))
    fields = {name: getattr(scenario, name) for name in FIELDS}
    fields["name"] = next(name for name in names if name.lower() not in taken)
    return register(team=scenario.team, fields=fields, by=by, at=at, person=person)


@transaction.atomic
def delete(*, scenario: Scenario, version: int, by: Actor, at: datetime) -> None:
    """Its assumptions stay in the history. Raises `Stale`."""
    now = _held(scenario, version)
    before = audit.states(now)
    audit.record(kind="scenario.delete", by=by, at=at, subject=now, before=before, after={})
    now.delete()


@transaction.atomic
def ask_again(*, scenario: Scenario, by: Actor, at: datetime, person: Person) -> Scenario:
    """Have it worked out anew, unless a job is at it."""
    now = Scenario.objects.select_for_update(no_key=True).get(pk=scenario.pk)  # its job is read when it is held
    if now.job is not None and not now.job.is_over and now.job.params["version"] == now.version:
        return now
    return _start(now, by=by, at=at, person=person)


def parts_of(scenario: Scenario) -> Parts:
    """The parts its plan is made of."""
    parts = Part.objects.live()
    return parts if scenario.team is None else parts.of_team(scenario.team)


def last_change(team: Team | None) -> int:
    """The last action that can have changed a figure of this plan; 0 before the first."""
    found = Action.objects.filter(kind__in=KINDS)
    if team is not None:
        found = found.filter(Q(team_id=team.pk) | Q(team_id=None))
    return found.order_by("-seq").values_list("seq", flat=True).first() or 0


def outdated(scenario: Scenario, *, last: int, newest: date) -> str:
    """Why its figures are not those of now, in words; empty where they are. `last` is the last change of its plan,
    `newest` the day of the newest prices."""
    if not scenario.result:
        return ""
    if scenario.result_version != scenario.version:
        return "its assumptions have changed since"
    if last > scenario.result_seq:
        return "the inventory, labels, waves or prices have changed since"
    is_older = scenario.result_on is not None and scenario.result_on < newest
    return "other prices hold by now" if is_older and scenario.prices_on is None else ""


def newest_prices(on: date) -> date:
    """The last day up to `on` on which a price, a fee or a discount began or ended."""
    began = {"began": Max("valid_from", filter=Q(valid_from__lte=on))}
    rows = PriceRow.objects.aggregate(**began, ended=Max("valid_to", filter=Q(valid_to__lte=on)))
    days = [*rows.values(), *(model.objects.aggregate(**began)["began"] for model in (Modifier, Discount))]
    return max([day for day in days if day], default=date.min)


def _held(scenario: Scenario, version: int) -> Scenario:
    now = Scenario.objects.select_for_update(of=("self",), no_key=True).select_related("team").get(pk=scenario.pk)
    if now.version != version:
        raise Stale(now)
    return now


def _start(scenario: Scenario, *, by: Actor, at: datetime, person: Person) -> Scenario:
    """The job is kept with the scenario, past its version: it is no part of what a person wrote."""
    params = {"scenario": scenario.pk, "version": scenario.version}
    job: Job = jobs.enqueue(kind="work_out_scenario", params=params, by=by, at=at, person=person)
    Scenario.objects.filter(pk=scenario.pk).update(job=job)
    scenario.job = job
    return scenario
