"""The records an action touched, as they are now: which they are, what hangs on them, and a kept state put into one."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from django.db import models
from django.db.models.functions import Cast

from inventory.models import Action, Change
from inventory.models.versioned import Versioned
from inventory.services.history import replay

# What hangs on a record and is not built on it: a part in hand, what a version of the test would decide, notices.
PASSING = ("hold", "differing", "notice")
# A comment stays said when its part goes.
STAYING = {("part", "comment")}
TOLD = 20


@cache
def model_of(record: str) -> Any:
    """None for what history keeps and no model has."""
    return next((model for model in replay.recorded() if record == model.RECORD), None)


def ids(action: Action, model: Any, *, made: bool = False) -> models.QuerySet[Any]:
    """The records of a kind that the action touched, or only those it made."""
    told = Change.objects.filter(action=action, record=model.RECORD)
    if made:
        told = told.filter(before="")
    rows: models.QuerySet[Any] = model._base_manager.filter(
        pk__in=told.values(own=Cast("record_id", models.BigIntegerField()))
    )
    return rows


def anew(model: Any, states: Mapping[int, Mapping[str, Any]]) -> list[Any]:
    """What was taken away, made again as it was, by number; unsaved. With a version nobody has seen: one action writes
    a record twice at most."""
    told = Change.objects.filter(record=model.RECORD, record_id__in=[str(pk) for pk in states]).order_by()
    written = dict(told.values_list("record_id").annotate(models.Count("pk"))) if states else {}
    made = []
    for pk, state in states.items():
        one = model(pk=pk)
        replay.put(one, state)
        if isinstance(one, Versioned):
            one.version = 2 * written[str(pk)] + 1
        made.append(one)
    return made


def told_of(action: Action) -> models.QuerySet[Change]:
    """Every change, of whatever action, to a record that this one touched."""
    same = Change.objects.filter(
        action=action, record=models.OuterRef("record"), record_id=models.OuterRef("record_id")
    )
    return Change.objects.filter(models.Exists(same))


def hanging(action: Action, model: Any) -> Iterator[tuple[int, str]]:
    """What points to a record the action made, and was not touched by it: the record's number and how much of what,
    `a sheet belongs`, `4 calls belong`; of at most TOLD records each."""
    for relation in model._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)):
            continue
        other = relation.related_model
        name = other._meta.model_name
        if name in PASSING or (model.RECORD, name) in STAYING:
            continue
        field = relation.field.name
        rows = other._base_manager.filter(**{f"{field}__in": ids(action, model, made=True)})
        if hasattr(other, "RECORD"):
            rows = rows.exclude(pk__in=ids(action, other).values("pk"))
        for pk, count in rows.order_by(f"{field}_id").values_list(f"{field}_id").annotate(models.Count("pk"))[:TOLD]:
            yield pk, _belonging(other, count)


def _belonging(model: Any, count: int) -> str:
    if count > 1:
        return f"{count:,} {model._meta.verbose_name_plural} belong"
    name = str(model._meta.verbose_name)
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name} belongs"
