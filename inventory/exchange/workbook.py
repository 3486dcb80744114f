"""Rows into an .xlsx file, written as they come: memory does not grow with the number of rows.

Text that people typed stays text: it can become neither a formula nor an error value. Formulas stand in the declared
columns alone, each with the value it has now, so that a file shows its figures where nothing recalculates.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Self
from xml.etree.ElementTree import fromstring
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from inventory.exchange.columns import Column, Form
from inventory.exchange.written import TEXTS, TO_CHANGE, Cells, style, text_cell

BOLD, SIDES = Font(name="Calibri", sz=11, bold=True), ("left", "right")
WIDEST_PAGE = 280  # characters that can be read when they are fitted to the width of a page
_UNSHARED = re.compile(r"!|\):")  # another sheet, or a range between two functions: Excel shares no such formula
_REFERENCE = re.compile(r"\[(?:(\w*)(:))?(\w+)\]")


@dataclass(frozen=True, slots=True)
class Typed:
    """A value in a cell whose column holds formulas, or another form than its column's."""

    value: Any
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """A cell with a formula of its own, and the value it has now."""

    formula: str
    value: Any


class Book:
    """A workbook that is being written. Sheets stand in the order in which they were begun, filled in any order.

    Use it in a `with`: what was begun and not saved leaves no temporary files behind.
    """

    def __init__(self) -> None:
        self._book = Workbook(write_only=True)
        self._book.calculation.fullCalcOnLoad = True
        self._sheets: dict[str, Sheet] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        for sheet in self._sheets.values():
            sheet.drop()

    def sheet(self, title: str, columns: Sequence[Column], printed: str = "") -> "Sheet":
        """With `printed`, no column beyond that one is put on paper."""
        sheet = Sheet(self._book.create_sheet(title), columns, self._sheets, printed or columns[-1].name)
        self._sheets[title] = sheet
        return sheet

    def name(self, name: str, sheet: "Sheet", first: str, last: str, rows: tuple[int, int]) -> None:
        """Let formulas say `name` for these rows of the columns `first` to `last`."""
        area = f"{sheet.title}!${sheet.letters[first]}${rows[0]}"
        if (first, rows[0]) != (last, rows[1]):
            area += f":${sheet.letters[last]}${rows[1]}"
        self._book.defined_names[name] = DefinedName(name, attr_text=area)

    def save(self, file: IO[bytes]) -> None:
        """Close every sheet and write the file. The book cannot be used afterwards."""
        for sheet in self._sheets.values():
            sheet.end()
        self._book.save(file)
        self._sheets = {}


