import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.domain import line
from inventory.domain.line import Place, Side
from inventory.domain.plan import Kind, Why


@pytest.mark.parametrize(
    ("kind", "why", "place"),
    [
        (Kind.STAY_REAL_TIME, Why.NONE, Place(Side.WAITS)),
        (Kind.BRING_BACK, Why.NONE, Place(Side.WAITS, Side.NOBODY)),
        (Kind.BRING_BACK, Why.BATCH_BUT_BLOCKED, Place(Side.WAITS, Side.NOBODY)),
        (Kind.MOVE_TO_BATCH, Why.NONE, Place(Side.NOBODY, Side.WAITS)),
        (Kind.STAY_BATCH, Why.NONE, Place(Side.NOBODY)),
        (Kind.UNDECIDED, Why.NONE, Place(Side.OPEN)),
        (Kind.CANNOT_MOVE, Why.BLOCKED, Place(Side.OPEN)),
        (Kind.CANNOT_MOVE, Why.NO_BATCH_PRICE, Place(Side.OPEN)),
        (Kind.STAY_REAL_TIME, Why.BATCH_DEARER, Place(Side.OPEN)),
    ],
)
def test_each_move_has_its_place(kind, why, place):
    assert line.place(kind, why) == place


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=6), st.integers(1, 2000))
def test_widths_fill_the_bar_exactly_or_not_at_all(amounts, total):
    assert sum(line.widths(amounts, total=total)) == (total if any(amounts) else 0)


@given(st.integers(0, 10**15), st.integers(0, 10**15), st.integers(0, 10**15))
def test_the_stretches_of_a_bar_touch_and_fill_it(waits, between, nobody):
    found = line.bar(waits=waits, open=between, nobody=nobody, total=1000)
    ends = [0, *(piece.start + piece.length for piece in found)]
    assert [piece.start for piece in found] == ends[:-1]
    assert ends[-1] == (1000 if waits + between + nobody else 0)
