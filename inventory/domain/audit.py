"""The difference between two states of a record, and the link that chains one action to the last.

The canonical form is the same on every database: JSON with sorted keys, no spaces, UTF-8, decimals and times as text.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

SCHEMA = 2
SALTED = 2  # the first schema whose actions carry a salt
GENESIS = "0" * 64
NONE_TO_REVIEW = ("review.", "job.", "notice.")  # they change nothing anybody would have to look at

PLAIN = (str, int, Decimal, datetime, type(None))

State = Mapping[str, Any]
Stored = tuple[str, str, str, str]  # a change as it is kept: record, its id, before and after as canonical text


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted. `id` is opaque: a person's number, or the name of a command or job. Names live apart from history."""

    kind: str  # person, command, job, token, visitor
    id: str


@dataclass(frozen=True, slots=True)
class Delta:
    """One record before and after; None before is a creation, None after a deletion. Only differing fields are kept."""

    record: str
    record_id: str
    before: State | None
    after: State | None


def delta(record: str, record_id: object, before: State | None, after: State | None) -> Delta | None:
    """The differing fields of two full states, or None where nothing differs."""
    if before is None or after is None:
        return None if before is after else Delta(record, str(record_id), before, after)
    names = differing(before, after)
    if not names:
        return None
    return Delta(record, str(record_id), {n: before.get(n) for n in names}, {n: after.get(n) for n in names})


def differing(before: State, after: State) -> list[str]:
    """Names of the fields that are not equal, in the order of `after`."""
    names = [*after, *(name for name in before if name not in after)]
    return [name for name in names if not same(before.get(name), after.get(name))]


def same(one: object, other: object) -> bool:
    """Whether history would keep the two alike."""
    if type(one) is type(other) and isinstance(one, PLAIN):
        return one == other  # most fields, most of the time: no need to spell them out
    return canonical(one) == canonical(other)


def kept(state: State) -> State:
    """The state as it comes back from history: texts, numbers, lists."""
    found: State = json.loads(canonical(state))
    return found


def canonical(value: object) -> str:
    """JSON that is equal exactly when the values are."""
    return _JSON.encode(value)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, Decimal):
        return format(value.normalize() + 0, "f")  # + 0: a negative zero is stored as zero
    return str(value)


_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def instant(at: datetime) -> str:
    """A moment in UTC to the microsecond: both databases keep exactly that."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def is_reviewable(kind: str) -> bool:
    """Whether a review of such an action is asked for."""
    return not kind.startswith(NONE_TO_REVIEW)


class Link:
    """SHA-256 over the previous link, the action and its changes in order, fed one by one: memory stays constant."""

    def __init__(self, previous: str, action: Mapping[str, Any]) -> None:
        head = canonical(action)
        self._digest = hashlib.sha256(f"{len(previous)},{len(head)}:{previous}{head}".encode())

    def add(self, change: Stored) -> None:
        self.feed(spelled(*change))

    def feed(self, text: str) -> None:
        """Changes as they are spelled, one or many."""
        self._digest.update(text.encode())

    def hex(self) -> str:
        return self._digest.hexdigest()


def spelled(record: str, record_id: str, before: str, after: str) -> str:
    """Lengths come first, so that no text can slide from one field into the next."""
    return f"{len(record)},{len(record_id)},{len(before)},{len(after)}:{record}{record_id}{before}{after}"


def link(previous: str, action: Mapping[str, Any], changes: Iterable[Stored]) -> str:
    """The link of a whole action."""
    made = Link(previous, action)
    for change in changes:
        made.add(change)
    return made.hex()
