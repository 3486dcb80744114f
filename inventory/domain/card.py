"""Which price rows of one id can stand beside each other: each day one card for ordinary prompts, at most one for
longer ones, and never the second without the first."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Protocol, TypeVar

ONE_OF_EACH = "an id has one card from 0 tokens on and at most one for longer prompts"


class Dated(Protocol):
    """A row that holds from a day on, until the day before `valid_to` where that is set."""

    @property
    def above(self) -> int: ...

    @property
    def valid_from(self) -> date: ...

    @property
    def valid_to(self) -> date | None: ...


class Named(Dated, Protocol):
    """A row with the id it gives the price of."""

    @property
    def platform(self) -> str: ...

    @property
    def platform_id(self) -> str: ...

    @property
    def endpoint(self) -> str: ...


class Endable(Protocol):
    """A row whose end may be set."""

    valid_to: date | None

    @property
    def above(self) -> int: ...

    @property
    def valid_from(self) -> date: ...


Row = TypeVar("Row", bound=Dated)
Open = TypeVar("Open", bound=Endable)


def id_of(row: Named) -> tuple[str, str, str]:
    """The id at its endpoint, whatever its capitals."""
    return row.platform, row.platform_id.lower(), row.endpoint


def key(row: Named) -> tuple[str, str, str, int, date]:
    """What makes it that row: its id, the band, the day it holds from."""
    return *id_of(row), row.above, row.valid_from


def ended_by(row: Dated, others: Iterable[Open]) -> list[Open]:
    """Of rows of its id: those of the same band that hold without an end and began before it, now ended where it
    begins."""
    ended = [e for e in others if e.above == row.above and e.valid_to is None and e.valid_from < row.valid_from]
    for each in ended:
        each.valid_to = row.valid_from
    return ended


def clashes(rows: Sequence[Row]) -> Iterator[tuple[Row, str, str]]:
    """Of all rows of one id: each that cannot stand, which field is wrong, and why."""
    ordinary = sorted((row for row in rows if not row.above), key=lambda row: row.valid_from)
    longer = sorted((row for row in rows if row.above), key=lambda row: row.valid_from)
    if not ordinary:
        yield rows[0], "above", ONE_OF_EACH
        return
    for cards in (ordinary, longer):
        for earlier, later in pairwise(cards):
            if earlier.valid_to is None or earlier.valid_to > later.valid_from:
                same = earlier.above == later.above
                reason = f"overlaps the row that holds from {earlier.valid_from}" if same else ONE_OF_EACH
                yield later, "valid_from" if same else "above", reason
    for row in longer:
        if not _covered(row, ordinary):
            yield row, "valid_from", "there is no card for ordinary prompts on every day this one holds"


def _covered(row: Dated, ordinary: Sequence[Dated]) -> bool:
    """Whether cards in the order of their days hold without a gap as long as `row` does."""
    reached = row.valid_from
    for card in ordinary:
        if card.valid_from <= reached and (card.valid_to is None or card.valid_to > reached):
            if card.valid_to is None:
                return True
            reached = card.valid_to
    return row.valid_to is not None and reached >= row.valid_to
