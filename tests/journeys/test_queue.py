"""The queue in a browser, by keyboard alone: a clear case in six pages and ninety seconds, and on to the next."""

import time

import pytest
from playwright.sync_api import expect

from inventory.models import Hold, Part, Sheet
from tests import factories
from tests.daily import short_and_whole
from tests.journeys.looks import all_look_right

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def parts(team) -> list[Part]:
    factories.make_price()
    feature = factories.make_feature(team=team)
    made = [factories.make_call(feature=feature, name=name).parts.get() for name in ("Ticket summary", "Weekly digest")]
    for part, cost in zip(made, (90_000_000, 10_000_000), strict=True):
        Part.objects.filter(pk=part.pk).update(cost_today=cost)
    return made


def test_a_clear_case_takes_six_pages_and_ninety_seconds_and_leads_to_the_next(page, sign_in, pia, parts):
    sign_in(page, pia).goto("/label")
    pages = []
    page.on("framenavigated", lambda frame: pages.append(frame.url.rpartition("/")[2]))
    began = time.monotonic()
    page.keyboard.press("Enter")
    for digit, question in (("2", "first"), ("6", "late"), ("1", "needed"), ("4", "notice")):
        page.wait_for_url(f"**/test/{question}")
        page.keyboard.press(digit)
        expect(page.locator(".choice input:checked")).to_have_count(1)
        page.keyboard.press("Enter")
    page.wait_for_url("**/test/check")
    page.keyboard.press("Enter")
    page.wait_for_url("**/test/result")
    assert time.monotonic() - began < 90
    assert pages == ["first", "late", "needed", "notice", "check", "result"]
    assert Sheet.objects.get().outcome == "not_waiting"
    expect(page.get_by_text("1 of 2 left")).to_be_visible()
    page.keyboard.press("n")
    page.wait_for_url(f"**/parts/{parts[1].pk}/test/first")
    assert Hold.objects.get().part == parts[1]


def test_the_list_of_keys_opens_and_is_silent_while_typing(page, sign_in, pia, parts):
    sign_in(page, pia).goto(f"/parts/{parts[0].pk}/test/first")
    page.get_by_label("Name them").press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_label("Name them").fill("")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("2")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    expect(page.locator(".choice input:checked")).to_have_count(0)


def test_it_works_without_javascript(plain, sign_in, pia, parts):
    sign_in(plain, pia).goto("/label")
    plain.get_by_role("button", name="Start").click()
    plain.wait_for_url("**/test/first")
    plain.get_by_role("link", name="Keys").click()
    expect(plain.get_by_role("heading", name="Keys")).to_be_visible()


@short_and_whole
def test_pages_pass_the_rules_for_accessibility_and_fit(page, sign_in, pia, parts, whole):
    """In the soak also those that other journeys look at, here with nothing on them yet."""
    sign_in(page, pia)
    paths, elsewhere = ["/label", "/agreement", "/label/keys"], ["/notices", f"/parts/{parts[0].pk}/agree"]
    all_look_right(page, paths + elsewhere if whole else paths, whole=whole)
