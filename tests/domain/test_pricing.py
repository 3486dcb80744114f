"""Unit costs against the published vectors, an independent calculator, and the properties of the formulas."""

import json
import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.domain import money, pricing
from inventory.domain.pricing import Card, Fees, Price, Profile, Rates, Way
from inventory.exchange import price_book

MILLION = 10**6
SONNET = Rates(2 * MILLION, 10 * MILLION, 2_500_000, 4 * MILLION, 200_000)
HALF = Rates(MILLION, 5 * MILLION, 1_250_000, 2 * MILLION, 100_000)
PRICE = Price((Card(0, SONNET, HALF),))
FEES = Fees(search=10 * MILLION, container=50_000)

MIXED = {"uncached_input": 6000, "cacheable_prefix": 2000, "output": 800, "hit_share": Decimal("0.9")}
HEAVY = {"uncached_input": 200, "cacheable_prefix": 30000, "output": 50, "hit_share": Decimal("0.95")}


# Call, hit share in batch (None: no cache), one-hour writes in batch, dollars a request in real time and batch, share saved.
@pytest.mark.parametrize(
    ("profile", "hits", "hour", "real_time", "batch", "saving"),
    [
        (MIXED, "0.9", False, "0.02086", "0.01043", "0.5"),
        (MIXED, "0.3", True, "0.02086", "0.01286", "0.383509"),
        (MIXED, "0.6", True, "0.02086", "0.01172", "0.438159"),
        (MIXED, "0.9", True, "0.02086", "0.01058", "0.492809"),
        (MIXED, "0.98", True, "0.02086", "0.010276", "0.507383"),
        (MIXED, None, True, "0.02086", "0.012", "0.424736"),
        (HEAVY, "0.95", False, "0.01035", "0.005175", "0.5"),
        (HEAVY, "0.3", True, "0.01035", "0.04335", "-3.188406"),
        (HEAVY, "0.6", True, "0.01035", "0.02625", "-1.536232"),
        (HEAVY, "0.9", True, "0.01035", "0.00915", "0.115942"),
        (HEAVY, "0.98", True, "0.01035", "0.00459", "0.556522"),
        (HEAVY, None, True, "0.01035", "0.03045", "-1.942029"),
    ],
)
def test_unit_costs_to_the_last_digit(profile, hits, hour, real_time, batch, saving):
    cost = pricing.monthly(
        Profile(requests=1, batch_hit_share=Decimal(hits or 0), batch_write_1h=hour, **profile), PRICE
    )
    found = cost.batch_without_cache if hits is None else cost.batch_with_cache

    assert cost.real_time == Decimal(real_time) * MILLION
    assert found == Decimal(batch) * MILLION
    assert round(1 - Decimal(found) / cost.real_time, 6) == Decimal(saving)


def test_batch_is_the_cheaper_of_its_two_ways():
    cheap = pricing.monthly(Profile(1000, 200, 30000, 50, Decimal("0.95"), Decimal("0.98")), PRICE)
    dear = pricing.monthly(Profile(1000, 200, 30000, 50, Decimal("0.95"), Decimal("0.3")), PRICE)

    assert (cheap.batch, cheap.batch_cached) == (4_590_000, True)
    assert (dear.batch, dear.batch_cached) == (30_450_000, False)


def test_long_prompts_are_priced_by_the_second_card_in_their_share():
    high = Card(100_000, Rates(500_000, 2_500_000, 0, 0, 0), Rates(250_000, 1_250_000, 0, 0, 0))
    low = Card(0, Rates(100_000, 500_000, 0, 0, 0), Rates(50_000, 250_000, 0, 0, 0))
    profile = Profile(1_000_000, 1000, 0, 100, share_above=Decimal("0.25"))

    cost = pricing.monthly(profile, Price((low, high)))

    assert cost.real_time == (75 * 150 + 25 * 750) * MILLION // 100
    assert cost.batch == cost.real_time // 2


@pytest.mark.parametrize(("prompt", "rate"), [(100_000, 100_000), (100_001, 500_000)])
def test_without_a_share_the_whole_prompt_decides_the_card(prompt, rate):
    low, high = (Card(above, Rates(r, 0, r, r, r), None) for above, r in ((0, 100_000), (100_000, 500_000)))
    profile = Profile(1_000_000, prompt - 1000, 1000, 0)

    assert pricing.monthly(profile, Price((low, high))).real_time == prompt * rate


def test_fast_mode_multiplies_cache_prices_too_and_batch_has_none():
    card = Card(0, SONNET, HALF, SONNET.at(4 * MILLION, 20 * MILLION))
    profile = Profile(1000, 6000, 2000, 800, Decimal("0.9"), fast=True)

    fast, plain = pricing.monthly(profile, Price((card,))), pricing.monthly(profile, PRICE)

    assert fast.real_time == 2 * plain.real_time
    assert fast.batch == plain.batch


