"""The history as people read it, written as it comes: a CSV file, a workbook or a JSON file, each with the head of the
chain at its end."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any, Protocol

from inventory.domain import audit, money
from inventory.exchange.columns import Column, Form
from inventory.exchange.csv_out import STARTS
from inventory.exchange.workbook import Book

ACTIONS = (
    Column("seq", "Action", Form.WHOLE, 10),
    Column("at", "At, UTC", Form.MOMENT, 17),
    Column("who", "Who", width=20),
    Column("what", "What", width=60),
    Column("outcome", "What came of it", width=50),
    Column("reason", "Reason", width=50),
    Column("saving", "Saving, $ a month", Form.MONEY),
    Column("possible", "Possible saving, $ a month", Form.MONEY, 26),
    Column("today", "Cost today, $ a month", Form.MONEY, 22),
    Column("kind", "Kind", width=20),
    Column("team", "Team", width=22),
    Column("changes", "Changes", Form.WHOLE, 10),
    Column("reviewed", "Reviewed", width=40),
)
CHANGES = (
    Column("seq", "Action", Form.WHOLE, 10),
    Column("noun", "Record", width=16),
    Column("name", "Name", width=30),
    Column("done", "What happened", width=14),
    Column("field", "Field", width=26),
    Column("before", "Before", width=36),
    Column("after", "After", width=36),
)
ABOUT = (Column("what", "What", width=24), Column("value", "Value", width=80))
MOST_ROWS = 1_000_000  # of a sheet
MOST_FIELDS = 100  # in one cell of a CSV file
HEAD = "Head of the history"
CUT = f"Only the first {MOST_ROWS:,} rows: ask for less, or for CSV or JSON."

Row = Mapping[str, Any]


class Table(Protocol):
    """Told each action, then each of its changed fields; then ended with what the file says of itself."""

    def action(self, row: Row) -> None: ...

    def change(self, row: Row) -> None: ...

    def end(self, about: Mapping[str, str]) -> None: ...


class Csv:
    """A line an action, its fields in the last cell. Text that a spreadsheet would run begins with an apostrophe."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._row: Row | None = None
        self._fields: list[str] = []
        self._more = 0
        file.write(b"\xef\xbb\xbf")
        self._write([*(column.heading for column in ACTIONS), "Fields"])

    def action(self, row: Row) -> None:
        self._flush()
        self._row = row

    def change(self, row: Row) -> None:
        if len(self._fields) == MOST_FIELDS:
            self._more += 1
        else:
            field = f"{row['field']}: {row['before']} → {row['after']}" if row["field"] else row["done"]
            self._fields.append(f"{row['noun']} {row['name']}, {field}")

    def end(self, about: Mapping[str, str]) -> None:
        self._flush()
        for what, value in about.items():
            self._write([what, value])

    def _flush(self) -> None:
        if self._row is None:
            return
        more = [f"and {self._more:,} more"] if self._more else []
        cells = [_cell(column, self._row.get(column.name)) for column in ACTIONS]
        self._write([*cells, _text("\n".join([*self._fields, *more]))])
        self._row, self._fields, self._more = None, [], 0

    def _write(self, cells: list[str]) -> None:
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerow(cells)
        self._file.write(out.getvalue().encode("utf-8", errors="replace"))


class Workbook:
    """A sheet of actions, one of changed fields and one that says what it is; dropped with its `Book`."""

    def __init__(self, file: IO[bytes], book: Book) -> None:
        self._file, self._book = file, book
        self._actions, self._changes = book.sheet("Actions", ACTIONS), book.sheet("Changes", CHANGES)
        self._counts = {"actions": 0, "changes": 0}

    def action(self, row: Row) -> None:
        if self._is_room("actions"):
            self._actions.append(row)

    def change(self, row: Row) -> None:
        if self._is_room("changes"):
            self._changes.append(row)

    def end(self, about: Mapping[str, str]) -> None:
        said = dict(about)
        if max(self._counts.values()) > MOST_ROWS:
            said["Cut"] = CUT
        self._book.sheet("About", ABOUT).extend({"what": what, "value": value} for what, value in said.items())
        self._book.save(self._file)

    def _is_room(self, which: str) -> bool:
        self._counts[which] += 1
        return self._counts[which] <= MOST_ROWS


class Json:
    """One object: `actions`, each with its `fields`, and what the file says of itself. Amounts as text, in dollars."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._between, self._inside = "", ""
        self._put('{"actions":[')

    def action(self, row: Row) -> None:
        self._close()
        said = json.dumps({column.name: _json(column, row.get(column.name)) for column in ACTIONS}, ensure_ascii=False)
        self._put(f'{self._between}\n{said[:-1]},"fields":[')
        self._between, self._inside = ",", "\n"

    def change(self, row: Row) -> None:
        said = {column.name: row.get(column.name) for column in CHANGES[1:]}
        self._put(self._inside + json.dumps(said, ensure_ascii=False))
        self._inside = ",\n"

    def end(self, about: Mapping[str, str]) -> None:
        self._close()
        self._put('\n],"about":' + json.dumps(about, ensure_ascii=False) + "}\n")

    def _close(self) -> None:
        self._put("]}" if self._between else "")

    def _put(self, text: str) -> None:
        self._file.write(text.encode("utf-8", errors="replace"))


def _cell(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return audit.instant(value)
    return _dollars(value) if column.form is Form.MONEY else _text(str(value))


def _text(value: str) -> str:
    """What a spreadsheet takes for a formula begins with an apostrophe; NUL is no text anywhere."""
    clean = value.replace("\x00", "")
    return f"'{clean}" if clean.startswith(STARTS) else clean


def _json(column: Column, value: Any) -> Any:
    if isinstance(value, datetime):
        return audit.instant(value)
    return _dollars(value) if column.form is Form.MONEY and value is not None else value


def _dollars(amount: int) -> str:
    """Exact to a millionth, as text: `-1240.4`."""
    return format(money.dollars(amount).normalize() + 0, "f")
