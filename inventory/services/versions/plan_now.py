"""The plan as it stands, set aside in one moment with the prices its amounts are by."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.utils import timezone

from inventory.models import staged
from inventory.services.versions import frozen_price

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Standing:
    """Calls and parts are in `models.staged` as long as it is open. `rows` are those of the price book, by number."""

    scope: int
    used: Sequence[frozen_price.Used]
    rows: dict[int, dict[str, Any]]


@contextmanager
def whole(scope: int, also: Callable[[], T]) -> Iterator[T]:
    """The same, but with every column, for whoever works with the records themselves: `models.staged.whole_calls` and
    `whole_parts`. What `also` reads is of the same moment."""
    try:
        with staged.one_moment():
            staged.fill_whole(scope)
            found = also()
        yield found
    finally:
        staged.drop_whole()


@contextmanager
def set_aside(scope: int, *, at: datetime) -> Iterator[Standing]:
    """Writers do not wait meanwhile; what they write is not in it. One at a time in a thread."""
    try:
        with staged.one_moment():
            staged.fill(scope)
            used = frozen_price.used(scope, on=timezone.localdate(at))
            found = Standing(scope, used, frozen_price.rows(used))
        yield found
    finally:
        staged.drop()
