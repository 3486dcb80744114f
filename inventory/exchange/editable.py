"""Calls as a file to be edited and imported again: under the headings an import knows, each value as it reads them."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from io import TextIOWrapper
from typing import IO, Any

from inventory.domain import lots
from inventory.exchange import csv_out, stamp
from inventory.exchange.call_help import HELP
from inventory.exchange.call_row import NOT_KEPT, REQUIRED, TO_FILL_IN
from inventory.exchange.columns import Column, Form
from inventory.exchange.profile import SHARES, USES
from inventory.exchange.workbook import Book, Sheet

KINDS = {"xlsx": "Excel", "csv": "CSV"}
WHOLE = ("requests_per_month", "input_tokens", "output_tokens", "cacheable_prefix_tokens")
# Without separators of thousands: a spreadsheet that saves the file as CSV writes numbers as it shows them.
FORMS = dict.fromkeys((*WHOLE, *SHARES, *USES), Form.NUMBER)
WIDE = {"name": 30, "feature": 26, "call_key": 26, "description": 50, stamp.COLUMN: 30}
COLUMNS = tuple(
    Column(name, name, FORMS.get(name, Form.TEXT), WIDE.get(name, max(14, len(name) + 2)))
    for name in (*(column for column in TO_FILL_IN if column not in NOT_KEPT), stamp.COLUMN)
)
ABOUT = (Column("column", "Column", width=32), Column("words", "What it holds", width=110))
SAID = (
    ("How it comes back", "Edit the sheet “Calls”, save it, and upload it under Inventory, Import. Nothing is written "
     "before you have seen what each row would do."),
    ("What you change", "comes in. A cell you empty is emptied there too, where there may be nothing in it."),
    ("What changed in the app since", "stays. Where both changed the same cell, you are asked cell by cell."),
    ("Rows you take out", "change nothing: a file deletes no call. A row without exported_as is a new call, or one "
     "known by its call_key."),
)  # fmt: skip


def write(kind: str, file: IO[bytes], title: str, columns: Sequence[Column], rows: Iterable[Mapping[str, str]]) -> None:
    """`kind` is a key of KINDS; rows hold texts as `call_row.written` makes them. `file` stays open."""
    {"xlsx": _xlsx, "csv": _csv}[kind](file, title, columns, rows)


def _xlsx(file: IO[bytes], title: str, columns: Sequence[Column], rows: Iterable[Mapping[str, str]]) -> None:
    with Book() as book:
        sheet = book.sheet(title, columns)
        for lot in lots.of(rows):
            sheet.extend([{column.name: _typed(column, row) for column in columns} for row in lot])
        for column in columns:
            if offered := HELP[column.name].values:
                sheet.choices(column.name, offered)
        _about(book.sheet("About", ABOUT), columns)
        book.save(file)


def _about(sheet: Sheet, columns: Sequence[Column]) -> None:
    sheet.extend([{"column": what, "words": words} for what, words in SAID])
    for column in columns:
        about = HELP[column.name]
        words = [about.words, ", ".join(about.values), "needed" if column.name in REQUIRED else ""]
        sheet.append({"column": column.name, "words": "; ".join(filter(None, words))})


def _typed(column: Column, row: Mapping[str, str]) -> Any:
    text = row.get(column.name, "")
    if not text or column.form is Form.TEXT:
        return csv_out.quoted(text)
    return Decimal(text)


def _csv(file: IO[bytes], title: str, columns: Sequence[Column], rows: Iterable[Mapping[str, str]]) -> None:
    out = TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    lines = csv.writer(out)
    lines.writerow([column.name for column in columns])
    for row in rows:
        lines.writerow([csv_out.cell(row.get(column.name, "")) for column in columns])
    out.detach()
