"""One month of the plan in time, or one wave of it, line by line: what adds up to its amounts. Micro-dollars; rounded
as the month is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from inventory.domain import money, schedule
from inventory.domain.schedule import Block, Ramp


@dataclass(frozen=True, slots=True)
class Grown:
    """What parts that grow alike spend: `today` in the first month of the term, times `factor`."""

    growth: Decimal
    today: int
    factor: Decimal
    amount: int


@dataclass(frozen=True, slots=True)
class Wave:
    """`flat` is what it saves a month at full effect and today's volume, `full` the same at the volume of the month;
    `share` of that has moved by then."""

    number: int
    flat: int
    full: int
    share: Fraction
    saved: int

    @property
    def percent(self) -> int:
        return money.whole(100 * self.share)


@dataclass(frozen=True, slots=True)
class Opened:
    number: int
    grown: tuple[Grown, ...]
    waves: tuple[Wave, ...]


def opened(blocks: Iterable[Block], ramps: Mapping[int, Ramp], number: int) -> Opened:
    """The month of that number, from 1 on. The amounts add up to what `schedule.months` says of it."""
    everything = list(blocks)
    waves = tuple(_wave(pk, ramp, everything, number) for pk, ramp in ramps.items())
    return Opened(number, tuple(_grown(everything, number)), waves)


def of_wave(blocks: Iterable[Block], pk: int, ramp: Ramp, *, count: int) -> list[Wave]:
    """What it saves in each month of the term: together what the term says of it."""
    everything = list(blocks)
    return [_wave(pk, ramp, everything, number) for number in range(1, count + 1)]


def _grown(blocks: list[Block], number: int) -> Iterable[Grown]:
    """Each as far as the rounded sum has come with it: so they add up to the rounded whole."""
    reached, so_far = 0, Fraction(0)
    for rate in sorted({block.growth for block in blocks}):
        today, factor = sum(block.today for block in blocks if block.growth == rate), schedule.grown(rate, number)
        so_far += today * factor
        yield Grown(rate, today, Decimal(money.whole(factor * 10**6)) / 10**6, money.whole(so_far) - reached)
        reached = money.whole(so_far)


def _wave(pk: int, ramp: Ramp, blocks: list[Block], number: int) -> Wave:
    own = [block for block in blocks if block.agreed and block.wave == pk]
    full = sum((block.saving * schedule.grown(block.growth, number) for block in own), Fraction(0))
    share = schedule.share(ramp, number)
    return Wave(pk, sum(block.saving for block in own), money.whole(full), share, money.whole(full * share))
