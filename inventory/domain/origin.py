"""How sure an amount is: which share of it rests on figures that were measured, typed in or assumed."""

from collections.abc import Iterable
from dataclasses import dataclass

from inventory.domain import money
from inventory.domain.part import Figures

SURE, DOUBTFUL = 80, 20  # percent: as much measured is high, more than as much assumed is low
_WEAKEST_FIRST = (Figures.ASSUMED, Figures.TYPED, Figures.MEASURED)


@dataclass(frozen=True, slots=True)
class Mix:
    """Micro-dollars a month by where the figures behind them come from."""

    measured: int = 0
    typed: int = 0
    assumed: int = 0

    @property
    def whole(self) -> int:
        return self.measured + self.typed + self.assumed

    @property
    def word(self) -> str:
        """`high`, `medium` or `low`; empty where there is no amount."""
        if not self.whole:
            return ""
        if 100 * self.measured >= SURE * self.whole:
            return "high"
        return "low" if 100 * self.assumed > DOUBTFUL * self.whole else "medium"

    @property
    def shares(self) -> list[tuple[str, int]]:
        """Whole percents that add up to a hundred, those that are none left out."""
        amounts = {"measured": self.measured, "typed in": self.typed, "assumed": self.assumed}
        if not self.whole:
            return []
        percents = money.shared_out(100, list(amounts.values()))
        return [(name, each) for name, each in zip(amounts, percents, strict=True) if each]

    @property
    def said(self) -> str:
        """`medium: 60 % of it rests on figures that were measured, 40 % typed in`; empty where there is no amount."""
        told = [f"{percent} % {name}" for name, percent in self.shares]
        return f"{self.word}: {', '.join(told)}" if told else ""


NOTHING = Mix()


def mix(amounts: Iterable[tuple[str, int]]) -> Mix:
    """Of amounts, each with where its figures come from."""
    sums = dict.fromkeys(Figures, 0)
    for figures, amount in amounts:
        sums[Figures(figures)] += amount
    return Mix(sums[Figures.MEASURED], sums[Figures.TYPED], sums[Figures.ASSUMED])


def weaker(one: Figures, other: Figures) -> Figures:
    """Of two figures in one amount the less sure decides."""
    return min(one, other, key=_WEAKEST_FIRST.index)
