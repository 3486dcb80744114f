"""The page of models that retire."""

import re
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


def test_what_a_part_costs_on_a_successor_opens_to_its_arithmetic(as_pia: Client, team: Team) -> None:
    call = factories.make_call(feature=factories.make_feature(team=team), model="claude-sonnet-4-5", name="Old tags")
    call.is_split, part = True, call.parts.get()
    call.save()
    factories.make_part(call=call, position=1, in_split=True, model="claude-haiku-4-5", name="Own model")
    text = as_pia.get("/prices/retiring").text
    links = re.findall(
        r'href="(/calls/\d+/explained\?model=claude-sonnet-5-5#part-\d+)" aria-label="([^ ]*) today', text
    )
    assert {path.partition("#")[2] for path, _ in links} == {f"part-{each.pk}" for each in call.parts.all()}
    path, shown = next(found for found in links if found[0].endswith(f"#part-{part.pk}"))
    opened = as_pia.get(path.partition("#")[0]).text
    own = opened.partition(f'id="part-{part.pk}"')[2]
    assert "Old tags would cost on Claude Sonnet 5.5" in opened
    assert f"It would be {shown} a month today" in own
    assert "$2 input" in own.replace("$2.00", "$2")
    assert "Prices have changed since" not in opened
    assert "Planned on claude-haiku-4-5" in opened
    assert "would cost on" not in as_pia.get(f"/calls/{call.pk}/explained?model=x").text
    call.refresh_from_db()
    assert call.model == "claude-sonnet-4-5"


def test_nothing_to_worry_about_says_so(as_pia: Client, team: Team) -> None:
    factories.make_call(feature=factories.make_feature(team=team))
    assert "No model you use retires" in as_pia.get("/prices/retiring").text


@pytest.mark.parametrize("number", ["0", "99999999999999999999", "x"])
def test_any_page_number_is_answered(as_pia: Client, number: str) -> None:
    assert as_pia.get("/prices/retiring", {"page": number}).status_code == 200
