"""Rows into an .xlsx file, written as they come: memory does not grow with the number of rows.

Text that people typed stays text: it can become neither a formula nor an error value.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any, Self

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from inventory.domain import money
from inventory.exchange.columns import Column, Form

MOST_TEXT = 32_767  # what a cell holds, counted as Excel does: in UTF-16 units
CUT = " [cut]"
FORMATS = {
    Form.MONEY: "#,##0.00;[Red]-#,##0.00",
    Form.RATE: "#,##0.00####",
    Form.WHOLE: "#,##0",
    Form.SHARE: "0.0%",
    Form.PERCENT: "0%",
    Form.DAY: "yyyy-mm-dd",
    Form.MOMENT: "yyyy-mm-dd hh:mm",
}
TYPES = {Form.TEXT: "s", Form.TRUTH: "s", Form.DAY: "d", Form.MOMENT: "d"}  # every other form is a number
# What XML 1.0 cannot carry, and halves of surrogate pairs, which no encoding can.
_ODD = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


class Book:
    """A workbook that is being written. Sheets stand in the order in which they were begun, filled in any order.

    Use it in a `with`: what was begun and not saved leaves no temporary files behind.
    """

    def __init__(self) -> None:
        self._book = Workbook(write_only=True)
        self._sheets: list[Sheet] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        for sheet in self._sheets:
            sheet.drop()

    def sheet(self, title: str, columns: Sequence[Column]) -> "Sheet":
        sheet = Sheet(self._book.create_sheet(title), columns)
        self._sheets.append(sheet)
        return sheet

    def save(self, file: IO[bytes]) -> None:
        """Close every sheet and write the file. The book cannot be used afterwards."""
        for sheet in self._sheets:
            sheet.end()
        self._book.save(file)
        self._sheets = []


class Sheet:
    """One table: a header that stays in sight, a filter over all rows, every column in its form.

    Each column has one cell, filled anew for each row; its type is that of the column and never guessed from the value,
    so a text is a text whatever stands in it. openpyxl has written the last row before the next one comes.
    """

    def __init__(self, sheet: Any, columns: Sequence[Column]) -> None:
        self._sheet = sheet
        self._columns = [(column.name, _CONVERT[column.form]) for column in columns]
        self._rows = 0
        sheet.freeze_panes = "A2"
        for position, column in enumerate(columns, 1):
            sheet.column_dimensions[get_column_letter(position)].width = column.width
        sheet._values_to_row = self._cells_of_row
        self._cells = [_cell(sheet, position, font=Font(bold=True)) for position, _ in enumerate(columns, 1)]
        self._append([column.heading for column in columns])
        self._cells = [_cell(sheet, position, column.form) for position, column in enumerate(columns, 1)]

    def append(self, row: Mapping[str, Any]) -> None:
        """One row by the names of the columns; what is None, missing or no text stays an empty cell."""
        found = ((row.get(name), convert) for name, convert in self._columns)
        self._append([None if value is None or value == "" else convert(value) for value, convert in found])

    def extend(self, rows: Iterable[Mapping[str, Any]]) -> None:
        for row in rows:
            self.append(row)

    def end(self) -> None:
        self._sheet.auto_filter.ref = f"A1:{get_column_letter(len(self._columns))}{self._rows}"

    def drop(self) -> None:
        """Forget the rows: removes the temporary file openpyxl keeps them in until it saves."""
        self._sheet.close()
        self._sheet._writer.cleanup()

    def _append(self, values: list[Any]) -> None:
        self._rows += 1
        self._sheet.append(values)

    def _cells_of_row(self, values: list[Any], number: int) -> Iterator[Any]:
        """In place of openpyxl's own reading of a row, which takes `=1` for a formula and `#REF!` for an error."""
        for cell, value in zip(self._cells, values, strict=True):
            if value is not None:
                cell.row, cell._value = number, value
                yield cell


def text(value: str) -> str:
    """What a cell can hold of it: without control characters, one kind of line end, cut with a mark where too long."""
    clean = value
    if _ODD.search(value):
        clean = _UNWRITABLE.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    if len(clean) * 2 <= MOST_TEXT or len(clean.encode("utf-16-le")) // 2 <= MOST_TEXT:
        return clean
    kept = clean.encode("utf-16-le")[: (MOST_TEXT - len(CUT)) * 2]
    return kept.decode("utf-16-le", errors="ignore") + CUT


def _cell(sheet: Any, position: int, form: Form = Form.TEXT, font: Font | None = None) -> Any:
    cell = WriteOnlyCell(sheet)
    cell.column = position
    cell.data_type = TYPES.get(form, "n")
    if form in FORMATS:
        cell.number_format = FORMATS[form]
    if font is not None:
        cell.font = font
    return cell


def _truth(value: bool) -> str:
    return "yes" if value else "no"


def _dollars(amount: int) -> float:
    return amount / money.MICRO


def _moment(value: datetime) -> datetime:
    """Excel knows no time zones: every moment is in UTC."""
    return value.astimezone(UTC).replace(tzinfo=None)


def _same(value: int | date) -> int | date:
    return value


def _share(value: Decimal) -> float:
    return float(value)


def _hundredth(value: int) -> float:
    return value / 100


_CONVERT: dict[Form, Callable[[Any], Any]] = {
    Form.TEXT: text,
    Form.TRUTH: _truth,
    Form.MONEY: _dollars,
    Form.RATE: _dollars,
    Form.WHOLE: _same,
    Form.SHARE: _share,
    Form.NUMBER: _share,
    Form.PERCENT: _hundredth,
    Form.DAY: _same,
    Form.MOMENT: _moment,
}
