"""Scenarios: the plan under other assumptions, and which assumption made which difference.

Assumptions are applied one after the other, in the order of `Step`, and the figures are taken after each: what a step
adds is its difference to the step before it. Amounts are micro-dollars a month.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from inventory.domain import line, money
from inventory.domain.line import Side
from inventory.domain.part import Label, State
from inventory.domain.plan import Kind, Why
from inventory.domain.status import MOVING_KINDS, Status

MONTHS = 12
LOW_RISK = 2
DEAREST = 10
LEAVES = (Kind.MOVE_TO_BATCH, Kind.STAY_BATCH)  # what can be left out of a scenario by name


class Labels(StrEnum):
    """Which labels count. Whatever is not decided comes out as nobody waits under ALL_SEALED, whatever one side has
    answered: else the figures would tell the other side what that was."""

    AS_NOW = "as_now"
    ALL_SEALED = "all_sealed"
    BOTH_SIDES = "both_sides"


class Cache(StrEnum):
    """How many requests of a batch read the prefix from cache."""

    AS_NOW = "as_now"
    NONE = "none"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Assumptions:
    """`prices_on`: the day whose prices count, None today's. `volume` is a change as a share, `discount` the share off
    token prices on every platform, None what is agreed. `most_risk` and `most_effort` leave out moves beyond them.
    `left_out` and `taken_in` are numbers of parts: those stay in real time, these move, whatever else is assumed."""

    labels: Labels = Labels.AS_NOW
    cache: Cache = Cache.AS_NOW
    cache_share: Decimal | None = None
    prices_on: date | None = None
    volume: Decimal = Decimal(0)
    discount: Decimal | None = None
    most_risk: int | None = None
    most_effort: int | None = None
    left_out: frozenset[int] = frozenset()
    taken_in: frozenset[int] = frozenset()

    @property
    def hit_share(self) -> Decimal | None:
        """What counts as hit share in batch; None where each part's own does. Without a hit, a batch without cache is
        the cheaper way."""
        if self.cache is Cache.NONE:
            return Decimal(0)
        return self.cache_share if self.cache is Cache.SHARE else None

    def steps(self) -> list["Step"]:
        """Those that can change something, in order; prices always can, as those of today may be newer than amounts."""
        wanted = {
            Step.PRICES: True,
            Step.DISCOUNT: self.discount is not None,
            Step.VOLUME: bool(self.volume),
            Step.CACHE: self.hit_share is not None,
            Step.LABELS: self.labels is not Labels.AS_NOW,
            Step.MOVES: self.most_risk is not None or self.most_effort is not None,
            Step.CHOSEN: bool(self.left_out or self.taken_in),
        }
        return [step for step, applies in wanted.items() if applies]


class Step(StrEnum):
    PRICES = "prices"
    DISCOUNT = "discount"
    VOLUME = "volume"
    CACHE = "cache"
    LABELS = "labels"
    MOVES = "moves"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Figures:
    """What is compared, of one part or of many together. `nobody` is what is spent today on parts that move to batch or
    run there already, `doubtful` how many parts have a doubt, `left_out` how many moves are left out, `taken_in` how
    many single ones are taken in."""

    parts: int = 0
    today: int = 0
    after: int = 0
    possible: int = 0
    nobody: int = 0
    moving: int = 0
    undecided: int = 0
    doubtful: int = 0
    unpriced: int = 0
    left_out: int = 0
    taken_in: int = 0

    @property
    def saving(self) -> int:
        return self.today - self.after

    @property
    def saving_a_year(self) -> int:
        return self.saving * MONTHS

    @property
    def share(self) -> int | None:
        """Percent of today's spend that moves to batch or is there already."""
        return money.percent(self.nobody, self.today)

    def less(self, other: "Figures") -> "Figures":
        return Figures(*(getattr(self, name) - getattr(other, name) for name in NAMES))

    def plain(self) -> dict[str, int]:
        return asdict(self)


NAMES = tuple(field.name for field in fields(Figures))


class Sum:
    """Figures added up one by one."""

    def __init__(self) -> None:
        self._found = dict.fromkeys(NAMES, 0)

    def add(self, figures: Figures) -> None:
        for name in NAMES:
            self._found[name] += getattr(figures, name)

    def figures(self) -> Figures:
        return Figures(**self._found)


