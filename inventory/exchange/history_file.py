"""The whole history as lines of JSON, for checking on another machine: read and written in constant memory.

A first line with the head it was written at, a line an action with a line for each of its changes after it, a last line
with the head again and the counts. An action whose answers are still blind is withheld: its place can be checked, its
content cannot.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from inventory.domain import audit, chain
from inventory.domain.audit import Stored
from inventory.domain.chain import Finding, Walk

FORMAT = 1
WITHHELD = ("seq", "at", "kind", "changes_count")


class NoHistory(Exception):
    """The file is no export of the history: the text says what it lacks."""


def first(head: str, written_at: str) -> str:
    return _line({"batchline": "history", "format": FORMAT, "head": head, "written_at": written_at})


def action(chained: Mapping[str, Any], previous: str, digest: str, *, withheld: bool = False) -> str:
    """`chained` is what the link covers; of a withheld action only what gives nothing away."""
    said = {name: chained[name] for name in WITHHELD} if withheld else chained
    key = "withheld" if withheld else "action"
    return _line({key: said, "previous": previous, "hash": digest})


def change(stored: Stored) -> str:
    return _line({"change": stored})


def last(walk_head: str, *, actions: int, changes: int, withheld: int) -> str:
    return _line({"head": walk_head, "actions": actions, "changes": changes, "withheld": withheld})


def verify(lines: Iterable[str], walk: Walk) -> Iterator[Finding | int]:
    """Every finding, and the number of each withheld action. Raises `NoHistory` for another kind of file."""
    rows = _rows(lines)
    opening = next(rows, None)
    if opening is None or opening.get("batchline") != "history":
        raise NoHistory("its first line is not that of an exported history")
    if opening.get("format") != FORMAT:
        raise NoHistory(f"it is of format {str(opening.get('format'))[:20]}, which this version cannot read")
    yield from _walked(rows, walk, str(opening.get("head")))
    yield from walk.end()


def _walked(rows: Iterator[dict[str, Any]], walk: Walk, head: str) -> Iterator[Finding | int]:
    now: _Read | None = None
    for row in rows:
        if "change" in row and now is not None:
            now.add(row["change"])
            continue
        if now is not None:
            yield from now.ended(walk)
        now = None
        if "head" in row:
            yield from _ending(row, walk, head)
            if next(rows, None) is not None:
                yield Finding(None, "lines follow the one that ends the file")
            return
        now = _Read.begun(row)
        if now is None:
            yield Finding(walk.seq + 1, "cannot be read in the file")
            return
    if now is not None:
        yield from now.ended(walk)
    yield Finding(walk.seq + 1, f"and all that follow it are missing: the file ends there, its head is {head[:90]}")


def _ending(row: Mapping[str, Any], walk: Walk, head: str) -> Iterator[Finding]:
    if chain.head(walk.seq, walk.hash) != head:
        stands = max(chain.heads([head]), default=0)
        if stands > walk.seq:
            yield Finding(walk.seq + 1, f"is missing: the head of the file stands at {stands}")
        else:
            yield Finding(walk.seq or None, "is not the one the head of the file names")
    if row["head"] != head:
        yield Finding(None, "the heads in the first and in the last line of the file differ")
    if (row.get("actions"), row.get("changes")) != (walk.actions, walk.changes):
        yield Finding(None, "the counts in the last line of the file are not those of what it holds")


class _Read:
    """One action of the file, while its changes are read."""

    def __init__(self, said: Mapping[str, Any], previous: str, digest: str, *, withheld: bool) -> None:
        self.seq, self.count = int(said["seq"]), said["changes_count"]
        self.previous, self.digest, self.withheld = previous, digest, withheld
        self.link = audit.Link(previous, said)
        self.changes = 0
        self.is_readable = True

    @classmethod
    def begun(cls, row: Mapping[str, Any]) -> "_Read | None":
        key = "withheld" if "withheld" in row else "action"
        try:
            return cls(row[key], str(row["previous"]), str(row["hash"]), withheld=key == "withheld")
        except (KeyError, TypeError, ValueError, OverflowError):
            return None

    def add(self, stored: object) -> None:
        self.changes += 1
        if isinstance(stored, list) and len(stored) == 4 and all(isinstance(each, str) for each in stored):
            self.link.add((stored[0], stored[1], stored[2], stored[3]))
        else:
            self.is_readable = False

    def ended(self, walk: Walk) -> Iterator[Finding | int]:
        walk.changes += self.changes
        yield from walk.step(self.seq, self.previous, self.digest, self._complaint())
        if self.withheld:
            yield self.seq

    def _complaint(self) -> str:
        if not self.is_readable:
            return "has a change that cannot be read in the file"
        if self.withheld:
            return "has changes although they were withheld" if self.changes else ""
        if self.changes != self.count:
            return f"has {self.changes} changes, not {self.count}"
        return "" if self.link.hex() == self.digest else "was altered after it was written"


def _rows(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Each line as what it says; a line that says nothing readable as an empty row."""
    for line in lines:
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        yield found if isinstance(found, dict) else {}


def _line(said: Mapping[str, Any]) -> str:
    return audit.canonical(said) + "\n"
