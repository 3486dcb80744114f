"""The file of dated prices: what it says of each wrong cell, and that what is written is read back."""

from collections.abc import Mapping

import pytest

from inventory.exchange import price_file

GIVEN = {
    "model": "claude-sonnet-5-5", "platform": "anthropic", "id": "claude-sonnet-5-5", "above": "0",
    "valid_from": "2026-12-01", "input": "3", "output": "15", "write_5m": "3.75", "write_1h": "6", "read": "0.3",
    "source": "The price list", "as_of": "2026-11-22",
}  # fmt: skip
BATCH = {
    "batch_input": "1.5",
    "batch_output": "7.5",
    "batch_write_5m": "1.875",
    "batch_write_1h": "3",
    "batch_read": "0.15",
}


def file(*rows: Mapping[str, str]) -> price_file.PriceFile:
    headings = list(dict.fromkeys(name for row in ({}, *rows) for name in {**GIVEN, **row}))
    lines = [",".join({**GIVEN, **row}.get(name, "") for name in headings) for row in rows or ({},)]
    return price_file.read("\n".join([",".join(headings), *lines]).encode())


def test_a_row_is_read_in_micro_dollars() -> None:
    [line] = file(BATCH).lines
    assert (line.model, line.fields["input"], line.fields["batch_write_5m"], line.fields["fast_input"]) == (
        "claude-sonnet-5-5", 3_000_000, 1_875_000, None
    )  # fmt: skip
    assert (line.fields["valid_to"], line.fields["confidence"]) == (None, "high")


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"valid_from": ""}, "row 2, valid_from: is empty: every row needs it"),
        ({"valid_from": "1 Dec"}, "row 2, valid_from: must be a date like 2026-11-22"),
        ({"valid_from": "2026-13-01"}, "row 2, valid_from: must be a date like 2026-11-22"),
        ({"valid_to": "2026-12-01"}, "row 2, valid_to: must be after valid_from: it is the first day on which the price "
         "no longer holds"),
        ({"above": ""}, "row 2, above: is empty: a band needs its limit, 0 for every prompt"),
        ({"above": "100k"}, "row 2, above: must be a whole number in plain digits, such as 46000, without separators or "
         "decimals"),
        ({"output": "-15"}, "row 2, output: must not be below zero"),
        ({"output": "$15"}, "row 2, output: must be a number with a decimal point, such as 0.125, without separators or a "
         "currency"),
        ({"output": "0.0000001"}, "row 2, output: has more than 6 decimals"),
        ({"output": "1000001"}, "row 2, output: must be at most 1,000,000"),
        ({"output": ""}, "row 2, output: is empty"),
        ({"input": "0"}, "row 2, input: must not be zero: cache prices are multiples of it"),
        ({**BATCH, "batch_read": ""}, "row 2, batch_read: is empty, while other prices of its kind are there"),
        ({"fast_input": "6"}, "row 2, fast_output: is empty, while other prices of its kind are there"),
        ({"platform": "azure"}, "row 2, platform: must be one of anthropic, aws, foundry, bedrock, vertex"),
        ({"platform": ""}, "row 2, platform: is empty: every row needs it"),
        ({"source_address": "javascript:alert(1)"}, "row 2, source_address: must begin with https:// or http://"),
        ({"derived": "input outputs"}, "row 2, derived: must name columns of prices, such as batch_input: outputs is none"),
        ({"us_multiplier": "1.00001"}, "row 2, us_multiplier: has more than 4 decimals"),
        ({"source": ""}, "row 2, source: is empty: every row needs it"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_told_by_row_and_column(cells: Mapping[str, str], told: str) -> None:
    assert [str(problem) for problem in file(cells).problems] == [told]


def test_every_wrong_cell_is_told_and_a_row_twice() -> None:
    assert [(p.row, p.column) for p in file({"above": ""}, {"output": "-1", "as_of": ""}).problems] == [
        (2, "above"), (3, "output"), (3, "as_of")
    ]  # fmt: skip
    assert [str(problem) for problem in file({}, {}).problems] == ["row 3, valid_from: is the day of row 2 too"]


def test_a_file_of_something_else_is_refused_whole() -> None:
    assert "has no column" in str(price_file.read(b"a,b\n1,2").problems[0])
    assert "empty" in str(price_file.read(b"").problems[0])
