"""The burn-down: what was left month by month, and what will be by the waves."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from inventory.domain import realised, wave
from inventory.domain.realised import Done, Open

NOW = wave.month(date(2027, 3, 15))


def amounts(done: list[Done], still: list[Open]) -> list[tuple[str, int, bool]]:
    return [(f"{each.day:%b %y}", each.amount, each.is_planned) for each in realised.burn_down(done, still, now=NOW)]


def test_it_starts_before_the_first_move_and_ends_with_the_last_wave() -> None:
    done = [Done(NOW - 1, 30), Done(NOW, 10)]
    still = [Open(60, NOW + 1, 2), Open(5, None)]
    assert amounts(done, still) == [
        ("Jan 27", 105, False), ("Feb 27", 75, False), ("Mar 27", 65, False), ("Apr 27", 35, True), ("May 27", 5, True),
    ]  # fmt: skip


def test_a_ramp_goes_on_from_where_it_stands() -> None:
    """A third of the wave is due by now; what is left of it moves in the two months that follow."""
    assert [each.amount for each in realised.burn_down([], [Open(40, NOW, 3)], now=NOW)] == [40, 20, 0]


def test_what_is_late_stays_until_somebody_says_it_is_moved() -> None:
    still = [Open(40, NOW - 4, 2), Open(60, NOW - 1, 3), Open(7, NOW + 1)]
    assert [each.amount for each in realised.burn_down([], still, now=NOW)] == [107, 40]
    assert realised.late(still, now=NOW) == 40 + 20


def test_nothing_moved_and_nothing_to_move_is_this_month_alone() -> None:
    assert amounts([], []) == [("Mar 27", 0, False)]


@given(
    st.lists(st.builds(Done, st.integers(NOW - 40, NOW), st.integers(0, 10**9)), max_size=8),
    st.lists(
        st.builds(Open, st.integers(0, 10**9), st.none() | st.integers(NOW - 40, NOW + 40), st.integers(0, 36)),
        max_size=8,
    ),
)
def test_it_never_rises_where_every_move_saves(done: list[Done], still: list[Open]) -> None:
    found = realised.burn_down(done, still, now=NOW)
    assert [each.month for each in found] == list(range(found[0].month, found[0].month + len(found)))
    assert len(found) <= 1 + realised.LOOKS_BACK + realised.LOOKS_AHEAD
    assert all(one.amount >= two.amount for one, two in zip(found, found[1:], strict=False))
    assert 0 <= realised.late(still, now=NOW) <= sum(each.saving for each in still)
