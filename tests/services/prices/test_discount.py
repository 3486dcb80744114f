"""Negotiated discounts: set, taken back, told of, and in the very next book."""

from datetime import date
from decimal import Decimal

import pytest

from inventory.models import Action, Discount
from inventory.services.history import verification
from inventory.services.prices import discount, pricing

TODAY = date(2026, 11, 22)


def agreed(admin, now, **fields) -> Discount:
    given = {"platform": "anthropic", "share": Decimal("0.12"), "on_fees": False, "valid_from": TODAY, "reason": "Deal"}
    return discount.agree(**{**given, **fields}, by=admin.actor, at=now)


def off(on=TODAY, platform="anthropic") -> Decimal:
    return pricing.book(on).find(platform, "claude-sonnet-5-5").price.discount


def test_it_counts_from_its_day_on_where_it_was_negotiated(changed_prices, admin, now):
    assert off() == 0
    agreed(admin, now)

    assert (off(), off(date(2026, 11, 21)), off(platform="aws"), off(platform="unknown")) == (Decimal("0.12"), 0, 0, 0)


def test_zero_from_a_day_on_ends_it(changed_prices, admin, now):
    agreed(admin, now)
    agreed(admin, now, share=Decimal(0), valid_from=date(2026, 12, 1))

    assert (off(date(2026, 11, 30)), off(date(2026, 12, 1))) == (Decimal("0.12"), 0)


def test_a_second_one_from_the_same_day_is_refused_and_leaves_nothing(admin, now):
    agreed(admin, now)

    with pytest.raises(discount.SetAlready):
        agreed(admin, now, share=Decimal("0.5"))

    assert list(Discount.objects.values_list("share", flat=True)) == [Decimal("0.12")]
    assert Action.objects.count() == 1


def test_taken_back_it_is_gone_once_and_both_are_in_the_history(changed_prices, admin, now):
    found = agreed(admin, now)
    for _ in range(2):
        discount.withdraw(discount=found, reason="A slip", by=admin.actor, at=now)

    assert off() == 0
    assert list(Action.objects.order_by("seq").values_list("kind", "title", "reason")) == [
        ("discount.agree", "12 % on Claude API from 2026-11-22", "Deal"),
        ("discount.withdraw", "12 % on Claude API from 2026-11-22", "A slip"),
    ]
    told = [str(finding) for finding in verification.verify().findings]
    assert not any("discount" in each or "action" in each[:7] for each in told)
