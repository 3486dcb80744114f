"""One list as a file: the same columns as a sheet, as CSV or as JSON, written row by row.

In CSV a text that a spreadsheet would take for a formula gets an apostrophe before it; JSON holds texts as they are.
"""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from io import TextIOWrapper
from typing import IO, Any

from inventory.domain import lots, money
from inventory.exchange.columns import Column, Form
from inventory.exchange.csv_out import STARTS
from inventory.exchange.workbook import Book
from inventory.exchange.written import text

KINDS = {"xlsx": "Excel", "csv": "CSV", "json": "JSON"}
Row = Mapping[str, Any]


def write(kind: str, file: IO[bytes], title: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    """`kind` is a key of KINDS; rows by the names of the columns. `file` stays open."""
    {"xlsx": _xlsx, "csv": _csv, "json": _json}[kind](file, title, columns, rows)


def _xlsx(file: IO[bytes], title: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    with Book() as book:
        sheet = book.sheet(title, columns)
        for lot in lots.of(rows):
            sheet.extend(lot)
        book.save(file)


def _csv(file: IO[bytes], title: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    out = TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    lines = csv.writer(out)
    lines.writerow([column.heading for column in columns])
    for row in rows:
        lines.writerow([_guarded(column, _plain(column, row.get(column.name))) for column in columns])
    out.detach()


def _json(file: IO[bytes], title: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    before = "[\n"
    for row in rows:
        cells = {column.name: _plain(column, row.get(column.name)) for column in columns}
        file.write(f"{before}{json.dumps(cells, ensure_ascii=False)}".encode())
        before = ",\n"
    file.write(b"[]\n" if before == "[\n" else b"\n]\n")


def _plain(column: Column, value: Any) -> Any:
    """As JSON knows it: amounts in dollars, shares from 0 to 1, days and moments in ISO 8601; None where empty."""
    if value is None or value == "":
        return None
    if column.form in (Form.MONEY, Form.RATE):
        return value / money.MICRO
    if column.form in (Form.SHARE, Form.NUMBER):
        return float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return text(value) if isinstance(value, str) else value


def _guarded(column: Column, value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(STARTS) else value
