"""The page of models that retire."""

from datetime import date

import pytest
from django.test import Client

from inventory.models import Team
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: date(2026, 11, 22))


def test_it_lists_the_part_its_date_and_its_successors(as_pia: Client, team: Team) -> None:
    call = factories.make_call(feature=factories.make_feature(team=team), model="claude-sonnet-4-5", name="Old tags")
    text = as_pia.get("/prices/retiring").text
    for told in ("Old tags", f'href="/calls/{call.pk}"', "2026-11-30", "Claude Sonnet 5.5", "model=claude-sonnet-5-5"):
        assert told in text


def test_nothing_to_worry_about_says_so(as_pia: Client, team: Team) -> None:
    factories.make_call(feature=factories.make_feature(team=team))
    assert "No model you use retires" in as_pia.get("/prices/retiring").text


@pytest.mark.parametrize("number", ["0", "99999999999999999999", "x"])
def test_any_page_number_is_answered(as_pia: Client, number: str) -> None:
    assert as_pia.get("/prices/retiring", {"page": number}).status_code == 200
