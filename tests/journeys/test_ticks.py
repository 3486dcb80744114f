"""Rows that are ticked on one page of a list are still ticked on the next, and go out together."""

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from inventory.models import Job, Person
from inventory.services.calls import feature as features
from tests.journeys.conftest import SignIn
from tests.services.intake.test_round_trip import register

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("prices")]


def test_ticks_are_kept_from_page_to_page(
    page: Page, sign_in: SignIn, pia: Person, now: datetime, open_page: Callable[..., Page]
) -> None:
    feature = features.register(team=pia.teams.get(), fields={"name": "Inbox"}, by=pia.actor, at=now)
    found = [register(now, feature, f"k{n:02}", name=f"Call {n:02}") for n in range(51)]
    sign_in(page, pia)
    page.goto("/calls?sort=name")
    page.get_by_label("Tick Call 03").check()
    expect(page.get_by_text("1 ticked.")).to_be_visible()
    page.get_by_role("link", name="Page 2").click()
    expect(page.get_by_text("1 ticked, 1 of them on other pages.")).to_be_visible()
    page.get_by_label("Tick Call 50").check()
    page.reload()
    expect(page.get_by_label("Tick Call 50")).to_be_checked()
    page.get_by_label("Ticked calls, or all of this list, as").select_option("edit-csv")
    page.get_by_role("button", name="Export").click()
    page.wait_for_url("**/jobs/*")
    job = Job.objects.latest("pk")
    assert (job.params["name"], job.params["pick"]) == ("inventory", [found[3].pk, found[50].pk])
    page.goto("/calls?sort=-name")
    expect(page.get_by_label("Tick Call 50")).to_be_checked()
    page.get_by_role("button", name="Untick all").click()
    expect(page.get_by_label("Tick Call 50")).not_to_be_checked()
    bare = sign_in(open_page(java_script_enabled=False, viewport={"width": 390, "height": 844}), pia)
    bare.goto("/calls")
    expect(bare.get_by_text("The ticks of this page count.")).to_be_visible()
