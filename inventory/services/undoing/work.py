"""An undo at work: what is put into which record, and how every record was before, for the history."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils import timezone

from inventory.domain import lots
from inventory.domain.audit import Actor
from inventory.domain.book import Book
from inventory.services import audit
from inventory.services.labelling import part_notice
from inventory.services.prices import pricing
from inventory.services.undoing import records
from inventory.services.undoing.look import Piece, Row
from inventory.services.undoing.since import State


class Work:
    """`weigh`: calls whose labels of one side are weighed anew. `to_check`: parts that have to be looked over."""

    def __init__(self, rows: Iterable[Row], *, by: Actor, at: datetime) -> None:
        self.by, self.at = by, at
        self.pieces: dict[str, dict[int, Piece]] = {}
        for piece in (piece for row in rows for piece in row.pieces):
            self.pieces.setdefault(piece.record, {})[int(piece.record_id)] = piece
        self.before: dict[audit.Key, dict[str, Any]] = {}
        self.touched: dict[audit.Key, None] = {}
        self.weigh: set[int] = set()
        self.to_check: list[part_notice.Found] = []

    @cached_property
    def book(self) -> Book:
        return pricing.book(timezone.localdate(self.at))

    def note(self, *of: Any) -> None:
        """How these records are, before anything is done to them; the first word counts."""
        for key, state in audit.states(*of).items():
            if key not in self.touched:
                self.touched[key] = None
                self.before[key] = state

    def fields(self, record: str, pk: int) -> State:
        """What is put back into a record that is there; nothing where nothing is."""
        piece = self.pieces.get(record, {}).get(pk)
        return {} if piece is None or piece.now is None else piece.becomes or {}

    def changed(self, record: str) -> list[int]:
        return [pk for pk, each in self._of(record) if each.now is not None and each.becomes]

    def gone(self, record: str) -> list[int]:
        """Those that were made, and go."""
        return [pk for pk, each in self._of(record) if each.becomes is None]

    def puts_label(self, part: int) -> bool:
        piece = self.pieces.get("part", {}).get(part)
        return piece is not None and piece.puts_label

    def back(self, record: str, **of: int) -> list[Any]:
        """Those that were taken away, made anew."""
        found = {
            pk: each.becomes or {}
            for pk, each in self._of(record)
            if each.now is None and all((each.becomes or {}).get(name) == value for name, value in of.items())
        }
        self.touched |= dict.fromkeys((record, pk) for pk in found)
        return records.anew(records.model_of(record), found)

    def changes(self) -> audit.Changes:
        """Every record as it was held against what the database has now."""
        made = audit.Changes()
        for some in lots.of(self.touched):
            before = {key: self.before[key] for key in some if key in self.before}
            made.add(before, self._now(some))
        return made

    def _now(self, keys: Iterable[audit.Key]) -> audit.States:
        by_record: dict[str, list[int]] = {}
        for record, pk in keys:
            by_record.setdefault(record, []).append(pk)
        rows = [
            row for name, pks in by_record.items() for row in records.model_of(name)._base_manager.filter(pk__in=pks)
        ]
        found = audit.states(*rows)
        return {key: found[key] for key in keys if key in found}

    def _of(self, record: str) -> Iterator[tuple[int, Piece]]:
        known: Mapping[int, Piece] = self.pieces.get(record, {})
        return iter(sorted(known.items()))
