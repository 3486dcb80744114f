"""The walk along a chain of actions: what is out of place, and what differs from heads published earlier.

The same for the database and for an export on another machine. Nothing but the last link is held.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from inventory.domain import audit

Heads = Mapping[int, str]  # the hash of an action by its number, as it was published
HEAD = re.compile(r"(?<![0-9a-zA-Z])(\d{1,18}):([0-9a-f]{64})(?![0-9a-zA-Z])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `seq` is the action concerned, None where none tells of it. Never says a value."""

    seq: int | None
    text: str

    def __str__(self) -> str:
        return self.text if self.seq is None else f"action {self.seq}: {self.text}"


class TwoHeads(Exception):
    """The same action was published with two hashes: the text is its number."""


def head(seq: int, digest: str) -> str:
    """`SEQ:HASH`: what pages, exports and the log print."""
    return f"{seq}:{digest}"


def heads(lines: Iterable[str]) -> dict[int, str]:
    """Every head named in these lines, whatever else stands in them: a file of heads, a log, an exported history.
    Raises `TwoHeads`."""
    found: dict[int, str] = {}
    for line in lines:
        for seq, digest in HEAD.findall(_own_head(line) if line.startswith("{") else line):
            if found.setdefault(int(seq), digest) != digest:
                raise TwoHeads(seq)
    return found


def _own_head(line: str) -> str:
    """Of a line of an exported history only what it says of the head: texts of people may look like one."""
    try:
        return str(json.loads(line).get("head", ""))
    except (ValueError, RecursionError):
        return ""


@dataclass(slots=True)
class Walk:
    """Where the walk stands. `vouched` is the last action whose published head fits: what is wrong comes after it."""

    published: Heads = field(default_factory=dict)
    seq: int = 0
    hash: str = audit.GENESIS
    actions: int = 0
    changes: int = 0
    vouched: int = 0
    is_rewritten: bool = False

    def step(self, seq: int, previous: str, digest: str, complaint: str = "") -> Iterator[Finding]:
        """One action further. `complaint` is what is wrong with it by itself."""
        yield from self._in_place(seq, previous)
        if complaint:
            yield Finding(seq, complaint)
        yield from self._as_published(seq, digest)
        self.seq, self.hash = seq, digest
        self.actions += 1

    def end(self) -> Iterator[Finding]:
        """What was published of actions that are not there."""
        last = max(self.published, default=0)
        if last > self.seq:
            yield Finding(self.seq + 1, f"is missing: history went on to action {last}, whose head was published")

    def _in_place(self, seq: int, previous: str) -> Iterator[Finding]:
        expected = self.seq + 1
        if seq == expected + 1:
            yield Finding(expected, "is missing")
        elif seq > expected:
            yield Finding(expected, f"is missing, and all that follow it up to {seq - 1}")
        elif seq < expected:
            yield Finding(seq, "has a number that no action can have")
        elif previous != self.hash:
            yield Finding(seq, "does not continue the action before it: one of the two was rewritten")

    def _as_published(self, seq: int, digest: str) -> Iterator[Finding]:
        known = self.published.get(seq)
        if known is None or self.is_rewritten:
            return
        if known == digest:
            self.vouched = seq
            return
        self.is_rewritten = True  # every later head differs with it
        first = self.vouched + 1
        among = "" if first == seq else f"or one of those after it up to {seq} "
        yield Finding(first, f"{among}was rewritten: the head of {seq} was published with another hash")