def test_a_band_without_batch_price_leaves_no_batch_price():
    price = Price((Card(0, SONNET, HALF), Card(100_000, SONNET, None)))

    assert pricing.monthly(Profile(1, 1, 0, 1), price).batch is None


@pytest.mark.parametrize("way", Way)
def test_terms_add_up_to_the_amount(way):
    low, high = (Card(above, SONNET, HALF) for above in (0, 100_000))
    profile = Profile(1000, 6000, 2000, 800, Decimal("0.9"), Decimal("0.3"), share_above=Decimal("0.123456"))
    price = Price((low, high), Decimal("1.1"))

    found = pricing.terms(way, profile, price)

    assert len(found) == (4 if way is Way.BATCH_WITHOUT_CACHE else 8)
    assert money.micro(sum(term.amount for term in found)) == getattr(pricing.monthly(profile, price), way)


def test_without_a_batch_price_a_batch_has_no_terms():
    assert pricing.terms(Way.BATCH_WITH_CACHE, Profile(1, 1, 1, 1), Price((Card(0, SONNET, None),))) == ()


def test_the_largest_call_is_exact():
    profile = Profile(10**12, 10**9, 10**9, 10**9, Decimal("0.333333"), Decimal("0.1"))

    cost = pricing.monthly(profile, Price((Card(0, SONNET, HALF),), Decimal("1.1")))

    assert cost.real_time == Fraction(11, 10) * 10**15 * (
        2 * MILLION + Fraction(333_333, MILLION) * 200_000 + Fraction(666_667, MILLION) * 2_500_000 + 10 * MILLION
    )


SHARES = st.decimals(0, 1, places=6)
TOKENS = st.integers(0, 10**6)
PROFILES = st.builds(
    Profile, requests=st.integers(0, 10**9), uncached_input=TOKENS, cacheable_prefix=TOKENS, output=TOKENS,
    hit_share=SHARES, batch_hit_share=SHARES, write_1h=st.booleans(), share_above=st.none() | SHARES,
    fast=st.booleans(), expired_share=SHARES, searches=st.decimals(0, 50, places=4),
    container_minutes=st.decimals(0, 50, places=4),
)  # fmt: skip
RATE = st.integers(1, 200 * MILLION)
RATES = st.builds(Rates, *[RATE.map(lambda n: n * 2) for _ in range(5)])


