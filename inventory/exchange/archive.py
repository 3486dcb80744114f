"""Is this a workbook that may be opened? Looked at from outside, before any of it is unpacked or parsed."""

import io
import stat
import zipfile

from inventory.exchange.sheet import Unreadable

MOST_UNPACKED = 100 * 1024 * 1024
MOST_RATIO = 100
SMALL = 1024 * 1024  # unpacked; what is smaller may be packed as well as it likes
MOST_ENTRIES = 1000
HEAD = 64 * 1024  # bytes of each entry that are searched for a document type

_SAVE = "Save it as an Excel workbook (.xlsx) or as CSV, and import that."
_DAMAGED = "The workbook is damaged or was not copied whole. Open it, save it again, and import that."
_LOCKED = "The workbook is protected by a password. Save it without one, and import that."
_BOMB = "The workbook unpacks to more than it should: it was refused unopened. Save its sheet as CSV and import that."
_OTHERS = {
    "xl/workbook.bin": f"This is a binary workbook (.xlsb). {_SAVE}",
    "content.xml": f"This is an OpenDocument file. {_SAVE}",
    "word/document.xml": "This is a text document, not a workbook. Choose a CSV file or a workbook (.xlsx).",
    "ppt/presentation.xml": "These are slides, not a workbook. Choose a CSV file or a workbook (.xlsx).",
    "Index/Document.iwa": f"This is a Numbers file. {_SAVE}",
}
_DOCUMENT_TYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


def is_workbook(data: bytes) -> bool:
    """Whether it is to be read as one: a ZIP archive, or what older versions of Excel write."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")


def checked(data: bytes) -> zipfile.ZipFile:
    """The archive, if it is an .xlsx workbook of a size one can read, without macros. Raises `Unreadable`."""
    if data[:4] == b"\xd0\xcf\x11\xe0":
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Unreadable(_LOCKED)
        raise Unreadable(f"This is a workbook of an old kind (.xls). {_SAVE}")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
        _check_entries(entries)
        _check_kind({entry.filename for entry in entries})
        for entry in entries:
            _check_head(archive, entry)
    except Unreadable:
        raise
    except Exception as wrong:  # hostile bytes bring about any: struct.error, zlib.error, NotImplementedError …
        raise damaged() from wrong
    return archive


def damaged() -> Unreadable:
    return Unreadable(_DAMAGED)


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise Unreadable("The workbook has too many sheets and parts. Save the sheet with the calls by itself.")
    packed = unpacked = 0
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or ":" in name:
            raise Unreadable("The workbook holds names that lead out of it. Save it again with a spreadsheet program.")
        if entry.flag_bits & 1:
            raise Unreadable(_LOCKED)
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise Unreadable("The workbook holds a link to another file. Save it again with a spreadsheet program.")
        if entry.file_size > SMALL and entry.file_size > MOST_RATIO * max(1, entry.compress_size):
            raise Unreadable(_BOMB)
        packed += entry.compress_size
        unpacked += entry.file_size
    if unpacked > MOST_UNPACKED or (unpacked > SMALL and unpacked > MOST_RATIO * max(1, packed)):
        raise Unreadable(_BOMB)


def _check_kind(names: set[str]) -> None:
    for name, message in _OTHERS.items():
        if name in names:
            raise Unreadable(message)
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in {name.lower() for name in names}:
        raise Unreadable("This is a ZIP archive, but no workbook. Choose a CSV file or a workbook (.xlsx).")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Unreadable("The workbook holds macros. Save it as a workbook without macros (.xlsx), and import that.")


def _check_head(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """No part of a workbook has a document type; where one stands, entities are not far."""
    with archive.open(entry) as part:
        start = part.read(HEAD)
    if any(each in start for each in _DOCUMENT_TYPES):
        raise Unreadable("The workbook declares entities, which no spreadsheet program writes: it was refused unread.")
    if entry.filename == "[Content_Types].xml" and b"macroEnabled" in start:
        raise Unreadable("The workbook may hold macros. Save it as a workbook without macros (.xlsx), and import that.")
