"""The plan in time: the example worked by hand, and five figures that lead into each other to the last digit."""

import random
from decimal import Decimal
from fractions import Fraction

import pytest

from inventory.domain import money, schedule
from inventory.domain.bridge import Shape
from inventory.domain.schedule import Block, Ramp

MILLION = 1_000_000
EXAMPLE = Block(Decimal("0.03"), today=2 * 12_300 * MILLION, saving=12_300 * MILLION, wave=1)  # 1,000,000 x $0.0123


def in_dollars(amount: int) -> int:
    return int(money.cents(amount).quantize(Decimal(1)))


def test_the_worked_example() -> None:
    found = schedule.months([EXAMPLE], {1: Ramp(3, 3)}, count=12)
    five = schedule.five([EXAMPLE], {1: Ramp(3, 3)}, found)
    assert in_dollars(five.in_term) == 122_969
    assert in_dollars(five.run_rate) == 204_313
    assert five.planned * 12 == 147_600 * MILLION
    assert [month.saving for month in found[:3]] == [0, 0, 0]
    third = Fraction(12_300 * MILLION) * Fraction(103, 100) ** 3 / 3
    assert found[3].saving == round(third)
    assert in_dollars(found[11].baseline) == 34_052


def test_a_month_is_rounded_once() -> None:
    """Three halves of a micro-dollar are two, not the sum of three rounded halves."""
    blocks = [Block(Decimal(rate), 1, 1, wave=1) for rate in ("0", "0.000001", "0.000002")]
    (month,) = schedule.months(blocks, {1: Ramp(0, 2)}, count=1)
    assert (month.saving, month.baseline) == (2, 3)


def test_what_costs_more_is_rounded_away_from_zero_too() -> None:
    (month,) = schedule.months([Block(Decimal(0), 1, -1, wave=1)], {1: Ramp(0, 2)}, count=1)
    assert (month.saving, month.planned) == (-1, 2)


def test_one_side_alone_and_waves_without_a_start_save_nothing_in_the_term() -> None:
    blocks = [
        Block(Decimal(0), 10, 5, wave=1),
        Block(Decimal(0), 10, 3, wave=1, agreed=False),
        Block(Decimal(0), 10, 2, wave=2),
        Block(Decimal(0), 10, 1),
    ]
    found = schedule.months(blocks, {1: Ramp(0, 0)}, count=2)
    five = schedule.five(blocks, {1: Ramp(0, 0)}, found)
    assert [(month.baseline, month.planned) for month in found] == [(40, 35), (40, 35)]
    assert (five.projected, five.alone, five.agreed, five.unplanned, five.planned) == (11, 3, 8, 3, 5)
    assert (five.in_term, five.run_rate) == (10, 60)


def scattered(chance: random.Random) -> tuple[list[Block], dict[int, Ramp]]:
    ramps = {pk: Ramp(chance.randrange(-6, 18), chance.randrange(13)) for pk in range(chance.randrange(5))}
    rates = [Decimal(chance.randrange(-200_000, 200_000)) / MILLION for _ in range(3)]
    blocks = []
    for _ in range(20):
        today = chance.randrange(10**12)
        saving = chance.randrange(-today, today + 1)
        wave = chance.choice([None, *ramps, 99])
        blocks.append(Block(chance.choice(rates), today, saving, wave, agreed=chance.random() < 0.8))
    return blocks, ramps


@pytest.mark.parametrize("seed", range(20))
def test_the_five_lead_into_each_other(seed: int) -> None:
    blocks, ramps = scattered(random.Random(seed))
    found = schedule.months(blocks, ramps, count=12)
    five = schedule.five(blocks, ramps, found)
    assert five.projected == sum(block.saving for block in blocks)
    assert five.planned == sum(block.saving for block in blocks if block.agreed and block.wave in ramps)
    assert five.in_term == sum(month.baseline - month.planned for month in found)
    assert five.planned_in_term - five.late + five.grown == five.in_term
    if steps := five.steps():
        changes = [step.amount for step in steps if step.shape is not Shape.TOTAL]
        assert steps[0].amount + sum(changes) == steps[-1].amount == five.in_term


def test_everything_from_the_first_day_without_growth_is_twelve_months_in_plan() -> None:
    blocks = [Block(Decimal(0), 100, 40, wave=1)]
    five = schedule.five(blocks, {1: Ramp(0, 0)}, schedule.months(blocks, {1: Ramp(0, 0)}, count=12))
    assert five.in_term == five.run_rate == 12 * five.planned == 480
    assert (five.late, five.grown) == (0, 0)


def test_a_volume_that_grows_beyond_reason_is_named() -> None:
    volumes = [("Search", 10**12, Decimal("0.000001")), ("Chat", 10**12, Decimal(0)), ("Digest", 10, Decimal(1))]
    assert [str(problem) for problem in schedule.too_large(volumes, count=12, most=10**12)] == [
        "Search, growth: by month 12 it would be more than 1,000,000,000,000 requests a month"
    ]
