"""With the keyboard alone: where the focus was is where it stays, when htmx swaps what stands around it."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from inventory.models import Person, Team
from inventory.services import job as jobs
from tests import factories
from tests.journeys.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def many(team: Team) -> None:
    feature = factories.make_feature(team=team)
    for _ in range(51):  # one more than a page holds
        factories.make_call(feature=feature)


def swapped(page: Page, address: str) -> Any:
    return page.expect_response(lambda response: address in response.url)


@pytest.mark.usefixtures("many")
def test_who_sorts_a_list_goes_on_from_its_heading_and_who_turns_a_page_from_its_number(
    page: Page, sign_in: SignIn, pia: Person
) -> None:
    sign_in(page, pia).goto("/calls")
    heading = page.get_by_role("link", name="Requests a month")
    with swapped(page, "sort="):
        heading.press("Enter")
    expect(page.locator("th[aria-sort]")).to_contain_text("Requests a month")
    expect(heading).to_be_focused()
    with swapped(page, "page=2"):
        page.get_by_role("link", name="Page 2").press("Enter")
    second = page.get_by_role("link", name="Page 2")
    expect(second).to_have_attribute("aria-current", "page")
    expect(second).to_be_focused()


def test_a_page_that_follows_a_job_leaves_the_focus_on_its_button(page: Page, sign_in: SignIn, pia: Person) -> None:
    at = timezone.now()
    job = jobs.enqueue(kind="export_plan", params={}, by=pia.actor, at=at, person=pia)
    sign_in(page, pia).goto(f"/jobs/{job.pk}")
    button = page.get_by_role("button", name="Cancel this job")
    button.focus()
    for _ in range(2):
        with swapped(page, f"/jobs/{job.pk}"):
            pass
    expect(button).to_be_focused()
