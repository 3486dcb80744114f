"""One month of the burn-down opened: what of each wave is still to be realised at its end. Micro-dollars a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from inventory.domain import money
from inventory.domain import realised as domain
from inventory.domain import wave as months
from inventory.domain.realised import Left
from inventory.services.planning.ledger import Line, Told


@dataclass(frozen=True, slots=True)
class Piece:
    """`share` of what is left of it today moves by then."""

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
    still = [(line, told.still[line.place]) for line in told.waves if line.place in told.still]
    pieces = [Piece(line, *domain.then(each, whole.month, now=told.now)) for line, each in still]
    return Opened(whole, pieces)
