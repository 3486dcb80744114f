"""From a pattern to the waiting test or the split, with the examples where one looks for them, without JavaScript."""

import pytest
from playwright.sync_api import expect

from inventory.domain.plan import Kind
from inventory.models import Call, Part
from tests import factories
from tests.daily import short_and_whole
from tests.journeys.looks import all_look_right
from tests.views.planning.test_plan import made

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def feature(team):
    factories.make_price()
    return factories.make_feature(team=team, name="Search", first_guess=40)


def register(page, pattern):
    page.goto("/calls/new")
    page.get_by_text("Start from a pattern").click()
    page.get_by_role("link", name=pattern).click()
    page.get_by_label("Feature", exact=True).select_option(label="Search")
    page.get_by_label("Model", exact=True).fill("claude-sonnet-5-5")
    page.get_by_label("Real time").check()
    for label, value in (
        ("Requests a month", "1000"),
        ("Input tokens a request", "500"),
        ("Output tokens a request", "50"),
    ):
        page.get_by_label(label).first.fill(value)
    page.get_by_role("button", name="Register").click()


def test_a_pattern_leads_to_the_first_question_with_nothing_chosen(plain, sign_in, pia, feature):
    register(sign_in(plain, pia), "An upload watched on a spinner")
    plain.wait_for_url("**/test/first")
    assert Call.objects.get().name == "Upload reading"
    expect(plain.locator("aside.examples")).to_be_visible()
    expect(plain.locator("details.examples")).to_be_hidden()
    assert plain.locator("input:checked").count() == 0
    plain.get_by_label("A person, at once").check()
    plain.get_by_role("button", name="Continue").click()
    plain.wait_for_url("**/test/meanwhile")
    assert plain.locator("input:checked").count() == 0


def test_a_pattern_of_two_readers_leads_to_its_split(plain, sign_in, pia, feature):
    register(sign_in(plain, pia), "Preview, then full analysis")
    plain.wait_for_url("**/split?pattern=preview")
    expect(plain.get_by_label("Name", exact=True).nth(1)).to_have_value("Full analysis")
    assert Part.objects.get().label == ""


def test_examples_are_folded_on_a_phone(phone, sign_in, pia, feature):
    part = factories.make_call(feature=feature).parts.get()
    sign_in(phone, pia).goto(f"/parts/{part.pk}/test/first")
    line = phone.locator("details.examples").get_by_text("An upload watched on a spinner")
    expect(phone.locator("aside.examples")).to_be_hidden()
    expect(line).to_be_hidden()
    phone.locator("details.examples summary").click()
    expect(line).to_be_visible()


@short_and_whole
def test_patterns_examples_and_guesses_fit_and_pass_the_rules(page, sign_in, pia, feature, whole):
    """In the soak also the form of a call, filled by a pattern, and the guesses in two other orders."""
    part = made(Kind.MOVE_TO_BATCH, call=factories.make_call(feature=feature), one_sided=True, state="one_side")
    sign_in(page, pia)
    paths = ["/plan/guess", f"/plan/guess?feature={feature.pk}", "/plan?by=team", "/", f"/parts/{part.pk}/test/first"]
    alike = ["/calls/new?pattern=preview", "/plan/guess?by=team", "/plan/guess?by=none"]
    all_look_right(page, paths + alike if whole else paths, whole=whole, unfolded=True)
