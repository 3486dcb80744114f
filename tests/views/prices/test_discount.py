"""The pages of negotiated discounts: what they ask, what they refuse, what everybody sees."""

from decimal import Decimal

import pytest
from django.urls import reverse

from inventory.models import Discount

TYPED = {"platform": "aws", "share": "12.5", "valid_from": "2026-11-22", "reason": "Agreement of November"}


def test_an_administrator_sets_one_and_everybody_sees_it_with_its_reason(prices, as_admin, as_ed):
    answer = as_admin.post(reverse("discount.new"), TYPED, follow=True)

    assert Discount.objects.get().share == Decimal("0.125")
    assert "stay as they are until they are priced again" in answer.content.decode()
    page = as_ed.get(reverse("pricing.list")).content.decode()
    assert all(words in page for words in ("12.5 %", "Agreement of November"))
    assert "Take back" not in page


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("share", "100", "Type less than 100: what is free needs no price."),
        ("share", "0.2", "Type 20 if you mean 20 %, or 0.2% if it is less than one percent."),
        ("share", "-3", "Type a percentage from 0 to 100, such as 70 or 12.5."),
        ("valid_from", "soon", "Type a date, such as 2026-11-22."),
        ("valid_from", "99999-01-01", "Type a date, such as 2026-11-22."),
        ("platform", "moon", "Select a valid choice. moon is not one of the available choices."),
    ],
)
def test_what_cannot_be_read_is_said_at_the_field_and_kept(as_admin, field, typed, message):
    answer = as_admin.post(reverse("discount.new"), {**TYPED, field: typed})

    assert (answer.status_code, Discount.objects.count()) == (422, 0)
    assert answer.context["form"].errors == {field: [message]}
    assert "Agreement of November" in answer.content.decode()


def test_a_second_one_from_the_same_day_is_refused_at_the_day(as_admin):
    as_admin.post(reverse("discount.new"), TYPED)
    answer = as_admin.post(reverse("discount.new"), TYPED)

    assert answer.status_code == 422
    assert "Take that one back first" in answer.content.decode()


def test_one_is_taken_back_with_a_reason(prices, as_admin):
    as_admin.post(reverse("discount.new"), TYPED)
    address = reverse("discount.withdraw", args=[Discount.objects.get().pk])

    assert as_admin.post(address, {"reason": ""}).status_code == 422
    assert as_admin.post(address, {"reason": "A slip"}).status_code == 302
    assert not Discount.objects.exists()
    assert as_admin.get(address).status_code == 404
