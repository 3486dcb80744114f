"""How sure an amount is, in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.domain import origin
from inventory.domain.part import Figures


@pytest.mark.parametrize(
    ("measured", "typed", "assumed", "said"),
    [
        (0, 0, 0, ""),
        (80, 0, 20, "high: 80 % measured, 20 % assumed"),
        (79, 1, 20, "medium: 79 % measured, 1 % typed in, 20 % assumed"),
        (0, 100, 0, "medium: 100 % typed in"),
        (70, 9, 21, "low: 70 % measured, 9 % typed in, 21 % assumed"),
    ],
)
def test_the_word_follows_from_the_shares(measured, typed, assumed, said):
    assert origin.Mix(measured, typed, assumed).said == said


@given(st.lists(st.tuples(st.sampled_from(Figures), st.integers(0, 10**15))))
def test_shares_add_up_to_a_hundred_and_amounts_to_the_whole(amounts):
    found = origin.mix(amounts)

    assert found.whole == sum(amount for _, amount in amounts)
    assert sum(percent for _, percent in found.shares) in (0, 100)


def test_the_less_sure_of_two_decides():
    assert origin.weaker(Figures.MEASURED, Figures.ASSUMED) == Figures.ASSUMED
    assert origin.weaker(Figures.TYPED, Figures.MEASURED) == Figures.TYPED
