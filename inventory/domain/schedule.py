"""The plan month by month: what is spent without it, what it saves, and the five figures that are not the same.

Amounts are micro-dollars. Each amount of a wave in a month is computed exactly and rounded once; every total is the sum
of these.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from inventory.domain import bridge, money, wave
from inventory.domain.bridge import Shape, Step
from inventory.domain.wave import Problem

A_YEAR = 12
LONGEST_TERM = 60


@dataclass(frozen=True, slots=True)
class Block:
    """Parts that grow alike and move in the same wave: what they cost and save in the first month at full effect.

    `wave` is None for those in no wave. `agreed` is False where the label counts on one side's answer alone.
    """

    growth: Decimal
    today: int
    saving: int
    wave: int | None = None
    agreed: bool = True


@dataclass(frozen=True, slots=True)
class Ramp:
    """`starts_after` so many months of the term; negative where it started before the term."""

    starts_after: int
    months: int


@dataclass(frozen=True, slots=True)
class Term:
    """So many months from the first on."""

    first: int
    count: int

    def day(self, number: int) -> date:
        """The first day of a month of the term, counted from 1."""
        return wave.first_day(self.first + number - 1)


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the term, from 1 on. `saved` says for each wave what it saves in it."""

    number: int
    baseline: int
    saved: Mapping[int, int]

    @property
    def saving(self) -> int:
        return sum(self.saved.values())

    @property
    def planned(self) -> int:
        return self.baseline - self.saving


def months(blocks: Iterable[Block], ramps: Mapping[int, Ramp], *, count: int) -> list[Month]:
    """Volumes grow by their rate each month, from the first month on. Only moves agreed by both sides, in one of the
    waves of `ramps`, save anything; all others stay as they are today."""
    everything = list(blocks)
    rates = {block.growth for block in everything}
    found = []
    for number in range(1, count + 1):
        factors = {rate: grown(rate, number) for rate in rates}
        baseline = sum((block.today * factors[block.growth] for block in everything), Fraction(0))
        full = dict.fromkeys(ramps, Fraction(0))
        for block in everything:
            if block.agreed and block.wave is not None and block.wave in ramps:
                full[block.wave] += block.saving * factors[block.growth]
        saved = {pk: money.whole(full[pk] * share(ramps[pk], number)) for pk in ramps}
        found.append(Month(number, money.whole(baseline), saved))
    return found


def too_large(volumes: Iterable[tuple[str, int, Decimal]], *, count: int, most: int) -> list[Problem]:
    """Rows (name, requests a month, growth) whose volume would be beyond reason by the last month of the term."""
    return [
        Problem(name, "growth", f"by month {count} it would be more than {most:,} requests a month")
        for name, requests, growth in volumes
        if requests * grown(growth, count) > most
    ]


@dataclass(frozen=True, slots=True)
class Five:
    """Five figures that are easily taken for one another. The first three are a month at today's volume and full
    effect; a year is twelve of them.

    `projected`: what the plan saves when every label that counts is carried out: today less after, as the plan's page
    says. What is undecided counts at the real-time price and adds nothing; what it could save is possible, never here.
    `alone`: the share of it that rests on one side's answer, where a team lets that count.
    `agreed`: projected without `alone`: both sides gave the label, or a lead settled it.
    `unplanned`: the share of agreed that is in no wave with a start.
    `planned`: in plan: agreed, and in a wave with a start.
    `in_term`: what is saved within the months of the term, with waves that start late, ramps and growth.
    `last_month`: what the last month of the term saves; twelve of it are the run-rate.
    """

    projected: int
    alone: int
    unplanned: int
    in_term: int
    in_term_flat: int  # the same without growth
    last_month: int
    count: int  # months of the term

    @property
    def agreed(self) -> int:
        return self.projected - self.alone

    @property
    def planned(self) -> int:
        return self.agreed - self.unplanned

    @property
    def run_rate(self) -> int:
        return self.last_month * A_YEAR

    @property
    def planned_in_term(self) -> int:
        """In plan over the months of the term, as if everything ran from the first day at today's volume."""
        return self.planned * self.count

    @property
    def late(self) -> int:
        """What waves that start later and ramp up do not save in the term."""
        return self.planned_in_term - self.in_term_flat

    @property
    def grown(self) -> int:
        """What growth adds within the term."""
        return self.in_term - self.in_term_flat

    def steps(self) -> list[Step]:
        """From projected to in term, over the months of the term; empty where an amount on the way is negative."""
        changes = [
            ("alone", "One side alone", -self.alone * self.count),
            ("unplanned", "In no wave", -self.unplanned * self.count),
            ("late", "Starts and ramps", -self.late),
            ("grown", "Growth", self.grown),
        ]
        start = self.projected * self.count
        level, found = start, [Step("projected", "Projected", None, start, Shape.TOTAL, 0, start, start)]
        for key, name, change in changes:
            if change:
                found.append(bridge.hanging(key, name, None, change, level))
                level += change
        found.append(Step("in_term", "In term", None, level, Shape.TOTAL, 0, level, level))
        return found if min(step.low for step in found) >= 0 else []


def five(blocks: Sequence[Block], ramps: Mapping[int, Ramp], found: Sequence[Month]) -> Five:
    """`found` are the `months` of these blocks and ramps."""
    flat = months([_still(block) for block in blocks], ramps, count=len(found))
    agreed = [block for block in blocks if block.agreed]
    return Five(
        projected=sum(block.saving for block in blocks),
        alone=sum(block.saving for block in blocks if not block.agreed),
        unplanned=sum(block.saving for block in agreed if block.wave not in ramps),
        in_term=sum(month.saving for month in found),
        in_term_flat=sum(month.saving for month in flat),
        last_month=found[-1].saving if found else 0,
        count=len(found),
    )


def _still(block: Block) -> Block:
    return Block(Decimal(0), block.today, block.saving, block.wave, block.agreed)


def share(ramp: Ramp, number: int) -> Fraction:
    """What of the wave has moved by that month of the term."""
    return wave.share(number, starts_after=ramp.starts_after, ramp=ramp.months)


def grown(rate: Decimal, number: int) -> Fraction:
    """How much the volume is in that month of the term, times that of the first."""
    return (1 + Fraction(rate)) ** (number - 1)
