"""Which price is found for a model on a platform, and what is doubtful about it."""

from datetime import date
from decimal import Decimal

import pytest

from inventory.domain import book
from inventory.domain.book import Book, Model, Row
from inventory.domain.doubt import WORDS, Doubt, ordered
from inventory.domain.pricing import Card, Profile, Rates

TODAY = date(2026, 11, 22)


def make_row(pk: int, platform: str, platform_id: str, price: int, **given) -> Row:
    """A row whose every price follows from `price`; batch at half unless told otherwise."""
    rates = Rates(price, price * 5, price, price * 2, price)
    fields = {
        "model": "sonnet", "endpoint": "", "us_multiplier": None, "retires_on": None, "derived": frozenset(),
        "confidence": "high", "card": Card(given.pop("above", 0), rates, given.pop("batch", rates)),
    }  # fmt: skip
    return Row(pk=pk, platform=platform, platform_id=platform_id, **{**fields, **given})


def make_book(*rows: Row) -> Book:
    models = [
        Model("sonnet", "Claude Sonnet", ("sonnet", "sonnet-latest", "us.anthropic.sonnet"), None, 1000),
        Model("opus", "Claude Opus", ("opus",), None, None),
    ]
    return book.build(
        on=TODAY, models=models, rows=rows, factors={"cloud_region": Decimal("1.2"), "cloud_gov": Decimal("1.3")}
    )


FIRST = make_row(1, "anthropic", "sonnet", 100, us_multiplier=Decimal("1.1"))


@pytest.mark.parametrize(
    "name", ["sonnet", "Sonnet-Latest", " claude sonnet ", "anthropic/sonnet", "a:b/us.anthropic.sonnet"]
)
def test_a_model_is_known_by_every_name(name):
    assert make_book(FIRST).find("anthropic", name).rows == (1,)


def test_an_unknown_model_has_no_price():
    assert make_book(FIRST).find("anthropic", "gpt") is None
    assert make_book(FIRST).find("anthropic", "opus") is None
    assert make_book(FIRST).find("anthropic", "") is None


@pytest.mark.parametrize(("platform", "doubt"), [("gateway", Doubt.GATEWAY), ("unknown", Doubt.PROVIDER_UNKNOWN)])
def test_without_a_platform_the_first_party_price_counts(platform, doubt):
    found = make_book(FIRST, make_row(2, "bedrock", "anthropic.sonnet", 300)).find(platform, "sonnet")

    assert (found.rows, found.doubts) == ((1,), (doubt,))


def test_the_exact_id_of_a_platform_comes_first():
    rows = [make_row(2, "bedrock", "global.anthropic.sonnet", 100), make_row(3, "bedrock", "us.anthropic.sonnet", 110)]

    assert make_book(FIRST, *rows).find("bedrock", "us.anthropic.sonnet").rows == (3,)


def test_a_bare_name_means_the_global_endpoint_or_the_us_one_where_asked_for():
    names = ["eu.anthropic.sonnet", "us.anthropic.sonnet", "anthropic.claude-sonnet", "global.anthropic.sonnet"]
    shelf = make_book(FIRST, *(make_row(pk, "bedrock", name, 100) for pk, name in enumerate(names, 2)))

    assert shelf.find("bedrock", "sonnet").rows == (5,)
    assert shelf.find("bedrock", "sonnet", "us").rows == (3,)
    assert shelf.find("bedrock", "sonnet", "us").doubts == ()


def test_one_id_at_two_prices_is_doubtful_and_the_lower_one_counts():
    runtime = make_row(2, "bedrock", "anthropic.sonnet", 100, endpoint="runtime")
    messages = make_row(3, "bedrock", "anthropic.sonnet", 110, endpoint="messages")

    found = make_book(FIRST, messages, runtime).find("bedrock", "anthropic.sonnet")

    assert (found.rows, found.doubts) == ((2,), (Doubt.ENDPOINT_ASSUMED,))


