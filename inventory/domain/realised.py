"""What moves that are done save, and what is still to be saved, month by month. Amounts are micro-dollars a month.

A month is a whole number, as `domain.wave` counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from inventory.domain import money, wave

LOOKS_BACK, LOOKS_AHEAD = 12, 24  # months a burn-down shows at most before and after this one


@dataclass(frozen=True, slots=True)
class Done:
    """Moves done in one month, and what they save."""

    month: int
    saving: int


@dataclass(frozen=True, slots=True)
class Open:
    """What the moves of one wave that are not done yet shall save. `starts` is None where no month is planned."""

    saving: int
    starts: int | None
    ramp: int = 0


@dataclass(frozen=True, slots=True)
class Left:
    """What is still to be saved at the end of a month: as it was, or as it will be by the waves."""

    month: int
    amount: int
    is_planned: bool

    @property
    def day(self) -> date:
        return wave.first_day(self.month)


def burn_down(done: Iterable[Done], still: Iterable[Open], *, now: int) -> list[Left]:
    """From the month before the first move was done, through this one, to that in which the last wave is through.

    What a wave should have moved by now and has not stays until somebody says that it is moved, and so does what is in
    no wave with a start.
    """
    finished, waves = list(done), list(still)
    left = sum(each.saving for each in waves)
    first = min((each.month - 1 for each in finished), default=now)
    last = max((_through(each) for each in waves if each.starts is not None), default=now)
    found = []
    for month in range(max(first, now - LOOKS_BACK), now + 1):
        later = sum(each.saving for each in finished if each.month > month)
        found.append(Left(month, left + later, is_planned=False))
    for month in range(now + 1, min(last, now + LOOKS_AHEAD) + 1):
        found.append(Left(month, sum(then(each, month, now=now)[1] for each in waves), is_planned=True))
    return found


def then(each: Open, month: int, *, now: int) -> tuple[Fraction, int]:
    """The share of what is left of it now that moves by the end of a later month, as far as its ramp goes on from where
    it stands; and what is left of it then."""
    gone = _share(each, now)
    stays = Fraction(1) if gone == 1 else (1 - _share(each, month)) / (1 - gone)
    return 1 - stays, money.whole(each.saving * stays)


def late(still: Iterable[Open], *, now: int) -> int:
    """What should have moved before this month by its wave, and has not."""
    return sum(overdue(each, now=now)[1] for each in still)


def overdue(each: Open, *, now: int) -> tuple[Fraction, int]:
    """The share of one wave that should have moved before this month, and what that is of what is left of it."""
    share = _share(each, now - 1)
    return share, each.saving - money.whole(each.saving * (1 - share))


def _through(each: Open) -> int:
    """The month in which all of it has moved."""
    return (each.starts or 0) + max(0, each.ramp - 1)


def _share(each: Open, month: int) -> Fraction:
    if each.starts is None:
        return Fraction(0)
    return wave.share(month - each.starts + 1, starts_after=0, ramp=each.ramp)
