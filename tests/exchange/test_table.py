"""A list as a file: the same rows in each form, and text that no spreadsheet runs."""

import csv
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from openpyxl import load_workbook

from inventory.exchange import csv_out, table
from inventory.exchange.columns import Column, Form
from tests.exchange.test_workbook import PAYLOADS

COLUMNS = (
    Column("name", "Name"), Column("today", "Today, $", Form.MONEY), Column("share", "Share", Form.SHARE),
    Column("on", "On", Form.DAY), Column("at", "At", Form.MOMENT),
)  # fmt: skip
ROW = {
    "name": "Größe", "today": -1_234_567, "share": Decimal("0.25"), "on": date(2026, 11, 22),
    "at": datetime(2026, 11, 22, 9, tzinfo=UTC),
}  # fmt: skip


def written(kind: str, rows: Iterable[dict[str, Any]]) -> bytes:
    file = BytesIO()
    table.write(kind, file, "List", COLUMNS, iter(list(rows)))
    return file.getvalue()


def test_the_same_row_in_each_form() -> None:
    (cells,) = load_workbook(BytesIO(written("xlsx", [ROW])))["List"].iter_rows(min_row=2, values_only=True)
    assert cells[:3] == ("Größe", -1.234567, 0.25)
    (row,) = csv.DictReader(StringIO(written("csv", [ROW]).decode("utf-8-sig")))
    assert list(row.values()) == ["Größe", "-1.234567", "0.25", "2026-11-22", "2026-11-22T09:00:00+00:00"]
    assert json.loads(written("json", [ROW, {}])) == [
        {"name": "Größe", "today": -1.234567, "share": 0.25, "on": "2026-11-22", "at": "2026-11-22T09:00:00+00:00"},
        dict.fromkeys(("name", "today", "share", "on", "at")),
    ]


def test_no_rows_is_a_whole_file_too() -> None:
    assert json.loads(written("json", [])) == []
    assert written("csv", []).decode("utf-8-sig") == 'Name,"Today, $",Share,On,At\r\n'


@pytest.mark.parametrize("payload", PAYLOADS)
def test_csv_begins_no_cell_as_a_formula(payload: str) -> None:
    (row,) = csv.reader(
        StringIO(written("csv", [{"name": payload}]).decode("utf-8-sig").partition("\r\n")[2], newline="")
    )
    assert not row[0].startswith(csv_out.STARTS)
    assert row[0].removeprefix("'") == payload.removeprefix("'")
