"""Computing a re-pricing, looking at it, and having it applied."""

import re
from datetime import date, datetime
from html import unescape

import pytest
from django.test import Client

from inventory import tasks
from inventory.domain.audit import Actor
from inventory.models import Action, Call, Job, PriceRow
from inventory.services.calls import call as calls
from inventory.services.prices import price_load, pricing
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("changed_prices")]
ON = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def same_day(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)


@pytest.fixture
def call(team, now: datetime) -> Call:
    """Priced, and then its price doubled."""
    given = {
        "provider": "anthropic",
        "model": "claude-sonnet-5-5",
        "today_path": "real_time",
        "name": "Tags",
        "key": "t",
    }
    numbers = {"requests": 1000, "uncached_input": 6000, "cacheable_prefix": 0, "output": 800}
    feature = factories.make_feature(team=team)
    call = calls.register(feature=feature, fields={**given, **numbers}, by=Actor("command", "test"), at=now)
    row = PriceRow.objects.valid_on(ON).get(platform="anthropic", model__key="claude-sonnet-5-5")
    PriceRow.objects.filter(pk=row.pk).update(input=row.input * 2, output=row.output * 2)
    pricing._book.cache_clear()
    return call


def computed(client: Client, on: str = "2026-11-22") -> Job:
    answer = client.post("/prices/reprice", {"on": on})
    job = Job.objects.order_by("-pk")[0]
    assert answer.headers["Location"] == f"/jobs/{job.pk}"
    tasks.run_job(job.pk)
    return job


def test_the_prices_say_what_is_still_priced_by_earlier_ones(call: Call, as_pia: Client, as_admin: Client) -> None:
    told = "1 part of 1 call is still priced as before the last change of this book"
    assert told in as_pia.get("/prices").text
    text = as_admin.get("/prices").text
    assert told in text
    assert "Compute the re-pricing" in text


def test_each_sum_of_a_re_pricing_opens_to_the_parts_it_adds_up(call: Call, as_admin: Client, now: datetime) -> None:
    other = factories.make_feature(team=factories.make_team(name="Another"))
    given = {"provider": "anthropic", "today_path": "real_time", "uncached_input": 6000, "output": 800}
    for n in range(3):
        fields = {**given, "name": f"More {n}", "model": "claude-sonnet-5-5", "requests": 1000 * (n + 1)}
        made = calls.register(feature=other, fields=fields, by=Actor("command", "test"), at=now)
        made.parts.update(cost_today=1_000_000), Call.objects.filter(pk=made.pk).update(priced_by="")
    job = computed(as_admin)
    report = as_admin.get(f"/jobs/{job.pk}").text
    links = re.findall(r'href="(/jobs/\d+/parts[^"]*)" aria-label="([^ ]*) (today|after|saving):', report)
    assert len(links) == 12
    for path, shown, word in links:
        page = as_admin.get(unescape(path)).text
        assert f'<td data-label="{word.capitalize()}" class="num">{shown}</td>' in page.partition('id="together"')[2]
    assert "Another. At the prices of 2026-11-22" in as_admin.get(f"/jobs/{job.pk}/parts?team={other.team_id}").text
    assert as_admin.get(f"/jobs/{job.pk}/parts?team=x&model=none").text.count("No part") == 1
    as_admin.post(f"/prices/reprice/{job.pk}", {"reason": "New list"})
    tasks.run_job(Job.objects.latest("pk").pk)
    assert "It was applied" in as_admin.get(f"/jobs/{job.pk}/parts").text


def test_the_day_of_the_book_they_are_priced_by_is_told(call: Call, as_pia: Client) -> None:
    Call.objects.update(priced_on=date(2026, 11, 2))
    assert "still priced by the book of 2026-11-02" in as_pia.get("/prices").text
    Call.objects.update(priced_by="", priced_on=None)
    assert "it is not known whether it is priced by the book of today" in as_pia.get("/prices").text


