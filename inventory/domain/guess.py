"""The first guess held against what the audit has found so far. Amounts are whole micro-dollars a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from inventory.domain import money


class Finding(StrEnum):
    """How the two stand; `REACHABLE`: less moves than was guessed, and what is not decided could still make it up."""

    NO_SPEND = "no_spend"
    NOT_BEGUN = "not_begun"
    MORE = "more"
    SAME = "same"
    REACHABLE = "reachable"
    LESS = "less"


@dataclass(frozen=True, slots=True)
class Audit:
    """Today's spend by what the audit says of it: `waits` stays in real time or comes back, `moves` goes to batch or is
    there, `undecided` has no label that counts; the rest is decided and cannot cross. `one_sided` is what of all this
    is decided by one side alone. `guessed` is what the first guess would have moved, rounded once for each feature, so
    that what is shown of several is the sum of what is shown of each. `weighted` is spend times percent.
    """

    today: int = 0
    waits: int = 0
    moves: int = 0
    undecided: int = 0
    one_sided: int = 0
    guessed: int = 0
    weighted: int = 0
    staying_parts: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    def guess_of(self, percent: int) -> Self:
        """The same with a first guess."""
        weighted = self.today * percent
        known = {name: getattr(self, name) for name in self.__slots__}
        return type(self)(**known | {"weighted": weighted, "guessed": (weighted + 50) // 100})

    @property
    def gap(self) -> int:
        """What moves beyond the guess; negative where less moves than was guessed."""
        return self.moves - self.guessed

    @property
    def short(self) -> int:
        """What less moves than was guessed."""
        return -self.gap

    @property
    def open(self) -> int:
        """What stands on the line: not decided, or decided and unable to cross."""
        return self.today - self.waits - self.moves

    @property
    def guess(self) -> int | None:
        """Percent, weighted by what the features spend."""
        return money.percent(self.weighted, 100 * self.today)

    @property
    def audited(self) -> int | None:
        return money.percent(self.moves, self.today)

    @property
    def staying(self) -> int | None:
        return money.percent(self.waits, self.today)

    @property
    def left(self) -> int | None:
        """The share that the guess left in real time."""
        return None if self.guess is None else 100 - self.guess

    @property
    def not_decided(self) -> int | None:
        return money.percent(self.undecided, self.today)

    @property
    def finding(self) -> Finding:
        if not self.today:
            return Finding.NO_SPEND
        if self.undecided == self.today:
            return Finding.NOT_BEGUN
        if self.gap >= 0:
            return Finding.MORE if self.gap else Finding.SAME
        return Finding.REACHABLE if self.undecided >= self.short else Finding.LESS


def making_up(amounts: Sequence[int], difference: int) -> int:
    """How many of these amounts, in order, it takes to come to the difference: all where they fall short."""
    reached = 0
    for count, amount in enumerate(amounts):
        if reached >= difference:
            return count
        reached += amount
    return len(amounts)
