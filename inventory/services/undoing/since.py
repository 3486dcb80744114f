"""What happened after an action to the records it touched."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import Max

from inventory.domain.undo import LABEL
from inventory.models import Action, Change, Sheet
from inventory.services.action import kept_state
from inventory.services.taken import Key

State = dict[str, Any]
Told = tuple[str, str, State | None, State | None]  # record, its id, before, after


class Later(NamedTuple):
    seq: int
    before: State | None
    after: State | None


class Since:
    """Read once for all records of the action: one query for each kind of record, and two for sheets."""

    def __init__(self, action: Action, told: Sequence[Told]) -> None:
        last = action.changes.aggregate(last=Max("pk"))["last"] or 0
        self.later: dict[Key, list[Later]] = defaultdict(list)
        for record in sorted({record for record, *_ in told}):
            own = Change.objects.filter(action=action, record=record).values("record_id")
            rows = Change.objects.filter(record=record, record_id__in=own, pk__gt=last).order_by("pk")
            for record_id, seq, before, after in rows.values_list("record_id", "action__seq", "before", "after"):
                self.later[record, record_id].append(Later(seq, kept_state(before), kept_state(after)))
        self.answered = _answered(told, last)

    def left(self, key: Key, name: str, now: State) -> Any:
        """What the action left in that field, or found there."""
        for each in self.later.get(key, ()):
            if each.before is not None and name in each.before:
                return each.before[name]
        return now[name]

    def last(self, key: Key, names: Iterable[str] = ()) -> int | None:
        """The last action that touched it, or one of these fields of it."""
        wanted = set(names)
        found = [
            each.seq
            for each in self.later.get(key, ())
            if not wanted or each.after is None or wanted & each.after.keys()
        ]
        return found[-1] if found else None

    def by(self, key: Key, names: Iterable[str] = ()) -> str:
        """`, by action 12`."""
        seq = self.last(key, names)
        return "" if seq is None else f", by action {seq:,}"


def _answered(told: Sequence[Told], last: int) -> set[str]:
    """The parts, of those whose label the action touched, of which somebody has written a sheet since."""
    parts = [
        int(pk) for record, pk, before, after in told if record == "part" and before and after and LABEL & {*before}
    ]
    if not parts:
        return set()
    of = {str(pk): str(part) for pk, part in Sheet.objects.filter(part__in=parts).values_list("pk", "part_id")}
    touched = Change.objects.filter(record="sheet", record_id__in=of, pk__gt=last).values_list("record_id", flat=True)
    return {of[pk] for pk in touched}
