"""An action looked at before it is taken back: what would be put back, what that overrides, what is built on it since,
and why some of it cannot be."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from inventory.domain import undo as domain
from inventory.domain.undo import Way
from inventory.models import Action, Call, Frozen
from inventory.services.history.taken import Key
from inventory.services.undoing.since import State

WHOLE = "all"


@dataclass(slots=True)
class Piece:
    """One record: the fields that are put back as they are `now` and as they become; all of them, and None on the other
    side, where the record goes or comes back. `puts_label`: the label comes back as it was, with all it rests on."""

    record: str
    record_id: str
    now: State | None
    becomes: State | None
    puts_label: bool = False

    @property
    def key(self) -> Key:
        return self.record, self.record_id

    @property
    def does_something(self) -> bool:
        return self.now != self.becomes


@dataclass(slots=True)
class Row:
    """What is taken back together. `overrides`: by the number of a later action the fields it set that are put back.
    `refused` says why this cannot be taken back, `taken_by` which action has done it already, `partly_by` which has of
    some fields: they are not among the pieces."""

    key: str
    pieces: list[Piece] = field(default_factory=list)
    overrides: dict[int, list[tuple[Key, str]]] = field(default_factory=lambda: defaultdict(list))
    built: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    taken_by: int | None = None
    partly_by: int | None = None

    @property
    def is_open(self) -> bool:
        return not self.refused and self.taken_by is None and any(piece.does_something for piece in self.pieces)

    @property
    def says_something(self) -> bool:
        return bool(self.refused or self.taken_by or self.overrides or self.built)


@dataclass(slots=True)
class Look:
    """`root` is what was first done, of an undo what it took back. `why_not`: the reason why nothing of it can be taken
    back, as its kind has it. `there` are its records as they are now; `frozen` the versions of the plan since then that
    hold its calls, with how many."""

    action: Action
    root: Action
    why_not: str
    rows: list[Row] = field(default_factory=list)
    frozen: list[tuple[Frozen, int]] = field(default_factory=list)
    there: dict[Key, Any] = field(default_factory=dict)
    teams: set[int] = field(default_factory=set)

    @property
    def way(self) -> Way:
        return domain.WAYS[self.root.kind]

    @property
    def open(self) -> list[Row]:
        return [row for row in self.rows if row.is_open]

    @property
    def stamp(self) -> str:
        """The same as long as everything that is shown is."""
        told = [
            (row.key, row.taken_by, row.refused, row.built, dict(row.overrides),
             [(piece.key, piece.now, piece.becomes) for piece in row.pieces])
            for row in self.rows
        ]  # fmt: skip
        return hashlib.sha256(repr((self.action.seq, sorted(self.teams), told)).encode()).hexdigest()[:32]

    def call_of(self, piece: Piece) -> Call | None:
        there = self.there.get(piece.key)
        call: Call | None = there.call if piece.record == "part" and there else there
        return call if piece.record in ("part", "call") else None
