"""Reads a price book file into plain rows, or says of every wrong one which row, which field, and why.

JSON: `sources`, `models`, `modifiers`, `rows`. Prices are text, US dollars per million tokens, so that none is rounded.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from inventory.domain import card
from inventory.exchange import price_rows
from inventory.exchange.price_rows import ModelEntry, ModifierEntry, RowEntry
from inventory.exchange.record import Problem, Record

PACKAGED = Path(__file__).with_name("price_book.json")


@dataclass(frozen=True, slots=True)
class PriceBook:
    as_of: date
    models: tuple[ModelEntry, ...]
    modifiers: tuple[ModifierEntry, ...]
    rows: tuple[RowEntry, ...]


class BadPriceBook(Exception):
    """The file is refused as a whole; `problems` names every wrong row."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def read(path: Path = PACKAGED) -> PriceBook:
    """The book in that file. Raises `BadPriceBook`; a file that is not there raises OSError."""
    return parse(path.read_bytes())


def parse(data: bytes) -> PriceBook:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadPriceBook((Problem("file", "", f"is not JSON: {error}"),)) from None
    if not isinstance(found, dict):
        raise BadPriceBook((Problem("file", "", "must be an object with sources, models, modifiers and rows"),))
    problems: list[Problem] = []
    sources = {name: source for name, source in _named(found.get("sources")) if isinstance(source, dict)}
    book = PriceBook(
        as_of=Record("file", found, problems).day("as_of"),
        models=tuple(price_rows.model(record) for record in _records("models", "key", found, problems)),
        modifiers=tuple(
            price_rows.modifier(record, sources) for record in _records("modifiers", "key", found, problems)
        ),
        rows=tuple(price_rows.row(record, sources) for record in _records("rows", "id", found, problems)),
    )
    problems = problems or list(_contradictions(book))
    if problems:
        raise BadPriceBook(tuple(problems))
    return book


def _named(value: object) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


def _records(name: str, title: str, found: dict[str, Any], problems: list[Problem]) -> Iterator[Record]:
    listed = found.get(name)
    if not isinstance(listed, list) or not listed:
        problems.append(Problem("file", name, "must be a list with at least one record"))
        return
    for number, fields in enumerate(listed, 1):
        if not isinstance(fields, dict):
            problems.append(Problem(f"{name}[{number}]", "", "must be an object"))
            continue
        place = f" on {fields.get('platform')}" if name == "rows" else ""
        yield Record(f"{name}[{number}] {str(fields.get(title))[:80]}{place}"[:140], fields, problems)


def _contradictions(book: PriceBook) -> Iterator[Problem]:
    """What no single record shows: names given twice, unknown models, rows that overlap, bands without a first one."""
    owner: dict[str, str] = {}
    for model in book.models:
        for name in {model.key, *model.aliases}:
            if owner.setdefault(name.lower(), model.key) != model.key:
                yield Problem(f"models {model.key}", "aliases", f"{name} belongs to {owner[name.lower()]} already")
    if len({model.key for model in book.models}) < len(book.models):
        yield Problem("models", "key", "is given twice")
    if len({(m.key, m.valid_from) for m in book.modifiers}) < len(book.modifiers):
        yield Problem("modifiers", "key", "is given twice for the same day")
    keys = {model.key for model in book.models}
    cards: dict[tuple[str, str, str], list[RowEntry]] = {}
    for row in book.rows:
        if row.model not in keys:
            yield Problem(_called(row), "model", f"{row.model} is not among the models")
        if row.valid_to is not None and row.valid_to <= row.valid_from:
            yield Problem(_called(row), "valid_to", "must be after valid_from")
        cards.setdefault((row.platform, row.platform_id.lower(), row.endpoint), []).append(row)
    for rows in cards.values():
        yield from (Problem(_called(row), field, reason) for row, field, reason in card.clashes(rows))


def _called(row: RowEntry) -> str:
    return f"{row.platform_id} on {row.platform} from {row.valid_from}"
