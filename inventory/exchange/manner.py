"""How a file writes numbers and days where they can be read in two ways: asked once for each file, never guessed."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

POINT, COMMA = "point", "comma"
DAY_FIRST, MONTH_FIRST = "day_first", "month_first"
DECIMALS = {POINT: "1,234.56: a point before the decimals", COMMA: "1.234,56: a comma before the decimals"}
DAYS = {DAY_FIRST: "31/12/2026: the day first", MONTH_FIRST: "12/31/2026: the month first"}

PLAIN = re.compile(r"\d+(\.\d*)?|\.\d+", re.ASCII)
_SPACES = " \u00a0\u202f'’"
_NUMBERS = {
    POINT: re.compile(rf"(\d+|\d{{1,3}}([,{_SPACES}]\d{{3}})+)(\.\d*)?|\.\d+", re.ASCII),
    COMMA: re.compile(rf"(\d+|\d{{1,3}}([.{_SPACES}]\d{{3}})+)(,\d*)?|,\d+", re.ASCII),
}
_DROPPED = {POINT: str.maketrans("", "", "," + _SPACES), COMMA: str.maketrans(",", ".", "." + _SPACES)}
_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", re.ASCII)
LONGEST = 40
SAMPLES = 3  # cells shown of each kind


@dataclass(frozen=True, slots=True)
class Manner:
    """Empty where nobody has said yet."""

    decimals: str = ""
    days: str = ""


@dataclass(frozen=True, slots=True)
class Unclear:
    """One cell that waits for an answer, with what it would be by each; empty where it could not be read so."""

    what: str  # "decimals" or "days"
    row: int
    column: str
    value: str
    ways: Mapping[str, str]


def number(text: str, decimals: str) -> str | None:
    """`text` in plain digits with a decimal point; None where it cannot be read by that manner. Without one, only what
    is plain already is read."""
    if len(text) > LONGEST:
        return None
    if not decimals:
        return text if PLAIN.fullmatch(text) else None
    return text.translate(_DROPPED[decimals]) if _NUMBERS[decimals].fullmatch(text) else None


def number_ways(text: str) -> dict[str, str]:
    """What a number would be by each manner; empty where it is none."""
    return {decimals: number(text, decimals) or "" for decimals in DECIMALS}


def day(text: str, days: str) -> date | None:
    found = _DAY.fullmatch(text)
    if found is None or not days:
        return None
    first, second, year = (int(each) for each in found.groups())
    try:
        return date(year, second, first) if days == DAY_FIRST else date(year, first, second)
    except ValueError:
        return None


def day_ways(text: str) -> dict[str, str]:
    """What a day would be by each manner; empty where there is no such day."""
    return {days: read.isoformat() if (read := day(text, days)) else "" for days in DAYS}


def first(found: Iterable[Unclear]) -> tuple[Unclear, ...]:
    """The first cells of each kind: what somebody is shown who has to say how the file is written."""
    kept: dict[str, list[Unclear]] = {}
    for each in found:
        some = kept.setdefault(each.what, [])
        if len(some) < SAMPLES:
            some.append(each)
    return tuple(each for some in kept.values() for each in some)