def _halved(rates: Rates) -> Rates:
    return Rates(*(getattr(rates, name) // 2 for name in Rates.__slots__))


@given(PROFILES, RATES)
def test_equal_cache_in_batch_saves_exactly_half(profile, rates):
    same = Profile(
        profile.requests, profile.uncached_input, profile.cacheable_prefix, profile.output,
        hit_share=profile.hit_share, batch_hit_share=profile.hit_share, write_1h=True,
    )  # fmt: skip
    cost = pricing.monthly(same, Price((Card(0, rates, _halved(rates)),)))

    assert abs(cost.real_time - 2 * cost.batch_with_cache) <= 1


@given(PROFILES, RATES)
def test_without_a_prefix_batch_saves_exactly_half(profile, rates):
    bare = Profile(profile.requests, profile.uncached_input, 0, profile.output, profile.hit_share)
    cost = pricing.monthly(bare, Price((Card(0, rates, _halved(rates)),)))

    assert abs(cost.real_time - 2 * cost.batch) <= 1


@given(PROFILES, RATES, SHARES)
def test_more_hits_in_batch_never_cost_more(profile, rates, other):
    read_is_cheaper = Rates(rates.input, rates.output, rates.write_5m, rates.read + rates.write_1h, rates.read)
    price = Price((Card(0, rates, read_is_cheaper),))
    fewer, more = sorted((profile.batch_hit_share, other))

    costs = [
        pricing.monthly(
            Profile(
                profile.requests, profile.uncached_input, profile.cacheable_prefix, profile.output, batch_hit_share=h
            ),
            price,
        )
        for h in (fewer, more)
    ]

    assert costs[1].batch_with_cache <= costs[0].batch_with_cache
    assert costs[1].batch <= costs[0].batch


@given(PROFILES, RATES)
def test_batch_is_never_dearer_than_without_cache(profile, rates):
    cost = pricing.monthly(profile, Price((Card(0, rates, _halved(rates)),)))

    assert cost.batch == min(cost.batch_with_cache, cost.batch_without_cache)


@given(PROFILES, RATES, st.integers(2, 1000))
def test_costs_grow_with_the_volume(profile, rates, times):
    price = Price((Card(0, rates, _halved(rates)),))
    more = Profile(
        profile.requests * times, profile.uncached_input, profile.cacheable_prefix, profile.output,
        profile.hit_share, profile.batch_hit_share,
    )  # fmt: skip
    one = pricing.monthly(
        Profile(
            profile.requests, profile.uncached_input, profile.cacheable_prefix, profile.output,
            profile.hit_share, profile.batch_hit_share,
        ),
        price,
    )  # fmt: skip

    assert abs(pricing.monthly(more, price).real_time - times * one.real_time) <= times


def _by_hand(row: dict, geo: Fraction, p: Profile, *, batch: bool) -> Fraction:
    """Dollars a month of one card, from the text of the file, by another route: per token, unreduced fractions."""
    price = {name: Fraction(text) / 10**6 for name, text in row["prices"].items()}
    if batch:
        price = {name.removeprefix("batch_"): v for name, v in price.items() if name.startswith("batch_")}
    hits, hour = (p.batch_hit_share, True) if batch else (p.hit_share, p.write_1h)
    multiplier = Fraction(1)
    output = price["output"]
    if p.fast and not batch and "fast_input" in price:
        multiplier = price["fast_input"] / price["input"]
        output = price["fast_output"]
    prefix = Fraction(hits) * price["read"] + (1 - Fraction(hits)) * price["write_1h" if hour else "write_5m"]
    request = multiplier * (p.uncached_input * price["input"] + p.cacheable_prefix * prefix) + p.output * output
    return p.requests * request * geo


def _uncached_by_hand(row: dict, geo: Fraction, p: Profile) -> Fraction:
    price = {name: Fraction(text) / 10**6 for name, text in row["prices"].items()}
    tokens = (p.uncached_input + p.cacheable_prefix) * price["batch_input"] + p.output * price["batch_output"]
    return p.requests * tokens * geo


def _fees_by_hand(p: Profile) -> Fraction:
    """Dollars a month: ten for a thousand searches, five cents for sixty minutes of a container."""
    return p.requests * (Fraction(p.searches) * 10 / 1000 + Fraction(p.container_minutes) * Fraction("0.05") / 60)


def _micro(dollars: Fraction) -> int:
    return int(dollars * 10**6 + Fraction(1, 2))


def _offers() -> list[list[dict]]:
    """The cards of every id of the packaged file, lowest first; a card valid at another time is an offer of its own."""
    rows = json.loads(price_book.PACKAGED.read_text())["rows"]
    base = [row for row in rows if not row["above"]]
    found = [[row] for row in base]
    for long in (row for row in rows if row["above"]):
        name = [long.get(key) for key in ("platform", "id", "endpoint")]
        found.append([next(r for r in base if [r.get(k) for k in ("platform", "id", "endpoint")] == name), long])
    return found


def _assert_no_difference(
    rows: list[dict], profile: Profile, geo: str, off: Decimal = Decimal(0), *, fees=False
) -> None:
    shares = [Fraction(1)]
    if len(rows) == 2:
        is_long = profile.uncached_input + profile.cacheable_prefix > rows[1]["above"]
        above = Fraction(is_long) if profile.share_above is None else Fraction(profile.share_above)
        shares = [1 - above, above]
    kept, late = 1 - Fraction(off), Fraction(profile.expired_share)
    weighted = [(row, share * Fraction(geo) * kept) for row, share in zip(rows, shares, strict=True)]
    tools = _fees_by_hand(profile) * (kept if fees else 1)
    cost = pricing.monthly(profile, Price(tuple(map(_card, rows)), Decimal(geo), FEES, off, discount_on_fees=fees))
    now = tools + sum(_by_hand(row, weight, profile, batch=False) for row, weight in weighted)

    assert cost.real_time == _micro(now)
    if "batch_input" in rows[0]["prices"]:
        cached = tools + sum(_by_hand(row, weight, profile, batch=True) for row, weight in weighted)
        plain = tools + sum(_uncached_by_hand(row, weight, profile) for row, weight in weighted)
        assert cost.batch == min(_micro((1 - late) * way + late * now) for way in (cached, plain))
    else:
        assert cost.batch is None


def test_every_price_of_the_book_agrees_with_a_calculation_by_hand():
    """Every model, platform, band, cache, geography, fast mode, tool, expiry and discount, on profiles drawn at random."""
    draw = random.Random(22)
    for rows in _offers():
        for geo in {"1", rows[0].get("us_multiplier", "1")}:
            for _ in range(5):
                share = [Decimal(draw.randint(0, MILLION)) / MILLION for _ in range(5)]
                profile = Profile(
                    draw.randint(0, 10**7), draw.randint(0, 150_000), draw.randint(0, 150_000), draw.randint(0, 9000),
                    share[0], share[1], draw.random() < 0.5, draw.choice([None, share[2]]), draw.random() < 0.5,
                    expired_share=draw.choice([Decimal(0), share[3]]), searches=draw.choice([Decimal(0), 7 * share[4]]),
                    container_minutes=draw.choice([Decimal(0), 9 * share[3]]),
                )  # fmt: skip
                off = draw.choice([Decimal(0), share[4]])
                _assert_no_difference(rows, profile, geo, off, fees=draw.random() < 0.5)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(_offers()), PROFILES, SHARES, st.booleans())
def test_no_cent_of_difference_at_the_edges(rows, profile, off, fees):
    _assert_no_difference(rows, profile, "1", off, fees=fees)


@given(PROFILES, RATES, SHARES, st.sampled_from(Way))
def test_the_lines_add_up_to_the_amount_whatever_expires_and_whatever_is_negotiated(profile, rates, off, way):
    price = Price((Card(0, rates, _halved(rates)),), Decimal("1.1"), FEES, off)
    lines = pricing.terms(way, profile, price)

    assert money.micro(sum((line.amount for line in lines), Decimal(0))) == getattr(
        pricing.monthly(profile, price), way
    )


@given(PROFILES, RATES, SHARES)
def test_an_expiring_batch_never_leaves_the_two_prices_it_lies_between(profile, rates, expired):
    price = Price((Card(0, rates, _halved(rates)),), fees=FEES)
    sure, late = (pricing.monthly(replace(profile, expired_share=share), price) for share in (Decimal(0), expired))
    low, high = sorted((sure.batch, sure.real_time))

    assert low - 1 <= late.batch <= high + 1
    assert late.real_time == sure.real_time


def test_five_percent_expired_turns_half_off_into_47_and_a_half_percent_off():
    cost = pricing.monthly(Profile(1000, 6000, 0, 800, expired_share=Decimal("0.05")), PRICE)

    assert Decimal(cost.batch) / cost.real_time == 1 - Decimal("0.475")


def test_tools_cost_the_same_on_both_paths_and_no_discount_reaches_them_unless_agreed():
    profile = Profile(1000, 0, 0, 0, searches=Decimal("1.5"), container_minutes=Decimal(30))
    plain, agreed = (
        pricing.monthly(profile, replace(PRICE, multiplier=Decimal("1.1"), fees=FEES, discount=Decimal("0.2"), discount_on_fees=on))
        for on in (False, True)
    )  # fmt: skip

    assert plain.real_time == plain.batch == 15 * MILLION + 25 * MILLION
    assert agreed.real_time == agreed.batch == 32 * MILLION


@given(PROFILES, RATES, st.integers(0, 10**5), st.integers(0, 100))
def test_a_split_never_costs_less_than_half_of_the_whole(profile, rates, shared, cut):
    """However its work is cut and whatever is sent twice: the parts with the call's hits, in batch with the same cache."""
    whole = replace(profile, share_above=None, fast=False, expired_share=Decimal(0), searches=Decimal(0),
                    container_minutes=Decimal(0), write_1h=True, batch_hit_share=profile.hit_share)  # fmt: skip
    price = Price((Card(0, rates, _halved(rates)),))
    names = ("uncached_input", "cacheable_prefix", "output")
    first = {name: getattr(whole, name) * cut // 100 for name in names}
    second = {name: getattr(whole, name) - first[name] for name in names}
    parts = [replace(whole, **fields) for fields in (first, second)]
    parts = [replace(part, uncached_input=part.uncached_input + shared) for part in parts]
    real_time, batch = (pricing.monthly(part, price) for part in parts)

    assert 2 * (real_time.real_time + batch.batch_with_cache) + 3 >= pricing.monthly(whole, price).real_time


def _card(row: dict) -> Card:
    def rates(before: str) -> Rates | None:
        names = [f"{before}{name}" for name in ("input", "output", "write_5m", "write_1h", "read")]
        if names[0] not in row["prices"]:
            return None
        return Rates(*(int(Decimal(row["prices"][name]) * MILLION) for name in names))

    standard = rates("")
    fast = [
        int(Decimal(row["prices"][name]) * MILLION) for name in ("fast_input", "fast_output") if name in row["prices"]
    ]
    return Card(row["above"], standard, rates("batch_"), standard.at(*fast) if fast else None)


def test_half_a_micro_dollar_of_minutes_is_rounded_up():
    """Three requests of 0.0002 minutes at five cents an hour are 0.5 micro-dollars, though a sixtieth is no decimal."""
    profile = Profile(3, 0, 0, 0, container_minutes=Decimal("0.0002"))
    price = Price((Card(0, SONNET, HALF),), fees=FEES)
    assert pricing.monthly(profile, price).real_time == 1
