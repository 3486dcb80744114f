"""A file that came in, CSV or a workbook: rows of named cells, and every problem by row and heading.

Rows are numbered as a spreadsheet shows them: the headings are row 1. Nothing is guessed in silence: a file whose cells
do not fit its headings is refused with what to do about it.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from inventory.exchange import archive, csv_sheet, sheet, xlsx_sheet
from inventory.exchange.sheet import LARGEST_FILE, MOST_COLUMNS, Broken, Sheet, Unreadable, shown

__all__ = ["LARGEST_FILE", "Opened", "Problem", "Row", "Table", "Unreadable", "opened", "shown", "table"]
LONGEST_HEADING = 120
_BETWEEN = re.compile(r"[\s\-/]+")


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong cell; without a `column` the whole row, without a `row` the whole file."""

    row: int | None
    column: str
    value: str
    message: str

    def __str__(self) -> str:
        place = ", ".join(filter(None, (f"row {self.row}" if self.row else "", self.column)))
        return f"{place}: {self.message}" if place else self.message


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """`unknown` are headings that nobody asked for; their cells are not in `rows`."""

    rows: tuple[Row, ...] = ()
    unknown: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Opened:
    """A file of which the headings are read: as they stand there, and as plain words. Its rows come once."""

    sheet: Sheet
    titles: list[str]
    headings: list[str]
    problems: list[Problem] = field(default_factory=list)

    def rows(self, columns: Mapping[str, str]) -> Iterator[Row]:
        """The rows, each cell under the column that its heading stands for; a heading that is not among `columns` is
        left out. What is wrong with a row as a whole goes to `problems`."""
        names = [columns.get(heading, "") for heading in self.headings]
        count = 0
        try:
            for number, cells in self.sheet.lines:
                count += 1
                self._fit(number, cells)
                yield Row(number, {name: cell for name, cell in zip(names, cells, strict=False) if name})
        except Broken as wrong:
            self.problems.append(Problem(wrong.number, "", "", str(wrong)))
        except Unreadable as refusal:
            self.problems.append(Problem(None, "", "", str(refusal)))
        if not count and not self.problems:
            self.problems.append(Problem(None, "", "", "The file has headings but no rows under them."))

    def samples(self, most: int) -> list[list[str]]:
        """The first rows as they stand, at most `most`. They come no more."""
        found: list[list[str]] = []
        try:
            for _, cells in self.sheet.lines:
                found.append([*map(shown, cells)] + [""] * (len(self.headings) - len(cells)))
                if len(found) == most:
                    break
        except (Broken, Unreadable):
            pass
        return found

    def _fit(self, number: int, cells: list[str]) -> None:
        if self.sheet.ragged:
            beyond = next((n for n, cell in enumerate(cells[len(self.headings) :], len(self.headings)) if cell), None)
            if beyond is not None:
                message = "stands beyond the last heading: give its column one, or empty it"
                self.problems.append(Problem(number, f"column {beyond + 1}", shown(cells[beyond]), message))
        elif len(cells) != len(self.headings):
            self.problems.append(Problem(number, "", "", _misfit(len(cells), len(self.headings))))
        if "" in self.headings:
            bare = (n for n, (h, cell) in enumerate(zip(self.headings, cells, strict=False)) if not h and cell.strip())
            for place in bare:
                message = "has no heading: give it one. Of merged headings only the first column has any"
                self.problems.append(Problem(number, f"column {place + 1}", shown(cells[place]), message))


def opened(data: bytes, *, old_encodings: bool = False) -> Opened:
    """The file with its headings. Raises `Unreadable`."""
    sheet.checked_size(data)
    if archive.is_workbook(data):
        found = xlsx_sheet.opened(data)
    else:
        found = csv_sheet.opened(data, old_encodings=old_encodings)
    try:
        number, titles = next(found.lines, (1, []))
    except Broken as wrong:
        raise Unreadable(f"Row {wrong.number} {wrong}.") from wrong
    if len(titles) > MOST_COLUMNS:
        raise Unreadable(f"The first row has {len(titles):,} cells: at most {MOST_COLUMNS} columns are read.")
    if not any(title.strip() for title in titles):
        raise Unreadable("The file is empty. Its first row has to be the headings.")
    if found.ragged and number > 1:
        raise Unreadable(f"The first row is empty. Delete the {number - 1} rows above the headings, and import that.")
    headings = [heading(title) for title in titles]
    twice = sorted({h for h in headings if h and headings.count(h) > 1})
    if twice:
        raise Unreadable(f"Two columns are headed {_listed(twice)}. Every heading may stand once.")
    return Opened(found, [shown(title.strip()) for title in titles], headings)


def heading(title: str) -> str:
    """As it is compared: in lower case, with underscores."""
    return _BETWEEN.sub("_", title.strip().lower())[:LONGEST_HEADING]


def table(data: bytes, *, required: Collection[str], optional: Collection[str]) -> Table:
    """All rows under the headings asked for, in any order and case."""
    try:
        found = opened(data)
        missing = [name for name in required if name not in found.headings]
        if missing:
            known = _listed([*required, *optional])
            raise Unreadable(f"The first row has no column {_listed(missing)}. Columns this file may have: {known}.")
    except Unreadable as refusal:
        return Table(problems=(Problem(None, "", "", str(refusal)),))
    known_names = {*required, *optional}
    rows = tuple(found.rows({h: h for h in found.headings if h in known_names}))
    unknown = tuple(shown(h) for h in found.headings if h and h not in known_names)
    return Table(rows, unknown, tuple(found.problems), tuple(found.sheet.notes))


def _misfit(cells: int, headings: int) -> str:
    few = "is a separator missing?" if cells < headings else "does a text hold a separator without being quoted?"
    return f"has {cells} cells under {headings} headings: {few}"


def _listed(names: Collection[str]) -> str:
    return ", ".join(map(shown, names))
