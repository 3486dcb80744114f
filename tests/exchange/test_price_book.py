"""The packaged price book is complete, and a wrong one is refused with row, field and reason."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from inventory.exchange import price_book
from inventory.exchange.price_book import BadPriceBook

ROW = {
    "model": "sonnet", "platform": "anthropic", "id": "sonnet", "above": 0, "valid_from": "2026-01-01",
    "prices": {"input": "2", "output": "10", "write_5m": "2.5", "write_1h": "4", "read": "0.2"},
    "sources": ["S1"], "as_of": "2026-11-22", "confidence": "high",
}  # fmt: skip
MODIFIER = {
    "key": "batch", "value": "0.5", "unit": "times the price", "valid_from": "2026-01-01", "source": "S1",
    "as_of": "2026-11-22",
}  # fmt: skip


def make_file(*rows: dict[str, Any], **top: Any) -> bytes:
    model = {"key": "sonnet", "name": "Claude Sonnet", "family": "sonnet", "status": "active", "aliases": ["sonnet"]}
    found = {"as_of": "2026-11-22", "sources": {"S1": {"title": "Pricing"}}, "models": [model], "modifiers": [MODIFIER]}
    return json.dumps({**found, "rows": list(rows) or [ROW], **top}).encode()


def problems(data: bytes) -> list[tuple[str, str]]:
    with pytest.raises(BadPriceBook) as refused:
        price_book.parse(data)
    return [(problem.row, problem.field) for problem in refused.value.problems]


def test_the_packaged_book_is_complete():
    found = price_book.read()

    assert len(found.models) == 27
    assert len(found.modifiers) == 25
    # 28 first-party cards; one more id of Sonnet 3.5, two surcharges that ended, one price before a change.
    # Bedrock: 161 listed and 25 long-prompt cards; Google Cloud: 36 and 4.
    counts = Counter(row.platform for row in found.rows)
    assert counts == {"anthropic": 32, "aws": 20, "foundry": 20, "bedrock": 186, "vertex": 40}
    assert Counter(row.above for row in found.rows) == {0: 264, 100_000: 17, 200_000: 17}
    assert {row.model for row in found.rows} == {model.key for model in found.models}


def test_every_packaged_row_says_where_it_is_from():
    found = price_book.read()

    assert all(row.source and row.source_address.startswith("https://") for row in found.rows)
    assert {row.as_of.isoformat() for row in found.rows} == {"2026-11-22"}
    assert len({alias for model in found.models for alias in model.aliases}) == 223


def test_a_price_that_changed_is_two_dated_rows():
    rows = [
        row for row in price_book.read().rows if (row.platform, row.platform_id) == ("anthropic", "claude-sonnet-5-5")
    ]

    assert [(str(row.valid_from), str(row.valid_to), row.prices["read"], row.prices["batch_read"]) for row in rows] == [
        ("2026-09-28", "2026-10-07", 200_000, 100_000),
        ("2026-10-07", "None", 100_000, 50_000),
    ]


def test_figures_that_follow_from_a_rule_are_marked():
    rows = {
        (row.platform_id, row.endpoint, row.above): row for row in price_book.read().rows if row.platform == "bedrock"
    }
    long = rows["global.anthropic.claude-haiku-5-5", "bedrock-runtime", 100_000]
    old = rows["us.anthropic.claude-opus-4-1-20250805-v1:0", "bedrock-runtime", 0]

    assert long.prices["read"] == 50_000
    assert long.derived == (
        "batch_input",
        "batch_output",
        "batch_read",
        "batch_write_1h",
        "batch_write_5m",
        "read",
        "write_1h",
        "write_5m",
    )
    assert (old.prices["write_1h"], old.prices["batch_input"]) == (30_000_000, 7_500_000)
    assert old.derived == ("batch_input", "batch_output", "batch_read", "batch_write_1h", "batch_write_5m", "write_1h")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", "opus"), ("model", 5), ("platform", "azure"), ("id", ""), ("above", None), ("above", -1),
        ("above", True), ("above", 100_000), ("valid_from", "soon"), ("valid_from", None), ("valid_to", "2026-01-01"),
        ("us_multiplier", "-1"), ("us_multiplier", 1.1), ("derived", "read"), ("as_of", None), ("confidence", "sure"),
        ("prices", []), ("sources", []), ("sources", ["S9"]), ("note", "x" * 5000), ("note", "\x00"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_with_its_row(field, value):
    found = problems(make_file({**ROW, field: value}))

    assert [name for _, name in found] == [field]


def test_a_row_is_named_by_its_number_and_id():
    assert problems(make_file(ROW, {**ROW, "confidence": ""})) == [("rows[2] sonnet on anthropic", "confidence")]


@pytest.mark.parametrize("field", ["model", "platform", "id", "above", "valid_from", "prices", "sources", "as_of"])
def test_a_missing_field_is_named(field):
    assert [name for _, name in problems(make_file({k: v for k, v in ROW.items() if k != field}))] == [field]


@pytest.mark.parametrize(
    ("name", "price"),
    [
        ("input", "-2"), ("input", "0"), ("input", 2), ("input", "NaN"), ("input", "1.234,56"), ("input", "0.0000001"),
        ("input", "1e9"), ("output", "ten"), ("read", ""), ("batch_input", "1"), ("fast_output", "1"), ("surcharge", "1"),
    ],
)  # fmt: skip
def test_a_wrong_price_is_named(name, price):
    found = {field for _, field in problems(make_file({**ROW, "prices": {**ROW["prices"], name: price}}))}
    group = {
        "batch_input": {"batch_output", "batch_write_5m", "batch_write_1h", "batch_read"},
        "fast_output": {"fast_input"},
    }

    assert found == group.get(name, {name})


@pytest.mark.parametrize(
    "rows",
    [
        [ROW, {**ROW, "valid_from": "2026-06-01"}],
        [ROW, {**ROW, "id": "SONNET"}],
        [{**ROW, "valid_to": "2026-06-02"}, {**ROW, "valid_from": "2026-06-01"}],
    ],
)
def test_overlapping_rows_are_refused(rows):
    assert [field for _, field in problems(make_file(*rows))] == ["valid_from"]


def test_rows_that_follow_each_other_are_taken():
    rows = [{**ROW, "valid_to": "2026-06-01"}, {**ROW, "valid_from": "2026-06-01"}]

    assert len(price_book.parse(make_file(*rows)).rows) == 2


def test_an_alias_belongs_to_one_model():
    models = [{"key": name, "name": name, "status": "active", "aliases": ["both"]} for name in ("sonnet", "opus")]

    assert problems(make_file(models=models)) == [("models opus", "aliases")]


BROKEN: list[Callable[[], bytes]] = [
    lambda: b"",
    lambda: b"{",
    lambda: b"\xff\xfe",
    lambda: b"[]",
    lambda: b"{}",
    lambda: b"[" * 100_000,
    lambda: make_file(rows={}),
    lambda: make_file(rows=[]),
    lambda: make_file(rows=[1]),
    lambda: make_file(sources=[]),
    lambda: make_file(sources={"S1": {"title": ""}}),
    lambda: make_file(models=[{}]),
    lambda: make_file(modifiers=[{**MODIFIER, "value": "many"}]),
    lambda: make_file(modifiers=[MODIFIER, MODIFIER]),
    lambda: make_file(as_of=None),
]


@pytest.mark.parametrize("data", BROKEN)
def test_a_broken_file_is_refused_in_words(data):
    assert problems(data())
