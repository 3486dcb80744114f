"""A CSV file as people have it: bytes into rows of named cells, and every problem by row and heading.

Rows are numbered as a spreadsheet shows them: the headings are row 1. Nothing is guessed in silence: a file that is not
UTF-8, or whose cells do not fit its headings, is refused with what to do about it.
"""

import codecs
import csv
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

LARGEST_FILE = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
SHOWN = 60  # characters of a wrong cell that a message repeats
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}


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


class Unreadable(Exception):
    """Nothing can be said of single cells."""


def table(data: bytes, *, required: Collection[str], optional: Collection[str]) -> Table:
    """The rows under the headings asked for, in any order and case. Rows without any content are left out."""
    try:
        text = _decoded(data)
        lines = _lines(text)
        headings = _headings(next(lines, []), required, optional)
    except Unreadable as refusal:
        return Table(problems=(Problem(None, "", "", str(refusal)),))
    except csv.Error as wrong:
        return Table(problems=(Problem(1, "", "", _broken(wrong)),))
    rows, problems = _rows(lines, headings)
    known = {*required, *optional}
    return Table(rows, tuple(shown(h) for h in headings if h not in known), problems)


def shown(value: str) -> str:
    """The start of a cell, fit to be repeated in a message."""
    plain = "".join(c if c.isprintable() else "�" for c in value[:SHOWN])
    return plain + "…" if len(value) > SHOWN else plain


def _decoded(data: bytes) -> str:
    if len(data) > LARGEST_FILE:
        raise Unreadable(f"The file is larger than {LARGEST_FILE // 2**20} MB. Import it in several files.")
    if data[:4] == b"PK\x03\x04" or data[:4] == b"\xd0\xcf\x11\xe0":
        raise Unreadable("This is a workbook, not a CSV file. Save its sheet as “CSV UTF-8” and import that.")
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as wrong:
        row = data.count(b"\n", 0, wrong.start) + 1
        raise Unreadable(f"Line {row} is not UTF-8 text. Save the file as “CSV UTF-8” and import that.") from wrong
    if not text.strip():
        raise Unreadable("The file is empty. Its first row has to be the headings.")
    return text


def _lines(text: str) -> Iterator[list[str]]:
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _headings(cells: list[str], required: Collection[str], optional: Collection[str]) -> list[str]:
    if len(cells) > MOST_COLUMNS:
        raise Unreadable(f"The first row has {len(cells):,} cells: at most {MOST_COLUMNS} columns are read.")
    headings = [cell.strip().lower().replace(" ", "_") for cell in cells]
    twice = sorted({h for h in headings if h and headings.count(h) > 1})
    if twice:
        raise Unreadable(f"Two columns are headed {_listed(twice)}. Every heading may stand once.")
    missing = [name for name in required if name not in headings]
    if missing:
        known = _listed([*required, *optional])
        raise Unreadable(f"The first row has no column {_listed(missing)}. Columns this file may have: {known}.")
    return headings


def _rows(lines: Iterator[list[str]], headings: list[str]) -> tuple[tuple[Row, ...], tuple[Problem, ...]]:
    rows: list[Row] = []
    problems: list[Problem] = []
    number = 1
    try:
        for number, cells in enumerate(lines, start=2):
            if number > MOST_ROWS + 1:
                problems.append(Problem(number, "", "", f"More than {MOST_ROWS:,} rows. Import them in several files."))
                break
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(headings):
                problems.append(Problem(number, "", "", _misfit(len(cells), len(headings))))
            rows.append(Row(number, dict(zip(headings, cells, strict=False))))
    except csv.Error as wrong:
        problems.append(Problem(number + 1, "", "", _broken(wrong)))
    if not rows and not problems:
        problems.append(Problem(None, "", "", "The file has headings but no rows under them."))
    return tuple(rows), tuple(problems)


def _misfit(cells: int, headings: int) -> str:
    few = "is a separator missing?" if cells < headings else "does a text hold a separator without being quoted?"
    return f"has {cells} cells under {headings} headings: {few}"


def _broken(wrong: csv.Error) -> str:
    if "field larger" in str(wrong):
        return f"has a cell of more than {csv.field_size_limit():,} characters: is a closing quotation mark missing?"
    return "has a quotation mark that does not fit: inside a quoted text it is written twice, and every one is closed"


def _listed(names: Collection[str]) -> str:
    return ", ".join(map(shown, names))
