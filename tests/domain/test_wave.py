"""Which waves may start when, how a wave ramps up, and in which waves moves are proposed."""

from datetime import date
from fractions import Fraction

import pytest

from inventory.domain import wave
from inventory.domain.wave import Candidate, Wave

MARCH = wave.month(date(2027, 3, 1))


@pytest.mark.parametrize(
    ("month", "starts_after", "ramp", "moved"),
    [
        (3, 3, 3, Fraction(0)), (4, 3, 3, Fraction(1, 3)), (5, 3, 3, Fraction(2, 3)), (6, 3, 3, Fraction(1)),
        (12, 3, 3, Fraction(1)), (3, 3, 0, Fraction(0)), (4, 3, 0, Fraction(1)), (1, -5, 12, Fraction(1, 2)),
    ],
)  # fmt: skip
def test_a_wave_moves_over_its_ramp(month: int, starts_after: int, ramp: int, moved: Fraction) -> None:
    assert wave.share(month, starts_after=starts_after, ramp=ramp) == moved


@pytest.mark.parametrize("day", [date(2026, 12, 1), date(2027, 1, 1), date(1999, 7, 1)])
def test_months_are_counted_back_and_forth(day: date) -> None:
    assert wave.first_day(wave.month(day)) == day
    assert wave.month(date(2027, 1, 1)) - wave.month(date(2026, 12, 31)) == 1


def said(*waves: Wave) -> list[str]:
    return [str(problem) for problem in wave.problems(waves)]


def test_a_wave_may_start_with_or_after_what_it_depends_on() -> None:
    first = Wave(1, "Digests", MARCH)
    assert said(first, Wave(2, "Tags", MARCH, after=frozenset({1})), Wave(3, "Late", None, after=frozenset({1}))) == []


def test_a_wave_that_starts_before_what_it_depends_on_is_named_with_its_field_and_the_reason() -> None:
    assert said(Wave(1, "Digests", MARCH), Wave(2, "Tags", MARCH - 1, after=frozenset({1}))) == [
        "Tags, start: February 2027 is before Digests starts, on which it depends: March 2027"
    ]
    assert said(Wave(1, "Digests", None), Wave(2, "Tags", MARCH, after=frozenset({1}))) == [
        "Tags, start: it depends on Digests, which has no start yet"
    ]


def test_a_circle_is_named_along_its_waves() -> None:
    assert said(
        Wave(1, "A", MARCH, after=frozenset({2})),
        Wave(2, "B", MARCH, after=frozenset({3})),
        Wave(3, "C", MARCH, after=frozenset({1})),
        Wave(4, "D", MARCH, after=frozenset({1})),
    ) == ["A, depends on: the waves depend on each other in a circle: A → B → C → A"]
    assert said(Wave(1, "A", MARCH, after=frozenset({1}))) == [
        "A, depends on: the waves depend on each other in a circle: A → A"
    ]


def test_two_ways_to_one_wave_are_no_circle() -> None:
    waves = [Wave(4, "D", None, after=frozenset({2, 3})), Wave(2, "B", None, after=frozenset({1}))]
    assert said(*waves, Wave(3, "C", None, after=frozenset({1})), Wave(1, "A", None)) == []


def test_a_ramp_longer_than_the_term_is_named() -> None:
    waves = [Wave(1, "Short", MARCH, ramp=12), Wave(2, "Long", MARCH, ramp=13)]
    assert [str(problem) for problem in wave.ramps_too_long(waves, months=12)] == [
        "Long, ramp: 13 months are longer than the term of 12"
    ]


def test_what_somebody_waits_for_comes_first_then_what_saves_most_for_its_effort() -> None:
    moves = [
        Candidate(1, 100, 5), Candidate(2, 90, 1), Candidate(3, -10, 1, urgent=True), Candidate(4, 100, 2),
        Candidate(5, 90, 1),
    ]  # fmt: skip
    (one,) = wave.arranged(moves, waves=1)
    assert [move.id for move in one] == [3, 2, 5, 4, 1]
    assert wave.arranged(list(reversed(moves)), waves=1) == [one]


def test_waves_take_about_the_same_effort_and_none_is_empty() -> None:
    moves = [Candidate(pk, 1000 - pk, 1 + pk % 5) for pk in range(60)]
    waves = wave.arranged(moves, waves=3)
    efforts = [sum(move.effort for move in each) for each in waves]
    assert sum(efforts) == sum(move.effort for move in moves)
    assert max(efforts) - min(efforts) <= 5
    assert sorted(move.id for each in waves for move in each) == list(range(60))
    assert len(wave.arranged(moves[:2], waves=6)) == 2
    assert wave.arranged([], waves=3) == []
