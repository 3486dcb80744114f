import csv
import io

import pytest

from inventory.exchange import reading, sheet
from inventory.exchange.reading import Problem, Row

REQUIRED, OPTIONAL = ("name", "size"), ("note",)


def table(data: bytes | str) -> reading.Table:
    raw = data.encode() if isinstance(data, str) else data
    return reading.table(raw, required=REQUIRED, optional=OPTIONAL)


def refusal(data: bytes | str) -> str:
    (problem,) = table(data).problems
    return str(problem)


PLAIN = (Row(2, {"name": "Tickets", "size": "7"}), Row(3, {"name": "Mails", "size": "9"}))


@pytest.mark.parametrize(
    "data",
    [
        "name,size\nTickets,7\nMails,9\n",
        "name,size\r\nTickets,7\r\nMails,9",
        "name,size\rTickets,7\rMails,9\r",
        "name;size\nTickets;7\nMails;9\n",
        "name\tsize\nTickets\t7\nMails\t9\n",
        '"name","size"\n"Tickets","7"\n"Mails","9"\n',
        " Name , SIZE \nTickets,7\nMails,9\n",
    ],
)
def test_the_usual_shapes_of_csv_read_alike(data: str) -> None:
    assert table(data).rows == PLAIN


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_the_first_heading(encoding: str) -> None:
    assert table("name,size\nTickets,7\nMails,9\n".encode(encoding)).rows == PLAIN


def test_columns_may_stand_in_any_order_and_empty_rows_are_left_out() -> None:
    found = table("size,name\n7,Tickets\n,\n\n9,Mails\n")
    assert [(row.number, row.cells["name"]) for row in found.rows] == [(2, "Tickets"), (5, "Mails")]
    assert found.problems == ()


def test_a_quoted_text_may_hold_separators_quotes_and_lines() -> None:
    assert table('name,size\n"a, ""b""\nc",7\n').rows == (Row(2, {"name": 'a, "b"\nc', "size": "7"}),)


def test_headings_nobody_asked_for_are_told_and_not_read() -> None:
    found = table("name,size,colour\nTickets,7,red\n")
    assert (found.unknown, found.problems) == (("colour",), ())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "The file is empty. Its first row has to be the headings."),
        (" \n\n", "The file is empty. Its first row has to be the headings."),
        ("name,size\n", "The file has headings but no rows under them."),
        ("name,size,name\na,1,b\n", "Two columns are headed name. Every heading may stand once."),
        ("name\na\n", "The first row has no column size. Columns this file may have: name, size, note."),
        (
            "name,size\nKöln,7\n".encode("cp1252"),
            "Line 2 is not UTF-8 text. Save the file as “CSV UTF-8” and import that.",
        ),
        (
            b"PK\x03\x04....",
            "The workbook is damaged or was not copied whole. Open it, save it again, and import that.",
        ),
        (b"\xff\xfen\x00a", "Line 1 is not UTF-8 text. Save the file as “CSV UTF-8” and import that."),
        (b"x" * (reading.LARGEST_FILE + 1), "The file is larger than 40 MB. Import it in several files."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(data: bytes | str, said: str) -> None:
    assert refusal(data) == said


def test_a_row_that_does_not_fit_its_headings_is_told_beside_the_others() -> None:
    found = table("name,size\na\nb,1,2\nc,3\n")
    assert [str(problem) for problem in found.problems] == [
        "row 2: has 1 cells under 2 headings: is a separator missing?",
        "row 3: has 3 cells under 2 headings: does a text hold a separator without being quoted?",
    ]


@pytest.mark.parametrize("data", ['name,size\n"a,1\nb,2\n', 'name,size\n"a"x,1\n'])
def test_a_quotation_mark_that_does_not_fit_is_told_with_its_row(data: str) -> None:
    assert refusal(data).startswith("row 2: has a quotation mark that does not fit")


def test_a_broken_heading_row_is_told() -> None:
    assert refusal('"name,size\na,1\n').startswith("Row 1 has a quotation mark that does not fit")


def test_a_cell_beyond_all_measure_is_told() -> None:
    assert "a closing quotation mark missing" in refusal(f"name,size\n{'x' * (csv.field_size_limit() + 1)},1\n")


def test_rows_beyond_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "MOST_ROWS", 2)
    assert refusal("name,size\na,1\nb,2\nc,3\n") == "row 4: More than 2 rows. Import them in several files."


def test_what_a_message_repeats_of_a_cell_is_short_and_printable() -> None:
    assert reading.shown("a\x00\x1b" + "b" * 100) == "a��" + "b" * 57 + "…"


def test_any_bytes_are_answered() -> None:
    """Whatever comes, it is read or refused: nothing is raised."""
    out = io.StringIO()
    csv.writer(out).writerows([["name", "size"], ["a", "1"]])
    whole = out.getvalue().encode()
    for cut in range(len(whole)):
        for byte in (b"\x00", b'"', b"\xff", b"\r", b"\xe2\x80\xae"):
            found = table(whole[:cut] + byte + whole[cut:])
            assert isinstance(found, reading.Table)
    assert Problem(2, "size", "x", "is wrong").__str__() == "row 2, size: is wrong"


def test_more_columns_than_any_file_of_calls_has_are_refused_at_once() -> None:
    assert refusal("name,size" + ",more" * 500_000) == (
        "The first row has 500,002 cells: at most 200 columns are read."
    )


def test_of_an_endless_heading_only_the_start_is_repeated() -> None:
    assert table(f"name,size,{'x' * 30_000}\nTickets,7,a\n").unknown == ("x" * 60 + "…",)
