"""Which price rows of one id can stand beside each other: each day one card for ordinary prompts, at most one for
longer ones, and never the second without the first."""

from collections.abc import Iterator, Sequence
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


Row = TypeVar("Row", bound=Dated)


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
