"""Files that mean harm, or are not what they say: refused or handled within two seconds and 100 MB, in one sentence."""

import io
import random
import resource
import stat
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from inventory.exchange import archive, call_file, call_row, reading
from inventory.exchange import sheet as sheet_limits
from tests.exchange.workbooks import XML, number, packed, parts, row, sheet, text, workbook

HEAD = row(*call_row.REQUIRED)
CALL = row("Support", "Tickets", "tags", "Tags", "claude-haiku-4-5", number("46000"), number("1500"), number("40"))
GOOD = parts([("Calls", sheet(HEAD + CALL))])
RIGHT = workbook(HEAD, CALL)
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10 if n > 1 else "&lol;" * 10}">' for n in range(1, 10))
    + "]>"
)
QUADRATIC = f'<!DOCTYPE bomb [<!ENTITY a "{"x" * 50_000}">]>'
OUTSIDE = '<!DOCTYPE foo [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>'


def said(data: bytes) -> str:
    """What one is told of a file, all of it."""
    return " ".join(str(problem) for problem in call_file.read(data).problems)


def in_time(data: bytes) -> str:
    start = time.process_time()
    found = said(data)
    assert time.process_time() - start < 2
    return found


def bomb(*, name: str = "xl/media/image1.xml", size: int = 130 * 2**20, entries: int = 1) -> bytes:
    out = io.BytesIO(packed(GOOD))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package:
        for n in range(entries):
            with package.open(f"{n}{name}" if n else name, "w", force_zip64=False) as entry:
                for _ in range(size // entries // 2**20):
                    entry.write(bytes(2**20))
    return out.getvalue()


def lying(data: bytes) -> bytes:
    """The same archive, each entry said to unpack to ten bytes."""
    found = bytearray(data)
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = found.find(mark)
        while at >= 0:
            found[at + offset : at + offset + 4] = struct.pack("<I", 10)
            at = found.find(mark, at + 4)
    return bytes(found)


def test_the_file_all_others_are_made_of_is_read() -> None:
    assert said(RIGHT) == ""
    assert call_file.read(RIGHT).rows[0].fields["requests"] == 46000


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: bomb(size=20 * 2**20), "unpacks to more than it should"),
        (lambda: bomb(size=20 * 2**20, name="xl/sharedStrings.xml"), "unpacks to more than it should"),
        (lambda: packed({**GOOD, **{f"xl/{n}.xml": "" for n in range(1000)}}), "too many sheets and parts"),
        (lambda: lying(RIGHT), "damaged"),
        (lambda: lying(bomb(size=2 * 2**20)), "damaged"),
    ],
)
def test_a_bomb_is_refused_before_it_is_unpacked(made: Callable[[], bytes], message: str) -> None:
    data = made()
    assert len(data) < 5 * 2**20
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    assert message in said(data)
    assert time.process_time() - start < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


def test_what_unpacks_to_too_much_is_refused_however_it_is_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_UNPACKED", 2**20)
    assert "unpacks to more than it should" in said(
        packed({**GOOD, "xl/media/noise.bin": random.Random(1).randbytes(2**20)})
    )


@pytest.mark.parametrize("attack", [LAUGHS, QUADRATIC, OUTSIDE], ids=["laughs", "quadratic", "outside"])
@pytest.mark.parametrize(
    "part",
    ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels", "docProps/core.xml", "xl/drawings/drawing1.xml", "xl/styles.xml"],
)  # fmt: skip
def test_entities_are_refused_wherever_they_stand(part: str, attack: str) -> None:
    entity = {LAUGHS: "lol9", QUADRATIC: "a", OUTSIDE: "xxe"}[attack]
    body = GOOD.get(part, f"{XML}<x>&{entity};</x>")
    assert "declares entities" in in_time(packed({**GOOD, part: body.replace(XML, XML + attack)}))


@pytest.mark.parametrize("attack", [LAUGHS, OUTSIDE])
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"])
def test_and_by_the_parser_too_where_they_stand_too_far_down_to_be_seen(
    part: str, attack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "HEAD", 10)
    files = {**GOOD, part: GOOD.get(part, f"{XML}<sst/>").replace(XML, XML + attack)}
    types = files["[Content_Types].xml"].replace(
        "</Types>",
        '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
    )
    assert "declares entities" in in_time(
        packed({"xl/sharedStrings.xml": f"{XML}<sst/>", **files, "[Content_Types].xml": types})
    )


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_document_type_in_another_encoding_is_seen(encoding: str) -> None:
    hidden = f'<?xml version="1.0" encoding="UTF-16"?>{OUTSIDE}<sst/>'.encode(encoding)
    assert "declares entities" in said(packed({**GOOD, "xl/sharedStrings.xml": hidden}))


