"""The list of broken seals: what stands there, for whom, and how it is narrowed."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from inventory.domain import waiting
from inventory.models import Notice, Part, Person, Team
from inventory.services.calls import call as calls
from tests import factories
from tests.services.labelling.test_waiting import both_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def part(team: Team, pia: Person, ed: Person, now: datetime) -> Part:
    factories.make_price()
    feature = factories.make_feature(team=team, name="Letters", product_owner=pia, engineering_owner=ed)
    part = factories.make_call(feature=feature, name="Tag letters").parts.get()
    both_in(part, now)
    call = calls.Call.objects.get(pk=part.call_id)
    calls.edit(call=call, version=call.version, fields={"requests": 2500}, by=pia.actor, at=now + timedelta(hours=1))
    part.refresh_from_db()
    return part


def shown(client: Client, path: str = "/label/check") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_it_names_the_fact_both_values_and_whose_word_is_missing(
    part: Part, as_ed: Client, as_stranger: Client
) -> None:
    page = shown(as_ed)
    for words in ("Tag letters", "Letters · Documents", "Volume", ">was </span>1,000<", "2,500 requests a month"):
        assert words in page
    assert "Product, Engineering" in page
    assert f'href="/parts/{part.pk}/test"' in page
    assert "Look your answers over" not in shown(as_stranger)
    assert "Tag letters" in shown(as_stranger)


def test_it_is_narrowed_to_a_team_or_feature(part: Part, as_ed: Client, stranger: Person) -> None:
    elsewhere = stranger.memberships.get().team_id
    assert "Nothing to check here" in shown(as_ed, f"/label/check?team={elsewhere}")
    assert "Tag letters" in shown(as_ed, f"/label/check?team={part.team_id}")
    assert "Tag letters" in shown(as_ed, f"/label/check?feature={part.feature_id}&page=99")
    assert "Tag letters" in shown(as_ed, "/label/check?team=nonsense")


def test_empty_it_says_what_belongs_there(as_ed: Client) -> None:
    assert "Nothing to check" in shown(as_ed)


def test_every_page_about_the_part_says_which_fact(part: Part, as_ed: Client) -> None:
    said = "Volume 1,000 → 2,500 requests a month"
    pages = (
        f"/parts/{part.pk}/test/result", f"/parts/{part.pk}/test/check", f"/parts/{part.pk}/test/late",
        f"/parts/{part.pk}/agree", "/label", "/", "/plan/doubts",
    )  # fmt: skip
    for path in pages:
        assert said in shown(as_ed, path), path
    assert "check needed: volume 1,000 → 2,500 requests a month" in shown(as_ed, f"/calls/{part.call_id}")


def test_the_notice_leads_there(part: Part, as_ed: Client, ed: Person) -> None:
    page = shown(as_ed, "/notices")
    assert "A label needs checking" in page
    assert f'href="/parts/{part.pk}/test/result">Tag letters</a>' in page
    Notice.objects.of(ed).filter(event="check_needed").update(count=3)
    assert 'href="/label/check">Tag letters and 2 more</a>' in shown(as_ed, "/notices")


def test_confirming_needs_one_press_and_says_who_is_still_missing(part: Part, as_ed: Client, as_pia: Client) -> None:
    page = shown(as_ed, f"/parts/{part.pk}/test/result")
    assert "Neither side has confirmed since" in page
    assert "Look your answers over" in page
    sheet = part.sheets.get(side="engineering")
    as_ed.post(
        f"/parts/{part.pk}/test/check",
        {"version": sheet.version, "test": waiting.CURRENT.version, "outcome": "not_waiting"},
    )
    assert "Engineering has confirmed, product has not yet" in shown(as_pia, f"/parts/{part.pk}/test/result")
    assert '<td data-label="Has to confirm"><span>Product' in shown(as_pia)
