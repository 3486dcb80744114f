"""Typed reading of one record of a JSON file. What is wrong is gathered, so that all of it is told at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

MOST_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Problem:
    """`row` as one finds it in the file: `rows[12] claude-opus-5-5 on bedrock`."""

    row: str
    field: str
    reason: str

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.row, self.field))) + f": {self.reason}"


class Record:
    """Each method returns the field's value, or notes a problem and returns a harmless stand-in of the same type."""

    def __init__(self, row: str, fields: Mapping[str, Any], problems: list[Problem]) -> None:
        self.row = row
        self.fields = fields
        self.problems = problems

    def wrong(self, field: str, reason: str) -> None:
        self.problems.append(Problem(self.row, field, reason))

    def text(self, field: str, *, required: bool = False, most: int = MOST_TEXT) -> str:
        value = self.fields.get(field, "")
        if not isinstance(value, str) or len(value) > most or "\x00" in value:
            self.wrong(field, f"must be text of at most {most} characters")
            return ""
        if required and not value.strip():
            self.wrong(field, "is missing")
        return value

    def one_of(self, field: str, choices: Collection[str]) -> str:
        value = self.text(field, required=True)
        if value and value not in choices:
            self.wrong(field, f"must be one of {', '.join(choices)}, not {value[:40]!r}")
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        value = self.fields.get(field, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.wrong(field, "must be a list of texts")
            return ()
        return tuple(value)

    def day(self, field: str) -> date:
        """A required date, as 2026-11-22."""
        found = self.day_or_none(field)
        if found is None and field not in {p.field for p in self.problems if p.row == self.row}:
            self.wrong(field, "is missing: every row says from which day it holds")
        return found or date.min

    def day_or_none(self, field: str) -> date | None:
        value = self.fields.get(field)
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self.wrong(field, f"must be a date like 2026-11-22, not {str(value)[:40]!r}")
            return None

    def count(self, field: str, *, most: int) -> int | None:
        value = self.fields.get(field)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            self.wrong(field, f"must be a whole number from 0 to {most:,}")
            return None
        return value

    def amount(self, field: str, *, most: Decimal, places: int = 6) -> Decimal | None:
        """A decimal written as text, never negative, exact to `places` decimals."""
        value = self.fields.get(field)
        if value is None:
            return None
        try:
            number = Decimal(value) if isinstance(value, str) else None
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite():
            self.wrong(field, f'must be a number written as text, like "0.125", not {str(value)[:40]!r}')
        elif not 0 <= number <= most:
            self.wrong(field, f"must not be negative, nor above {most:,}: {value[:40]}")
        elif number != round(number, places):
            self.wrong(field, f"has more than {places} decimals: {value[:40]}")
        else:
            return number
        return None
