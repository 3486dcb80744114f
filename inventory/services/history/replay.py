"""History played back record by record, and held against the rows as they are."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Cast

from inventory.domain import audit, lots
from inventory.domain.digits import is_number
from inventory.models import Action, ChainHead, Change

_JSON = json.JSONDecoder()
MOST = 500  # findings of one kind told
State = Mapping[str, Any]


class Watch(Protocol):
    """Is told of every change that is played back."""

    def step(
        self, action: int, record_id: str, before: State | None, after: State | None, now: State | None, /
    ) -> None: ...


class Watching(Protocol):
    """Has one for each kind of record it wants to be told of."""

    def watch(self, record: str, /) -> Watch | None: ...


class Difference(NamedTuple):
    record: str  # "call 12"
    seq: int | None  # the last action that tells of it
    text: str


@dataclass(slots=True)
class _Played:
    """A record as history tells it; `state` is None after its deletion. `gap` is the first action that found it
    otherwise than the one before had left it."""

    record_id: str
    state: dict[str, Any] | None = None
    action_id: int | None = None
    gap: tuple[int, list[str]] | None = None
    left: str = ""  # the text the last change left: the next one usually begins with the same
    was: dict[str, Any] | None = None  # what that text says
    unreadable: list[int] = field(default_factory=list)

    def step(self, action_id: int, before: str, after: str, watch: Watch | None = None) -> None:
        goes_on = before != "" and before == self.left
        try:
            was, now = self.was if goes_on else read(before), read(after)
        except ValueError:
            self.unreadable.append(action_id)
            return
        if was is not None and not goes_on and self.gap is None:
            known = self.state or {}
            names = [n for n in was if n in known and known[n] != was[n]] if known else ["all of it"]
            self.gap = (action_id, names) if names else None
        if now is None or self.state is None:
            self.state = None if now is None else {**now}
        else:
            self.state.update(now)
        self.action_id, self.left, self.was = action_id, after, now
        if watch is not None:
            watch.step(action_id, self.record_id, was, now, self.state)


def recorded() -> list[Any]:
    """Every model the history keeps."""
    return [model for model in apps.get_app_config("inventory").get_models() if hasattr(model, "RECORD")]


def differences(watching: Watching | None = None) -> Iterator[Difference]:
    """Rows that are not as history left them, or of which it knows nothing. All changes are played back for it once."""
    for model in recorded():
        for record_id in _suspects(model, watching.watch(model.RECORD) if watching else None):
            yield from _settled(model, record_id)
        for pk in _untold(model):
            yield Difference(f"{model.RECORD} {pk}", None, "is in the database, but no action tells of it")


def play(record: str, watch: Watch | None, first: int, last: int) -> None:
    """The records of a kind that actions with these keys touched, from their beginning; told of what these did."""
    within = Change.objects.filter(action_id__gte=first, action_id__lte=last, record=record)
    rows = Change.objects.filter(record=record, record_id__in=within.values("record_id"), action_id__lte=last)
    for record_id, group in groupby(_in_order(rows), key=itemgetter(0)):
        _play(record_id, group, watch)


def _suspects(model: Any, watch: Watch | None) -> Iterator[str]:
    """Looked at without a lock: somebody may have been in the middle of a write."""
    rows = _in_order(Change.objects.filter(record=model.RECORD))
    records = (_play(record_id, group, watch) for record_id, group in groupby(rows, key=itemgetter(0)))
    for chunk in lots.of(records):
        there = _rows(model, [each.record_id for each in chunk])
        yield from (each.record_id for each in chunk if _complaint(each, there.get(each.record_id)))


def _settled(model: Any, record_id: str) -> Iterator[Difference]:
    """The same look once more, with the head of the chain held so that nobody writes meanwhile."""
    with transaction.atomic():
        ChainHead.objects.select_for_update(no_key=True).filter(pk=1).first()
        changes = Change.objects.filter(record=model.RECORD, record_id=record_id).order_by("action_id", "id")
        played = _play(record_id, changes.values_list("record_id", "action_id", "before", "after"))
        complaint = _complaint(played, _rows(model, [record_id]).get(record_id))
        if complaint:
            seq = dict(Action.objects.filter(pk__in=[complaint[0] or 0]).values_list("pk", "seq"))
            yield Difference(f"{model.RECORD} {record_id}", seq.get(complaint[0] or 0), complaint[1])


def _untold(model: Any) -> Iterator[int]:
    told = Change.objects.filter(record=model.RECORD, record_id=models.OuterRef("own_id"))
    rows = model._base_manager.annotate(own_id=Cast("pk", models.CharField())).filter(~models.Exists(told))
    yield from rows.order_by("pk").values_list("pk", flat=True)[:MOST]


def _in_order(changes: "models.QuerySet[Change]") -> Iterator[tuple[str, int, str, str]]:
    rows = changes.order_by("record_id", "action_id", "id")  # as the index has them
    return rows.values_list("record_id", "action_id", "before", "after").iterator(chunk_size=2000)


def _play(record_id: str, rows: Iterable[tuple[str, int, str, str]], watch: Watch | None = None) -> _Played:
    played = _Played(record_id)
    for _, action_id, before, after in rows:
        played.step(action_id, before, after, watch)
    return played


def _rows(model: Any, record_ids: list[str]) -> dict[str, dict[str, Any]]:
    numbers = [int(each) for each in record_ids if is_number(each)]
    return {str(row["pk"]): row for row in model._base_manager.filter(pk__in=numbers).values("pk", *model.HISTORY)}


def _complaint(played: _Played, row: dict[str, Any] | None) -> tuple[int | None, str] | None:
    """The action concerned and what is wrong, naming fields but never values: a blind sheet may be among them."""
    if played.unreadable:
        return played.unreadable[0], "was recorded in a form that cannot be read"
    if played.gap is not None:
        return played.gap[0], f"was changed behind the app's back before this action: {', '.join(played.gap[1])}"
    if row is None:
        return None if played.state is None else (played.action_id, "was deleted behind the app's back")
    if played.state is None:
        return played.action_id, "is in the database, although history says it was deleted"
    state, now = played.state, audit.kept(row)
    names = [n for n in now if n in state and now[n] != state[n]]
    return (played.action_id, f"was changed behind the app's back since: {', '.join(names)}") if names else None


def read(text: str) -> dict[str, Any] | None:
    """A kept state; None for one that is not there. Raises `ValueError` for what cannot be read."""
    if not text:
        return None
    found, end = _JSON.raw_decode(text)
    if not isinstance(found, dict) or end != len(text):
        raise ValueError(text)
    return found


def put(record: Any, state: Mapping[str, Any]) -> None:
    """Values as history keeps them, in the record. Saves nothing."""
    for name, value in state.items():
        field = next(each for each in record._meta.concrete_fields if name in (each.attname, each.name))
        setattr(record, name, value if isinstance(field, models.JSONField) else field.to_python(value))
