from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.domain import part as parts
from inventory.domain.part import Gap, Option, Path
from inventory.domain.pricing import Profile

WHOLE = Profile(requests=1000, uncached_input=6000, cacheable_prefix=2000, output=800)
AMOUNT = st.integers(0, 10**12)
PROFILE = st.builds(
    Profile,
    requests=st.integers(0, 10**12),
    uncached_input=st.integers(0, 10**9),
    cacheable_prefix=st.integers(0, 10**9),
    output=st.integers(0, 10**9),
)
OPTION = st.builds(
    Option, real_time=AMOUNT, batch=st.none() | AMOUNT, path=st.sampled_from([None, Path.REAL_TIME, Path.BATCH])
)


def test_parts_that_send_exactly_the_whole_neither_fall_short_nor_exceed():
    cut = [
        replace(WHOLE, uncached_input=1000, output=100),
        replace(WHOLE, cacheable_prefix=0, uncached_input=5000, output=700),
    ]
    assert parts.shortfall(WHOLE, cut) == ()
    assert parts.overhead(WHOLE, cut) == ()


def test_shortfall_names_each_kind_and_by_how_much():
    cut = [replace(WHOLE, uncached_input=1000, output=100), replace(WHOLE, uncached_input=4000, output=600)]
    assert parts.shortfall(WHOLE, cut) == (Gap("uncached_input", 6_000_000, 5_000_000), Gap("output", 800_000, 700_000))
    assert [gap.missing for gap in parts.shortfall(WHOLE, cut)] == [1_000_000, 100_000]
    assert parts.overhead(WHOLE, cut) == (Gap("cacheable_prefix", 2_000_000, 4_000_000),)
    assert parts.overhead(WHOLE, cut)[0].extra == 2_000_000


def test_a_part_with_fewer_requests_is_fine_as_long_as_the_work_adds_up():
    rare = replace(WHOLE, requests=100, uncached_input=30_000, cacheable_prefix=0, output=4000)
    rest = replace(WHOLE, uncached_input=3000, output=400)
    assert parts.shortfall(WHOLE, [rest, rare]) == ()


def test_one_token_is_a_shortfall():
    whole = replace(WHOLE, requests=1)
    cut = [replace(whole, output=400), replace(whole, output=399)]
    assert parts.shortfall(whole, cut) == (Gap("output", 800, 799),)


def test_more_output_never_makes_up_for_missing_input():
    cut = [replace(WHOLE, uncached_input=2000, output=10_000), replace(WHOLE, uncached_input=2000, output=10_000)]
    assert [gap.tokens for gap in parts.shortfall(WHOLE, cut)] == ["uncached_input"]


@given(PROFILE, st.lists(PROFILE, min_size=2, max_size=10))
def test_what_is_missing_less_what_is_extra_is_the_difference(whole, cut):
    for gap in parts.gaps(whole, cut):
        assert gap.whole - gap.parts == gap.missing - gap.extra
        assert 0 in (gap.missing, gap.extra)


@given(PROFILE, st.lists(PROFILE, min_size=1, max_size=9))
def test_a_part_more_never_makes_a_split_fall_shorter(whole, cut):
    missing = {gap.tokens: gap.missing for gap in parts.shortfall(whole, cut)}
    for gap in parts.shortfall(whole, [*cut, whole]):
        assert gap.missing <= missing[gap.tokens]
    assert parts.shortfall(whole, [*cut, whole]) == ()


@given(PROFILE, st.lists(PROFILE, min_size=2, max_size=10), st.randoms())
def test_the_order_of_the_parts_does_not_matter(whole, cut, chance):
    mixed = list(cut)
    chance.shuffle(mixed)
    assert parts.gaps(whole, mixed) == parts.gaps(whole, cut)


# One request at $2 in and $10 out a million tokens: 5,000 tokens both parts need, then 9,000.
def test_a_split_with_context_sent_twice_saves_less_than_half():
    found = parts.balance(48_000, [Option(14_000, 7_000), Option(45_000, 22_500)])
    assert (found.overhead, found.least, found.saving) == (11_000, 36_500, 11_500)
    assert found.alone == (52_000, 36_500)
    assert found.pays


def test_a_split_that_costs_more_than_it_saves_does_not_pay():
    found = parts.balance(22_000, [Option(19_000, 9_500), Option(21_000, 10_500)])
    assert (found.least, found.saving) == (29_500, -7_500)
    assert not found.pays


def test_labels_that_count_decide_the_path():
    assert parts.balance(100, [Option(60, 30, Path.BATCH), Option(60, 30, Path.BATCH)]).least == 60
    assert parts.balance(100, [Option(60, 30, Path.REAL_TIME), Option(60, 30, Path.REAL_TIME)]).least == 120
    assert parts.balance(100, [Option(60, 30, Path.BATCH), Option(60, 30)]).least == 90


def test_a_part_without_batch_price_stays_at_full_price():
    found = parts.balance(100, [Option(60, None), Option(60, None, Path.BATCH)])
    assert (found.least, found.alone) == (120, (None, None))


@given(AMOUNT, st.lists(OPTION, min_size=2, max_size=10))
def test_a_split_is_never_cheaper_than_all_of_it_in_batch_nor_dearer_than_none(whole, cut):
    found = parts.balance(whole, cut)
    assert found.overhead == sum(option.real_time for option in cut) - whole
    assert found.least >= sum(min(o.real_time, o.real_time if o.batch is None else o.batch) for o in cut)
    if all(option.path is not Path.BATCH for option in cut):
        assert found.least <= sum(option.real_time for option in cut)


@given(st.lists(st.integers(0, 10**15), min_size=2, max_size=10), st.data())
def test_an_open_label_never_makes_the_split_look_dearer_than_a_waiting_one(costs, data):
    cut = [Option(cost, cost // 2) for cost in costs]
    which = data.draw(st.integers(0, len(cut) - 1))
    waiting = [replace(o, path=Path.REAL_TIME) if i == which else o for i, o in enumerate(cut)]
    assert parts.balance(0, cut).least <= parts.balance(0, waiting).least


@pytest.mark.parametrize("count", [2, 10])
def test_every_part_but_one_moves_when_all_are_alike(count):
    found = parts.balance(0, [Option(10, 5)] * count)
    assert found.least == 10 + 5 * (count - 1)
