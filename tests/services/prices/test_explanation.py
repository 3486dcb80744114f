"""Every amount opens: the arithmetic adds up to it, and says where prices and figures are from."""

from datetime import date
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from inventory.domain import money
from inventory.models import Discount
from inventory.services.prices import explanation, pricing
from tests import factories

TODAY = date(2026, 11, 22)


def explained(book, *parts, **fields):
    """A call, priced and explained; each of `parts` the fields of one part of a split."""
    call = factories.make_call(is_split=bool(parts), **fields)
    if parts:
        call.parts.all().delete()
        for part in parts:
            factories.make_part(call=call, **part)
    found = list(call.parts.order_by("position"))
    pricing.apply(call, found, book=book)
    return call, found, explanation.of(call, found, on=TODAY)


def test_lines_add_up_to_the_amount(prices):
    call, [part], found = explained(prices, hit_share=Decimal("0.9"))

    assert [(line.what, line.count, line.rate, line.share, line.amount) for line in found.whole.real_time_lines] == [
        ("input", "6,000", 2_000_000, "", 12_000_000),
        ("prefix read from cache", "2,000", 100_000, "90 %", 180_000),
        ("prefix written to cache", "2,000", 2_500_000, "10 %", 500_000),
        ("output", "800", 10_000_000, "", 8_000_000),
    ]
    assert sum(line.amount for line in found.whole.real_time_lines) == found.whole.real_time == call.cost_today
    assert sum(line.amount for line in found.whole.batch_lines) == found.whole.batch
    assert found.parts == ((part, found.whole),)


def test_the_dearer_way_of_a_batch_is_told_beside_the_cheaper(prices):
    _, _, found = explained(prices, batch_hit_share=Decimal("0.3"))
    _, _, cached = explained(prices, batch_hit_share=Decimal("0.98"))

    assert (found.whole.batch_cached, found.whole.batch < found.whole.other_batch) == (False, True)
    assert (cached.whole.batch_cached, cached.whole.batch < cached.whole.other_batch) == (True, True)


def test_geography_and_long_prompts_show_in_the_lines(prices):
    _, _, us = explained(prices, geo="us")
    _, _, long = explained(prices, model="claude-haiku-5-5", share_above=Decimal("0.25"), cacheable_prefix=0)

    assert {line.factor for line in us.whole.real_time_lines} == {"1.1"}
    assert [(line.what, line.above, line.share) for line in long.whole.real_time_lines] == [
        ("input", 0, "75 %"),
        ("output", 0, "75 %"),
        ("input", 100_000, "25 %"),
        ("output", 100_000, "25 %"),
    ]
    assert ("Prompts of more than 100,000 tokens", "25 %", "Typed in") in [
        (figure.name, figure.value, figure.origin) for figure in long.whole.inputs
    ]


def test_each_figure_says_where_it_is_from(prices):
    _, _, found = explained(prices, figures="measured", path_assumed=True, batch_hit_share=Decimal("0.3"))

    assert {figure.name: figure.origin for figure in found.whole.inputs} == {
        "Requests a month": "Measured",
        "Input tokens, not cacheable": "Measured",
        "Cacheable prefix tokens": "Measured",
        "Output tokens": "Measured",
        "Read from cache": "Measured",
        "Read from cache in batch": "Assumed",
        "Runs today": "Assumed",
    }


def test_a_split_explains_the_whole_and_each_part_by_its_own_profile(prices):
    call, parts, found = explained(prices, {"requests": 400}, {"requests": 600, "output": 100})

    assert found.whole.real_time == call.cost_today
    assert [(part, own.requests) for part, own in found.parts] == [(parts[0], 400), (parts[1], 600)]
    assert [own.real_time for _, own in found.parts] == [part.cost_target for part in parts]


def test_an_unknown_model_says_that_nothing_is_counted(prices):
    _, _, found = explained(prices, model="gpt")

    assert (found.whole.real_time, found.whole.rows) == (None, ())
    assert "not zero, but not known" in render_to_string("components/explain.html", {"explained": found.whole})


def test_it_asks_as_often_for_three_parts_as_for_one(prices, django_assert_num_queries):
    for parts in ([], [{}, {}, {}]):
        call, found, _ = explained(prices, *parts)
        explanation.of(call, found, on=TODAY)  # prices are read once
        with django_assert_num_queries(2):
            explanation.of(call, found, on=TODAY)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, ["how this is worked out", "1,000 requests a month", "$12.00", "from 2026-10-07", "as of 2026-11-22", "typed in"]),
        ({"provider": "unknown"}, ["the Claude API&#x27;s price is used"]),
        ({"provider": "foundry"}, ["No batch price is published"]),
        ({"provider": "bedrock"}, ["Some of its figures follow from a published rule", "global.anthropic.claude-sonnet-5-5"]),
        ({"geo": "us"}, ["$2.00 × 1.1"]),
        ({"requests": 10**12, "output": 10**9}, ["more than a billion dollars a month"]),
    ],
)  # fmt: skip
def test_the_page_says_it_in_words(prices, fields, words):
    _, _, found = explained(prices, **fields)

    html = render_to_string("components/explain.html", {"explained": found.whole})

    assert [word for word in words if word not in html.replace("'", "&#x27;")] == []


