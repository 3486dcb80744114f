"""A dispute in a browser: all four ways out on one page, without JavaScript, by keyboard, and for every reader."""

import pytest
from playwright.sync_api import expect

from inventory.models import Part
from tests import factories
from tests.daily import short_and_whole
from tests.journeys.looks import all_look_right, looks_right_to_all
from tests.services.labelling.test_waiting import NOBODY_WAITS, SOMEBODY_WAITS, both_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def disputed(team, now) -> Part:
    factories.make_price()
    part = factories.make_call(feature=factories.make_feature(team=team), name="Ticket summary").parts.get()
    both_in(part, now, product=SOMEBODY_WAITS, engineering=NOBODY_WAITS)
    return part


def test_a_lead_settles_by_keyboard_and_a_missing_reason_loses_nothing(page, sign_in, pia, disputed):
    sign_in(page, pia).goto(f"/parts/{disputed.pk}/agree")
    expect(page.locator("h1")).to_have_text("Who or what uses this result first?")
    label = page.get_by_label("Nobody waits: it can go to batch")
    label.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Settle the label")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Type why: both sides will want to know").press("Enter")
    expect(label).to_be_checked()
    page.keyboard.type("Read on Mondays.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/test/result")
    expect(page.get_by_text("a lead settled it: Read on Mondays.")).to_be_visible()
    disputed.refresh_from_db()
    assert (disputed.state, disputed.label) == ("settled", "not_waiting")


def test_taking_over_and_going_back_to_ones_own_answer_need_no_javascript(plain, sign_in, ed, disputed, now):
    other = factories.make_call(feature=disputed.feature).parts.get()
    both_in(other, now, product=SOMEBODY_WAITS, engineering=NOBODY_WAITS)
    sign_in(plain, ed).goto(f"/parts/{disputed.pk}/test/result")
    plain.get_by_role("link", name="Reconcile").click()
    plain.get_by_role("button", name="Take over their answers").click()
    expect(plain.get_by_text("Product and engineering agree: this counts.")).to_be_visible()
    plain.goto(f"/parts/{other.pk}/agree")
    plain.get_by_role("button", name="Change my answers").click()
    plain.wait_for_url("**/test/first")


@short_and_whole
def test_every_state_of_the_page_fits_and_passes_the_rules(page, sign_in, pia, disputed, whole):
    waits = factories.make_call(feature=disputed.feature).parts.get()
    sign_in(page, pia)
    all_look_right(page, [f"/parts/{part.pk}/agree" for part in (waits, disputed)], whole=whole)
    page.get_by_role("button", name="Settle the label").click()
    looks_right_to_all(page, whole=whole)
    expect(page).to_have_title("Error: Reconcile Ticket summary · Batchline")
