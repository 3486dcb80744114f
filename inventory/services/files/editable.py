"""The calls of a list as rows to be edited and imported again, each with what it was exported from."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Prefetch

from inventory.exchange import call_row, part_row, stamp
from inventory.exchange.call_row import GROWTH
from inventory.exchange.stamp import MARK, Stamp
from inventory.models import Call, ChainHead, Part
from inventory.services import audit
from inventory.services.calls import call_list
from inventory.services.calls.owners import Owners

AT_ONCE = 500
TRIES = 3
FIELDS = tuple(name for names in call_row.FIELDS.values() for name in names)
OF_PART = tuple(name for names in part_row.FIELDS.values() for name in names)


def keys(asked: Mapping[str, Any], picked: Sequence[int]) -> "array[int]":
    """Of the list as it is narrowed, or of what was ticked, the calls in use, in order: a file changes no others."""
    found = call_list.every(words=asked["words"], filters=asked["filters"], sort=asked["sort"])
    wanted = set(picked) if picked else None
    if asked["filters"].get("show", "live") != "live":
        live = set(Call.objects.live().values_list("pk", flat=True).iterator())
        wanted = live if wanted is None else live & wanted
    return found if wanted is None else array("q", [pk for pk in found if pk in wanted])


def lots(found: "array[int]") -> Iterator[list[dict[str, str]]]:
    """The rows by the names of their columns, as texts: of each call, then of its parts where it is split. 500 calls
    are held in memory."""
    owners = Owners()
    for start in range(0, len(found), AT_ONCE):
        head, calls = _read(found[start : start + AT_ONCE])
        yield [row for call in calls for row in _rows(call, owners, head, len(found))]


def _read(pks: Sequence[int]) -> tuple[ChainHead, list[Call]]:
    """The calls as they stood at one moment of the history. Where others keep writing meanwhile it is the moment
    before: what was changed between would then be told as a change of the file, never lost."""
    parts = Prefetch("parts", queryset=Part.objects.order_by("position"))
    for _ in range(TRIES):
        head = audit.head()
        found = Call.objects.live().select_related("feature__team").prefetch_related(parts).in_bulk(pks)
        if audit.head().seq == head.seq:
            break
    return head, [found[pk] for pk in pks if pk in found]


def _rows(call: Call, owners: Owners, head: ChainHead, count: int) -> Iterator[dict[str, str]]:
    feature, parts = call.feature, list(call.parts.all())
    home = {"team": feature.team.name, "feature": feature.name}

    def exported(record: Call | Part) -> dict[str, str]:
        return {stamp.COLUMN: str(Stamp(record.RECORD, record.pk, head.seq, head.hash[:MARK], count))}

    row = home | call_row.written({name: getattr(call, name) for name in FIELDS}) | exported(call)
    row |= {GROWTH: call_row.percent(feature.growth)}
    row |= {column: owners.words(getattr(feature, f"{column}_id")) for column in call_row.OWNERS}
    if not call.is_split:
        yield row | {name: getattr(parts[0], name) for name in part_row.TEXTS}
        return
    yield row
    for part in parts:
        of_part = part_row.written({name: getattr(part, name) for name in OF_PART})
        yield home | {"call_key": call.key, "name": call.name} | of_part | exported(part)