def test_tools_expiry_and_discount_are_lines_with_their_source(changed_prices):
    Discount.objects.create(platform="anthropic", share=Decimal("0.1"), valid_from=date(2026, 11, 1), reason="Agreed")
    used = {"searches": Decimal("0.5"), "container_minutes": Decimal(6), "expired_share": Decimal("0.05")}
    call, _, found = explained(pricing.book(TODAY), **used)
    whole = found.whole

    assert sum(line.amount for line in whole.real_time_lines) == whole.real_time == call.cost_today
    assert sum(line.amount for line in whole.batch_lines) == whole.batch
    fees = [(line.count, line.per, line.off, line.amount) for line in whole.real_time_lines if line.per]
    assert fees == [("0.5", "a thousand searches", "", 5_000_000), ("6", "an hour", "", 5_000_000)]
    assert {line.off for line in whole.real_time_lines if not line.per} == {"10 %"}
    repeated = [line for line in whole.batch_lines if "expired and repeated" in line.what]
    assert {line.share for line in repeated if not line.what.startswith("prefix")} == {"5 %"}
    assert ([fee.key for fee in whole.fees], whole.discount.share) == (["code_execution", "web_search"], Decimal("0.1"))
    html = render_to_string("components/explain.html", {"explained": whole})
    words = ("10 % off every token price", "Web searches: 10 USD", "Expires in batch, repeated", "Confidence medium")
    assert [each for each in words if each not in html] == []


def test_a_part_on_another_model_is_explained_by_that_model(prices):
    _, parts, found = explained(prices, {"model": "claude-haiku-5-5"}, {})

    assert [own.rows[0].model.key for _, own in found.parts] == ["claude-haiku-5-5", "claude-sonnet-5-5"]
    assert found.parts[1][1].real_time == parts[1].cost_target


def test_what_a_batch_costs_more_and_where_it_would_pay_is_said_plainly(prices):
    _, _, found = explained(prices, uncached_input=200, cacheable_prefix=30_000, output=50, hit_share=Decimal("0.95"))

    html = render_to_string("components/explain.html", {"explained": found.whole})
    assert "a month more than in real time" in html
    assert "Break-even: a batch without cache pays while at most" in html


def test_parts_of_a_split_are_never_said_to_be_measured(prices):
    _, _, found = explained(prices, {}, {}, figures="measured")

    assert found.whole.real_time_mix.word == "high"
    assert {own.real_time_mix.word for _, own in found.parts} == {"medium"}


def test_a_stored_amount_that_is_not_todays_says_both_with_their_days(changed_prices, prices, as_admin, as_pia):
    call, [part], found = explained(prices)
    assert found.drifts == {}
    for record in (call, part):
        record.save()
    type(call).objects.update(priced_on=date(2026, 11, 1))
    type(part).objects.update(cost_today=5_000_000, cost_target=4_000_000)

    page = as_admin.get(f"/calls/{call.pk}/explained").content.decode()

    assert "At the prices of 2026-11-01: $5.00 a month today → $4.00" in page
    assert f"as worked out here: {money.shown(call.cost_today)} → {money.shown(part.cost_target)}" in page
    assert 'you <a href="/prices">re-price</a>' in page
    assert "an administrator re-prices" in as_pia.get(f"/calls/{call.pk}/explained").content.decode()
    type(call).objects.update(retired_at=timezone.now())
    assert "Prices have changed" not in as_admin.get(f"/calls/{call.pk}/explained").content.decode()


def test_a_part_of_a_split_opens_to_its_share_of_the_whole(prices):
    haiku = {"model": "claude-haiku-4-5", "uncached_input": 3000, "cacheable_prefix": 0}
    call, parts, found = explained(prices, haiku, {"uncached_input": 6000}, today_path="batch")
    shares = [found.shares[part.pk] for part in parts]
    assert [money.cents(share.whole * share.own // share.together) for share in shares] == [
        money.cents(part.cost_today) for part in parts
    ]
    assert sum(share.own for share in shares) == shares[0].together
    text = render_to_string("call/explained.html", {"call": call, "explanations": found})
    assert f"{money.shown(shares[0].whole)} of the whole × {money.shown(shares[0].own)} of" in text
