"""Take back an import: delete what it made, put back what it changed. Refused where anything was built on it since."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from inventory.domain.audit import Actor
from inventory.models import Action, Call, Change, Feature, Part, Person, Team
from inventory.services import access, audit
from inventory.services.calls import call as calls
from inventory.services.history import replay
from inventory.services.intake.taking import IMPORT
from inventory.services.prices import pricing
from inventory.services.prices.reprice import REPRICE
from inventory.services.undoing import records

UNDO = "exchange.undo_import"
ROWS = 500
TOLD = 20
MADE: tuple[type[Any], ...] = (Part, Call, Feature, Team)  # in the order in which they can be deleted
HELD: tuple[type[Any], ...] = (Team, Feature, Call)  # in the order in which everybody holds them


class BuiltOn(Exception):
    """Something rests on what the import did. `reasons` are at most TOLD."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Import:
    """An import as it stands in the history: how many records it made and changed, in which teams, and the action that
    took it back, if one did."""

    action: Action
    made: dict[str, int]
    changed: int
    features_changed: int
    teams: frozenset[int]
    undone_by: int | None


def found(seq: int) -> Import | None:
    action = Action.objects.filter(seq=seq, kind=IMPORT).first()
    if action is None:
        return None
    made = dict(action.changes.filter(before="").order_by().values_list("record").annotate(count=models.Count("pk")))
    changed = action.changes.filter(record="call").exclude(before="").count()
    features = action.changes.filter(record="feature").exclude(before="").values("record_id").distinct().count()
    undone = Action.objects.filter(kind=UNDO, record_id=str(seq)).values_list("seq", flat=True).first()
    return Import(action, made, changed, features, _teams(action), undone)


def may_undo(person: Person, each: Import) -> bool:
    """Leads of every team concerned, and whoever imported it and may edit there still."""
    own = (each.action.actor_kind, each.action.actor_id) == (person.actor.kind, person.actor.id)
    may = access.may_edit if own else access.may_lead
    return person.is_administrator or (bool(each.teams) and all(may(person, team) for team in each.teams))


def reasons(action: Action) -> list[str]:
    """Why it cannot be taken back; nothing where it can."""
    return list(islice(_reasons(action), TOLD))


@transaction.atomic
def undo(*, action: Action, by: Actor, at: datetime) -> Action | None:
    """As one action. Raises `BuiltOn`, and then nothing was written."""
    for model in HELD:
        for _ in records.ids(action, model).select_for_update(no_key=True).order_by("pk").values_list("pk").iterator():
            pass  # held until the end: nobody builds on it meanwhile
    if why := reasons(action):
        raise BuiltOn(why)
    changes = audit.Changes()
    _put_back(action, changes, at)
    for model in MADE:
        _delete(action, model, changes)
    return audit.append(
        kind=UNDO, by=by, at=at, record="import", record_id=str(action.seq), title=action.title,
        team_id=action.team_id, changes=changes,
    )  # fmt: skip


def _reasons(action: Action) -> Iterator[str]:
    undone = Action.objects.filter(kind=UNDO, record_id=str(action.seq)).values_list("seq", flat=True).first()
    if undone is not None:
        yield f"It was taken back already, by action {undone:,}."
        return
    same = Change.objects.filter(
        action=action, record=models.OuterRef("record"), record_id=models.OuterRef("record_id")
    )
    later = Change.objects.filter(models.Exists(same), action_id__gt=action.pk).exclude(action__kind=REPRICE)
    named = later.order_by("action__seq", "position").values_list("record", "record_id", "action__seq")
    for record, record_id, seq in named[:TOLD]:
        yield f"{_name(record, record_id)} was changed since, by action {seq:,}."
    for model in MADE:
        yield from _hanging(action, model)


def _hanging(action: Action, model: type[Any]) -> Iterator[str]:
    """What points to a record the import made, and was not made by it."""
    for pk, noun in records.hanging(action, model):
        yield f"{_name(model.RECORD, str(pk))} has been worked with since: {noun} belongs to it."


def _put_back(action: Action, changes: audit.Changes, at: datetime) -> None:
    told: dict[tuple[str, int], dict[str, Any]] = {}
    kept = action.changes.exclude(before="").order_by("position").values_list("record", "record_id", "before")
    for name, pk, text in kept:
        told[name, int(pk)] = {**json.loads(text), **told.get((name, int(pk)), {})}  # the first is what it was
    _put_back_features(told, changes)
    book = pricing.book(timezone.localdate(at))
    pks = {pk for record, pk in told if record == "call"}
    made = set(records.ids(action, Part, made=True).values_list("pk", flat=True))
    touched_by_parts = Part.objects.filter(pk__in=records.ids(action, Part)).values_list("call_id", flat=True)
    pks |= set(touched_by_parts) - set(records.ids(action, Call, made=True).values_list("pk", flat=True))
    waiting = iter(sorted(pks))
    while some := list(islice(waiting, ROWS)):
        parts = list(Part.objects.filter(call__in=some).order_by("call_id", "position"))
        for call in Call.objects.select_related("feature__team", "team").filter(pk__in=some).order_by("pk"):
            own = [part for part in parts if part.call_id == call.pk and part.pk not in made]  # those go with it
            for part in own:
                part.call = call
            before = audit.states(call, *own)
            touched: list[Call | Part] = [call, *own]
            for record in touched:
                replay.put(record, told.get((record.RECORD, record.pk), {}))
            call.search_text = calls.search_text(call)
            pricing.apply(call, own, book=book)
            calls.write(call, own, before, call.version)
            changes.add(before, audit.states(call, *own))


def _put_back_features(told: dict[tuple[str, int], dict[str, Any]], changes: audit.Changes) -> None:
    pks = [pk for record, pk in told if record == Feature.RECORD]
    for feature in Feature.objects.filter(pk__in=pks).order_by("pk"):
        before = audit.states(feature)
        replay.put(feature, told[Feature.RECORD, feature.pk])
        feature.write(*audit.changed(feature, before))
        changes.add(before, audit.states(feature))


def _delete(action: Action, model: type[Any], changes: audit.Changes) -> None:
    pks = iter(list(records.ids(action, model, made=True).order_by("pk").values_list("pk", flat=True)))
    while some := list(islice(pks, ROWS)):
        rows = model._base_manager.filter(pk__in=some)
        changes.add(audit.states(*rows.order_by("pk")), {})
        rows.delete()


def _teams(action: Action) -> frozenset[int]:
    return frozenset(
        pk
        for pks in (
            records.ids(action, Team).values_list("pk", flat=True),
            records.ids(action, Feature).values_list("team_id", flat=True).distinct(),
            records.ids(action, Call).values_list("team_id", flat=True).distinct(),
        )
        for pk in pks
    )


def _name(record: str, record_id: str) -> str:
    model = next(each for each in MADE if record == each.RECORD)
    there = model._base_manager.filter(pk=int(record_id)).first()
    return f"The {record} “{there}”" if there else f"A {record} that is gone"
