"""The rows of a file of calls, a call at a time: its own row, and those of its parts beside it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from inventory.exchange import call_row, manner, part_row, reading, stamp
from inventory.exchange.call_row import COLUMNS, NOT_KEPT, REQUIRED, CallRow
from inventory.exchange.cell import NOBODY_SAID, Cells
from inventory.exchange.manner import Manner, Unclear
from inventory.exchange.part_row import PART, PartRow
from inventory.exchange.reading import Opened, Problem, Row, Unreadable

HOME = ("team", "feature", "call_key", stamp.COLUMN)
# What a row of a part may repeat from the row of its call, and not say otherwise.
OF_CALL = tuple(c for c in COLUMNS if c not in (*HOME, *part_row.FIELDS, *NOT_KEPT))


@dataclass(frozen=True, slots=True)
class Read:
    """One call as the file has it, with all that is wrong with its rows and all that is not clear; `row` is the row of
    the call, or the first of its parts."""

    row: Row
    call: CallRow
    problems: tuple[Problem, ...]
    unclear: tuple[Unclear, ...]


@dataclass(frozen=True, slots=True)
class CallFile:
    """`unclear` are the first cells for which somebody has to say how the file is written."""

    rows: tuple[CallRow, ...]
    problems: tuple[Problem, ...]
    not_kept: tuple[str, ...] = ()
    unclear: tuple[Unclear, ...] = ()
    notes: tuple[str, ...] = ()


def read(data: bytes, written: Manner = NOBODY_SAID) -> CallFile:
    """Every call that can be read, and every problem in the order of the file. Import it only where there is none."""
    try:
        found = reading.opened(data, old_encodings=True)
        columns = columns_of(found.headings)
        if lacking := missing(columns.values()):
            raise Unreadable(lacking)
    except Unreadable as refusal:
        return CallFile((), (Problem(None, "", "", str(refusal)),))
    each = list(rows(found, columns, written))
    problems = sorted(
        (*(problem for one in each for problem in one.problems), *found.problems), key=lambda each: each.row or 0
    )
    return CallFile(
        tuple(one.call for one in each), tuple(problems), not_kept(found, columns),
        manner.first(unclear for one in each for unclear in one.unclear), tuple(found.sheet.notes),
    )  # fmt: skip


def rows(found: Opened, columns: Mapping[str, str], written: Manner) -> Iterator[Read]:
    """The calls of an opened file, each heading standing for a column. A key that stands twice, and a feature of which
    two rows say two things, are told at the second."""
    there = [column for heading in found.headings if (column := columns.get(heading))]
    # Every row of an exported file says of every column whether it is empty: one of a workbook ends with its last cell.
    empty = dict.fromkeys(there, "") if stamp.COLUMN in there else {}
    walk = _Walk(written)
    for each in found.rows(columns):
        row = Row(each.number, {**empty, **each.cells}) if empty else each
        yield from walk.at(row, is_part=bool(row.cells.get(PART, "").strip()))
    yield from walk.end()


def columns_of(headings: Iterable[str]) -> dict[str, str]:
    """Headings that are names of columns themselves."""
    return {each: each for each in headings if each in COLUMNS}


def missing(columns: Iterable[str]) -> str:
    """What to say of columns that every file needs and this one has not; empty where it has all."""
    lacking = [name for name in REQUIRED if name not in set(columns)]
    known = ", ".join(COLUMNS)
    return f"The first row has no column {', '.join(lacking)}. Columns this file may have: {known}." if lacking else ""


def not_kept(found: Opened, columns: Mapping[str, str]) -> tuple[str, ...]:
    """Headings whose cells come to nothing, as they stand in the file."""
    pairs = zip(found.titles, found.headings, strict=True)
    return tuple(title for title, h in pairs if h and columns.get(h, "") in ("", *NOT_KEPT))


class _Walk:
    """Holds the rows of one call until the next one begins."""

    def __init__(self, written: Manner) -> None:
        self.written = written
        self.keys: dict[str, int] = {}
        self.told: dict[tuple[str, ...], tuple[int, str]] = {}  # by team, feature and column: where, and what
        self.key = ""
        self.call: tuple[Row, Cells] | None = None
        self.parts: list[tuple[Row, Cells]] = []

    def at(self, row: Row, *, is_part: bool) -> Iterator[Read]:
        cells = Cells(row, self.written)
        key = row.cells.get("call_key", "").strip().lower()
        if not key or key != self.key or (self.call is not None and not is_part):
            yield from self.end()
        self.key = key
        if is_part:
            self.parts.append((row, cells))
        else:
            self.call = row, cells

    def end(self) -> Iterator[Read]:
        """What is held, if anything is."""
        if self.call is None and not self.parts:
            return
        row, cells = self.call or self.parts[0]
        parts = tuple(self._part(*each) for each in self.parts)
        call = _bare(cells, row) if self.call is None else call_row.call(cells, row)
        call = replace(call, parts=parts)
        self._once(call, cells, row)
        all_cells = {id(each): each for each in (cells, *(each for _, each in self.parts))}.values()
        yield Read(
            row, call, tuple(p for each in all_cells for p in each.problems),
            tuple(u for each in all_cells for u in each.unclear),
        )  # fmt: skip
        self.call, self.parts = None, []

    def _part(self, row: Row, cells: Cells) -> PartRow:
        found = part_row.read(cells, row)
        names = [each.cells.get(PART, "").strip().casefold() for each, _ in self.parts]
        if names.index(found.name.casefold() if found.name else names[0]) < self.parts.index((row, cells)):
            cells.wrong(PART, "stands in another row of this call already: tell its parts apart")
        if len(self.parts) > part_row.MOST and self.parts[part_row.MOST][0] is row:
            cells.wrong(PART, f"is one too many: a call has at most {part_row.MOST} parts")
        if self.call is not None:
            _repeats(cells, self.call[0])
        return found

    def _once(self, call: CallRow, cells: Cells, row: Row) -> None:
        number = self.keys.setdefault(call.key, row.number)
        if call.key and number != row.number:
            if call.is_bare:
                cells.wrong("call_key", f"stands apart from row {number}: keep the rows of a call under one another")
            else:
                cells.wrong("call_key", f"stands in row {number} already: a key names one call")
        for column, text in call.of_feature.items():
            place = (call.team.lower(), call.feature.lower(), column)
            at, before = self.told.setdefault(place, (row.number, text))
            if before.lower() != text.lower():
                cells.wrong(column, f"is not what row {at} says of its feature")


def _bare(cells: Cells, row: Row) -> CallRow:
    """A call of which there are rows of parts alone."""
    team = cells.line("team", most=80, required=True)
    feature = cells.line("feature", most=120, required=True)
    key = cells.line("call_key", most=80, required=True)
    return CallRow(row.number, team, feature, {"key": key}, frozenset(), is_bare=True)


def _repeats(cells: Cells, of_call: Row) -> None:
    for column in ("team", "feature"):
        if cells.typed(column, required=True).lower() != of_call.cells.get(column, "").strip().lower():
            cells.wrong(column, f"is not what row {of_call.number} says of this call")
    for column in OF_CALL:
        text = cells.row.cells.get(column, "").strip()
        if text and text != of_call.cells.get(column, "").strip():
            cells.wrong(column, f"belongs to the call: write it in row {of_call.number}, or empty it here")
