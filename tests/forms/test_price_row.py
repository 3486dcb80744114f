"""Prices as people type them."""

import pytest
from django.core.exceptions import ValidationError

from inventory.forms.number import Dollars


@pytest.mark.parametrize(
    ("typed", "micro"),
    [
        ("3", 3_000_000),
        ("$0.125", 125_000),
        ("0.000001", 1),
        (".5", 500_000),
        (" 15. ", 15_000_000),
        ("0", 0),
        ("", None),
    ],
)
def test_dollars_are_read_to_a_millionth(typed: str, micro: int | None) -> None:
    assert Dollars(required=False).clean(typed) == micro


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("-1", "negative"), ("−1", "negative"), ("1,5", "not_dollars"), ("1e3", "not_dollars"), ("٣", "not_dollars"),
        ("0.0000001", "too_fine"), ("1000001", "out_of_range"), ("nan", "not_dollars"), ("9" * 50, "not_dollars"),
    ],
)  # fmt: skip
def test_what_could_be_misread_is_refused(typed: str, code: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Dollars().clean(typed)
    assert refusal.value.code == code


def test_a_price_is_shown_as_it_would_be_typed() -> None:
    assert [Dollars().prepare_value(value) for value in (125_000, 15_000_000, 10_000_000, None)] == [
        "0.125",
        "15",
        "10",
        None,
    ]