def test_an_administrator_sees_it_first_and_confirms_with_a_reason(
    call: Call, as_admin: Client, as_pia: Client
) -> None:
    job = computed(as_admin)

    text = as_admin.get(f"/jobs/{job.pk}").text
    for told in ("Re-price 1 part", "+$20.00", "Documents", "claude-sonnet-5-5", "Tags", "every part keeps its move"):
        assert told in text
    assert "Re-price 1 part" not in as_pia.get(f"/jobs/{job.pk}").text
    assert as_pia.post(f"/prices/reprice/{job.pk}", {"reason": "Why"}).status_code == 404
    refused = as_admin.post(f"/prices/reprice/{job.pk}", {"reason": "x" * 501})
    assert (refused.status_code, "Shorten it to 500" in refused.text, "x" * 501 in refused.text) == (422, True, True)
    assert "Re-price 1 part" in refused.text
    assert as_admin.post(f"/prices/reprice/{job.pk}", {"reason": ""}).status_code == 422
    call.refresh_from_db()
    assert call.cost_today == 20_000_000

    answer = as_admin.post(f"/prices/reprice/{job.pk}", {"reason": "New list"}, follow=True)
    applying = Job.objects.order_by("-pk")[0]
    assert answer.redirect_chain[-1][0] == f"/jobs/{applying.pk}"
    tasks.run_job(applying.pk)

    call.refresh_from_db()
    assert call.cost_today == 40_000_000
    action = Action.objects.get(kind="pricing.reprice")
    assert (action.reason, action.actor_kind, action.effect_today) == ("New list", "person", 20_000_000)
    job.refresh_from_db(), applying.refresh_from_db()
    would, a_month = job.message.split("\n")
    assert would == "1 part of 1 call would change, of 1 looked at."
    assert applying.message == f"1 part of 1 call changed.\n{a_month}"  # the same words and numbers as before
    assert "1 part of 1 call changed." in as_admin.get(f"/jobs/{applying.pk}").text
    assert "Ada re-priced the inventory: “Prices of 2026-11-22”" in as_admin.get("/history").text
    again = as_admin.post(f"/prices/reprice/{job.pk}", {"reason": "Again"}, follow=True)
    assert again.redirect_chain[-1][0] in (f"/jobs/{applying.pk}", f"/jobs/{job.pk}")
    assert Action.objects.filter(kind="pricing.reprice").count() == 1


def test_prices_of_another_day_are_looked_at_and_not_applied(call: Call, as_admin: Client) -> None:
    job = computed(as_admin, "2026-09-01")
    text = as_admin.get(f"/jobs/{job.pk}").text
    assert "These are not the prices of today any more" in text
    assert '<button class="button">Re-price' not in text
    answer = as_admin.post(f"/prices/reprice/{job.pk}", {"reason": "Why"}, follow=True)
    assert "Nothing was applied" in answer.text


def test_the_page_of_a_preview_takes_as_many_queries_for_five_calls_as_for_one(
    call: Call, as_admin: Client, django_assert_num_queries, now: datetime
) -> None:
    job = computed(as_admin)
    as_admin.get(f"/jobs/{job.pk}")
    with django_assert_num_queries(8):
        as_admin.get(f"/jobs/{job.pk}")
    for number in range(4):
        other = factories.make_call(feature=call.feature, key=f"n-{number}")
        assert other.pk
    job = computed(as_admin)
    with django_assert_num_queries(8):
        as_admin.get(f"/jobs/{job.pk}")


def test_nothing_to_change_says_so(call: Call, as_admin: Client) -> None:
    price_load.load_packaged(at=datetime.now().astimezone())
    PriceRow.objects.filter(model__key="claude-sonnet-5-5").update(note="x")
    job = computed(as_admin)
    assert "their amounts are those of these prices already" in as_admin.get(f"/jobs/{job.pk}").text


@pytest.mark.parametrize("on", ["", "soon", "2026-13-01", "\x00"])
def test_a_day_that_cannot_be_read_starts_nothing(as_admin: Client, on: str) -> None:
    assert "Nothing was started" in as_admin.post("/prices/reprice", {"on": on}, follow=True).text
    assert not Job.objects.exists()
