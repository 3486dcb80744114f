"""Which answer sheets one person may see now, also of parts that are gone: what the rest of history may tell them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inventory.domain import audit_words
from inventory.domain.digits import is_number
from inventory.models import Action, Change, Part, Person, Sheet
from inventory.services import access
from inventory.services.labelling import agreement

KEPT = ("part_id", "side", "test_version", "submitted_at", "opened_at")  # of a sheet: what visibility depends on
DECIDING = (*KEPT, "part__state", "part__sealed_at")


@dataclass(frozen=True, slots=True)
class Told:
    """The sheet an action was about, by its id in history, and its side; whether its answers are still hidden from the
    viewer, and the version of the test they are answers to."""

    sheet: str
    side: str
    hidden: bool
    test_version: int


def told(actions: Sequence[Action], viewer: Person) -> dict[int, Told]:
    """For each action on one side's sheet, by its number in the database."""
    pks = [action.pk for action in actions if action.kind.startswith("waiting.")]
    if not pks:
        return {}
    touched = dict(Change.objects.filter(action__in=pks, record="sheet").values_list("action_id", "record_id"))
    visible = visibility(touched.values(), viewer)
    return {pk: visible[sheet] for pk, sheet in touched.items() if sheet in visible}


def visibility(record_ids: Iterable[str], viewer: Person) -> dict[str, Told]:
    """For each sheet and its twin, by its id in history: its side and whether the viewer may not see it now."""
    wanted = set(record_ids)
    if not wanted:
        return {}
    parts = Sheet.objects.filter(pk__in=_numbers(wanted)).values("part_id")
    there = Sheet.objects.filter(part__in=parts).select_related("part").only(*DECIDING)
    seen = {str(sheet.pk): sheet for sheet in there}
    seen |= _deleted(wanted - seen.keys())
    pairs: dict[tuple[int, int], list[Sheet]] = defaultdict(list)
    for sheet in seen.values():
        pairs[sheet.part_id, sheet.test_version].append(sheet)
    both_in = {pair: agreement.both_in(sheets[0].part, sheets) for pair, sheets in pairs.items()}
    return {
        key: Told(key, sheet.side, not _may_see(viewer, sheet, both_in), sheet.test_version)
        for key, sheet in seen.items()
    }


def _may_see(viewer: Person, sheet: Sheet, both_in: dict[tuple[int, int], bool]) -> bool:
    return access.may_see_sheet(viewer, sheet, both_in=both_in[sheet.part_id, sheet.test_version])


def _deleted(record_ids: set[str]) -> dict[str, Sheet]:
    """Sheets that went with their part, as both were last. Their twins went in the same action."""
    if not record_ids:
        return {}
    gone = Change.objects.filter(record="sheet", record_id__in=record_ids, after="")
    left = Change.objects.filter(action__in=gone.values("action_id"), record__in=("sheet", "part"), after="")
    was = {(each.record, each.record_id): json.loads(each.before) for each in left.order_by("pk")}
    return {
        key: _sheet(state, was.get(("part", str(state["part_id"])), {}))
        for (record, key), state in was.items()
        if record == "sheet"
    }


def _sheet(state: dict[str, Any], part: dict[str, Any]) -> Sheet:
    """A seal that was broken stays so: what one side had confirmed alone by then is blind for good."""
    found = Sheet(**{name: state[name] for name in KEPT})
    found.submitted_at, found.opened_at = _moment(found.submitted_at), _moment(found.opened_at)
    found.part = Part(pk=found.part_id, state=part.get("state", ""), sealed_at=_moment(part.get("sealed_at")))
    return found


def _moment(stored: Any) -> datetime | None:
    return audit_words.moment(stored) if stored else None


def _numbers(record_ids: Iterable[str]) -> list[int]:
    return [int(each) for each in record_ids if is_number(each)]
