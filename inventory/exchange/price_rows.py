"""The records of a price book as plain values, each built from one record of the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from inventory.domain import money
from inventory.exchange.record import Record

DEAREST = Decimal(1_000_000)  # dollars per million tokens
LONGEST = 10**9  # tokens
PLATFORMS = ("anthropic", "aws", "foundry", "bedrock", "vertex")
CONFIDENCE = ("high", "medium", "low")
STATUS = ("active", "deprecated", "retired")
BASE = ("input", "output", "write_5m", "write_1h", "read")
BATCH = tuple(f"batch_{name}" for name in BASE)
FAST = ("fast_input", "fast_output")


@dataclass(frozen=True, slots=True)
class ModelEntry:
    key: str
    name: str
    family: str
    status: str
    status_note: str
    released_on: date | None
    retires_on: date | None
    retirement: str
    aliases: tuple[str, ...]
    min_cacheable: int | None
    context_window: int | None
    note: str


@dataclass(frozen=True, slots=True)
class RowEntry:
    """`prices` in micro-dollars per million tokens; `derived` names those that follow from a rule."""

    model: str
    platform: str
    platform_id: str
    endpoint: str
    above: int
    valid_from: date
    valid_to: date | None
    retires_on: date | None
    us_multiplier: Decimal | None
    prices: Mapping[str, int]
    derived: tuple[str, ...]
    source: str
    source_address: str
    as_of: date
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class ModifierEntry:
    key: str
    value: Decimal
    unit: str
    applies_to: str
    valid_from: date
    source: str
    source_address: str
    as_of: date


def model(record: Record) -> ModelEntry:
    return ModelEntry(
        key=record.text("key", required=True, most=80),
        name=record.text("name", required=True, most=80),
        family=record.text("family", most=20),
        status=record.one_of("status", STATUS),
        status_note=record.text("status_note", most=200),
        released_on=record.day_or_none("released_on"),
        retires_on=record.day_or_none("retires_on"),
        retirement=record.text("retirement", most=200),
        aliases=record.texts("aliases"),
        min_cacheable=record.count("min_cacheable", most=LONGEST),
        context_window=record.count("context_window", most=LONGEST),
        note=record.text("note"),
    )


def modifier(record: Record, sources: Mapping[str, Any]) -> ModifierEntry:
    value = record.amount("value", most=Decimal(10**7))
    if record.fields.get("value") is None:
        record.wrong("value", "is missing")
    source, address = _source(record, (record.text("source", required=True),), sources)
    return ModifierEntry(
        key=record.text("key", required=True, most=60),
        value=value or Decimal(0),
        unit=record.text("unit", required=True, most=60),
        applies_to=record.text("applies_to"),
        valid_from=record.day("valid_from"),
        source=source,
        source_address=address,
        as_of=record.day("as_of"),
    )


def row(record: Record, sources: Mapping[str, Any]) -> RowEntry:
    source, address = _source(record, record.texts("sources"), sources)
    above = record.count("above", most=LONGEST)
    if record.fields.get("above") is None:
        record.wrong("above", "is missing: a band needs its limit, 0 for every prompt")
    return RowEntry(
        model=record.text("model", required=True, most=80),
        platform=record.one_of("platform", PLATFORMS),
        platform_id=record.text("id", required=True, most=120),
        endpoint=record.text("endpoint", most=60),
        above=above or 0,
        valid_from=record.day("valid_from"),
        valid_to=record.day_or_none("valid_to"),
        retires_on=record.day_or_none("retires_on"),
        us_multiplier=record.amount("us_multiplier", most=Decimal(10), places=4),
        prices=_prices(record),
        derived=record.texts("derived"),
        source=source,
        source_address=record.text("address", most=300) or address,
        as_of=record.day("as_of"),
        confidence=record.one_of("confidence", CONFIDENCE),
        note=record.text("note"),
    )


def _prices(record: Record) -> dict[str, int]:
    """Micro-dollars per million tokens: the five base prices, batch prices all or none, fast prices both or none."""
    given = record.fields.get("prices")
    if not isinstance(given, dict):
        record.wrong("prices", "must be an object of prices")
        return {}
    for name in given:
        if name not in (*BASE, *BATCH, *FAST):
            record.wrong(name[:40], "is not a price this book knows")
    prices = Record(record.row, given, record.problems)
    found = {name: prices.amount(name, most=DEAREST) for name in (*BASE, *BATCH, *FAST) if name in given}
    needed = [*BASE, *(group for names in (BATCH, FAST) if any(n in given for n in names) for group in names)]
    for name in needed:
        if name not in given:
            record.wrong(name, "is missing")
    if found.get("input") == 0:
        record.wrong("input", "must not be zero: cache prices are multiples of it")
    return {name: int(price * money.MICRO) for name, price in found.items() if price is not None}


def _source(record: Record, names: tuple[str, ...], sources: Mapping[str, Any]) -> tuple[str, str]:
    """Title and address of the first source named."""
    if not names or names[0] not in sources:
        record.wrong("sources", "must name one of the file's sources: every price says where it is from")
        return "", ""
    source = Record(f"sources {names[0]}", sources[names[0]], record.problems)
    return source.text("title", required=True, most=300), source.text("address", most=300)