def test_a_declared_size_is_not_believed() -> None:
    wide = '<dimension ref="A1:XFD1048576"/>'
    assert in_time(workbook(HEAD, CALL, before=wide)) == ""
    far = CALL + '<row r="200000"><c r="XFD200000"><v>1</v></c></row>'
    assert in_time(workbook(HEAD, far, before=wide)) == "A cell stands in column XFD: at most 200 columns are read."
    low = CALL + '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    assert (
        in_time(workbook(HEAD, low, before=wide))
        == "row 1048576: More than 100,000 rows. Import them in several files."
    )


def test_empty_rows_are_passed_over_and_rows_beyond_the_limit_are_found_below_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sheet_limits, "MOST_ROWS", 100)
    empty = "".join(f'<row r="{n}" s="1"/>' for n in range(3, 5000))
    assert said(workbook(HEAD, CALL, empty)) == ""
    assert said(workbook(HEAD, CALL, empty, row("last"))).endswith("More than 100 rows. Import them in several files.")
    lines = [",".join(call_row.REQUIRED), "Support,Tickets,tags,Tags,m,1,1,1", *[",,,,,,,"] * 500]
    assert said("\n".join(lines).encode()) == ""
    assert "More than 100 rows" in said("\n".join([*lines, "last,,,,,,,"]).encode())


@pytest.mark.soak
def test_a_million_empty_rows_are_passed_over() -> None:
    empty = "".join(f'<row r="{n}" spans="1:8" s="{n % 7}" customFormat="1"/>' for n in range(3, 1_000_000))
    assert in_time(workbook(HEAD, CALL, empty)) == ""
    assert "More than 100,000 rows" in in_time(workbook(HEAD, CALL, empty, row("last")))
    line = ",".join(["Support", "Tickets", "tags", "Tags", "claude-haiku-4-5", "46000", "1500", "40"])
    assert in_time("\n".join([",".join(call_row.REQUIRED), line, *[",,,,,,,"] * 1_000_000]).encode()) == ""


