"""One cell as it stands in the file: text as text, numbers in the form of their column, formulas with their value."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from xml.sax.saxutils import escape

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import PatternFill
from openpyxl.utils.datetime import to_excel

from inventory.domain import money
from inventory.exchange.columns import Column, Form

MOST_TEXT = 32_767  # what a cell holds, counted as Excel does: in UTF-16 units
CUT = " [cut]"
FORMATS = {
    Form.MONEY: "#,##0.00;[Red]-#,##0.00",
    Form.RATE: "#,##0.00####",
    Form.WHOLE: "#,##0",
    Form.SHARE: "0.0%",
    Form.PERCENT: "0%",
    Form.DAY: "yyyy-mm-dd",
    Form.MOMENT: "yyyy-mm-dd hh:mm",
}
TEXTS = (Form.TEXT, Form.TRUTH)
TO_CHANGE = PatternFill("solid", fgColor="FFF2F2F2")  # cells that are there to be changed
# What XML 1.0 cannot carry, and halves of surrogate pairs, which no encoding can.
_ODD = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


class Nothing(Enum):
    """What a formula comes to where it leaves its cell empty."""

    NOTHING = ""


NOTHING = Nothing.NOTHING


class Cells:
    """The cells of one column: how they are written, and which shared formula they are under."""

    def __init__(self, sheet: Any, column: Column, letter: str) -> None:
        self.name, self.heading, self.form, self.formula = column.name, column.heading, column.form, column.formula
        self.letter = letter
        self.shared: int | None = None
        self._sheet, self._fill = sheet, TO_CHANGE if column.to_change else None
        self._convert = _CONVERT[column.form]
        self._style = style(sheet, column.form, fill=self._fill)

    def written(self, at: str, value: Any, formula: str = "", form: Form | None = None) -> str:
        """The cell as it stands in the file."""
        look, convert, form = self._look(form)
        if value is NOTHING or value is None or value == "":
            return f'<c r="{at}"{look} t="str">{formula}<v></v></c>' if formula else f'<c r="{at}"{look}/>'
        if form in TEXTS:
            if formula:
                return f'<c r="{at}"{look} t="str">{formula}<v>{escape(convert(value))}</v></c>'
            return text_cell(at, look, convert(value))
        return f'<c r="{at}"{look}>{formula}<v>{convert(value)!r}</v></c>'

    def _look(self, form: Form | None) -> tuple[str, Callable[[Any], Any], Form]:
        if form is None:
            return self._style, self._convert, self.form
        return style(self._sheet, form, fill=self._fill), _CONVERT[form], form


def text(value: str) -> str:
    """What a cell can hold of it: without control characters, one kind of line end, cut with a mark where too long."""
    clean = value
    if _ODD.search(value):
        clean = _UNWRITABLE.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    if len(clean) * 2 <= MOST_TEXT or len(clean.encode("utf-16-le")) // 2 <= MOST_TEXT:
        return clean
    kept = clean.encode("utf-16-le")[: (MOST_TEXT - len(CUT)) * 2]
    return kept.decode("utf-16-le", errors="ignore") + CUT


def text_cell(at: str, look: str, value: str) -> str:
    """A string inside its cell, which nothing reads as a formula."""
    keep = ' xml:space="preserve"' if value != value.strip() else ""
    return f'<c r="{at}"{look} t="inlineStr"><is><t{keep}>{escape(value)}</t></is></c>'


def style(sheet: Any, form: Form, **look: Any) -> str:
    """The attribute that names a style of the book."""
    cell = WriteOnlyCell(sheet)
    if form in FORMATS:
        cell.number_format = FORMATS[form]
    for name, value in look.items():
        if value is not None:
            setattr(cell, name, value)
    return f' s="{cell.style_id}"' if cell.has_style else ""


def _truth(value: bool) -> str:
    return "yes" if value else "no"


def _dollars(amount: int | Decimal) -> float:
    return float(amount / money.MICRO)


def _moment(value: datetime) -> float:
    """Excel knows no time zones: every moment is in UTC."""
    return float(to_excel(value.astimezone(UTC).replace(tzinfo=None)))


def _same(value: int) -> int:
    return value


def _day(value: date) -> float:
    return float(to_excel(value))


def _share(value: Decimal) -> float:
    return float(value)


def _hundredth(value: int) -> float:
    return value / 100


_CONVERT: dict[Form, Callable[[Any], Any]] = {
    Form.TEXT: text,
    Form.TRUTH: _truth,
    Form.MONEY: _dollars,
    Form.RATE: _dollars,
    Form.WHOLE: _same,
    Form.SHARE: _share,
    Form.NUMBER: _share,
    Form.PERCENT: _hundredth,
    Form.DAY: _day,
    Form.MOMENT: _moment,
}
