"""Take back an import: delete what it made, put back what it changed. Refused where anything was built on it since."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import IntegrityError, models, transaction

from inventory.domain.audit import Actor
from inventory.models import Action, Call, Feature, Person, Team
from inventory.services import access, audit
from inventory.services.intake.back import MADE, Back
from inventory.services.intake.staging import Overtaken
from inventory.services.intake.taking import ALONE, IMPORT, TRIES, Along
from inventory.services.prices.reprice import REPRICE
from inventory.services.undoing import records

UNDO = "exchange.undo_import"
TOLD = 20
HELD: tuple[type[Any], ...] = (Team, Feature, Call)  # in the order in which everybody holds them
MEANWHILE = "Somebody else changed the inventory meanwhile. Try again."


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


def undo(*, action: Action, by: Actor, at: datetime, along: Along = ALONE) -> Action | None:
    """As one action: worked out while others go on writing, then written in one transaction. Raises `BuiltOn`, and
    then nothing was written."""
    for _ in range(TRIES):
        if why := reasons(action):
            raise BuiltOn(why)
        with closing(Back(action, at=at)) as back:
            back.work_out(along.told)
            along.writing()
            try:
                with transaction.atomic():
                    undone = _write(back, by, at, along)
            except (Overtaken, IntegrityError):
                continue
            return undone
    raise BuiltOn([MEANWHILE])


def _write(back: Back, by: Actor, at: datetime, along: Along) -> Action | None:
    action = back.action
    for model in HELD:
        for _ in records.ids(action, model).select_for_update(no_key=True).order_by("pk").values_list("pk").iterator():
            pass  # held until the end: nobody builds on it meanwhile
    if why := reasons(action):
        raise BuiltOn(why)
    undone = audit.append(
        kind=UNDO, by=by, at=at, record="import", record_id=str(action.seq), title=action.title,
        team_id=action.team_id, changes=back.write(along.heard),
    )  # fmt: skip
    along.done(undone)
    return undone


def _reasons(action: Action) -> Iterator[str]:
    undone = Action.objects.filter(kind=UNDO, record_id=str(action.seq)).values_list("seq", flat=True).first()
    if undone is not None:
        yield f"It was taken back already, by action {undone:,}."
        return
    later = records.told_of(action).filter(action_id__gt=action.pk).exclude(action__kind=REPRICE)
    named = later.order_by("action__seq", "position").values_list("record", "record_id", "action__seq")
    for record, record_id, seq in named[:TOLD]:
        yield f"{_name(record, record_id)} was changed since, by action {seq:,}."
    for model in MADE:
        yield from _hanging(action, model)


def _hanging(action: Action, model: type[Any]) -> Iterator[str]:
    """What points to a record the import made, and was not made by it."""
    for pk, belonging in records.hanging(action, model):
        yield f"{_name(model.RECORD, str(pk))} has been worked with since: {belonging} to it."


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
