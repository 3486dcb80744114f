"""The page of prices: what it lists, what its address filters, and that it never breaks."""

from datetime import date

import pytest

from inventory.models import PriceRow


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: date(2026, 11, 22))


def rows_of(response) -> list[tuple[str, str]]:
    return [(row.platform, row.platform_id) for row in response.context["page"]]


def test_it_starts_with_the_claude_api_and_says_as_of_when(prices, as_pia):
    response = as_pia.get("/prices")

    assert response.status_code == 200
    assert {platform for platform, _ in rows_of(response)} == {"anthropic"}
    assert len(rows_of(response)) == 29
    assert "read on 2026-11-22" in response.text
    assert "$0.0625" in response.text


def test_prices_modifiers_and_retirements_say_where_they_are_from(prices, as_pia):
    text = as_pia.get("/prices").text

    assert 'href="https://platform.claude.com/docs/en/models/haiku-5-5/overview"' in text
    assert "Retires 2026-11-30" in text
    assert "USD per 1,000 searches" in text
    assert "1,550" in text


def test_a_figure_that_follows_from_a_rule_is_marked(prices, as_pia):
    text = as_pia.get("/prices", {"platform": "bedrock", "model": "claude-opus-4-1"}).text

    assert '<td data-label="Batch input" class="num">$7.50*</td>' in text
    assert '<td data-label="Input" class="num">$15.00</td>' in text


def test_platform_model_and_day_are_in_the_address(prices, as_pia):
    both = as_pia.get("/prices", {"platform": "vertex", "model": "claude-opus-5-5"})
    every = as_pia.get("/prices", {"platform": "all", "model": "claude-fable-5-2"})
    before = as_pia.get("/prices", {"model": "claude-sonnet-5-5", "on": "2026-10-06"})

    assert rows_of(both) == [("vertex", "claude-opus-5-5"), ("vertex", "claude-opus-5-5@default")]
    assert [platform for platform, _ in rows_of(every)] == ["anthropic", "aws", "foundry"]
    assert [row.read for row in before.context["page"]] == [200_000]


def test_nothing_found_says_what_that_means(prices, as_pia):
    text = as_pia.get("/prices", {"platform": "vertex", "model": "claude-mythos-5-1"}).text

    assert "No price fits" in text


@pytest.mark.parametrize(
    "given",
    [
        {"platform": "azure", "model": "gpt", "on": "soon"},
        {"platform": "x" * 40_000, "model": "\x00", "on": "2026-13-01"},
        {"on": "9999999999", "page": "99999999999999999999"},
        {"page": "-1"},
    ],
    ids=["unknown", "unreadable", "far away", "page"],
)
def test_what_cannot_be_read_is_named_and_left_out(prices, as_pia, given):
    response = as_pia.get("/prices", given)

    assert response.status_code == 200
    assert rows_of(response)
    assert response.text.count("notice error") == len(given.keys() - {"page"})


def test_without_prices_it_says_how_to_load_them(as_pia):
    assert "load_prices" in as_pia.get("/prices").text


def test_a_stranger_to_the_installation_signs_in_first(prices, client):
    assert client.get("/prices").status_code == 302


def test_it_takes_as_many_queries_for_three_rows_as_for_fifty(prices, as_pia, django_assert_num_queries):
    for query in ("?platform=all&model=claude-fable-5-2", "?platform=bedrock"):
        with django_assert_num_queries(13):
            as_pia.get(f"/prices{query}")


def test_htmx_gets_the_rows_alone(prices, as_pia):
    text = as_pia.get("/prices", headers={"HX-Request": "true"}).text

    assert text.lstrip().startswith('<div id="rows">')


def test_pages_keep_a_fixed_order(prices, as_pia):
    pages = [rows_of(as_pia.get("/prices", {"platform": "bedrock", "page": n})) for n in (1, 2, 3, 4)]

    assert [len(rows) for rows in pages] == [50, 50, 50, 36]
    assert PriceRow.objects.valid_on(date(2026, 11, 22)).filter(platform="bedrock").count() == 186
