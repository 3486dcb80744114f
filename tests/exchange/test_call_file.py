from decimal import Decimal
from typing import Any

import pytest

from inventory.exchange import call_file, call_row, profile
from inventory.models import Call, Feature, Team
from inventory.models.call import FIGURES, LARGEST_TOKENS, LARGEST_VOLUME, PATHS, PROVIDERS

GIVEN = {
    "team": "Support", "feature": "Tickets", "call_key": "ticket-tags", "name": "Tags of a ticket", "model": "claude-haiku-5-5",
    "requests_per_month": "46000", "input_tokens": "1500", "cacheable_prefix_tokens": "1000", "output_tokens": "40",
    "cache_hit_share": "0.72",
}  # fmt: skip


def read(*rows: dict[str, str], without: str = "") -> call_file.CallFile:
    headings = [name for name in dict.fromkeys(name for row in (GIVEN, *rows) for name in row) if name != without]
    lines = [
        ",".join('"' + {**GIVEN, **row}.get(name, "").replace('"', '""') + '"' for name in headings) for row in rows
    ]
    return call_file.read("\n".join([",".join(headings), *lines]).encode())


def only(**cells: str) -> dict[str, Any]:
    found = read(cells)
    assert found.problems == ()
    return found.rows[0].fields


def said(**cells: str) -> str:
    (problem,) = read(cells).problems
    return str(problem)


def test_a_row_becomes_a_call() -> None:
    (row,) = read({}).rows
    assert (row.number, row.team, row.feature) == (2, "Support", "Tickets")
    wanted = {
        "key": "ticket-tags",
        "model": "claude-haiku-5-5",
        "requests": 46000,
        "output": 40,
        "hit_share": Decimal("0.72"),
    }
    assert {name: row.fields[name] for name in wanted} == wanted


def test_the_prefix_is_taken_out_of_the_input() -> None:
    fields = only(input_tokens="14500", cacheable_prefix_tokens="11000")
    assert (fields["uncached_input"], fields["cacheable_prefix"]) == (3500, 11000)


def test_no_path_means_real_time_and_is_marked_assumed() -> None:
    assert [(only(**given)["today_path"], only(**given)["path_assumed"]) for given in (
        {}, {"path": ""}, {"path": "unknown"}, {"path": "batch"}, {"path": "Real time"},
    )] == [("real_time", True), ("real_time", True), ("real_time", True), ("batch", False), ("real_time", False)]  # fmt: skip


def test_what_is_not_said_stays_unknown() -> None:
    fields = only(provider="", streaming="", tools="", figures_are="")
    assert [fields[name] for name in ("provider", "streaming", "tools", "figures")] == [
        "unknown",
        None,
        None,
        "assumed",
    ]


def test_columns_that_are_not_kept_are_told() -> None:
    assert read({"model_in_code": "gpt-x", "colour": "red"}).not_kept == ("model_in_code", "colour")


@pytest.mark.parametrize("missing", call_row.REQUIRED)
def test_a_missing_column_is_told(missing: str) -> None:
    (problem,) = read({}, without=missing).problems
    assert problem.message.startswith(f"The first row has no column {missing}.")


@pytest.mark.parametrize("column", call_row.REQUIRED)
def test_an_empty_cell_that_is_needed_is_told(column: str) -> None:
    given = {column: " ", **({"cacheable_prefix_tokens": "0"} if column == "input_tokens" else {})}
    assert said(**given) == f"row 2, {column}: is empty: every row needs it"


WHOLE = "must be a whole number in plain digits, such as 46000, without separators or decimals"
SHARE = "must be a share from 0 to 1 with a decimal point, such as 0.72"


@pytest.mark.parametrize(
    ("value", "message"),
    [(value, WHOLE) for value in ("1.234,56", "1,234", "46000.0", "-5", "NaN", "inf", "1e308", "1E+05", "٣٤", "12 000", "0x10")]
    + [("9" * 20, "must be at most 1,000,000,000,000"), ("1" + "0" * 12 + "1", "must be at most 1,000,000,000,000")],
)  # fmt: skip
def test_a_number_that_could_be_misread_is_refused(value: str, message: str) -> None:
    assert said(requests_per_month=value) == f"row 2, requests_per_month: {message}"


def test_numbers_at_the_edges_are_read() -> None:
    assert only(requests_per_month="1" + "0" * 12)["requests"] == LARGEST_VOLUME
    assert only(requests_per_month="000")["requests"] == 0


@pytest.mark.parametrize(
    ("value", "message"),
    [(value, SHARE) for value in ("72%", "0,72", "NaN", "-0.1", "1e-3", "inf")]
    + [("72", "must be a share from 0 to 1: write 0.72 for 72 %"), ("1.000001", "must be a share from 0 to 1: write 0.72 for 72 %")]
    + [("0.1234567", "has more than 6 decimals: round it")],
)  # fmt: skip
def test_a_share_that_could_be_misread_is_refused(value: str, message: str) -> None:
    assert said(cache_hit_share=value) == f"row 2, cache_hit_share: {message}"


@pytest.mark.parametrize(
    ("value", "share"), [("", "0"), ("0", "0"), (".5", "0.5"), ("1.0", "1"), ("0.7200000000", "0.72")]
)
def test_a_share_is_read(value: str, share: str) -> None:
    assert only(cache_hit_share=value)["hit_share"] == Decimal(share)


def test_a_prefix_larger_than_its_input_is_refused() -> None:
    assert said(input_tokens="100", cacheable_prefix_tokens="101") == (
        "row 2, cacheable_prefix_tokens: is part of the input tokens, and cannot be more than 100"
    )


