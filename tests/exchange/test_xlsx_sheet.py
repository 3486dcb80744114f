"""Cells as they come in from a workbook: each right or told, none silently another."""

from io import BytesIO

import openpyxl
import pytest

from inventory.exchange import reading, xlsx_sheet
from inventory.exchange.cell import Cells
from inventory.exchange.manner import Manner
from tests.exchange.workbooks import number, packed, parts, row, sheet, text, workbook

HEAD = row("name", "size")


def table(data: bytes) -> reading.Table:
    return reading.table(data, required=("name", "size"), optional=("note", "on"))


def cell(xml: str, settings: str = "") -> Cells:
    """The only row's cells, `size` from the XML."""
    found = table(workbook(HEAD, row("a", xml), settings=settings))
    assert found.problems == ()
    return Cells(found.rows[0])


def test_what_openpyxl_writes_is_read() -> None:
    out = BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["Name", " Size ", "On"])
    book.active.append(["Tickets", 7, None])
    book.active.append([None, None, None])
    book.active.append(["=2+2", 0.72, None])
    book.active.cell(4, 1).data_type = "s"
    book.save(out)
    found = table(out.getvalue())
    assert [(each.number, each.cells["name"], each.cells["size"]) for each in found.rows] == [
        (2, "Tickets", "7"), (4, "=2+2", "0.72"),
    ]  # fmt: skip
    assert found.notes == ()


DATES_1904 = '<workbookPr date1904="1"/>'
AS_WHOLE = [
    (number("46000"), 46000), (number("46000.0"), 46000), (number("4.6E4"), 46000), (number("0"), 0),
    (number("999999999999999"), 999999999999999), (text("46000"), 46000), (number("5", 2), 5),
    (number("3.0000000000000004"), 3),  # what a spreadsheet shows as 3 is 3
]  # fmt: skip
WHOLE = "must be a whole number in plain digits, such as 46000, without separators or decimals"
DIGITS = "has more than 15 digits, and a spreadsheet keeps no more: format the cell as text and type it again"
ERROR = "holds an error, not a value: mend its formula"
NO_WHOLE = [
    (number("0.5"), WHOLE), (number("-5"), WHOLE), (number("1e308"), DIGITS), (number("12345678901234567890"), DIGITS),
    (number("1.2345678901234567E+19"), DIGITS), (number("NaN"), DIGITS), (number("Infinity"), DIGITS),
    ('<c t="e"><v>#REF!</v></c>', ERROR), ('<c t="e"><v>#N/A</v></c>', ERROR), ('<c t="b"><v>1</v></c>', WHOLE),
    (text("1.234,56"), WHOLE), (text("1,234.56"), WHOLE), (text("72%"), WHOLE), (text("NaN"), WHOLE),
    (number("46000", 1), WHOLE), (number("0.5", 3), WHOLE), (number("0.5", 4), "is no day that a spreadsheet knows: type it again"),
    ("<c><f>1+1</f></c>", "has a formula that was never computed: open the workbook, save it, and import that"),
]  # fmt: skip


@pytest.mark.parametrize(("xml", "value"), AS_WHOLE)
def test_a_number_is_read_as_a_spreadsheet_shows_it(xml: str, value: int) -> None:
    cells = cell(xml)
    assert (cells.whole("size", most=10**15), cells.problems) == (value, [])


@pytest.mark.parametrize(("xml", "message"), NO_WHOLE)
def test_what_is_no_whole_number_is_told(xml: str, message: str) -> None:
    cells = cell(xml)
    assert cells.whole("size", most=10**15) == 0
    assert [problem.message for problem in cells.problems] == [message]


@pytest.mark.parametrize(
    ("xml", "share"),
    [
        (number("0.72"), "0.72"),
        (number("0.71999999999999997"), "0.72"),
        (number("0.72", 2), "0.72"),
        (number("1E-2"), "0.01"),
    ],
)
def test_a_share_is_read_with_or_without_a_percent_format(xml: str, share: str) -> None:
    cells = cell(xml)
    assert (str(cells.share("size")), cells.problems) == (share, [])


NO_DAY = "is no day that a spreadsheet knows: type it again"


@pytest.mark.parametrize(
    ("xml", "settings", "found"),
    [
        (number("46348", 1), "", "2026-11-22"),
        (number("44886", 1), DATES_1904, "2026-11-22"),
        (number("61", 1), "", "1900-03-01"),
        (number("2958465", 1), "", "9999-12-31"),
        ('<c t="d"><v>2026-11-22</v></c>', "", "2026-11-22"),
        ('<c t="d"><v>2026-11-22T00:00:00</v></c>', "", "2026-11-22"),
        (text("2026-11-22"), "", "2026-11-22"),
        *((number(serial, 1), "", NO_DAY) for serial in ("60", "59", "1", "0", "-1", "2958466", "1e300")),
        (number("46348.5", 1), "", "must be a date like 2026-11-22"),
        (number("46348"), "", "must be a date like 2026-11-22"),
        (text("22/11/2026"), "", "must be a date like 2026-11-22"),
        (text("2026-02-30"), "", "must be a date like 2026-11-22"),
    ],
)
def test_a_day_is_right_or_told(xml: str, settings: str, found: str) -> None:
    cells = cell(xml, settings)
    read = cells.day("size")
    assert (read.isoformat() if read else cells.problems[0].message) == found


