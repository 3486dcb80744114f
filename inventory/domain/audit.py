"""The difference between two states of a record, and the link that chains one action to the last.

The canonical form is the same on every database: JSON with sorted keys, no spaces, UTF-8, decimals and times as text.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

SCHEMA = 1
GENESIS = "0" * 64

State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted. `id` is opaque: a person's number, or the name of a command or job. Names live apart from history."""

    kind: str  # person, command, job, token
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
    changed = [name for name in after if canonical(before.get(name)) != canonical(after[name])]
    if not changed:
        return None
    return Delta(record, str(record_id), {n: before.get(n) for n in changed}, {n: after[n] for n in changed})


def canonical(value: object) -> str:
    """JSON that is equal exactly when the values are."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return str(value)


def instant(at: datetime) -> str:
    """A moment in UTC to the microsecond: both databases keep exactly that."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def link(previous: str, action: Mapping[str, Any], changes: Sequence[tuple[str, str, str, str]]) -> str:
    """SHA-256 over the previous link, the action and its changes (record, id, before, after as stored text)."""
    digest = hashlib.sha256(previous.encode())
    digest.update(canonical(action).encode())
    for change in changes:
        digest.update(canonical(change).encode())
    return digest.hexdigest()
