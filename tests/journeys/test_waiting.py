"""The waiting test in a browser: by keyboard alone, without JavaScript, and for every reader."""

import time

import pytest
from playwright.sync_api import expect

from inventory.models import Part, Sheet
from tests import factories
from tests.daily import short_and_whole
from tests.journeys.looks import all_look_right
from tests.services.labelling.test_waiting import both_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def part(team) -> Part:
    factories.make_price()
    return factories.make_call(feature=factories.make_feature(team=team), name="Ticket summary").parts.get()


@pytest.mark.soak
def test_a_clear_case_is_answered_by_keyboard_within_ninety_seconds(page, sign_in, pia, part):
    """Every day test_queue.py asks the same of one that is reached from the queue."""
    sign_in(page, pia).goto(f"/parts/{part.pk}/test")
    began = time.monotonic()
    for digit, following in (("2", "late"), ("6", "needed"), ("1", "notice"), ("4", "check")):
        page.keyboard.press(digit)
        expect(page.locator(".choice input:checked")).to_have_count(1)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/test/{following}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/test/result")
    assert time.monotonic() - began < 90
    expect(page.locator("h1")).to_have_text("Nobody waits for this.")
    assert Sheet.objects.get().outcome == "not_waiting"


def test_keys_are_silent_while_somebody_types(page, sign_in, pia, part):
    sign_in(page, pia).goto(f"/parts/{part.pk}/test/first")
    page.get_by_label("Name them").fill("team ")
    page.get_by_label("Name them").press("3")
    expect(page.get_by_label("Name them")).to_have_value("team 3")
    expect(page.locator(".choice input:checked")).to_have_count(0)


def test_what_belongs_to_an_option_shows_when_it_is_chosen(page, sign_in, ed, part):
    sign_in(page, ed).goto(f"/parts/{part.pk}/test/first")
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    page.wait_for_url("**/test/hop1")
    expect(page.get_by_label("It gives up after")).to_be_hidden()
    page.keyboard.press("2")
    page.get_by_label("It gives up after").fill("30")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/test/late")
    assert Sheet.objects.get().answers["hop1"] == {"choice": "process_held", "limit": 30, "unit": "seconds"}


def test_it_works_without_javascript_and_the_back_button_keeps_answers(plain, sign_in, pia, part):
    sign_in(plain, pia).goto(f"/parts/{part.pk}/test")
    plain.get_by_label("A person, at once").check()
    plain.get_by_role("button", name="Continue").click()
    plain.wait_for_url("**/test/meanwhile")
    plain.get_by_role("link", name="Back", exact=True).click()
    expect(plain.get_by_label("A person, at once")).to_be_checked()
    plain.get_by_role("button", name="Continue").click()
    plain.wait_for_url("**/test/meanwhile")
    plain.go_back()
    expect(plain.get_by_label("A person, at once")).to_be_checked()


def test_an_empty_answer_leads_to_the_first_option(page, sign_in, pia, part):
    sign_in(page, pia).goto(f"/parts/{part.pk}/test/first")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Select who uses this result first").click()
    expect(page.get_by_label("A person, at once")).to_be_focused()


@short_and_whole
def test_every_page_passes_the_rules_for_accessibility_and_fits(page, sign_in, ed, team, part, now, whole):
    """In the soak also the first question, which test_pattern.py looks at."""
    done = factories.make_call(feature=part.feature).parts.get()
    both_in(done, now)
    give_times(part)
    sign_in(page, ed)
    paths = [f"/parts/{part.pk}/test/times", f"/parts/{done.pk}/test/result"]
    all_look_right(page, [*paths, f"/parts/{part.pk}/test/first"] if whole else paths, whole=whole)


def give_times(part):
    answers = {"first": {"choice": "person_later"}, "late": {"choice": "set_time"}}
    Sheet.objects.create(part=part, side="engineering", test_version=1, answers=answers)
