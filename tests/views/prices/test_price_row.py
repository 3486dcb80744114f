"""Adding, ending, correcting and importing prices: every refusal at its field, nothing typed is lost."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from inventory.exchange import price_file
from inventory.models import Action, PriceRow
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("changed_prices")]
ON = date(2026, 11, 22)
SONNET = "claude-sonnet-5-5"
GIVEN = {
    "model": SONNET, "platform": "anthropic", "platform_id": SONNET, "above": "0", "valid_from": "2026-12-01",
    "input": "3", "output": "$15", "write_5m": "3.75", "write_1h": "6", "read": "0.3", "source": "The list",
    "as_of": "2026-11-22", "confidence": "high", "reason": "New list",
}  # fmt: skip


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda at=None: ON)


@pytest.fixture
def row() -> PriceRow:
    return PriceRow.objects.valid_on(ON).get(platform="anthropic", platform_id=SONNET)


def test_a_new_price_begins_from_the_one_it_follows(as_admin: Client, row: PriceRow) -> None:
    shown = as_admin.get(f"/prices/new?like={row.pk}")
    text = shown.text
    assert 'name="output" value="10"' in text
    assert 'name="read" value="0.1"' in text
    assert shown.context["form"]["valid_from"].value() is None  # still to be typed

    answer = as_admin.post("/prices/new", GIVEN, follow=True)

    assert "the new price holds from 2026-12-01" in answer.text
    assert "Prices that hold later" in answer.text
    row.refresh_from_db()
    assert row.valid_to == date(2026, 12, 1)
    assert Action.objects.get().reason == "New list"


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("valid_from", "", "Every price says from which day it holds."),
        ("valid_from", "soon", "Type a date like 2026-11-22."),
        ("valid_from", "2026-10-07", "Overlaps the row that holds from 2026-10-07."),
        ("valid_to", "2026-12-01", "Choose a day after 2026-12-01"),
        ("above", "", "Type the limit of the band: 0 where the price is for every prompt."),
        ("output", "-15", "Type 0 or more: a price is never below zero."),
        ("output", "15,00", "Type dollars with a decimal point, such as 0.125."),
        ("output", "0.0000001", "Type no more than 6 decimals."),
        ("output", "9" * 41, "Type dollars with a decimal point, such as 0.125."),
        ("output", "2000000", "Type 1,000,000 or less."),
        ("input", "0", "Type more than 0"),
        ("batch_input", "1", "Type every batch price or none"),
        ("fast_output", "1", "Type both prices of fast mode or neither."),
        ("model", "gpt", "Select a valid choice."),
        ("platform", "azure", "Select a valid choice."),
        ("platform_id", "claude-haiku-5-5", "This is an id of claude-haiku-5-5."),
        ("platform_id", "a\x00b", "Take out the control characters"),
        ("source_address", "javascript:alert(1)", "Begin with https:// or http://."),
        ("reason", "", "Fill this in."),
        ("us_multiplier", "-1", "greater than or equal to 0"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(as_admin: Client, field: str, typed: str, told: str) -> None:
    answer = as_admin.post("/prices/new", {**GIVEN, field: typed})

    assert answer.status_code == 422
    assert told in answer.text
    assert 'value="The list"' in answer.text  # what else was typed is still there
    assert not Action.objects.exists()


def test_a_price_in_use_offers_a_new_one_instead_of_a_correction(as_admin: Client, row: PriceRow, team) -> None:
    assert as_admin.get(f"/prices/{row.pk}/correct").status_code == 200
    factories.make_call(feature=factories.make_feature(team=team))  # its amounts are of nobody knows which prices

    answer = as_admin.get(f"/prices/{row.pk}/correct")

    assert "This price has priced calls" in answer.text
    assert as_admin.post(f"/prices/{row.pk}/correct", {**GIVEN, "version": "1"}).status_code == 409
    assert not Action.objects.exists()


def test_a_price_nobody_used_is_corrected_and_a_stale_save_shows_both(as_admin: Client, row: PriceRow) -> None:
    as_admin.post("/prices/new", GIVEN)
    new = PriceRow.objects.get(valid_from=date(2026, 12, 1))

    first = as_admin.post(f"/prices/{new.pk}/correct", {**GIVEN, "version": "1", "output": "16"})
    second = as_admin.post(f"/prices/{new.pk}/correct", {**GIVEN, "version": "1", "output": "17"})

    assert (first.status_code, second.status_code) == (302, 409)
    assert "Somebody else saved this first" in second.text
    assert "<td>17</td><td>16</td>" in second.text
    new.refresh_from_db()
    assert new.output == 16_000_000


def test_a_price_ends_with_a_reason(as_admin: Client, row: PriceRow) -> None:
    path = f"/prices/{row.pk}/end"
    assert as_admin.post(path, {"version": "1", "on": "2026-12-01", "reason": ""}).status_code == 422
    early = as_admin.post(path, {"version": "1", "on": "2026-10-01", "reason": "Gone"})
    assert "Must be after 2026-10-07" in early.text
    assert as_admin.post(path, {"version": "1", "on": "2026-12-01", "reason": "Gone"}).status_code == 302
    row.refresh_from_db()
    assert row.valid_to == date(2026, 12, 1)


def upload(client: Client, data: bytes, reason: str = "New list"):
    return client.post("/prices/import", {"file": SimpleUploadedFile("prices.csv", data), "reason": reason})


def test_the_book_is_downloaded_by_everybody_and_taken_in_again(as_pia: Client, as_admin: Client) -> None:
    data = as_pia.get("/prices/book.csv").getvalue()
    assert data.startswith(b"model,platform,id,endpoint,above,valid_from")
    assert data.count(b"\r\n") == PriceRow.objects.count() + 1

    known = next(
        line
        for line in data.decode().split("\r\n")
        if ",0,2026-10-07,," in line and line.startswith(f"{SONNET},anthropic")
    )
    new = known.replace(",0,2026-10-07,,", ",0,2026-12-01,,")
    answer = upload(as_admin, data + new.encode())

    assert answer.status_code == 302, [str(each) for each in answer.context["problems"]]
    assert Action.objects.get().kind == "pricing.import"
    assert PriceRow.objects.filter(valid_from=date(2026, 12, 1)).count() == 1


def test_every_wrong_cell_of_a_file_is_listed_and_nothing_comes_in(as_admin: Client) -> None:
    headings = ",".join(price_file.REQUIRED)
    row = f"{SONNET},anthropic,{SONNET},,,-3,15,3.75,6,0.3,The list,2026-11-22"

    answer = upload(as_admin, f"{headings}\n{row}".encode())

    assert answer.status_code == 422
    assert "Nothing was imported: 3 problems" in answer.text
    for told in ("A band needs its limit", "Every row needs it", "Must not be below zero"):
        assert told.lower() in answer.text.lower()
    assert not Action.objects.exists()


def test_how_a_file_writes_days_and_numbers_is_asked_for_once(as_admin: Client) -> None:
    """As a spreadsheet program of another country saves the book."""
    headings = ";".join(price_file.REQUIRED)
    row = f"{SONNET};anthropic;{SONNET};0;01.12.2026;3;15;3,75;6;0,3;The list;22.11.2026"
    data = f"{headings}\n{row}".encode()
    asked = upload(as_admin, data)
    assert asked.status_code == 422
    assert "one thing is open" in asked.text
    assert "How does this file write days?" in asked.text
    assert "2026-01-12" in asked.text
    assert not Action.objects.exists()
    given = {"file": SimpleUploadedFile("prices.csv", data), "reason": "New", "days": "day_first", "decimals": "comma"}
    answer = as_admin.post("/prices/import", given)
    assert answer.status_code == 302, [str(each) for each in answer.context["problems"]]
    assert PriceRow.objects.get(valid_from=date(2026, 12, 1)).read == 300_000


@pytest.mark.parametrize("data", [b"", b"\x00\xff\xfe", b"PK\x03\x04", b"a;b\n1;2"])
def test_a_file_of_something_else_is_no_server_error(as_admin: Client, data: bytes) -> None:
    assert upload(as_admin, data).status_code == 422


def test_only_administrators_see_how_prices_change(as_pia: Client, row: PriceRow) -> None:
    text = as_pia.get("/prices").text
    assert "/prices/new" not in text
    assert "Compute" not in text
    for path in ("/prices/new", "/prices/import", f"/prices/{row.pk}/end", f"/prices/{row.pk}/correct"):
        assert as_pia.get(path).status_code == 404


@pytest.mark.parametrize("like", ["x", "999999999999999999999", "-1", ""])
def test_a_price_to_begin_from_that_is_none_starts_empty(as_admin: Client, like: str) -> None:
    assert as_admin.get("/prices/new", {"like": like}).status_code == 200
