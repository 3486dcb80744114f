"""What an action is found by besides who, when and what: the fields it changed, and the line it moved parts across."""

from collections.abc import Iterator, Mapping
from typing import Any

from inventory.domain.plan import Kind

TO_BATCH = "to_batch"
TO_REAL_TIME = "to_real_time"
SIDES = {TO_BATCH: "Moved to batch", TO_REAL_TIME: "Moved to real time"}

IN_BATCH: frozenset[str] = frozenset((Kind.MOVE_TO_BATCH, Kind.STAY_BATCH))
CROSSING: Mapping[str, str] = {Kind.MOVE_TO_BATCH: TO_BATCH, Kind.BRING_BACK: TO_REAL_TIME}
NAMED = frozenset(("call", "feature", "part", "scenario", "team", "wave"))
NAMES = ("key", "name")  # the last of them is what a record goes by
State = Mapping[str, Any]


def words(record: str, before: State | None, after: State | None) -> Iterator[str]:
    """For one changed record: `part.deadline` for each field of one that was there already, and where it crossed."""
    if before is not None and after is not None:
        yield from (f"{record}.{name}" for name in after)
    if record == "part":
        found = crossing((before or {}).get("kind"), (after or {}).get("kind"))
        if found:
            yield found


def names(record: str, before: State | None, after: State | None) -> Iterator[str]:
    """What a record is called from now on, by its name and by its key; of people nothing, whose names live apart."""
    if record not in NAMED or after is None:
        return
    for field in NAMES:
        now = after.get(field)
        if isinstance(now, str) and now and (before is None or before.get(field) != now):
            yield now


def crossing(was: str | None, now: str | None) -> str:
    """Which way a part moved across the line of the plan; what is not decided counts in real time. A part that is new
    crosses where its move takes it from the path of today."""
    if not now:
        return ""
    if not was:
        return CROSSING.get(now, "")
    if (was in IN_BATCH) == (now in IN_BATCH):
        return ""
    return TO_BATCH if now in IN_BATCH else TO_REAL_TIME
