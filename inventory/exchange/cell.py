"""Typed cells of one row. What is wrong is gathered, so that every wrong cell of a file is told at once.

Numbers and days are read only in a way that cannot be misread: `1,234` is a thousand to one reader and a little more
than one to the next, so it is refused with what to write instead, unless somebody has said how this file writes them.
"""

import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal

from inventory.exchange import csv_out, manner
from inventory.exchange.manner import Manner, Unclear
from inventory.exchange.reading import Problem, Row, shown
from inventory.exchange.sheet import Percent, Typed, Wrong

_WHOLE = re.compile(r"\d+", re.ASCII)
_PERCENT = re.compile(r"([+-]?)([^+%-]+)%", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_PLACES = 6
_PLACES_OF_AMOUNT = 4
NOBODY_SAID = Manner()
_TRUTH = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class Cells:
    """Each method returns the value, or notes a problem and returns a harmless stand-in of the same type."""

    def __init__(self, row: Row, written: Manner = NOBODY_SAID) -> None:
        self.row = row
        self.written = written
        self.problems: list[Problem] = []
        self.unclear: list[Unclear] = []

    def wrong(self, column: str, message: str) -> None:
        value = shown(self.row.cells.get(column, ""))
        self.problems.append(Problem(self.row.number, column, value, message))

    def typed(self, column: str, *, required: bool = False) -> str:
        """The text of the cell, without spaces around it. One that holds no value is told, once, and reads as empty."""
        found = self.row.cells.get(column, "")
        if isinstance(found, Wrong):
            if all(problem.column != column for problem in self.problems):
                self.wrong(column, found.message)
            return ""
        value = csv_out.unquoted(found.strip())
        if required and not value:
            self.wrong(column, "is empty: every row needs it")
        return value

    def line(self, column: str, *, most: int, required: bool = False) -> str:
        return self._fitting(column, " ".join(self.typed(column, required=required).split()), most)

    def lines(self, column: str, *, most: int) -> str:
        return self._fitting(column, self.typed(column).replace("\r\n", "\n").replace("\r", "\n"), most)

    def whole(self, column: str, *, most: int, empty: int | None = None) -> int:
        """A whole number from 0 to `most`; an empty cell is `empty`, or wrong where that is None."""
        value = self._number(column, required=empty is None, is_whole=True)
        if not value:
            return empty or 0
        if not _WHOLE.fullmatch(value):
            self.wrong(column, "must be a whole number in plain digits, such as 46000, without separators or decimals")
        elif len(value.lstrip("0")) > len(str(most)) or int(value) > most:
            self.wrong(column, f"must be at most {most:,}")
        else:
            return int(value)
        return 0

    def share(self, column: str) -> Decimal:
        """From 0 to 1 with a decimal point; empty is 0."""
        value = self._number(column)
        if not value:
            return Decimal(0)
        if not manner.PLAIN.fullmatch(value):
            self.wrong(column, "must be a share from 0 to 1 with a decimal point, such as 0.72")
        elif len(value.partition(".")[2].rstrip("0")) > _PLACES:
            self.wrong(column, f"has more than {_PLACES} decimals: round it")
        elif len(value) > manner.LONGEST or Decimal(value) > 1:
            self.wrong(column, "must be a share from 0 to 1: write 0.72 for 72 %")
        else:
            return Decimal(value)
        return Decimal(0)

    def growth(self, column: str) -> Decimal | None:
        """A percentage a month with its sign, as the share it is: more than -100 %, at most 100 %; empty is None. A
        number that is one in a workbook counts where it is shown as a percentage there."""
        value = self.typed(column).replace("\N{MINUS SIGN}", "-")
        if not value:
            return None
        percent = self._percent(column, value)
        if percent is None:
            self.wrong(column, "must be a percentage with its sign, such as 3 % or -2.5 %")
        elif percent != round(percent, _PLACES - 2):
            self.wrong(column, f"has more than {_PLACES - 2} decimals: round it")
        elif percent <= -100:
            self.wrong(column, "must be more than -100 %: volume cannot shrink to nothing or below")
        elif percent > 100:
            self.wrong(column, "must be at most 100 % a month")
        else:
            return percent / 100
        return None

    def day(self, column: str, *, required: bool = False) -> date | None:
        """As 2026-11-22, or as the file was said to write days."""
        value = self.typed(column, required=required)
        if not value:
            return None
        if _DAY.fullmatch(value):
            with suppress(ValueError):
                return date.fromisoformat(value)
        elif found := manner.day(value, self.written.days):
            return found
        elif not self.written.days:
            self._ask("days", column, value, manner.day_ways(value))
        self.wrong(column, "must be a date like 2026-11-22")
        return None

    def amount(self, column: str, *, most: int, places: int = _PLACES) -> Decimal | None:
        """A number from 0 to `most` with a decimal point; empty is None."""
        value = self._number(column)
        if not value:
            return None
        if value.startswith(("-", "−")):
            self.wrong(column, "must not be below zero")
        elif len(value) > manner.LONGEST or not manner.PLAIN.fullmatch(value):
            self.wrong(column, "must be a number with a decimal point, such as 0.125, without separators or a currency")
        elif len(value.partition(".")[2].rstrip("0")) > places:
            self.wrong(column, f"has more than {places} decimals")
        elif Decimal(value) > most:
            self.wrong(column, f"must be at most {most:,}")
        else:
            return Decimal(value)
        return None

    def count(self, column: str, *, most: int) -> Decimal:
        """A number from 0 to `most` with up to four decimals; empty is 0."""
        return self.amount(column, most=most, places=_PLACES_OF_AMOUNT) or Decimal(0)

    def truth(self, column: str) -> bool | None:
        """yes or no; None where the cell is empty."""
        value = self.typed(column).lower()
        if value and value not in _TRUTH:
            self.wrong(column, "must be yes or no, or empty where nobody knows")
        return _TRUTH.get(value)

    def choice(self, column: str, among: Mapping[str, str], *, empty: str) -> str:
        """One of `among`, as it is called there; what an empty cell means is `empty`."""
        value = self.typed(column).lower() or empty
        if value not in among:
            self.wrong(column, f"must be one of {', '.join(among)}")
            return empty
        return among[value]

    def _number(self, column: str, *, required: bool = False, is_whole: bool = False) -> str:
        """In plain digits where it can be read; what cannot comes back as it stands, for its reader to refuse."""
        value = self.typed(column, required=required)
        if not value or isinstance(self.row.cells.get(column), Typed):
            return value
        found = manner.number(value, self.written.decimals)
        if not self.written.decimals and (found is None or (is_whole and not _WHOLE.fullmatch(found))):
            ways = manner.number_ways(value)
            if is_whole:
                ways = {way: read if _WHOLE.fullmatch(read) else "" for way, read in ways.items()}
            self._ask("decimals", column, value, ways)
        return value if found is None else found

    def _percent(self, column: str, value: str) -> Decimal | None:
        if isinstance(self.row.cells.get(column), Percent):
            return Decimal(value) * 100
        found = _PERCENT.fullmatch(value)
        if found is None:
            return None
        digits = manner.number(found[2].strip(), self.written.decimals)
        if digits is None and not self.written.decimals:
            self._ask("decimals", column, value, manner.number_ways(found[2].strip()))
        return None if digits is None else Decimal(found[1] + digits)

    def _ask(self, what: str, column: str, value: str, ways: Mapping[str, str]) -> None:
        if any(ways.values()):
            self.unclear.append(Unclear(what, self.row.number, column, shown(value), ways))

    def _fitting(self, column: str, value: str, most: int) -> str:
        # Looked for in the cell as it came: some of them count as spaces, and would be gone.
        if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\r\t" for c in self.row.cells.get(column, "")):
            self.wrong(column, "has control characters, which cannot be kept: take them out")
        elif len(value) > most:
            self.wrong(column, f"has {len(value):,} characters: shorten it to {most:,}")
        else:
            return value
        return ""
