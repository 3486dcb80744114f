"""Where a batch begins to pay, against the figures worked out by hand and against the prices themselves."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.domain import break_even, pricing
from inventory.domain.part import Option, balance
from inventory.domain.pricing import Card, Price, Profile, Rates, Way
from tests.domain.test_pricing import FEES, PRICE, PROFILES, RATES, _halved

MILLION = 10**6


def priced(read: str) -> Price:
    """A price of 2, with this multiplier for reads."""
    rates = Rates(2 * MILLION, 10 * MILLION, 2_500_000, 4 * MILLION, int(2 * MILLION * Decimal(read)))
    return Price((Card(0, rates, _halved(rates)),))


@pytest.mark.parametrize(("read", "share"), [("0.1", "0.652"), ("0.05", "0.625"), ("0.025", "0.612")])
def test_of_the_prefix_alone_a_batch_without_cache_pays_up_to_a_known_share_of_hits(read, share):
    found = break_even.prefix(Profile(1000, 0, 30_000, 0), priced(read))

    assert round(found.most_now, 3) == Decimal(share)


def test_a_well_cached_call_needs_nearly_as_many_hits_in_batch():
    found = break_even.prefix(Profile(1000, 0, 30_000, 0, Decimal("0.95")), PRICE)

    assert round(found.least_in_batch, 3) == Decimal("0.887")


def test_without_a_prefix_or_a_batch_price_there_is_no_such_share():
    bare, no_batch = Profile(1000, 10, 0, 10), Price((Card(0, PRICE.cards[0].standard, None),))

    assert (
        break_even.prefix(bare, PRICE) == break_even.prefix(Profile(1000, 10, 10, 10), no_batch) == break_even.NO_PREFIX
    )


@given(PROFILES, RATES)
def test_at_the_share_found_both_ways_cost_the_same(profile, rates):
    price = Price((Card(0, rates, _halved(rates)),), Decimal("1.1"), FEES, Decimal("0.07"))
    found = break_even.prefix(profile, price)
    if found.most_now is None:
        return
    now = pricing.exact(Way.REAL_TIME, replace(profile, hit_share=found.most_now), price)

    assert abs(now - pricing.exact(Way.BATCH_WITHOUT_CACHE, profile, price)) < Decimal("0.000001")


@given(st.lists(st.tuples(st.integers(1, 10**9), st.integers(1, 10**9)), min_size=2, max_size=5), st.integers(0, 10**9))
def test_a_part_that_costs_enough_pays_for_what_is_sent_twice_and_one_that_does_not_never_does(parts, less):
    options = [Option(real_time, batch) for real_time, batch in parts]
    found = balance(max(0, sum(option.real_time for option in options) - less), options)

    for option, alone, must in zip(options, found.alone, found.must_cost, strict=True):
        assert (must is not None and option.real_time >= must) == (alone <= found.whole or found.overhead <= 0)


def test_the_example_by_hand():
    """5,000 tokens of context sent twice at 2 dollars a million: the part that moves must cost 0.02, and costs 0.045."""
    whole, stays, moves = 48_000, 14_000, Option(45_000, 22_500)
    found = balance(whole, [Option(stays, 7_000), moves])

    assert (found.overhead, found.must_cost[1], found.alone[1]) == (11_000, 22_000, 36_500)
