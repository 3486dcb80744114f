"""The calls of a list as rows to be edited and imported again, each with what it was exported from."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from inventory.exchange import call_file, stamp
from inventory.exchange.call_file import GROWTH
from inventory.exchange.stamp import MARK, Stamp
from inventory.models import Call, ChainHead
from inventory.services import audit, call_list

AT_ONCE = 500
TRIES = 3
FIELDS = tuple(name for names in call_file.FIELDS.values() for name in names)


def keys(asked: Mapping[str, Any], picked: Sequence[int]) -> "array[int]":
    """Of the list as it is narrowed, or of what was ticked, the calls in use, in order: a file changes no others."""
    found = call_list.every(words=asked["words"], filters=asked["filters"], sort=asked["sort"])
    wanted = set(picked) if picked else None
    if asked["filters"].get("show", "live") != "live":
        live = set(Call.objects.live().values_list("pk", flat=True).iterator())
        wanted = live if wanted is None else live & wanted
    return found if wanted is None else array("q", [pk for pk in found if pk in wanted])


def lots(found: "array[int]") -> Iterator[list[dict[str, str]]]:
    """The rows by the names of their columns, as texts; 500 calls are held in memory."""
    for start in range(0, len(found), AT_ONCE):
        head, calls = _read(found[start : start + AT_ONCE])
        yield [_row(call, head, len(found)) for call in calls]


def _read(pks: Sequence[int]) -> tuple[ChainHead, list[Call]]:
    """The calls as they stood at one moment of the history. Where others keep writing meanwhile it is the moment
    before: what was changed between would then be told as a change of the file, never lost."""
    for _ in range(TRIES):
        head = audit.head()
        found = Call.objects.live().select_related("feature__team").in_bulk(pks)
        if audit.head().seq == head.seq:
            break
    return head, [found[pk] for pk in pks if pk in found]


def _row(call: Call, head: ChainHead, count: int) -> dict[str, str]:
    return {
        "team": call.feature.team.name, "feature": call.feature.name,
        **call_file.written({name: getattr(call, name) for name in FIELDS}),
        GROWTH: call_file.percent(call.feature.growth),
        stamp.COLUMN: str(Stamp(Call.RECORD, call.pk, head.seq, head.hash[:MARK], count)),
    }  # fmt: skip
