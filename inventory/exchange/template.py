"""An empty file of calls to fill in: as a workbook with drop-downs, examples and what each column holds, and as CSV."""

from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from inventory.exchange import csv_out
from inventory.exchange.call_help import HELP, PARTS
from inventory.exchange.call_row import REQUIRED
from inventory.exchange.call_row import TO_FILL_IN as COLUMNS
from inventory.exchange.sheet import MOST_ROWS
from inventory.exchange.written import text

# Drop-downs that may be typed over.
LISTED = {
    "team": "Teams", "feature": "Features", "model": "Models", "product_owner": "Product",
    "engineering_owner": "Engineering",
}  # fmt: skip


def csv() -> bytes:
    """The headings and example rows, to be typed over."""
    return csv_out.written([COLUMNS, *_examples()])


def workbook(file: IO[bytes], *, names: Mapping[str, Sequence[str]]) -> None:
    """The first sheet is the one to fill in and the one that is read; the names given, by the columns of LISTED, are
    offered there."""
    book = Workbook(write_only=True)
    calls = book.create_sheet("Calls")
    calls.freeze_panes = "A2"
    for place, column in enumerate(COLUMNS, 1):
        letter = get_column_letter(place)
        calls.column_dimensions[letter].width = max(14, len(column) + 3)
    calls.append(_bold(calls, COLUMNS))
    _sheet(book, "Examples", [COLUMNS, *_examples()], 22)
    needed = [(c, "yes" if c in REQUIRED else "", HELP[c].words, ", ".join(HELP[c].values)) for c in COLUMNS]
    _sheet(book, "Columns", [("Column", "Needed", "What it holds", "Allowed values"), *needed], 34)
    lists = book.create_sheet("Lists")
    lists.append(_bold(lists, LISTED.values()))
    for row in range(max(map(len, names.values()), default=0)):
        lists.append([_cell(lists, names[c][row]) if row < len(names[c]) else None for c in LISTED])
    for place, column in enumerate(COLUMNS, 1):
        if choice := _choice(column, {c: len(found) for c, found in names.items()}):
            choice.add(f"{get_column_letter(place)}2:{get_column_letter(place)}{MOST_ROWS + 1}")
            calls.data_validations.append(choice)
    book.save(file)


def _examples() -> list[list[str]]:
    """A call, and one that is split with its parts."""
    calls = [[HELP[column].examples[place] for column in COLUMNS] for place in (0, 1)]
    return calls + [[part.get(column, "") for column in COLUMNS] for part in PARTS]


def _choice(column: str, lengths: dict[str, int]) -> DataValidation | None:
    """What a cell of the column offers. Of our own words no other may stand there; names may be new ones."""
    if values := HELP[column].values:
        choice = DataValidation(type="list", formula1=f'"{",".join(values)}"', allow_blank=True)
        choice.error, choice.errorTitle = f"Choose one of {', '.join(values)}, or leave it empty.", column
        return choice
    if lengths.get(column):
        letter = get_column_letter(list(LISTED).index(column) + 1)
        listed = f"Lists!${letter}$2:${letter}${lengths[column] + 1}"
        return DataValidation(type="list", formula1=listed, allow_blank=True, showErrorMessage=False)
    return None


def _sheet(book: Workbook, title: str, rows: Iterable[Sequence[str]], width: int) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for place in range(1, len(COLUMNS) + 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    for number, row in enumerate(rows):
        sheet.append([_cell(sheet, each) for each in row] if number else _bold(sheet, row))


def _bold(sheet: Any, names: Iterable[str]) -> list[Any]:
    cells = [_cell(sheet, name) for name in names]
    for cell in cells:
        cell.font = Font(bold=True)
    return cells


def _cell(sheet: Any, value: str) -> Any:
    """A text, whatever it begins with: names are people's."""
    cell = WriteOnlyCell(sheet, value=text(value))
    cell.data_type = "s"
    return cell
