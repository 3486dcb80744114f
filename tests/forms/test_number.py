from decimal import Decimal

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as some

from inventory.forms.number import Percent, Whole

volume = Whole(most=10**12)
share = Percent()


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0", 0),
        ("1234", 1234),
        ("1,234", 1234),
        ("1 234 567", 1_234_567),
        ("1\u202f234", 1234),
        ("1\u00a0234", 1234),
        (" 12 ", 12),
        ("1,000,000,000,000", 10**12),
    ],
)
def test_a_whole_number_is_read_as_people_group_it(typed: str, number: int) -> None:
    assert volume.clean(typed) == number


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1.234,56", "not_whole"),
        ("1.234", "not_whole"),
        ("1,23", "not_whole"),
        ("1,234 567", "not_whole"),
        ("NaN", "not_whole"),
        ("inf", "not_whole"),
        ("1e9", "not_whole"),
        ("1_000", "not_whole"),
        ("١٢٣", "not_whole"),
        ("+5", "not_whole"),
        ("12 000 requests", "not_whole"),
        ("9" * 40_000, "not_whole"),
        ("-5", "negative"),
        ("−5", "negative"),
        ("1000000000001", "out_of_range"),
    ],
)
def test_a_number_that_could_be_misread_is_refused(typed: str, code: str) -> None:
    with pytest.raises(forms.ValidationError) as refused:
        volume.clean(typed)
    assert refused.value.code == code


def test_an_empty_number_is_none_where_it_may_be_empty() -> None:
    assert Whole(most=9, required=False).clean("  ") is None


def test_a_number_is_shown_grouped_and_read_back() -> None:
    assert volume.prepare_value(1_234_567) == "1,234,567"
    assert volume.clean(volume.prepare_value(1_234_567)) == 1_234_567
    assert volume.prepare_value("1.234,56") == "1.234,56"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("70", "0.7"),
        ("70 %", "0.7"),
        ("12.5%", "0.125"),
        ("0", "0"),
        ("100", "1"),
        ("0.5%", "0.005"),
        ("1", "0.01"),
        ("33.3333", "0.333333"),
    ],
)
def test_a_percentage_becomes_a_share(typed: str, kept: str) -> None:
    assert share.clean(typed) == Decimal(kept)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("0.72", "share_or_percent"),
        ("101", "out_of_range"),
        ("12,5", "not_percent"),
        ("-1", "not_percent"),
        ("NaN", "not_percent"),
        ("Infinity", "not_percent"),
        ("1e2", "not_percent"),
        ("33.33333", "too_fine"),
        ("1" * 40_000, "not_percent"),
    ],
)
def test_a_percentage_that_could_be_misread_is_refused(typed: str, code: str) -> None:
    with pytest.raises(forms.ValidationError) as refused:
        share.clean(typed)
    assert refused.value.code == code


def test_a_share_that_looks_meant_as_a_percentage_says_both_ways_to_type_it() -> None:
    with pytest.raises(
        forms.ValidationError, match="Type 72 if you mean 72 %, or 0.72% if it is less than one percent"
    ):
        share.clean("0.72")


def test_a_share_is_shown_in_percent() -> None:
    assert [share.prepare_value(Decimal(value)) for value in ("0.3", "1", "0", "0.333333")] == [
        "30",
        "100",
        "0",
        "33.3333",
    ]


@given(some.text())
def test_no_text_breaks_a_number(typed: str) -> None:
    for field in (volume, share):
        try:
            field.clean(typed)
        except forms.ValidationError as refused:
            assert refused.messages  # noqa: PT017  every refusal says something


@given(some.integers(min_value=0, max_value=10**12))
def test_every_number_in_range_survives_being_shown(number: int) -> None:
    assert volume.clean(volume.prepare_value(number)) == number


@given(some.decimals(min_value=0, max_value=1, places=6))
def test_every_share_survives_being_shown(value: Decimal) -> None:
    assert share.clean(share.prepare_value(value) + "%") == value
