"""What one cell of a workbook says, as the text one would have typed. Nothing is evaluated."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from openpyxl.xml.constants import SHEET_MAIN_NS

from inventory.exchange.sheet import Percent, Typed, Wrong

DIGITS = 15  # of a number, as many as spreadsheets keep
_VALUE, _FORMULA, _INLINE, _TEXT, _RUN = (f"{{{SHEET_MAIN_NS}}}{tag}" for tag in ("v", "f", "is", "t", "r"))
_ESCAPED = re.compile(r"_x00(0[9AD]|5F)_")  # tabs, line ends, and an underscore before an x
_UNCOMPUTED = "has a formula that was never computed: open the workbook, save it, and import that"
_ERROR = "holds an error, not a value: mend its formula"
_TOO_LONG = f"has more than {DIGITS} digits, and a spreadsheet keeps no more: format the cell as text and type it again"
_NO_DAY = "is no day that a spreadsheet knows: type it again"


@dataclass(frozen=True, slots=True)
class Book:
    """What all cells of a workbook share: its texts, and which styles show a number as what."""

    strings: list[str]
    dates: frozenset[int]
    durations: frozenset[int]
    percents: frozenset[int]
    is_1904: bool


def is_formula(cell: Any) -> bool:
    return cell.find(_FORMULA) is not None


def text(cell: Any, book: Book) -> str:
    """Empty, `Typed`, `Wrong`, or a text as it stands. A formula is read as the value it had when it was saved."""
    kind, raw = cell.get("t", "n"), cell.findtext(_VALUE) or ""
    if is_formula(cell) and cell.find(_VALUE) is None:
        return Wrong("formula", _UNCOMPUTED)
    if kind == "inlineStr":
        return plain(cell.find(_INLINE))
    return _READ[kind](raw, cell, book) if raw and kind in _READ else _unescaped(raw)


def _number(raw: str, cell: Any, book: Book) -> str:
    value, style = float(raw), int(cell.get("s", 0))
    if style in book.dates:
        return str(timedelta(days=value)) if style in book.durations else _day(value, book.is_1904)
    exact = Decimal(raw) if "." not in raw and "e" not in raw.lower() else Decimal(f"{value:.{DIGITS}g}")
    if not exact.is_finite() or abs(exact) >= 10**DIGITS:
        return Wrong(raw, _TOO_LONG)
    kind = Percent if style in book.percents else Typed
    return kind(f"{exact.normalize():f}" if exact else "0")


def _iso(raw: str, cell: Any, book: Book) -> str:
    return Typed(raw[:10] if raw[10:] in ("", "T00:00:00", "T00:00:00Z") else raw)


_READ = {
    "n": _number,
    "s": lambda raw, cell, book: book.strings[int(raw)],
    "b": lambda raw, cell, book: Typed("TRUE" if int(raw) else "FALSE"),
    "e": lambda raw, cell, book: Wrong(raw, _ERROR),
    "d": _iso,
}


def _day(value: float, is_1904: bool) -> str:
    """The serial number of a day as 2026-11-22, with its time where it has one. Between 1 and 59 programs disagree by a
    day, and 60 is the 29 February that 1900 never had."""
    serial = value + 1462 if is_1904 else value
    if not 61 <= serial < 2_958_466:
        return Wrong(f"{value:g}", _NO_DAY)
    found = datetime(1899, 12, 30) + timedelta(milliseconds=round(serial * 86_400_000))  # noqa: DTZ001  a day of a calendar
    midnight = found.time() == datetime.min.time()
    return Typed(date.isoformat(found.date()) if midnight else found.isoformat(sep=" ", timespec="seconds"))


def plain(element: Any) -> str:
    """A text, or the runs of one, without its looks and without how it is pronounced."""
    if element is None:
        return ""
    text = element.findtext(_TEXT) or ""
    runs = element.findall(_RUN)
    return _unescaped(text + "".join(run.findtext(_TEXT) or "" for run in runs) if runs else text)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x00" in text else text
