"""The same figures everywhere, on an inventory drawn at random: database, plan, page, workbook, and a calculation apart."""

import io
import random
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from inventory.domain import money
from inventory.domain.book import Book
from inventory.models import Call, Discount, Part
from inventory.models.call import PROFILE
from inventory.services.calls import call as calls
from inventory.services.files import exchange
from inventory.services.planning import plan
from inventory.services.prices import pricing
from tests import factories

TODAY = date(2026, 11, 22)
MODELS = ("claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-5-5", "claude-haiku-4-5", "no-such-model")
STATES = [{"state": "agreed", "label": label} for label in ("waiting", "not_waiting")] + [{}, {"state": "disputed"}]


def drawn(draw: random.Random) -> dict[str, object]:
    def share() -> Decimal:
        return Decimal(draw.randint(0, 10**6)) / 10**6

    return {
        "model": draw.choice(MODELS), "provider": draw.choice(("anthropic", "aws", "bedrock", "vertex", "unknown")),
        "geo": draw.choice(("", "us")), "fast": draw.random() < 0.2, "write_1h": draw.random() < 0.5,
        "share_above": draw.choice((None, share())), "today_path": draw.choice(("real_time", "batch")),
        "figures": draw.choice(("typed", "assumed", "measured")), "requests": draw.randint(0, 10**6),
        "uncached_input": draw.randint(0, 150_000), "cacheable_prefix": draw.choice((0, draw.randint(0, 50_000))),
        "output": draw.randint(0, 5000), "hit_share": share(), "batch_hit_share": share(),
        "expired_share": draw.choice((Decimal(0), share())), "searches": draw.choice((Decimal(0), Decimal("1.25"))),
        "container_minutes": draw.choice((Decimal(0), Decimal("0.5"))),
    }  # fmt: skip


def filled(count: int) -> None:
    """Calls of two teams, a third of them split in two, one part of those on another model."""
    draw, book = random.Random(count), pricing.book(TODAY)
    features = [factories.make_feature() for _ in range(2)]
    made: list[tuple[Call, list[Part]]] = []
    for n in range(count):
        call, part = calls.built(
            feature=draw.choice(features), fields={**drawn(draw), "key": f"c{n}", "name": f"C {n}"}
        )
        parts = [part]
        if n % 3 == 0:
            call.is_split, part.in_split = True, True
            other = Part(call=call, position=1, name="Other", in_split=True, team=call.team, feature=call.feature)
            for name in PROFILE:
                setattr(other, name, getattr(call, name))
            other.model = draw.choice(("", "claude-haiku-5-5"))
            parts.append(other)
        for each in parts:
            for name, value in draw.choice(STATES).items():
                setattr(each, name, value)
        pricing.apply(call, parts, book=book)
        made.append((call, parts))
    Call.objects.bulk_create(call for call, _ in made)
    for call, parts in made:
        for each in parts:
            each.call = call
    Part.objects.bulk_create(each for _, parts in made for each in parts)


def assert_the_same_everywhere(client: Client, at: datetime) -> None:
    parts = list(Part.objects.all())
    today = sum((Fraction(part.cost_today or 0) for part in parts), Fraction(0))
    after = sum((Fraction(part.cost_target or 0) for part in parts), Fraction(0))
    totals = plan.totals()
    sums = totals.overall.sums

    assert (sums.today, sums.after, sums.saving) == (today, after, today - after)
    assert sums.today == sum(call.cost_today or 0 for call in Call.objects.all()) == plan.sureness().whole
    assert sum(group.sums.today for group in totals.teams) == sum(group.sums.today for group in totals.kinds) == today
    steps = totals.bridge()
    assert sums.today + sum(step.amount for step in steps if step.is_change) == sums.after

    file = io.BytesIO()
    exchange.export_plan(file, at=at)
    sheets = openpyxl.load_workbook(file, read_only=True, data_only=True)
    head, *rows = sheets["Moves"].iter_rows(values_only=True)
    found = {name: [row[head.index(name)] or 0 for row in rows] for name in head if str(name).endswith("$ a month")}
    exact = {name: sum(round(Decimal(str(cell)) * 10**6) for cell in cells) for name, cells in found.items()}
    assert exact["Today, $ a month"] == sums.today
    assert exact["After, $ a month"] == sums.after

    page = client.get(reverse("plan.page")).content.decode()
    assert money.shown(sums.today) in page
    assert money.shown(abs(sums.saving)) in page


@pytest.fixture
def discounted(changed_prices: None) -> None:
    Discount.objects.create(platform="anthropic", share=Decimal("0.07"), valid_from=date(2026, 1, 1), reason="Agreed")


def test_page_workbook_and_database_show_the_same(discounted: None, as_pia: Client, now: datetime) -> None:
    filled(300)
    assert_the_same_everywhere(as_pia, now)


@pytest.mark.soak
def test_ten_thousand_calls_add_up_to_the_cent(discounted: None, as_pia: Client, now: datetime) -> None:
    filled(10_000)
    assert_the_same_everywhere(as_pia, now)


def test_a_total_is_never_a_cent_off_its_rows_by_more_than_rounding(prices: Book, now: datetime) -> None:
    """What the pages show in cents may differ from the total by half a cent a row, and by no more."""
    filled(60)
    parts = list(Part.objects.exclude(cost_today=None))
    shown = sum(money.cents(part.cost_today) for part in parts)

    assert abs(shown - money.cents(plan.totals().overall.sums.today)) <= Decimal("0.005") * (len(parts) + 1)
