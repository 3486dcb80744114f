"""A CSV file as people have it: what it is encoded in, what stands between its cells, and its rows."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from inventory.exchange import sheet
from inventory.exchange.sheet import Broken, Sheet, Unreadable

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_NAMED = re.compile(r"sep=([,;\t])\r?\n?", re.I)  # a first line that some spreadsheets write
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml")  # what some programs call .xls or .csv
PIECE = 1 << 20  # bytes decoded at once
_QUOTED = re.compile(r'"[^"]*"')
_OLD = "Not UTF-8, so read as Windows-1252. Look whether letters such as ä, é or ñ are right."
_KINDS = {
    b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture", b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file", b"{\\rtf": "a text document", b"7z\xbc\xaf": "a compressed file",
    b"SQLite format 3": "a database",
}  # fmt: skip


def opened(data: bytes, *, old_encodings: bool = False) -> Sheet:
    """Its rows, read as they are asked for. `old_encodings`: what is not UTF-8 may be Windows-1252, with a note.

    Raises `Unreadable`; the lines raise `Broken`."""
    for start, kind in _KINDS.items():
        if data.startswith(start):
            raise Unreadable(f"This is {kind}, not a table. Choose a CSV file or a workbook (.xlsx).")
    if data[:64].removeprefix(codecs.BOM_UTF8).lstrip().lower().startswith(_MARKUP):
        raise Unreadable("This is a web page or XML, not a table. Choose a CSV file or a workbook (.xlsx).")
    encoding = _encoding(data, old_encodings)
    text = io.TextIOWrapper(io.BytesIO(data), encoding, newline="")  # decoded as it is read: not held twice
    first = _first(text)
    named = _NAMED.fullmatch(first)
    separator = named[1] if named else max(_SEPARATORS, key=_QUOTED.sub("", first).count)
    text.seek(0)
    if named:
        text.readline()
    return Sheet(_lines(text, separator, 2 if named else 1), notes=[_OLD] if encoding == "cp1252" else [])


def _encoding(data: bytes, old_encodings: bool) -> str:
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if marked else "utf-8-sig"
    try:
        if _is_blank(data, encoding):
            raise Unreadable("The file is empty. Its first row has to be the headings.")
    except UnicodeDecodeError:
        if old_encodings and not marked and _is_old_text(data):
            return "cp1252"
        row = _lines_that_decode(data, encoding) + 1
        raise Unreadable(f"Line {row} is not UTF-8 text. Save the file as “CSV UTF-8” and import that.") from None
    return encoding


def _is_blank(data: bytes, encoding: str) -> bool:
    """Decodes all of it, a piece at a time, so that it is never held twice."""
    return not sum(bool(piece.strip()) for piece in _pieces(data, encoding))


def _is_old_text(data: bytes) -> bool:
    """Whether every byte is a character of Windows-1252, and none of those that no text has."""
    try:
        _is_blank(data, "cp1252")
    except UnicodeDecodeError:
        return False
    return not any(byte in data for byte in (b"\x00", b"\x01", b"\x02", b"\x03", b"\x04"))


def _lines_that_decode(data: bytes, encoding: str) -> int:
    decoder = codecs.getincrementaldecoder(encoding)()
    for number, line in enumerate(io.BytesIO(data)):
        try:
            decoder.decode(line)
        except UnicodeDecodeError:
            return number
    return data.count(b"\n")


def _pieces(data: bytes, encoding: str) -> Iterator[str]:
    source = io.BytesIO(data)
    decoder = codecs.getincrementaldecoder(encoding)()
    while piece := source.read(PIECE):
        yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)


def _first(text: io.TextIOWrapper) -> str:
    return text.readline(1 << 20)


def _lines(text: io.TextIOWrapper, separator: str, first: int) -> Iterator[tuple[int, list[str]]]:
    number = first - 1
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=separator, strict=True), start=first):
            if not any(cells) or not any(cell.strip() for cell in cells):
                if number == first:
                    yield number, cells  # headings are told to be missing by who wants them
                continue
            if number > sheet.MOST_ROWS + first:
                raise sheet.too_many(number)
            yield number, cells
    except csv.Error as wrong:
        raise Broken(number + 1, _broken(wrong)) from wrong


def _broken(wrong: csv.Error) -> str:
    if "field larger" in str(wrong):
        return f"has a cell of more than {csv.field_size_limit():,} characters: is a closing quotation mark missing?"
    return "has a quotation mark that does not fit: inside a quoted text it is written twice, and every one is closed"