class Sheet:
    """One table: a header that stays in sight, a filter over all rows, every column in its form.

    The type of a cell is that of its column and never guessed from the value, so a text is a text whatever stands in
    it. A row is in the file before the next one comes.

    In a formula `[name]` is the cell of that column in the same row, `[:name]` the whole column, `[Sheet:name]` one of
    another sheet. A formula that is the same in the rows of one `extend` is written once, as spreadsheets do.
    """

    def __init__(self, sheet: Any, columns: Sequence[Column], book: "Mapping[str, Sheet]", printed: str) -> None:
        self.title: str = sheet.title
        self.letters = {column.name: get_column_letter(position) for position, column in enumerate(columns, 1)}
        self.rows = 0
        self.least = 0  # rows on paper even where there are fewer
        self._printed = self.letters[printed]
        self.inner = sheet  # openpyxl's own
        self._book, self._shared = book, 0
        self._columns = [Cells(sheet, column, self.letters[column.name]) for column in columns]
        self._compiled: dict[str, str] = {}
        sheet.freeze_panes = "A2"
        last = list(self.letters).index(printed) + 1
        _on_paper(sheet, sum(column.width for column in columns[:last]))
        for column in columns:
            dimension = sheet.column_dimensions[self.letters[column.name]]
            dimension.width = column.width
            if column.to_change:
                dimension.fill = TO_CHANGE
        sheet._values_to_row = _as_given
        sheet._get_writer()
        sheet._writer.write_row = _write_row
        left, right = (style(sheet, Form.TEXT, font=BOLD, alignment=Alignment(horizontal=side)) for side in SIDES)
        heads = ((each, left if each.form in TEXTS else right) for each in self._columns)
        self._append("".join(text_cell(f"{each.letter}1", look, each.heading) for each, look in heads))

    def append(self, row: Mapping[str, Any]) -> int:
        """One row by the names of the columns, and its number; what is None, missing or no text is an empty cell."""
        self.extend([row])
        return self.rows

    def extend(self, rows: Iterable[Mapping[str, Any]]) -> None:
        given = list(rows) if isinstance(rows, Iterator) else rows
        last = self.rows + (len(given) if isinstance(given, Sequence) else 0)
        for column in self._columns:
            column.shared = None
        for row in given:
            number = self.rows + 1
            cells = [
                self._cell(c, row[c.name], number, last) for c in self._columns if row.get(c.name) not in (None, "")
            ]
            self._append("".join(cells))

    def choices(self, column: str, words: Sequence[str], rows: tuple[int, int] | None = None) -> None:
        """Offer these words in the cells of that column, as a list that drops down."""
        first, last = rows or (2, 1_048_576)
        letter = self.letters[column]
        offered = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
        offered.add(f"{letter}{first}:{letter}{last}")
        self.inner.data_validations.append(offered)

    def end(self) -> None:
        self.inner.auto_filter.ref = f"A1:{get_column_letter(len(self._columns))}{self.rows}"
        self.inner.print_title_rows = "1:1"
        self.inner.print_area = f"A1:{self._printed}{max(self.rows, self.least)}"

    def drop(self) -> None:
        """Forget the rows: removes the temporary file openpyxl keeps them in until it saves."""
        self.inner.close()
        self.inner._writer.cleanup()

    def _append(self, cells: str) -> None:
        self.rows += 1
        self.inner.append([cells])

    def _cell(self, column: "Cells", value: Any, number: int, last: int) -> str:
        at = f"{column.letter}{number}"
        if isinstance(value, Own):
            return column.written(at, value.value, f"<f>{self._formula(value.formula, number)}</f>")
        if isinstance(value, Typed):
            return column.written(at, value.value, "", value.form)
        if not column.formula:
            return column.written(at, value)
        if column.shared is not None:
            return column.written(at, value, f'<f t="shared" si="{column.shared}"/>')
        text, how = self._formula(column.formula, number), ""
        if last > number and not _UNSHARED.search(text):
            column.shared, self._shared = self._shared, self._shared + 1
            how = f' t="shared" ref="{at}:{column.letter}{last}" si="{column.shared}"'
        return column.written(at, value, f"<f{how}>{text}</f>")

    def _formula(self, text: str, number: int) -> str:
        if text not in self._compiled:
            self._compiled[text] = escape(_REFERENCE.sub(self._reference, text.removeprefix("=")))
        return self._compiled[text].replace("\0", str(number))

    def _reference(self, found: re.Match[str]) -> str:
        title, whole, name = found.groups()
        if whole is None:
            return f"{self.letters[name]}\0"
        letter = (self._book[title] if title else self).letters[name]
        return f"{title}!${letter}:${letter}" if title else f"${letter}:${letter}"


def _as_given(cells: list[str], number: int) -> list[str]:
    """In place of openpyxl's own reading of a row, which takes `=1` for a formula and `#REF!` for an error."""
    return cells


def _write_row(out: Any, cells: list[str], number: int) -> None:
    """In place of openpyxl's own, which writes no formula with its value and takes ten times as long."""
    row = f'<row r="{number}">{cells[0]}</row>'
    if hasattr(out, "_file"):
        out._file(row)
    else:  # lxml, where it is installed, takes elements alone
        out.write(fromstring(row))


def _on_paper(sheet: Any, width: int) -> None:
    """Across, and as wide as the paper where that can still be read."""
    sheet.page_setup.orientation = "landscape"
    if width <= WIDEST_PAGE:
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    else:
        sheet.page_setup.scale = 70