def test_us_only_multiplies_where_it_is_offered_and_is_doubtful_elsewhere():
    old = make_row(2, "anthropic", "opus", 100, model="opus")

    us = make_book(FIRST, old).find("anthropic", "sonnet", "us")
    none = make_book(FIRST, old).find("anthropic", "opus", "us")

    assert (us.price.multiplier, us.doubts) == (Decimal("1.1"), ())
    assert (none.price.multiplier, none.doubts) == (1, (Doubt.GEO_NOT_OFFERED,))


@pytest.mark.parametrize(
    ("name", "geo", "factor"),
    [
        ("sonnet", "", "1"),
        ("sonnet", "us", "1.1"),
        ("us.anthropic.sonnet", "", "1.2"),
        ("us.anthropic.sonnet", "us", "1.2"),
    ],
)
def test_a_cloud_without_a_row_takes_the_first_party_price_and_its_own_premium(name, geo, factor):
    found = make_book(FIRST).find("bedrock", name, geo)

    assert (found.rows, found.price.multiplier, found.doubts) == ((1,), Decimal(factor), (Doubt.PRICE_DERIVED,))


def test_a_platform_without_batch_stays_so_for_a_derived_price():
    elsewhere = make_row(2, "foundry", "opus", 100, model="opus", batch=None)

    assert make_book(FIRST, elsewhere).find("foundry", "sonnet").price.cards[0].batch is None


@pytest.mark.parametrize(
    ("retires_on", "doubts"),
    [
        (date(2026, 11, 22), (Doubt.MODEL_RETIRED,)),
        (date(2026, 11, 23), (Doubt.MODEL_RETIRES,)),
        (None, ()),
    ],
)
def test_retirement_counts_where_the_call_runs(retires_on, doubts):
    here = make_row(2, "vertex", "sonnet", 100, retires_on=retires_on)

    found = make_book(FIRST, here).find("vertex", "sonnet")

    assert (found.doubts, found.retires_on) == (doubts, retires_on)


def test_bands_of_one_id_make_one_price():
    shelf = make_book(make_row(2, "anthropic", "sonnet", 500, above=100_000), FIRST)

    assert [card.above for card in shelf.find("anthropic", "sonnet").price.cards] == [0, 100_000]


PLAIN = Profile(1, 100, 0, 100)


def test_a_derived_figure_is_doubtful_only_where_it_is_used():
    cache = make_book(make_row(1, "anthropic", "sonnet", 100, derived=frozenset({"batch_read"}))).find(
        "anthropic", "sonnet"
    )
    band = make_book(FIRST, make_row(2, "anthropic", "sonnet", 9, above=1000, derived=frozenset({"input"})))

    assert cache.doubts_for(PLAIN) == []
    assert cache.doubts_for(Profile(1, 0, 5000, 100)) == [Doubt.PRICE_DERIVED]
    assert band.find("anthropic", "sonnet").doubts_for(PLAIN) == []
    assert band.find("anthropic", "sonnet").doubts_for(Profile(1, 2000, 0, 1, share_above=Decimal(1))) == [
        Doubt.PRICE_DERIVED
    ]


def test_what_the_price_cannot_do_for_a_profile_is_a_doubt():
    found = make_book(FIRST, make_row(2, "anthropic", "sonnet", 500, above=1000)).find("anthropic", "sonnet")

    assert found.doubts_for(Profile(1, 100, 0, 1, fast=True)) == [Doubt.FAST_NOT_PRICED]
    assert found.doubts_for(Profile(1, 249, 0, 1)) == []
    assert found.doubts_for(Profile(1, 250, 0, 1)) == [Doubt.BAND_ASSUMED]
    assert found.doubts_for(Profile(1, 900, 0, 1, share_above=Decimal("0.1"))) == []
    assert found.doubts_for(Profile(1, 0, 10, 1)) == [Doubt.PREFIX_TOO_SHORT]


def test_every_doubt_has_words_and_is_shown_once_the_weightiest_first():
    assert set(WORDS) == set(Doubt)
    assert ordered(["undecided", "model_unknown", "undecided"]) == ["model_unknown", "undecided"]
