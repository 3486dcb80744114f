"""Records found by any name they ever had: retired ones, and those that are there no more."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from inventory.domain import audit_words
from inventory.models import Called
from inventory.services.history import replay

ROWS = 50
MOST_WORDS = 8
IN_USE, RETIRED, GONE = "in use", "retired", "there no more"


@dataclass(frozen=True, slots=True)
class Found:
    """A record by the name it has or had last, with the others it goes or went by, the latest first."""

    record: str
    record_id: str
    noun: str
    name: str
    others: Sequence[str]
    stands: str


def find(words: str, *, before: int | None = None) -> tuple[list[Found], int | None]:
    """A page of the records one of whose names holds every word, the last named first; and where the next one begins.
    A part that is all of its call goes by its call."""
    names = Called.objects.all()
    for word in words.casefold().split()[:MOST_WORDS]:
        names = names.filter(folded__contains=word)
    records = names.order_by().values("record", "record_id").annotate(last=Max("pk")).order_by("-last")
    if before is not None:
        records = records.filter(last__lt=before)
    page = list(records[: ROWS + 1])
    keys = [(row["record"], row["record_id"]) for row in page[:ROWS]]
    return _told(keys), page[ROWS - 1]["last"] if len(page) > ROWS else None


def _told(keys: Sequence[tuple[str, str]]) -> list[Found]:
    names: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for record in {record for record, _ in keys}:
        ids = [record_id for kind, record_id in keys if kind == record]
        told = Called.objects.filter(record=record, record_id__in=ids).order_by("seq", "pk")
        for record_id, name in told.values_list("record_id", "name"):
            names[record, record_id].pop(name, None)  # called so again: that is its last name then
            names[record, record_id][name] = None
    now = _now(keys)
    found = []
    for key in keys:
        name, stands = now.get(key) or (list(names[key])[-1], GONE)
        if stands:
            others = [each for each in reversed(names[key]) if each != name]
            found.append(Found(*key, audit_words.RECORDS[key[0]], name, others, stands))
    return found


def _now(keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
    """Of those that are there: the name, and whether it is in use or retired; neither for the only part of a call."""
    models: dict[str, Any] = {model.RECORD: model for model in replay.recorded()}
    found = {}
    for record in {record for record, _ in keys}:
        numbers = [int(each) for kind, each in keys if kind == record]
        retired = {"part": "call__retired_at", "scenario": None}.get(record, "retired_at")
        counts = "in_split" if record == "part" else "pk"
        fields = [name for name in ("pk", "name", counts, retired) if name]
        for row in models[record]._base_manager.filter(pk__in=numbers).values(*fields):
            stands = RETIRED if retired and row[retired] is not None else IN_USE
            found[record, str(row["pk"])] = (row["name"], stands if row[counts] else "")
    return found
