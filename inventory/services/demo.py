"""The sample inventory: loaded through the services like anybody's work, and removed to the last row of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from inventory.domain import waiting as test
from inventory.domain.audit import Actor
from inventory.domain.consumer import Answer, Answers
from inventory.domain.part import Path
from inventory.domain.people import Discipline
from inventory.exchange import sample
from inventory.models import Call, Comment, Feature, OneTimeLink, Pair, Part, Realised, Scenario, Sheet, Team
from inventory.services import audit
from inventory.services.calls import call as calls
from inventory.services.calls import feature
from inventory.services.calls import part as parts
from inventory.services.labelling import waiting
from inventory.services.people import team

SAMPLE = Actor("command", "load_demo")
USUAL = {"provider": "anthropic", "today_path": Path.REAL_TIME, "is_demo": True}


class LoadedAlready(Exception):
    """The sample is there: remove it first."""


class NameTaken(Exception):
    """A team of the installation has a name the sample needs."""


@dataclass(frozen=True, slots=True)
class Loaded:
    teams: int
    features: int
    calls: int
    parts: int

    def told(self) -> str:
        return f"Loaded {self.teams} teams, {self.features} features, {self.calls} calls in {self.parts} parts."


@dataclass(frozen=True, slots=True)
class Removed:
    """`stayed` names what somebody has added to since: it is no sample any more."""

    calls: int
    stayed: tuple[str, ...]

    def told(self) -> str:
        stayed = f" Stayed, since somebody has added to it: {', '.join(self.stayed)}." if self.stayed else ""
        return f"{self.calls} calls removed.{stayed}"


def is_loaded() -> bool:
    return any(model.objects.filter(is_demo=True).exists() for model in (Team, Feature, Call))


@transaction.atomic
def load(*, by: Actor = SAMPLE, at: datetime) -> Loaded:
    """Everything or nothing. Its answer sheets name nobody, nor does its history: it holds both sides' answers, which
    no person may give. Raises `LoadedAlready`, `NameTaken`."""
    if is_loaded():
        raise LoadedAlready
    taken = {each.name.lower() for each in Team.objects.all()}
    for found in sample.teams():
        if found.name.lower() in taken:
            raise NameTaken(found.name)
    for found in sample.teams():
        _load_team(found, by, at)
    mine = Call.objects.filter(is_demo=True)
    return Loaded(
        teams=Team.objects.samples().count(),
        features=Feature.objects.filter(is_demo=True).count(),
        calls=mine.count(),
        parts=Part.objects.filter(call__in=mine).count(),
    )


@transaction.atomic
def remove(*, by: Actor, at: datetime) -> Removed:
    """Delete the sample's rows, as one action. What others have added to stays, and is theirs from now on."""
    held = list(Call.objects.select_for_update(no_key=True).filter(is_demo=True).order_by("pk"))
    mine = Part.objects.filter(call__in=held).order_by("pk")
    sheets = Sheet.objects.filter(part__in=mine).order_by("pk")
    features, teams = Feature.objects.filter(is_demo=True).order_by("pk"), Team.objects.samples().order_by("pk")
    gone = Q(team__in=teams.values("pk")) & ~Q(part_id__in=Part.objects.values("pk"))  # split or taken back since
    pairs = list(Pair.objects.filter(Q(part_id__in=mine.values("pk")) | gone).order_by("pk"))
    realised = Realised.objects.filter(call_id__in=[call.pk for call in held]).order_by("pk")
    comments = Comment.objects.filter(call__in=held).order_by("pk")
    before = audit.states(*comments, *pairs, *realised, *sheets, *mine, *held, *features, *teams)
    comments.delete()
    Pair.objects.filter(pk__in=[pair.pk for pair in pairs]).delete()
    realised.delete()
    Sheet.objects.filter(part__in=mine).delete()
    Part.objects.filter(call__in=held).delete()
    Call.objects.filter(pk__in=[call.pk for call in held]).delete()
    kept: list[Any] = [each for each in features if not _gone(each, Call.objects.filter(feature=each))]
    kept += [each for each in teams if not _gone(each, *_uses(each))]
    for each in kept:
        each.is_demo = False
        each.write("is_demo")
    changes = audit.Changes()
    changes.add(before, audit.states(*kept))
    audit.append(
        kind="exchange.demo_remove", by=by, at=at, record="sample", record_id="1", title="Sample inventory",
        team_id=None, changes=changes,
    )  # fmt: skip
    return Removed(len(held), tuple(each.name for each in kept))


def _load_team(found: sample.SampleTeam, by: Actor, at: datetime) -> None:
    made = team.register(name=found.name, is_demo=True, by=by, at=at)
    for each in found.features:
        registered = feature.register(team=made, fields={**each.fields, "is_demo": True}, by=by, at=at)
        for call in each.calls:
            _load_call(registered, call, by, at)


def _load_call(into: Feature, found: sample.SampleCall, by: Actor, at: datetime) -> None:
    call = calls.register(feature=into, fields={**USUAL, **found.fields}, by=by, at=at)
    if not found.parts:
        _answer(call.parts.get(), found.label, by, at)
        return
    call = parts.split(call=call, version=call.version, parts=[part.fields for part in found.parts], by=by, at=at)
    for part, given in zip(call.parts.order_by("position"), found.parts, strict=True):
        _answer(part, given.label, by, at)


def _answer(part: Part, label: sample.SampleLabel | None, by: Actor, at: datetime) -> None:
    """Fill in each side's sheet as on one page, and save it."""
    for name, answers in label.sheets.items() if label else ():
        side = Discipline(name)
        waiting.answer_all(part=part, side=side, answers=_walked(side, answers), by=by, at=at)
        waiting.submit(part=part, side=side, by=by, at=at)


def _walked(side: Discipline, answers: Answers) -> Answers:
    """Those of the answers that the test asks this side for, one leading to the next."""
    given: dict[str, Answer] = {}
    line_hours = settings.WAITING_LINE_HOURS
    while asked := test.open_among(test.asked(test.CURRENT, side, given, line_hours=line_hours), given):
        given[asked.id] = answers[asked.id]
    return test.settled(test.CURRENT, side, given, line_hours=line_hours)


def _uses(team: Team) -> list[Any]:
    pointing = [model.objects.filter(team=team) for model in (Feature, OneTimeLink, Pair, Realised, Scenario)]
    return [*pointing, team.memberships, team.waves]


def _gone(record: Feature | Team, *uses: Any) -> bool:
    """Deletes a record nobody else uses."""
    if any(found.exists() for found in uses):
        return False
    record.delete()
    return True
