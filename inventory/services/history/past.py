"""What stood at an earlier moment, played back from history record by record."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from inventory.domain import audit
from inventory.domain.trace import SIDES
from inventory.models import Call, Change, Part, Person, Trace
from inventory.services.history import action as actions
from inventory.services.history import outcome, replay, touching
from inventory.services.history.action import Touched
from inventory.services.history.moment import Moment

State = dict[str, Any]
Key = tuple[str, str]
COMPARED = ("call", "part")


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs between two moments, field by field, and in one line."""

    touched: list[Touched]
    summary: str
    today: int
    saving: int


def crossings(first: Moment, second: Moment) -> dict[str, int]:
    """How many actions between the two moved something across the line, by which way."""
    found = Trace.objects.filter(word__in=SIDES, seq__gt=first.seq, seq__lte=second.seq).order_by().values("word")
    return {row["word"]: row["count"] for row in found.annotate(count=Count("pk"))}


def compared(record: str, pk: int, first: Moment, second: Moment, viewer: Person) -> Compared:
    """A part; or a call with every part it had at either moment."""
    keys = family(record, pk)
    was, now = states_at(keys, first), states_at(keys, second)
    deltas = [audit.delta(*key, was.get(key), now.get(key)) for key in keys]
    changes = [
        Change(record=each.record, record_id=each.record_id, before=_text(each.before), after=_text(each.after))
        for each in deltas
        if each is not None
    ]
    touched = actions.touched(changes, viewer)
    of_parts = [[state for key, state in states.items() if key[0] == "part"] for states in (was, now)]
    by_today, by_target = (_sum(of_parts[1], name) - _sum(of_parts[0], name) for name in ("cost_today", "cost_target"))
    return Compared(touched, outcome.summary(record, str(pk), touched), by_today, by_today - by_target)


def states_at(keys: Iterable[Key], moment: Moment) -> dict[Key, State]:
    """Each record that was there at that moment, all its fields: played forward from its creation."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for record, record_id in keys:
        wanted[record].append(record_id)
    found: dict[Key, State] = {}
    for record, ids in wanted.items():
        rows = Change.objects.filter(record=record, record_id__in=ids, action__seq__lte=moment.seq).order_by("pk")
        for record_id, after in rows.values_list("record_id", "after").iterator(chunk_size=2000):
            state = replay.read(after)
            if state is None:
                found.pop((record, record_id), None)
            else:
                found.setdefault((record, record_id), {}).update(state)
    return found


def family(record: str, pk: int) -> list[Key]:
    """The record; of a call also every part it ever had."""
    if record != Call.RECORD:
        return [(record, str(pk))]
    parts = {str(each) for each in Part.objects.filter(call=pk).values_list("pk", flat=True)}
    parts |= set(touching.taken_away(pk))
    return [(record, str(pk)), *((Part.RECORD, each) for each in sorted(parts, key=int))]


def _sum(states: Iterable[State], name: str) -> int:
    return sum(state.get(name) or 0 for state in states if state.get("is_live"))


def _text(state: Any) -> str:
    return "" if state is None else audit.canonical(state)