@dataclass(frozen=True, slots=True)
class Result:
    """The plan as it stood when it was worked out, and the figures after each step."""

    plan: Figures
    steps: Sequence[tuple[Step, Figures]]

    @property
    def last(self) -> Figures:
        return self.steps[-1][1] if self.steps else self.plan

    @property
    def change(self) -> Figures:
        return self.last.less(self.plan)

    def by_step(self) -> list[tuple[Step, Figures]]:
        """What each step adds; together they are the whole change."""
        before, found = self.plan, []
        for step, figures in self.steps:
            found.append((step, figures.less(before)))
            before = figures
        return found


def result(kept: Mapping[str, Any]) -> Result:
    """From what `plain` made of it."""
    steps = [(Step(step), Figures(**figures)) for step, figures in kept["steps"]]
    return Result(Figures(**kept["plan"]), steps)


def plain(found: Result) -> dict[str, Any]:
    return {"plan": found.plan.plain(), "steps": [[step.value, figures.plain()] for step, figures in found.steps]}


def of_part(
    kind: Kind, why: Why, *, today: int | None, after: int | None, possible: int, doubts: Iterable[str], left_out: bool,
    taken_in: bool = False, factor: Decimal = Decimal(1),
) -> Figures:  # fmt: skip
    """The figures of one part, its amounts times `factor`, each rounded once."""
    spent = scaled(today or 0, factor)
    return Figures(
        parts=1,
        today=spent,
        after=scaled(after or 0, factor),
        possible=scaled(possible, factor),
        nobody=spent if line.place(kind, why).side is Side.NOBODY else 0,
        moving=int(kind in MOVING_KINDS),
        undecided=int(kind is Kind.UNDECIDED),
        doubtful=int(any(doubts)),
        unpriced=int(today is None),
        left_out=int(left_out),
        taken_in=int(taken_in),
    )


def scaled(amount: int, factor: Decimal) -> int:
    return amount if factor == 1 else int((amount * factor).to_integral_value(ROUND_HALF_UP))


def labelled(
    labels: Labels, *, label: Label, state: State, one_sided: bool, was: str = "", status: Status = Status.NONE
) -> tuple[Label, State]:
    """The label that counts under the assumption. A label that is to be checked comes out as it `was`, and what was
    walked back stays, as somebody missed it."""
    if labels is Labels.BOTH_SIDES and one_sided:
        return Label.NONE, State.ONE_SIDE
    if labels is not Labels.ALL_SEALED or label is not Label.NONE:
        return label, state
    if state is State.CHECK_NEEDED and (was == Label.WAITING or status is Status.WALKED_BACK):
        return Label.WAITING, State.AGREED
    return Label.NOT_WAITING, State.AGREED


def is_left_out(given: Assumptions, *, kind: Kind, risk: int, effort: int, is_decided: bool) -> bool:
    """Whether a move to batch is beyond what is assumed. The risk of what is not decided is not known: too high. What
    comes back because somebody waits is never left out."""
    if kind is not Kind.MOVE_TO_BATCH:
        return False
    if given.most_risk is not None and (not is_decided or risk > given.most_risk):
        return True
    return given.most_effort is not None and effort > given.most_effort


def is_to_leave_out(given: Assumptions, part: int, kind: Kind) -> bool:
    """Whether this part is named to stay in real time: a move to batch, or what runs in batch and would come back."""
    return part in given.left_out and kind in LEAVES


def is_to_take_in(given: Assumptions, part: int, kind: Kind) -> bool:
    """Whether this part is named to move, and does not yet. What blocks it goes on doing so."""
    return part in given.taken_in and kind not in LEAVES


@dataclass(frozen=True, slots=True)
class Start:
    """A scenario to start from."""

    key: str
    name: str
    description: str
    assumptions: Assumptions


def starts(today: date) -> list[Start]:
    january = date(today.year + 1, 1, 1)
    return [
        Start(
            "all_sealed", "All sealed", "Whatever is not decided yet comes out as nobody waits: the most there is",
            Assumptions(labels=Labels.ALL_SEALED),
        ),
        Start(
            "low_risk", "Low risk only", f"Only moves with a risk of {LOW_RISK} or less",
            Assumptions(most_risk=LOW_RISK),
        ),
        Start(
            "no_cache", "No cache in batch", "No request of a batch finds its prefix in the cache",
            Assumptions(cache=Cache.NONE),
        ),
        Start(
            "new_prices", "New prices from January", f"The prices the book holds for {january:%B %Y}",
            Assumptions(prices_on=january),
        ),
    ]  # fmt: skip
