"""What happened after an action to the records it touched."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import Max

from inventory.domain import audit as domain
from inventory.domain.undo import LABEL
from inventory.models import Action, Change, Sheet
from inventory.services import audit
from inventory.services.history.action import kept_state
from inventory.services.history.taken import Key

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
        return _left(self.later.get(key, ()), name, now)

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


def _left(later: Iterable[Later], name: str, now: State) -> Any:
    return next((each.before[name] for each in later if each.before and name in each.before), now[name])


def _answered(told: Sequence[Told], last: int) -> set[str]:
    """The parts, of those whose label the action touched, of which a sheet is not as it was: one that went with its
    part and came back with it is."""
    parts = [
        int(pk) for record, pk, before, after in told if record == "part" and before and after and LABEL & {*before}
    ]
    sheets = {str(sheet.pk): sheet for sheet in Sheet.objects.filter(part__in=parts)} if parts else {}
    if not sheets:
        return set()
    later: dict[str, list[Later]] = defaultdict(list)
    rows = Change.objects.filter(record="sheet", record_id__in=sheets, pk__gt=last).order_by("pk")
    for pk, before, after in rows.values_list("record_id", "before", "after"):
        later[pk].append(Later(0, kept_state(before), kept_state(after)))
    return {str(sheets[pk].part_id) for pk, found in later.items() if _differs(sheets[pk], found)}


def _differs(sheet: Sheet, later: Sequence[Later]) -> bool:
    if later[0].before is None:
        return True  # begun since
    now = dict(domain.kept(audit.states(sheet)[Sheet.RECORD, sheet.pk]))
    return any(_left(later, name, now) != now[name] for name in now)
