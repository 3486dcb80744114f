"""The sheet of a workbook that came in: every cell as the text one would have typed, nothing evaluated.

openpyxl finds the sheets, texts and date formats; it refuses entities only together with defusedxml. Rows are read one
by one, and nothing the file says of its own size is believed.
"""

import warnings
import zipfile
from collections.abc import Iterator
from typing import IO, Any

import openpyxl
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from openpyxl.utils.datetime import MAC_EPOCH
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from inventory.exchange import archive, sheet, xlsx_cell
from inventory.exchange.sheet import Broken, Sheet, Unreadable
from inventory.exchange.xlsx_cell import Book

_ROW, _CELL, _COL, _STRING = (f"{{{SHEET_MAIN_NS}}}{tag}" for tag in ("row", "c", "col", "si"))


class NotDefused(Exception):
    """openpyxl would resolve the entities of files that come in."""


def check() -> None:
    """Raises `NotDefused`: called when the process starts."""
    if not openpyxl.DEFUSEDXML:
        raise NotDefused("openpyxl runs without defusedxml. Install what requirements.txt names.")


def opened(data: bytes) -> Sheet:
    """Its first sheet that is not hidden. Raises `Unreadable`; the lines raise `Unreadable` and `Broken`."""
    sheet.checked_size(data)
    package = archive.checked(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of fonts and styles it does not know
            book, path, notes = _opened(package)
    except Unreadable:
        raise
    except Exception as wrong:  # any error may come out of what somebody has put into a workbook
        raise _refusal(wrong) from wrong
    found = Sheet(iter(()), ragged=True, notes=notes)
    found.lines = _safely(_Lines(package, path, book, found).read())
    return found


def _opened(package: zipfile.ZipFile) -> tuple[Book, str, list[str]]:
    reader = ExcelReader(package.fp, read_only=True, data_only=True, keep_links=False)
    reader.read_manifest()
    reader.read_workbook()
    apply_stylesheet(reader.archive, reader.wb)
    sheets = [
        (each.name, rel.target, each.state)
        for each, rel in reader.parser.find_sheets()
        if rel.target in reader.valid_files and "chartsheet" not in rel.Type
    ]
    if not sheets:
        raise Unreadable("The workbook has no sheet with cells.")
    name, path, _ = next((each for each in sheets if each[2] == "visible"), sheets[0])
    others = [each[0] for each in sheets if each[0] != name]
    notes = [f"Read was the sheet “{sheet.shown(name)}”."] if others else []
    if others:
        notes.append(f"Not read: {', '.join(map(sheet.shown, others[:10]))}{'…' if len(others) > 10 else ''}.")
    book = Book(
        _strings(package, reader.package.find(SHARED_STRINGS)), frozenset(reader.wb._date_formats),
        frozenset(reader.wb._timedelta_formats), _percents(reader.wb), reader.wb.epoch == MAC_EPOCH,
    )  # fmt: skip
    return book, path, notes


def _percents(book: Any) -> frozenset[int]:
    """Styles by number. A workbook's own formats are counted from where the built-in ones end."""
    ids = [style.numFmtId for style in book._cell_styles]
    own = dict(enumerate(book._number_formats, BUILTIN_FORMATS_MAX_SIZE))
    formats = [own.get(i) or BUILTIN_FORMATS.get(i, "") for i in ids]
    return frozenset(style for style, form in enumerate(formats) if "%" in form)


def _strings(package: zipfile.ZipFile, part: Any) -> list[str]:
    """The texts that cells point to by number. openpyxl's own reading of them also drops some underscores."""
    if part is None:
        return []
    found = []
    with package.open(part.PartName.lstrip("/")) as source:
        for _, element in iterparse(source):
            if element.tag == _STRING:
                found.append(xlsx_cell.plain(element))
                element.clear()
    return found


def _safely(lines: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    try:
        yield from lines
    except (Unreadable, Broken):
        raise
    except Exception as wrong:
        raise _refusal(wrong) from wrong


def _refusal(wrong: Exception) -> Unreadable:
    if type(wrong).__module__.startswith("defusedxml"):
        return Unreadable("The workbook declares entities, which no spreadsheet program writes: it was refused.")
    return archive.damaged()


class _Lines:
    """Walks through one sheet and notes on the way what a reader should know."""

    def __init__(self, package: zipfile.ZipFile, path: str, book: Book, into: Sheet) -> None:
        self.package, self.path, self.book, self.into = package, path, book, into
        self.row = self.hidden_rows = self.formulas = 0
        self.hidden_columns: list[str] = []

    def read(self) -> Iterator[tuple[int, list[str]]]:
        with self.package.open(self.path) as source:
            yield from self._rows(source)
        self._note()

    def _rows(self, source: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
        for _, element in iterparse(source):
            if element.tag == _ROW:
                cells = self._cells(element)
                if any(cells):
                    if self.row > sheet.MOST_ROWS + 1:
                        raise sheet.too_many(self.row)
                    yield self.row, cells
                elif self.row > sheet.MOST_ROWS + 1:
                    if _has_content(source):
                        raise sheet.too_many(self.row)
                    return
                element.clear()
            elif element.tag == _COL and element.get("hidden") in ("1", "true"):
                first, last = int(element.get("min", 1)), int(element.get("max", 1))
                self.hidden_columns += [get_column_letter(n) for n in range(first, min(last, sheet.MOST_COLUMNS) + 1)]

    def _cells(self, row: Any) -> list[str]:
        self.row = int(row.get("r") or self.row + 1)
        cells: list[str] = []
        column = 0
        for cell in row:
            if cell.tag != _CELL:
                continue
            place = cell.get("r")
            column = column_index_from_string(coordinate_from_string(place)[0]) if place else column + 1
            text = xlsx_cell.text(cell, self.book)
            if not text:
                continue
            self.formulas += xlsx_cell.is_formula(cell)
            if column > sheet.MOST_COLUMNS:
                letter = get_column_letter(column)
                raise Unreadable(f"A cell stands in column {letter}: at most {sheet.MOST_COLUMNS} columns are read.")
            cells += [""] * (column - len(cells))
            cells[column - 1] = text
        self.hidden_rows += bool(cells) and row.get("hidden") in ("1", "true")
        return cells

    def _note(self) -> None:
        notes = self.into.notes
        if self.formulas:
            notes.append(f"{self.formulas:,} cells hold formulas: read was the value each had when the file was saved.")
        if self.hidden_columns:
            notes.append(f"Hidden columns were read too: {', '.join(self.hidden_columns[:10])}.")
        if self.hidden_rows:
            notes.append(f"{self.hidden_rows:,} hidden rows were read too.")


def _has_content(source: IO[bytes]) -> bool:
    """Whether any cell below has a value: far quicker than parsing a million empty rows."""
    before = b""
    while block := source.read(1 << 20):
        text = before + block
        if b"<v>" in text or b"<t>" in text or b"<t " in text or b":v>" in text or b":t>" in text:
            return True
        before = block[-4:]
    return False
