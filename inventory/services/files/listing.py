"""What a list is as rows of a file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from inventory.exchange import table
from inventory.exchange.columns import Column


@dataclass(frozen=True, slots=True)
class List:
    """`rows` are `count` rows or parts of them at least: a split call has several."""

    title: str
    columns: Sequence[Column]
    count: int
    lots: Iterator[list[dict[str, Any]]]
    writer: Callable[..., None] = table.write
