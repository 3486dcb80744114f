"""The one part of a call that a file splits: it goes with its answer sheets, as by hand, if it is still as it was."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from inventory.domain import audit as domain
from inventory.domain import lots
from inventory.models import Part, Sheet
from inventory.services import audit

Told = tuple[int, str]  # a part by its number, and all that is kept of it and of its sheets


def sheets(parts: Iterable[Part]) -> dict[int, list[Sheet]]:
    """The answer sheets of these parts, by part; one query, none where there are no parts."""
    found: dict[int, list[Sheet]] = defaultdict(list)
    if pks := [part.pk for part in parts]:
        for sheet in Sheet.objects.filter(part__in=pks).order_by("pk"):
            found[sheet.part_id].append(sheet)
    return found


def told(parts: Sequence[Part], before: audit.States) -> Iterator[Told]:
    """Of parts that are to go as they are in `before`, with their sheets."""
    for part in parts:
        own = [state for (name, _), state in before.items() if name == Sheet.RECORD and state["part_id"] == part.pk]
        yield part.pk, _text([before[Part.RECORD, part.pk], *own])


def take_away(staged: Iterable[Told]) -> bool:
    """Delete these parts with their sheets; False, and some of them are left, where one is not as it was told."""
    for lot in lots.of(staged):
        some = dict(lot)
        parts = list(Part.objects.filter(pk__in=some).order_by("pk"))
        of_part = sheets(parts)
        now = {each.pk: _text([*audit.states(each, *of_part[each.pk]).values()]) for each in parts}
        if now != some:
            return False
        Part.objects.filter(pk__in=some).delete()
    return True


def _text(states: Iterable[Mapping[str, Any]]) -> str:
    return "\n".join(domain.canonical(state) for state in states)