def test_a_typed_number_is_no_matter_of_how_the_file_writes_them() -> None:
    found = table(workbook(HEAD, row("a", number("0.125")), row("b", text("0,125"))))
    read = [Cells(each, Manner(decimals="comma")).amount("size", most=1) for each in found.rows]
    assert [str(each) for each in read] == ["0.125", "0.125"]


def test_a_formula_is_read_as_the_value_it_was_saved_with_and_noted() -> None:
    found = table(
        workbook(HEAD, row('<c t="str"><f>HYPERLINK("http://x")</f><v>Tickets</v></c>', "<c><f>3+4</f><v>7</v></c>"))
    )
    assert found.rows[0].cells == {"name": "Tickets", "size": "7"}
    assert found.notes == ("2 cells hold formulas: read was the value each had when the file was saved.",)
    empty = table(workbook(HEAD, row("a", '<c t="str"><f>""</f><v></v></c>')))
    assert empty.rows[0].cells == {"name": "a"}


def test_line_ends_and_runs_of_a_text_are_put_together() -> None:
    runs = '<c t="inlineStr"><is><r><t>a_x000D_</t></r><r><t>\nb</t></r><rPh sb="0" eb="1"><t>spoken</t></rPh></is></c>'
    assert table(workbook(HEAD, row(runs, "1"))).rows[0].cells["name"] == "a\r\nb"


def test_hidden_columns_and_rows_are_read_and_noted() -> None:
    data = workbook(
        HEAD,
        row("a", "1"),
        row("b", "2", attributes=' hidden="1"'),
        before='<cols><col min="2" max="2" hidden="1"/></cols>',
    )
    found = table(data)
    assert [each.cells["size"] for each in found.rows] == ["1", "2"]
    assert found.notes == ("Hidden columns were read too: B.", "1 hidden rows were read too.")


def test_merged_headings_and_cells_beyond_the_last_one_are_told() -> None:
    data = workbook(
        row("name", "size", "<c/>", "note"),
        row("a", "1", "lost"),
        row("b", "2", "<c/>", "n", "more"),
        after='<mergeCells count="1"><mergeCell ref="B1:C1"/></mergeCells>',
    )
    assert [str(problem) for problem in table(data).problems] == [
        "row 2, column 3: has no heading: give it one. Of merged headings only the first column has any",
        "row 3, column 5: stands beyond the last heading: give its column one, or empty it",
    ]


def test_the_first_sheet_that_is_not_hidden_is_read_and_the_others_named() -> None:
    sheets = [("Lists", sheet(HEAD)), ("Calls", sheet(HEAD + row("a", "1"))), ("Old", sheet(HEAD))]
    found = table(packed(parts(sheets, states={"Lists": "veryHidden"})))
    assert [each.cells["name"] for each in found.rows] == ["a"]
    assert found.notes == ("Read was the sheet “Calls”.", "Not read: Lists, Old.")


def test_the_process_does_not_start_without_defusedxml(monkeypatch: pytest.MonkeyPatch) -> None:
    xlsx_sheet.check()
    monkeypatch.setattr(openpyxl, "DEFUSEDXML", False)
    with pytest.raises(xlsx_sheet.NotDefused, match="without defusedxml"):
        xlsx_sheet.check()


def test_shared_texts_are_read_with_every_letter() -> None:
    files = parts([("Calls", sheet(HEAD + row('<c t="s"><v>1</v></c>', "1")))])
    strings = (
        "<si><t>a</t></si><si><r><t>_x005F_b</t></r><r><t> &lt;c&gt;</t></r><rPh sb='0' eb='1'><t>spoken</t></rPh></si>"
    )
    files["xl/sharedStrings.xml"] = (
        f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{strings}</sst>'
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    files["[Content_Types].xml"] = files["[Content_Types].xml"].replace("</Types>", override)
    assert table(packed(files)).rows[0].cells["name"] == "_b <c>"


@pytest.mark.parametrize(
    ("xml", "growth"),
    [
        (number("0.03", 2), "0.03"),
        (number("-0.025", 2), "-0.025"),
        (text("3 %"), "0.03"),
        (number("0.03"), None),
        (number("3"), None),
    ],
)
def test_growth_is_a_percentage_as_text_or_as_it_is_shown(xml: str, growth: str | None) -> None:
    cells = cell(xml)
    found = cells.growth("size")
    assert (None if found is None else str(found.normalize()), bool(cells.problems)) == (growth, growth is None)
