"""How well product and engineering agree when they answer apart: raw, Cohen's kappa, Gwet's AC1, and the directions.

Formulas: Cohen 1960 with its large-sample error, Gwet 2008 for two raters; McNemar 1947 on pairs that differ. Kappa
falls where one outcome prevails although nearly all pairs agree, which is why AC1 stands beside it. Figures are about
questions, never about people.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from inventory.domain.consumer import Answers
from inventory.domain.question import Test

ENOUGH = 30  # pairs below which the figures say little
BANDS = ((0.81, "almost perfect"), (0.61, "substantial"), (0.41, "moderate"), (0.21, "fair"), (0.0, "slight"))
CRITICAL = 3.84  # chi-squared, one degree of freedom, five percent

Rating = tuple[str, str]  # what product said, what engineering said


@dataclass(frozen=True, slots=True)
class Figures:
    """`kappa`, `error` and `ac1` are None where they are not defined: no pairs, or one outcome only on both sides."""

    count: int
    raw: float | None
    kappa: float | None
    error: float | None
    ac1: float | None

    @property
    def has_variety(self) -> bool:
        return self.kappa is not None

    @property
    def are_few(self) -> bool:
        return self.count < ENOUGH

    @property
    def band(self) -> str:
        """What kappa of that size is commonly called (Landis and Koch 1977)."""
        if self.kappa is None:
            return ""
        return next((word for least, word in BANDS if self.kappa >= least), "worse than chance")


@dataclass(frozen=True, slots=True)
class Direction:
    """Pairs in which product said `product` and engineering `engineering`."""

    product: str
    engineering: str
    count: int


@dataclass(frozen=True, slots=True)
class Lean:
    """Of the pairs that differ on whether somebody waits: how many product alone says so, how many engineering alone.
    `chance` is McNemar's chi-squared without correction; at 3.84 or more the lean is hardly chance."""

    product_only: int
    engineering_only: int

    @property
    def chance(self) -> float | None:
        total = self.product_only + self.engineering_only
        return (self.product_only - self.engineering_only) ** 2 / total if total else None

    @property
    def is_hardly_chance(self) -> bool:
        return (self.chance or 0) >= CRITICAL


@dataclass(frozen=True, slots=True)
class Asked:
    """One question that both were asked in the same sheet pair, by its id."""

    question: str
    figures: Figures


def figures(pairs: Sequence[Rating]) -> Figures:
    """Over any set of categories that occur."""
    count = len(pairs)
    if not count:
        return Figures(0, None, None, None, None)
    raw = sum(product == engineering for product, engineering in pairs) / count
    shares = _shares(pairs)
    if len(shares) < 2:
        return Figures(count, raw, None, None, None)
    by_chance = sum(product * engineering for product, engineering in shares.values())
    middle = [(product + engineering) / 2 for product, engineering in shares.values()]
    gwet = sum(share * (1 - share) for share in middle) / (len(middle) - 1)
    kappa = (raw - by_chance) / (1 - by_chance)
    error = sqrt(raw * (1 - raw) / (count * (1 - by_chance) ** 2))
    return Figures(count, raw, kappa, error, (raw - gwet) / (1 - gwet))


def directions(pairs: Iterable[Rating], outcomes: Sequence[str]) -> list[list[Direction]]:
    """A row for each outcome of product's, a column for each of engineering's."""
    found = Counter(pairs)
    return [[Direction(row, column, found[row, column]) for column in outcomes] for row in outcomes]


def lean(pairs: Iterable[Rating], waiting: str, not_waiting: str) -> Lean:
    found = Counter(pairs)
    return Lean(found[waiting, not_waiting], found[not_waiting, waiting])


def by_question(test: Test, sheets: Sequence[tuple[Answers, Answers]]) -> list[Asked]:
    """What both were asked, the question that differs most first; a question only one of the two met is left out."""
    asked = [Asked(each.id, figures(_choices(each.id, sheets))) for each in test.questions if len(each.side) > 1]
    met = [each for each in asked if each.figures.count]
    return sorted(met, key=lambda each: (each.figures.raw, -each.figures.count))


def _choices(question: str, sheets: Sequence[tuple[Answers, Answers]]) -> list[Rating]:
    return [
        (_choice(product[question]), _choice(engineering[question]))
        for product, engineering in sheets
        if question in product and question in engineering
    ]


def _choice(answer: Mapping[str, object]) -> str:
    return str(answer.get("choice", answer.get("choices", "")))


def _shares(pairs: Sequence[Rating]) -> dict[str, tuple[float, float]]:
    """How often each side gives each category that occurs."""
    product, engineering = Counter(p for p, _ in pairs), Counter(e for _, e in pairs)
    known = sorted(product.keys() | engineering.keys())
    return {each: (product[each] / len(pairs), engineering[each] / len(pairs)) for each in known}
