"""A job's page follows the work by itself, with JavaScript and without."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from inventory.models import Job, Person
from inventory.services import job as jobs
from tests.journeys.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def running(pia: Person) -> Job:
    at = timezone.now()
    asked = jobs.enqueue(kind="export_plan", params={}, by=pia.actor, at=at, person=pia)
    job = jobs.claim(pk=asked.pk, worker="one", at=at)
    assert job is not None
    jobs.progress(job, 40, 100, at=at)
    return job


def end(job: Job) -> None:
    jobs.save_file(job, "plan.xlsx", [b"rows"], at=timezone.now())
    jobs.finish(job, at=timezone.now(), message="3 parts.")


def test_the_result_appears_by_itself_and_can_be_fetched(
    page: Page, sign_in: SignIn, pia: Person, running: Job
) -> None:
    sign_in(page, pia).goto(f"/jobs/{running.pk}")
    expect(page.get_by_role("progressbar", name="40 of 100 rows")).to_be_visible()
    end(running)
    result = page.get_by_role("link", name="Download plan.xlsx")
    expect(result).to_be_visible()
    with page.expect_download() as download:
        result.click()
    assert download.value.suggested_filename == "plan.xlsx"


def test_without_javascript_the_page_loads_itself_again(
    plain: Page, sign_in: SignIn, pia: Person, running: Job
) -> None:
    sign_in(plain, pia).goto(f"/jobs/{running.pk}")
    end(running)
    expect(plain.get_by_role("link", name="Download plan.xlsx")).to_be_visible()


def test_a_job_is_cancelled_with_the_keyboard(page: Page, sign_in: SignIn, pia: Person, running: Job) -> None:
    sign_in(page, pia).goto(f"/jobs/{running.pk}")
    page.get_by_role("button", name="Cancel this job").press("Enter")
    expect(page.get_by_role("heading", name="Stopping")).to_be_visible()
    with pytest.raises(jobs.Cancelled):
        jobs.renew(running, at=timezone.now())
