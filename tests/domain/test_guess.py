from random import Random

import pytest

from inventory.domain.guess import Audit, Finding, making_up


@pytest.mark.parametrize(
    ("moves", "undecided", "percent", "finding", "gap"),
    [
        (60, 0, 40, Finding.MORE, 20),
        (60, 40, 60, Finding.SAME, 0),
        (30, 10, 40, Finding.REACHABLE, -10),
        (30, 9, 40, Finding.LESS, -10),
        (0, 100, 40, Finding.NOT_BEGUN, -40),
        (0, 0, 0, Finding.SAME, 0),
        (0, 0, 100, Finding.LESS, -100),
    ],
)
def test_the_guess_is_held_against_what_moves(
    moves: int, undecided: int, percent: int, finding: Finding, gap: int
) -> None:
    audit = Audit(today=100, waits=100 - moves - undecided, moves=moves, undecided=undecided).guess_of(percent)
    assert (audit.finding, audit.gap, audit.short) == (finding, gap, -gap)
    assert (audit.guess, audit.audited, audit.not_decided) == (percent, moves, undecided)


def test_what_costs_nothing_has_no_shares() -> None:
    audit = Audit().guess_of(40)
    assert (audit.finding, audit.guess, audit.audited, audit.staying) == (Finding.NO_SPEND, None, None, None)


def test_the_sides_fill_today_and_what_cannot_cross_stands_on_the_line() -> None:
    audit = Audit(today=100, waits=20, moves=50, undecided=10)
    assert audit.waits + audit.open + audit.moves == audit.today
    assert audit.open == 30


def test_the_guess_of_several_is_weighted_and_their_differences_add_up_to_the_millionth() -> None:
    chance = Random(9)
    audits = []
    for _ in range(200):
        today = chance.randrange(10**9)
        audits.append(Audit(today=today, moves=chance.randrange(today + 1)).guess_of(chance.randrange(101)))
    whole = sum(audits, Audit())
    assert whole.gap == sum(audit.gap for audit in audits)
    assert whole.guessed == sum(audit.guessed for audit in audits)
    assert abs(100 * whole.guessed - whole.weighted) <= 50 * len(audits)
    assert sum([Audit(today=3).guess_of(10), Audit(today=1).guess_of(50)], Audit()).guess == 20


@pytest.mark.parametrize(
    ("difference", "enough"), [(0, 0), (1, 1), (50, 1), (51, 2), (80, 2), (90, 3), (100, 3), (101, 3)]
)
def test_as_few_as_make_up_the_difference_the_dearest_first(difference: int, enough: int) -> None:
    assert making_up([50, 30, 20], difference) == enough
