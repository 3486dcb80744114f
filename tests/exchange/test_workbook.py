"""What is written comes back as it was: typed numbers, and text that is only ever text."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from inventory.exchange import columns, live, workbook
from inventory.exchange import written as cells_of
from inventory.exchange.columns import Column, Form
from inventory.exchange.workbook import Own, Typed

PAYLOADS = (
    "=1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://example.test","x")', "==1", "= 1", "=", "+1+1", "-2+3", "@SUM(A1)",
    "\t=1+1", " =1+1", "＝1+1", "'=1+1", '"=1+1', ";=1", ",=1", "#REF!", "#NAME?", "#DIV/0!", "#N/A", "#NULL!", "#NUM!",
    "#VALUE!", "=#REF!", "{=1+1}", "%0A=1", "TRUE", "1e9", "007", "2026-11-22", "=A1\n=A2", "<v>1</v>&amp;",
)  # fmt: skip
NOON = datetime(2026, 11, 22, 12)  # noqa: DTZ001  as Excel has it, without a zone


def written(title: str, declared: tuple[Column, ...], rows: list[dict[str, Any]]) -> Any:
    file = BytesIO()
    with workbook.Book() as book:
        book.sheet(title, declared).extend(rows)
        book.save(file)
    return load_workbook(file)[title]


def test_text_never_becomes_a_formula_or_an_error() -> None:
    sheet = written("Moves", (Column("said", "Said"),), [{"said": payload} for payload in PAYLOADS])
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == list(PAYLOADS)
    assert {cell.data_type for cell in cells} == {"s"}


def test_numbers_dates_and_truth_are_typed() -> None:
    declared = tuple(Column(form.value, form.value, form) for form in Form)
    row = {
        "text": "x", "whole": 10**12, "money": -1_254_050_001, "rate": 12_500, "share": Decimal("0.725"), "percent": 38,
        "day": date(2026, 11, 22), "moment": NOON.replace(tzinfo=UTC), "truth": False,
        "number": Decimal("0.25"),
    }  # fmt: skip
    cells = {cell.column_letter: cell for cell in written("All", declared, [row])[2]}
    assert [cell.value for cell in cells.values()] == [
        "x", 10**12, -1254.050001, 0.0125, 0.725, 0.38, NOON.replace(hour=0), NOON, "no", 0.25,
    ]  # fmt: skip
    formats = [cells_of.FORMATS.get(form, "General") for form in Form]
    assert [cell.number_format for cell in cells.values()] == formats


def test_every_row_of_a_column_keeps_its_own_value_and_empty_stays_empty() -> None:
    declared = (Column("a", "A", Form.MONEY), Column("b", "B"), Column("c", "C", Form.MONEY))
    rows = [{"a": 1_000_000, "b": "=x", "c": None}, {"a": None, "b": None, "c": 2_000_000}, {"a": 0, "b": "", "c": 3}]
    found = [[cell.value for cell in row] for row in written("All", declared, rows).iter_rows(min_row=2)]
    assert found == [[1, "=x", None], [None, None, 2], [0, None, 0.000003]]


def test_the_header_is_frozen_and_the_filter_covers_every_row() -> None:
    sheet = written("Moves", columns.MOVES, [{"team": "A"}, {"team": "B"}])
    last = sheet.cell(1, len(columns.MOVES)).column_letter
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", f"A1:{last}3")
    assert [cell.value for cell in sheet[1]] == [column.heading for column in columns.MOVES]
    assert sheet.column_dimensions["A"].width == 22


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\x00b\x07c\x1f", "abc"),
        ("one\r\ntwo\rthree\n\tfour", "one\ntwo\nthree\n\tfour"),
        ("half \ud83d of a pair\ufffe", "half  of a pair"),
        ("x" * 32_767, "x" * 32_767),
        ("x" * 40_000, "x" * 32_761 + " [cut]"),
        ("😀" * 16_383, "😀" * 16_383),
        ("a" + "😀" * 16_384, "a" + "😀" * 16_380 + " [cut]"),
    ],
)
def test_text_is_what_a_cell_can_hold(typed: str, kept: str) -> None:
    assert cells_of.text(typed) == kept
    assert written("All", (Column("a", "A"),), [{"a": typed}])["A2"].value == kept


def test_a_book_that_is_not_saved_leaves_no_temporary_files(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(RuntimeError), workbook.Book() as book:  # noqa: PT012  the file must be begun before it breaks
        book.sheet("All", columns.CALLS).append({"team": "A"})
        assert list(tmp_path.iterdir())
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "declared",
    [
        columns.SUMMARY,
        columns.PICTURES,
        columns.MOVES,
        live.PARTS,
        columns.CALLS,
        columns.WAVES,
        columns.ASSUMPTIONS,
        columns.PRICES,
        columns.HISTORY,
        columns.DOUBTS,
    ],
)
def test_names_and_headings_are_unique(declared: tuple[Column, ...]) -> None:
    assert len({column.name for column in declared}) == len(declared) == len({column.heading for column in declared})


def test_a_formula_stands_beside_the_value_it_has_and_is_written_once_for_a_stretch_of_rows() -> None:
    declared = (
        Column("a", "A", Form.MONEY),
        Column("b", "B", Form.MONEY, formula="=[a]*2"),
        Column("c", "C", Form.MONEY),
    )
    file = BytesIO()
    with workbook.Book() as book:
        sheet = book.sheet("One", declared)
        other = book.sheet("Two", (Column("d", "D", Form.MONEY),))
        sheet.extend([{"a": 10**6, "b": 2 * 10**6}, {"a": 10**6}, {"b": Typed(7)}, {"a": 3 * 10**6, "b": 6 * 10**6}])
        other.append({"d": Own("=SUM([One:a])&amp", 4 * 10**6)})
        book.save(file)
    formulas, values = load_workbook(file), load_workbook(file, data_only=True)
    assert [row[1].value for row in formulas["One"].iter_rows(min_row=2)] == ["=A2*2", None, 0.000007, "=A5*2"]
    assert [row[1].value for row in values["One"].iter_rows(min_row=2)] == [2, None, 0.000007, 6]
    assert (formulas["Two"]["A2"].value, values["Two"]["A2"].value) == ("=SUM(One!$A:$A)&amp", 4)


def test_a_formula_over_another_sheet_is_written_in_full_in_each_row() -> None:
    """Excel takes a file with such a formula shared for a broken one."""
    file = BytesIO()
    with workbook.Book() as book:
        first = book.sheet("One", (Column("a", "A", Form.MONEY),))
        declared = (
            Column("b", "B", Form.MONEY, formula="=SUM([One:a])"),
            Column("c", "C", Form.MONEY, formula="=SUM(INDEX([:b],1):INDEX([:b],2))"),
            Column("d", "D", Form.MONEY, formula="=[b]*2"),
        )
        first.append({"a": 1})
        book.sheet("Two", declared).extend([{"b": 1, "c": 1, "d": 1}] * 3)
        book.save(file)
    with ZipFile(file) as whole:
        text = whole.read("xl/worksheets/sheet2.xml").decode()
    assert text.count("<f>SUM(One!$A:$A)</f>") == text.count("<f>SUM(INDEX($A:$A,1):INDEX($A:$A,2))</f>") == 3
    assert text.count('t="shared"') == 3
