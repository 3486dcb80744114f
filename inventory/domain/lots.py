"""Many rows, some at a time: neither memory nor one statement takes all of them."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
USUAL = 500  # few enough for one statement on every database, enough that statements do not count


def of(rows: Iterable[T], size: int = USUAL) -> Iterator[list[T]]:
    """Lists of at most `size`, in their order; read only as they are asked for."""
    remaining = iter(rows)
    while some := list(islice(remaining, size)):
        yield some
