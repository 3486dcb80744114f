"""A look at an undo in words: what every record becomes, and which later actions that overrides."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from inventory.domain.audit import canonical
from inventory.models import Action, Change, Person
from inventory.services.history import action as actions
from inventory.services.history import history
from inventory.services.history.action import Touched
from inventory.services.history.history import Line
from inventory.services.undoing import units
from inventory.services.undoing.look import WHOLE, Look, Piece, Row
from inventory.services.undoing.since import State
from inventory.services.undoing.units import Item, Unit

MOST = 500  # rows, and records, that one page shows
MOST_BOXES = 300  # of fields: a form of Django's holds a thousand in all


@dataclass(frozen=True, slots=True)
class Override:
    """A later action, and the fields it set that are put back."""

    line: Line
    fields: Sequence[str]


@dataclass(frozen=True, slots=True)
class Told:
    """One field with its value now, and the one it becomes. `tick` names what goes back by this box, `goes_with` the
    field whose box it is otherwise, and `why`."""

    label: str
    before: str
    after: str
    tick: str = ""
    goes_with: str = ""
    why: str = ""
    overrides: Sequence[Line] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """A record, its fields, and the unit it goes back by where it comes or goes."""

    touched: Touched
    fields: Sequence[Told]
    tick: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One row: `name` of the call it is of, empty where the action is taken back as a whole. `whole`: why its fields
    cannot go back one by one. `unseen`: what has no field that would be shown, and goes back with the rest."""

    row: Row
    name: str
    records: Sequence[Record]
    overrides: Sequence[Override]
    has_fields: bool
    whole: str = ""
    unseen: Sequence[str] = ()


def rows(found: Look, viewer: Person, *, first: Collection[str] = ()) -> list[Shown]:
    """The rows that a page has room for, those named `first` before all others; in a fixed number of queries."""
    chosen = sorted(found.rows, key=lambda row: row.key not in first)[:MOST]
    pieces = [(row, piece) for row in chosen for piece in row.pieces if piece.does_something][:MOST]
    changes = [_change(piece) for _, piece in pieces]
    told: dict[str, list[tuple[Piece, Touched]]] = {row.key: [] for row in chosen}
    for (row, piece), touched in zip(pieces, actions.touched(changes, viewer), strict=True):
        told[row.key].append((piece, touched))
    seqs = {seq for row in chosen for seq in row.overrides}
    later = Action.objects.filter(seq__in=seqs).order_by("seq") if seqs else Action.objects.none()
    lines = {line.seq: line for line in history.lines(list(later), viewer, with_reviews=False)}
    own = {row.key: units.of(found, row) for row in chosen if row.is_open}
    has_boxes = not left_out(found) and sum(len(each) for each in own.values() if len(each) > 1) <= MOST_BOXES
    return [_shown(found, row, told[row.key], lines, own.get(row.key, []), has_boxes=has_boxes) for row in chosen]


def left_out(found: Look) -> int:
    """Records that no page shows, because there are too many."""
    return max(0, sum(piece.does_something for row in found.rows for piece in row.pieces) - MOST)


def row_of(found: Look, named: str) -> str:
    """The row that holds a record, `part:12`; empty where none does."""
    key = tuple(named.split(":", 1))
    return next((row.key for row in found.rows if row.key == named or any(p.key == key for p in row.pieces)), "")


def _shown(
    found: Look, row: Row, told: Sequence[tuple[Piece, Touched]], lines: dict[int, Line], own: Sequence[Unit],
    *, has_boxes: bool,
) -> Shown:  # fmt: skip
    known = [(lines[seq], fields) for seq, fields in sorted(row.overrides.items()) if seq in lines]
    overrides = [Override(line, _labels(fields)) for line, fields in known]
    by_field = {item: line for line, fields in known for item in fields}
    call = next((call for piece in row.pieces if (call := found.call_of(piece))), None) if row.key != WHOLE else None
    marks = _marks(own, told) if has_boxes and len(own) > 1 else {}
    ticks = {mark.tick for mark in marks.values()}
    return Shown(
        row, call.name if call else "", [_record(*each, marks, by_field) for each in told], overrides,
        has_fields=bool(marks), whole=own[0].why if len(own) == 1 and len(own[0].items) > 1 else "",
        unseen=[unit.key for unit in own if unit.key not in ticks] if marks else [],
    )  # fmt: skip


def _labels(fields: Sequence[Item]) -> list[str]:
    return [actions.label(*each) for each in dict.fromkeys((record, name) for (record, _), name in fields)]


@dataclass(frozen=True, slots=True)
class _Mark:
    tick: str
    goes_with: str = ""
    why: str = ""


def _marks(own: Sequence[Unit], told: Sequence[tuple[Piece, Touched]]) -> dict[Item, _Mark]:
    """Of every field that is shown: the first of each unit has the box."""
    labels: dict[Item, str] = {}
    for piece, touched in told:
        labels[piece.key, ""] = touched.noun
        labels |= {(piece.key, field.name): field.label for field in touched.fields}
    found = {}
    for unit in own:
        seen = [item for item in labels if item in unit.items]  # in the order they are shown
        for place, item in enumerate(seen):
            why = unit.why if len(seen) > 1 else ""
            found[item] = _Mark(unit.key, labels[seen[0]]) if place else _Mark(unit.key, why=why)
    return found


def _record(piece: Piece, touched: Touched, marks: dict[Item, _Mark], overrides: dict[Item, Line]) -> Record:
    whole = marks.get((piece.key, ""))
    return Record(touched, list(_fields(piece, touched, marks, overrides)), whole.tick if whole else "")


def _fields(piece: Piece, touched: Touched, marks: dict[Item, _Mark], overrides: dict[Item, Line]) -> Iterator[Told]:
    is_changed = piece.now is not None and piece.becomes is not None
    for field in touched.fields:
        mark = marks.get((piece.key, field.name)) if is_changed else None
        later = overrides.get((piece.key, field.name)) if is_changed else None
        yield Told(
            field.label, field.before, field.after,
            tick=mark.tick if mark and not mark.goes_with else "", goes_with=mark.goes_with if mark else "",
            why=mark.why if mark else "", overrides=[later] if later else [],
        )  # fmt: skip


def _change(piece: Piece) -> Change:
    return Change(record=piece.record, record_id=piece.record_id, before=_text(piece.now), after=_text(piece.becomes))


def _text(state: State | None) -> str:
    return "" if state is None else canonical(state)
