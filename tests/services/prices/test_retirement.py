"""Parts whose model retires within the term, and what they would cost on the models that follow it."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import Call, ClaudeModel, Part, PriceRow
from inventory.services.prices import pricing, retirement
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("changed_prices")]
ON = date(2026, 11, 22)


def call(model: str = "claude-sonnet-4-5", **fields: object) -> Call:
    made = factories.make_call(model=model, cacheable_prefix=0, **fields)
    own = list(made.parts.order_by("position"))
    pricing.apply(made, own, book=pricing.book(ON))
    made.save()
    for part in own:
        part.save()
    return made


def told() -> list[tuple[str, date, list[str]]]:
    found = retirement.rows(list(retirement.parts(on=ON)), on=ON)
    return [(row.model, row.on, [choice.model.key for choice in row.choices]) for row in found]


def test_a_model_with_a_date_within_the_term_is_listed_with_newer_ones_of_its_family() -> None:
    call(), call("claude-opus-5-5"), call("home-made")
    assert told() == [
        ("Claude Sonnet 4.5", date(2026, 11, 30), ["claude-sonnet-5-5", "claude-sonnet-5", "claude-sonnet-4-6"])
    ]


def test_each_successor_is_priced_at_the_parts_own_profile() -> None:
    # 1,000 requests of 6,000 in and 800 out: $3 and $15 today, $2 and $10 on 5.5.
    part = call().parts.get()
    Part.objects.filter(pk=part.pk).update(label="not_waiting", state="agreed")
    [row] = retirement.rows(list(retirement.parts(on=ON)), on=ON)
    assert (row.part.cost_today, row.is_past) == (30_000_000, False)
    assert [(choice.today, choice.after, choice.saving) for choice in row.choices] == [
        (20_000_000, 10_000_000, 10_000_000), (20_000_000, 10_000_000, 10_000_000), (30_000_000, 15_000_000, 15_000_000)
    ]  # fmt: skip
    part.refresh_from_db()
    assert (part.cost_today, part.kind) == (30_000_000, "undecided")


def test_a_part_of_a_split_costs_its_share_on_the_successor_too() -> None:
    made = call()
    factories.make_part(call=made)
    Call.objects.update(is_split=True)
    Part.objects.update(in_split=True)
    found = retirement.rows(list(retirement.parts(on=ON)), on=ON)
    assert [row.choices[0].today for row in found] == [10_000_000, 10_000_000]


def test_the_date_is_that_of_where_it_runs_and_the_term_ends() -> None:
    call(provider="aws")
    at_the_edge = ON + retirement.TERM
    PriceRow.objects.filter(platform="aws", model__key="claude-sonnet-4-5").update(retires_on=at_the_edge)
    PriceRow.objects.filter(platform="aws", model__key="claude-sonnet-5").update(retires_on=at_the_edge)
    pricing._book.cache_clear()
    assert told() == [("Claude Sonnet 4.5", at_the_edge, ["claude-sonnet-5-5", "claude-sonnet-4-6"])]
    PriceRow.objects.filter(platform="aws", model__key="claude-sonnet-4-5").update(
        retires_on=at_the_edge + timedelta(days=1)
    )
    pricing._book.cache_clear()
    assert told() == []


def test_a_model_that_is_gone_already_says_so_and_may_have_no_successor() -> None:
    call("claude-opus-4-1")
    ClaudeModel.objects.filter(family="opus").exclude(key="claude-opus-4-1").update(family="other")
    [row] = retirement.rows(list(retirement.parts(on=ON)), on=ON)
    assert (row.on, row.is_past, row.choices) == (date(2026, 8, 5), True, [])


def test_retired_calls_are_not_listed(now) -> None:
    made = call()
    Part.objects.filter(call=made).update(is_live=False)
    Call.objects.filter(pk=made.pk).update(retired_at=now)
    assert told() == []


def test_it_takes_as_many_queries_for_four_parts_as_for_one() -> None:
    counts = []
    for more in (1, 3):
        for _ in range(more):
            call()
        with CaptureQueriesContext(connection) as queries:
            told()
        counts.append(len(queries))
    assert counts[0] == counts[1]
