"""Which dated rows of one id can stand beside each other."""

from dataclasses import dataclass
from datetime import date

import pytest

from inventory.domain import card


@dataclass(frozen=True)
class Row:
    above: int
    valid_from: date
    valid_to: date | None = None


def day(number: int) -> date:
    return date(2026, 1, number)


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ([Row(0, day(1))], []),
        ([Row(0, day(1), day(5)), Row(0, day(5))], []),
        ([Row(0, day(1), day(5)), Row(0, day(8))], []),
        ([Row(0, day(1)), Row(0, day(5))], ["valid_from"]),
        ([Row(0, day(1), day(6)), Row(0, day(5))], ["valid_from"]),
        ([Row(0, day(5)), Row(0, day(1), day(6))], ["valid_from"]),
        ([Row(100, day(1))], ["above"]),
        ([Row(0, day(1)), Row(100, day(3))], []),
        ([Row(0, day(1)), Row(100, day(3)), Row(200, day(4))], ["above"]),
        ([Row(0, day(1)), Row(100, day(3), day(4)), Row(200, day(4))], []),
        ([Row(0, day(3)), Row(100, day(1))], ["valid_from"]),
        ([Row(0, day(1), day(5)), Row(100, day(1))], ["valid_from"]),
        ([Row(0, day(1), day(5)), Row(100, day(1), day(5))], []),
        ([Row(0, day(1), day(5)), Row(0, day(5)), Row(100, day(3), day(9))], []),
        ([Row(0, day(1), day(5)), Row(0, day(6)), Row(100, day(3), day(9))], ["valid_from"]),
    ],
)
def test_each_day_has_one_ordinary_card_and_at_most_one_for_longer_prompts(rows: list[Row], wrong: list[str]) -> None:
    assert [field for _, field, _ in card.clashes(rows)] == wrong


def test_an_overlap_names_the_row_it_overlaps() -> None:
    later = Row(0, day(5))
    assert list(card.clashes([Row(0, day(1)), later])) == [
        (later, "valid_from", "overlaps the row that holds from 2026-01-01")
    ]
