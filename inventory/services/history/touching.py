"""Which actions are about a record, or touched it or what belongs to it: a call's parts and their sheets among them."""

from collections.abc import Iterator
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from inventory.domain import audit_words
from inventory.domain.digits import is_number
from inventory.models import Action, Call, Change, Comment, Part, Sheet, Trace

SPLIT = "call.is_split"  # traced wherever a call is split or made whole again
UNDOING = tuple(kind for kind in audit_words.SENTENCES if kind.startswith("undo."))
# A call that is split already may be split into fewer parts, and that be taken back.
SPLITTING = ("part.split", *UNDOING)


def of_record(record: str, record_id: str) -> QuerySet[Action]:
    """All of them."""
    about = Action.objects.filter(record=record, record_id=record_id).values("pk")
    touched = [Change.objects.filter(found).order_by().values("action_id") for found in _family(record, record_id)]
    return Action.objects.filter(pk__in=about.union(*touched))


def some(record: str, record_id: str, most: int, *, before: int | None, after: int | None) -> QuerySet[Action]:
    """The `most` newest of them, before an action, or the oldest after one, and perhaps more; not all, of which there
    may be thousands. Numbers in the database grow with those of the chain: who appends holds its head."""
    sign = "-" if after is None else ""
    place = {"seq__gt": after} if after is not None else {"seq__lt": before} if before is not None else {}
    about = Action.objects.filter(record=record, record_id=record_id, **place).order_by(f"{sign}seq")
    found = set(about.values_list("pk", flat=True)[:most])
    bound = _bound(before, after)
    for each in _family(record, record_id):
        touched = Change.objects.filter(each, **bound).order_by(f"{sign}action_id").values_list("action_id", flat=True)
        found |= set(touched.distinct()[:most])
    return Action.objects.filter(pk__in=found, **place)


def taken_away(call_id: int) -> list[str]:
    """Parts that a split, or the undoing of one, took away: only history knows whose they were."""
    own: dict[str, Any] = {"record": Call.RECORD, "record_id": str(call_id)}
    about = Action.objects.filter(**own).order_by().values("pk")
    touched = about.union(Change.objects.filter(**own).order_by().values("action_id"))
    split = Exists(Trace.objects.filter(word=SPLIT, seq=OuterRef("seq"))) | Q(kind__in=SPLITTING)
    return _deleted(Action.objects.filter(split, pk__in=touched).values("pk"), call_id)


def gone_with(call_id: int) -> list[str]:
    """Parts that were deleted together with the call."""
    own = Change.objects.filter(record=Call.RECORD, record_id=str(call_id), after="")
    return _deleted(own.order_by().values("action_id"), call_id)


def _deleted(by: "QuerySet[Any, Any]", call_id: int) -> list[str]:
    own = f'"call_id":{call_id},'
    gone = Change.objects.filter(action__in=by, record=Part.RECORD, after="", before__contains=own)
    return list(gone.order_by("pk").values_list("record_id", flat=True))


def _bound(before: int | None, after: int | None) -> dict[str, int]:
    """The same place among the numbers of the database."""
    if after is not None:
        last = Action.objects.filter(seq__lte=after).order_by("-seq").values_list("pk", flat=True).first()
        return {} if last is None else {"action_id__gt": last}
    first = None
    if before is not None:
        first = Action.objects.filter(seq__gte=before).order_by("seq").values_list("pk", flat=True).first()
    return {} if first is None else {"action_id__lt": first}


def _family(record: str, record_id: str) -> Iterator[Q]:
    yield Q(record=record, record_id=record_id)
    if not is_number(record_id):
        return
    pk = int(record_id)
    if record == "part":
        yield _of(Sheet, part=pk)
    if record == "call":
        yield from (_of(Part, call=pk), _of(Sheet, part__call=pk), _of(Comment, call=pk))
        yield Q(record=Part.RECORD, record_id__in=taken_away(pk))
    if record == "feature":
        yield from (_of(Call, feature=pk), _of(Part, feature=pk), _of(Sheet, part__feature=pk))
        yield _of(Comment, call__feature=pk)


def _of(model: Any, **given: Any) -> Q:
    pks = model.objects.filter(**given).annotate(own_id=Cast("pk", CharField())).values("own_id")
    return Q(record=model.RECORD, record_id__in=pks)