@pytest.mark.soak
def test_the_worst_that_is_read_stays_under_a_hundred_megabytes() -> None:
    """In a process of its own: a million empty rows, in a workbook and in a CSV file."""
    script = f"""
import resource, sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from tests.exchange import test_hostile_files as files
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
empty = "".join(f'<row r="{{n}}" s="1" customFormat="1"/>' for n in range(3, 1_000_000))
data = files.workbook(files.HEAD, files.CALL, empty)
made = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(files.said(data), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - made) // 1024)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(done.stdout.strip()) < 100


def named(name: str, **options: int) -> bytes:
    out = io.BytesIO(RIGHT)
    with zipfile.ZipFile(out, "a") as package:
        entry = zipfile.ZipInfo(name)
        for key, value in options.items():
            setattr(entry, key, value)
        package.writestr(entry, "/etc/passwd")
    return out.getvalue()


def with_flag(data: bytes) -> bytes:
    """Every entry said to be encrypted."""
    found = bytearray(data)
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = found.find(mark)
        while at >= 0:
            found[at + offset] |= 1
            at = found.find(mark, at + 4)
    return bytes(found)


CSV = ",".join(call_row.REQUIRED)
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "xls": (lambda: OLD, "old kind (.xls)"),
    "encrypted": (lambda: OLD + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    "zip with a password": (lambda: with_flag(RIGHT), "protected by a password"),
    "xlsm": (lambda: packed({**GOOD, "xl/vbaProject.bin": b"x"}), "holds macros"),
    "xlsm by its type": (lambda: packed({**GOOD, "[Content_Types].xml": GOOD["[Content_Types].xml"].replace("openxmlformats-officedocument.spreadsheetml.sheet.main", "ms-excel.sheet.macroEnabled.main")}), "may hold macros"),
    "xlsb": (lambda: packed({**GOOD, "xl/workbook.bin": b"x"}), "binary workbook"),
    "ods": (lambda: packed({"mimetype": "x", "content.xml": "<a/>"}), "OpenDocument"),
    "docx": (lambda: packed({"[Content_Types].xml": "", "word/document.xml": "<a/>"}), "text document"),
    "zip": (lambda: packed({"a.txt": "x"}), "no workbook"),
    "empty zip": (lambda: packed({}), "no workbook"),
    "truncated": (lambda: RIGHT[: len(RIGHT) // 2], "damaged"),
    "cut at its end": (lambda: RIGHT[:-30], "damaged"),
    "bytes flipped": (lambda: RIGHT[:200] + bytes(300) + RIGHT[500:], "damaged"),
    "png as csv": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(50), "a picture"),
    "pdf": (lambda: b"%PDF-1.7\nx", "a PDF"),
    "name that leads out": (lambda: named("../../etc/cron.d/x"), "lead out of it"),
    "absolute name": (lambda: named("/etc/passwd"), "lead out of it"),
    "link": (lambda: named("xl/link", external_attr=(stat.S_IFLNK | 0o777) << 16), "a link to another file"),
    "ten thousand sheets": (lambda: packed(parts([(f"S{n}", "") for n in range(1100)])), "too many sheets"),
    "no sheet": (lambda: packed(parts([])), "no sheet with cells"),
    "a sheet without data": (lambda: workbook(), "The file is empty. Its first row has to be the headings."),
    "headings alone": (lambda: workbook(HEAD), "headings but no rows"),
    "a title above": (lambda: workbook(f'<row r="3">{HEAD[5:]}', CALL), "Delete the 2 rows above the headings"),
    "other headings": (lambda: workbook(row("a", "b"), row("1", "2")), "no column team"),
    "broken xml": (lambda: packed({**GOOD, "xl/worksheets/sheet1.xml": sheet(HEAD + CALL)[:-40]}), "damaged"),
    "a text that is not there": (lambda: workbook(HEAD, '<row><c t="s"><v>99</v></c></row>'), "damaged"),
    "a cell of no place": (lambda: workbook(HEAD, '<row><c r="1A"><v>1</v></c></row>'), "damaged"),
    "no relations": (lambda: packed({k: v for k, v in GOOD.items() if "_rels/workbook" not in k}), "damaged"),
    "a heading twice": (lambda: workbook(row("team", "Team"), CALL), "Two columns are headed team"),
    "binary": (lambda: bytes(range(256)) * 10, "not UTF-8 text"),
    "html": (lambda: b"<html><table><tr><td>team</td></tr></table></html>", "a web page or XML"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_not_what_it_should_be_is_refused_in_a_sentence(name: str) -> None:
    made, message = BAD[name]
    found = in_time(made())
    assert message in found
    assert len(found) < 400 or name in ("other headings", "html")


def test_links_to_other_workbooks_are_not_followed() -> None:
    link = f'{XML}<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    assert said(packed({**GOOD, "xl/externalLinks/externalLink1.xml": link})) == ""


@pytest.mark.parametrize("cut", range(10, len(RIGHT), 97))
def test_a_workbook_cut_anywhere_is_answered(cut: int) -> None:
    assert "damaged" in said(RIGHT[:cut])
    assert isinstance(call_file.read(RIGHT[:cut] + b"\xff" + RIGHT[cut + 1 :]), call_file.CallFile)


LONG = {"name": 120, "call_key": 80, "description": 4000}


@pytest.mark.parametrize("value", ["", "x", "🙂" * 120, "\u202eevil", "a\u0000b", "a\x1bb", "x" * 121, "x" * 32_768])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_texts_of_any_length_and_letters_come_in_whole_or_are_told(kind: str, value: str) -> None:
    if kind == "xlsx" and any(each in value for each in "\x00\x1b"):
        pytest.skip("XML cannot hold it")
    cells = ["Support", "Tickets", "tags", value, "m", "1", "1", "1"]
    quoted = ",".join(f'"{each}"' for each in cells)
    data = f"{CSV}\n{quoted}\n".encode() if kind == "csv" else workbook(HEAD, row(*map(text, cells)))
    found = call_file.read(data)
    if found.problems:
        assert {problem.column for problem in found.problems} == {"name"}
    else:
        assert found.rows[0].fields["name"] == value
    assert bool(found.problems) == (value in ("", "a\x00b", "a\x1bb") or len(value) > 120)


@pytest.mark.parametrize("letter", ["&#xD800;", "&#0;", "&#xFFFE;"])
def test_half_a_letter_in_a_workbook_is_refused(letter: str) -> None:
    cells = row(*map(text, ("Support", "Tickets", "tags", "Name", "m", "1", "1", "1"))).replace(">Name<", f">{letter}<")
    assert "damaged" in said(workbook(HEAD, cells))


def test_windows_1252_is_read_with_a_note() -> None:
    data = f"{CSV};description\n".replace(",", ";").encode() + "Ärzte;Übersicht;k;Café;m;1;1;1;10 €\n".encode("cp1252")
    found = call_file.read(data)
    assert (found.problems, found.rows[0].team, found.rows[0].fields["description"]) == ((), "Ärzte", "10 €")
    assert found.notes == ("Not UTF-8, so read as Windows-1252. Look whether letters such as ä, é or ñ are right.",)
    assert reading.table(data, required=("team",), optional=()).problems[0].message.startswith("Line 2 is not UTF-8")


def test_a_first_line_that_names_the_separator_is_no_heading() -> None:
    line = "Support;Tickets;k;a, b;m;1;1;1"
    found = call_file.read(f"sep=;\n{CSV.replace(',', ';')}\n{line}\n".encode())
    assert (found.problems, found.rows[0].number, found.rows[0].fields["name"]) == ((), 3, "a, b")
