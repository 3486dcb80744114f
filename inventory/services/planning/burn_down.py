"""What is still to be realised, wave by wave: at the end of one month of the burn-down, or later than planned.
Micro-dollars a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from inventory.domain import money
from inventory.domain import realised as domain
from inventory.domain import wave as months
from inventory.domain.realised import Left, Open
from inventory.services.planning.ledger import Line, Told


@dataclass(frozen=True, slots=True)
class Piece:
    """`share` of what is left of it today moves by then and `left` stays; or `left` is that share, which is late."""

    line: Line
    share: Fraction
    left: int

    @property
    def percent(self) -> int:
        return money.whole(100 * self.share)


@dataclass(frozen=True, slots=True)
class Opened:
    whole: Left
    pieces: Sequence[Piece]


def opened(told: Told, day: date | None) -> Opened | None:
    """Every wave with something left to realise. None for a month that is past, which the ledger tells of, or that the
    burn-down does not reach."""
    month = months.month(day) if day else None
    whole = next((each for each in told.left if each.is_planned and each.month == month), None)
    if whole is None:
        return None
    return Opened(whole, [Piece(line, *domain.then(each, whole.month, now=told.now)) for line, each in _open(told)])


def late(told: Told) -> list[Piece]:
    """Each wave that is later than planned: what of it should have moved before this month. Adds up to `told.late`."""
    found = [Piece(line, *domain.overdue(each, now=told.now)) for line, each in _open(told)]
    return [piece for piece in found if piece.share]


def _open(told: Told) -> list[tuple[Line, Open]]:
    return [(line, told.still[line.place]) for line in told.waves if line.place in told.still]
