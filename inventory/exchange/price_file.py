"""A file of dated price rows: what the page of prices hands out and takes in. One row a card, US dollars per million
tokens; every wrong cell is told by its row and column."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from inventory.domain import money
from inventory.exchange import csv_out, manner, reading
from inventory.exchange.cell import NOBODY_SAID, Cells
from inventory.exchange.manner import Manner, Unclear
from inventory.exchange.price_rows import BASE, BATCH, CONFIDENCE, DEAREST, FAST, LONGEST, PLATFORMS
from inventory.exchange.reading import Problem

PRICES = (*BASE, *BATCH, *FAST)
REQUIRED = ("model", "platform", "id", "above", "valid_from", *BASE, "source", "as_of")
OPTIONAL = (
    "endpoint", "valid_to", "retires_on", "us_multiplier", *BATCH, *FAST, "derived", "source_address", "confidence",
    "note",
)  # fmt: skip
COLUMNS = (
    "model", "platform", "id", "endpoint", "above", "valid_from", "valid_to", "retires_on", "us_multiplier", *PRICES,
    "derived", "source", "source_address", "as_of", "confidence", "note",
)  # fmt: skip
LARGEST_MULTIPLIER = 10


@dataclass(frozen=True, slots=True)
class PriceLine:
    """`fields` named as the record's own, without its model; `said` are those whose cell is not empty."""

    number: int
    model: str
    fields: dict[str, Any]
    said: frozenset[str]

    @property
    def key(self) -> tuple[str, str, str, int, date]:
        read = self.fields
        return read["platform"], read["platform_id"].lower(), read["endpoint"], read["above"], read["valid_from"]


@dataclass(frozen=True, slots=True)
class PriceFile:
    lines: tuple[PriceLine, ...]
    problems: tuple[Problem, ...]
    unclear: tuple[Unclear, ...] = ()


def read(data: bytes, said: Manner = NOBODY_SAID) -> PriceFile:
    """Every row, and every problem in the order of the file. Take it in only where there is none."""
    found = reading.table(data, required=REQUIRED, optional=OPTIONAL)
    lines: list[PriceLine] = []
    problems = list(found.problems)
    unclear: list[Unclear] = []
    for row in found.rows:
        cells = Cells(row, said)
        lines.append(_line(cells, row.number))
        problems += cells.problems
        unclear += cells.unclear
    if not problems:
        problems += _twice(lines)
    problems.sort(key=lambda problem: problem.row or 0)
    return PriceFile(tuple(lines), tuple(problems), manner.first(unclear))


def written(rows: Iterable[Any]) -> Iterator[bytes]:
    """Price rows (records of the book) as such a file, piece by piece."""
    yield csv_out.written([COLUMNS])
    for row in rows:
        yield csv_out.written([[_cell(row, name) for name in COLUMNS]])


def _line(cells: Cells, number: int) -> PriceLine:
    fields: dict[str, Any] = {
        "platform": cells.choice("platform", {name: name for name in PLATFORMS}, empty=PLATFORMS[0])
        if cells.typed("platform", required=True)
        else PLATFORMS[0],
        "platform_id": cells.line("id", most=120, required=True),
        "endpoint": cells.line("endpoint", most=60),
        "above": _limit(cells),
        "valid_from": cells.day("valid_from", required=True) or date.min,
        "valid_to": cells.day("valid_to"),
        "retires_on": cells.day("retires_on"),
        "us_multiplier": cells.amount("us_multiplier", most=LARGEST_MULTIPLIER, places=4),
        **_prices(cells),
        "derived": _derived(cells),
        "source": cells.line("source", most=300, required=True),
        "source_address": _address(cells),
        "as_of": cells.day("as_of", required=True) or date.min,
        "confidence": cells.choice("confidence", {name: name for name in CONFIDENCE}, empty=CONFIDENCE[0]),
        "note": cells.lines("note", most=4000),
    }
    if fields["valid_to"] is not None and fields["valid_to"] <= fields["valid_from"]:
        cells.wrong("valid_to", "must be after valid_from: it is the first day on which the price no longer holds")
    column = {"platform_id": "id"}
    said = frozenset(name for name in fields if cells.typed(column.get(name, name)))
    return PriceLine(number, cells.line("model", most=80, required=True), fields, said)


def _limit(cells: Cells) -> int:
    if not cells.typed("above"):
        cells.wrong("above", "is empty: a band needs its limit, 0 for every prompt")
        return 0
    return cells.whole("above", most=LONGEST)


def _prices(cells: Cells) -> dict[str, int | None]:
    """Micro-dollars per million tokens: the five base prices, batch prices all or none, fast prices both or none."""
    found = {name: cells.amount(name, most=int(DEAREST)) for name in PRICES}
    wanted = [*BASE, *(name for names in (BATCH, FAST) if any(map(cells.typed, names)) for name in names)]
    for name in wanted:
        if not cells.typed(name):
            cells.wrong(name, "is empty" if name in BASE else "is empty, while other prices of its kind are there")
    if found["input"] == 0:
        cells.wrong("input", "must not be zero: cache prices are multiples of it")
    return {name: None if price is None else int(price * money.MICRO) for name, price in found.items()}


def _derived(cells: Cells) -> list[str]:
    names = cells.typed("derived").split()
    for name in names:
        if name not in PRICES:
            cells.wrong("derived", f"must name columns of prices, such as batch_input: {reading.shown(name)} is none")
    return names


def _address(cells: Cells) -> str:
    address = cells.line("source_address", most=300)
    if address and not address.startswith(("https://", "http://")):
        cells.wrong("source_address", "must begin with https:// or http://")
    return address


def _twice(lines: Sequence[PriceLine]) -> Iterator[Problem]:
    first: dict[object, int] = {}
    for line in lines:
        number = first.setdefault(line.key, line.number)
        if number != line.number:
            yield Problem(line.number, "valid_from", str(line.fields["valid_from"]), f"is the day of row {number} too")


def _cell(row: Any, name: str) -> str:
    value = row.model.key if name == "model" else row.platform_id if name == "id" else getattr(row, name)
    if value is None:
        return ""
    if name in PRICES:
        return f"{money.dollars(value).normalize():f}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return " ".join(value) if isinstance(value, list) else str(value)