@pytest.mark.parametrize("column", ["input_tokens", "cacheable_prefix_tokens", "output_tokens"])
def test_tokens_beyond_reason_are_refused(column: str) -> None:
    assert f"row 2, {column}: must be at most" in said(**{column: "2000000001"})


@pytest.mark.parametrize(
    ("column", "most"),
    [("team", 80), ("feature", 120), ("call_key", 80), ("name", 120), ("description", 4000), ("model", 120)],
)
def test_a_text_too_long_is_refused_and_one_that_fits_is_kept(column: str, most: int) -> None:
    assert said(**{column: "x" * 40_000}) == f"row 2, {column}: has 40,000 characters: shorten it to {most:,}"
    assert said(**{column: "x" * (most + 1)}) == f"row 2, {column}: has {most + 1:,} characters: shorten it to {most:,}"
    assert read({column: "🙂" * most}).problems == ()


@pytest.mark.parametrize("bad", ["\x00", "\x1b", "\x7f", "\x85"])
def test_control_characters_are_refused(bad: str) -> None:
    assert said(name=f"a{bad}b") == "row 2, name: has control characters, which cannot be kept: take them out"


def test_lines_are_kept_in_a_description_and_joined_elsewhere() -> None:
    fields = only(description="one\r\ntwo", name="one\ntwo")
    assert (fields["description"], fields["name"]) == ("one\ntwo", "one two")


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("provider", "openai", "must be one of anthropic, aws, foundry, bedrock, vertex, gateway, unknown"),
        ("path", "later", "must be one of real_time, real time, batch, unknown"),
        ("figures_are", "guessed", "must be one of typed, assumed, measured"),
        ("streaming", "maybe", "must be yes or no, or empty where nobody knows"),
    ],
)
def test_a_word_nobody_knows_is_refused(column: str, value: str, message: str) -> None:
    assert said(**{column: value}) == f"row 2, {column}: {message}"


def test_a_key_that_stands_twice_is_told_with_both_rows() -> None:
    found = read({}, {"call_key": "other"}, {"call_key": "Ticket-Tags"})
    assert [str(problem) for problem in found.problems] == [
        "row 4, call_key: stands in row 2 already: a key names one call"
    ]


def test_every_wrong_cell_of_a_file_is_told_in_its_order() -> None:
    found = read({"model": "", "requests_per_month": "x"}, {"call_key": "b", "cache_hit_share": "2"})
    assert [(problem.row, problem.column, problem.value) for problem in found.problems] == [
        (2, "model", ""), (2, "requests_per_month", "x"), (3, "cache_hit_share", "2"),
    ]  # fmt: skip


def test_the_limits_are_those_of_the_database() -> None:
    assert (profile.LARGEST_VOLUME, profile.LARGEST_TOKENS) == (LARGEST_VOLUME, LARGEST_TOKENS)
    assert list(call_row.PROVIDERS) == [code for code, _ in PROVIDERS]
    assert {*call_row.PATHS.values()} - {""} == {code for code, _ in PATHS}
    assert list(call_row.FIGURES) == [code for code, _ in FIGURES]
    for name, most in {**call_row.LINES, "key": 80, "name": 120, "description": 4000, "model": 120}.items():
        assert Call._meta.get_field(name).max_length == most
    assert (Team._meta.get_field("name").max_length, Feature._meta.get_field("name").max_length) == (80, 120)


def test_what_a_request_uses_and_what_expires_come_in_and_a_wrong_cell_is_told() -> None:
    head = ",".join(
        (*call_row.REQUIRED, "web_searches_per_request", "container_minutes_per_request", "batch_expired_share")
    )
    row = "Documents,Tags,tags,Tags,claude-sonnet-5-5,1000,6000,800"

    [found] = call_file.read(f"{head}\n{row},0.25,1.5,0.02\n".encode()).rows
    names = ("searches", "container_minutes", "expired_share")
    assert [str(found.fields[name]) for name in names] == ["0.25", "1.5", "0.02"]
    assert set(names) <= found.said
    [silent] = call_file.read(f"{head}\n{row},,,\n".encode()).rows
    assert not set(names) & silent.said
    problems = call_file.read(f"{head}\n{row},10001,0.00001,2\n".encode()).problems
    assert {problem.column for problem in problems} == set(head.split(",")[-3:])


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("3 %", "0.03"), ("3%", "0.03"), ("-2.5 %", "-0.025"), ("−1%", "-0.01"), ("+0.5 %", "0.005"), ("100%", "1")],
)
def test_growth_is_a_percentage_with_its_sign(typed: str, kept: str) -> None:
    assert read({"growth_per_month": typed}).rows[0].growth == Decimal(kept)
    assert read({"growth_per_month": " "}).rows[0].growth is None


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("3", "must be a percentage with its sign, such as 3 % or -2.5 %"),
        ("0.03", "must be a percentage with its sign, such as 3 % or -2.5 %"),
        ("3,5 %", "must be a percentage with its sign, such as 3 % or -2.5 %"),
        ("-100 %", "must be more than -100 %: volume cannot shrink to nothing or below"),
        ("100.1 %", "must be at most 100 % a month"),
        ("1.23456 %", "has more than 4 decimals: round it"),
    ],
)
def test_growth_that_could_be_misread_or_is_beyond_reason_is_refused(typed: str, told: str) -> None:
    assert said(growth_per_month=typed) == f"row 2, growth_per_month: {told}"


def test_a_feature_grows_at_one_rate() -> None:
    rows = [{"call_key": str(n), "growth_per_month": typed} for n, typed in enumerate(("3 %", "", "3.0 %", "4 %"))]
    assert [str(problem) for problem in read(*rows).problems] == [
        "row 5, growth_per_month: is not what row 2 says of its feature"
    ]
