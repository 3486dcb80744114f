"""A look at an undo in words: what every record becomes, and which later actions that overrides."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from inventory.domain.audit import canonical
from inventory.models import Action, Change, Person
from inventory.services.history import action as actions
from inventory.services.history import history
from inventory.services.history.action import Touched
from inventory.services.history.history import Line
from inventory.services.undoing.look import WHOLE, Look, Piece, Row
from inventory.services.undoing.since import State

MOST = 500  # rows, and records, that one page shows


@dataclass(frozen=True, slots=True)
class Override:
    """A later action, and the fields it set that are put back."""

    line: Line
    fields: Sequence[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """One row: `name` of the call it is of, empty where the action is taken back as a whole. A record's fields have the
    value now before, and the one it becomes after."""

    row: Row
    name: str
    records: Sequence[Touched]
    overrides: Sequence[Override]


def rows(found: Look, viewer: Person, *, first: Collection[str] = ()) -> list[Shown]:
    """The rows that a page has room for, those named `first` before all others; in a fixed number of queries."""
    chosen = sorted(found.rows, key=lambda row: row.key not in first)[:MOST]
    pieces = [(row, piece) for row in chosen for piece in row.pieces if piece.does_something][:MOST]
    changes = [_change(piece) for _, piece in pieces]
    told: dict[str, list[Touched]] = {row.key: [] for row in chosen}
    for (row, _), touched in zip(pieces, actions.touched(changes, viewer), strict=True):
        told[row.key].append(touched)
    seqs = {seq for row in chosen for seq in row.overrides}
    later = Action.objects.filter(seq__in=seqs).order_by("seq") if seqs else Action.objects.none()
    lines = {line.seq: line for line in history.lines(list(later), viewer, with_reviews=False)}
    return [_shown(found, row, told[row.key], lines) for row in chosen]


def left_out(found: Look) -> int:
    """Records that no page shows, because there are too many."""
    return max(0, sum(piece.does_something for row in found.rows for piece in row.pieces) - MOST)


def row_of(found: Look, named: str) -> str:
    """The row that holds a record, `part:12`; empty where none does."""
    key = tuple(named.split(":", 1))
    return next((row.key for row in found.rows if row.key == named or any(p.key == key for p in row.pieces)), "")


def _shown(found: Look, row: Row, told: Sequence[Touched], lines: dict[int, Line]) -> Shown:
    overrides = [
        Override(lines[seq], [actions.label(record, name) for record, name in dict.fromkeys(fields)])
        for seq, fields in sorted(row.overrides.items())
        if seq in lines
    ]
    call = next((call for piece in row.pieces if (call := found.call_of(piece))), None) if row.key != WHOLE else None
    return Shown(row, call.name if call else "", told, overrides)


def _change(piece: Piece) -> Change:
    return Change(record=piece.record, record_id=piece.record_id, before=_text(piece.now), after=_text(piece.becomes))


def _text(state: State | None) -> str:
    return "" if state is None else canonical(state)
