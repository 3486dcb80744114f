"""A broken seal and a new version of the test in a browser: found, looked over, confirmed, for every reader."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from inventory.models import Part
from inventory.services.calls import call as calls
from inventory.services.labelling import version
from tests import factories
from tests.daily import short_and_whole
from tests.journeys.looks import all_look_right, looks_right, looks_right_to_all
from tests.services.labelling.test_version import OPENS, OTHERWISE
from tests.services.labelling.test_waiting import NOBODY_WAITS, both_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def broken(team, pia, ed, now) -> Part:
    return make_broken(team, pia, ed, now, NOBODY_WAITS)


@pytest.fixture
def broken_on_first(second, team, pia, ed, now) -> Part:
    return make_broken(team, pia, ed, now, OPENS)


def make_broken(team, pia, ed, now, answers) -> Part:
    factories.make_price()
    factories.make_price(model="claude-haiku-5-5")
    feature = factories.make_feature(team=team, name="Support desk", product_owner=pia, engineering_owner=ed)
    part = factories.make_call(feature=feature, name="Ticket summary", requests=46000).parts.get()
    both_in(part, now, answers, answers)
    call = calls.Call.objects.get(pk=part.call_id)
    changed = {"requests": 92000, "model": "claude-haiku-5-5"}
    calls.edit(call=call, version=call.version, fields=changed, by=pia.actor, at=now + timedelta(hours=1))
    return part


@pytest.fixture
def replaced(broken_on_first, now, second) -> list[Part]:
    """Version 2 asks one part more and decides another otherwise."""
    found = []
    for name, answers in (("Reply draft", OPENS), ("Nightly tags", OTHERWISE)):
        found.append(factories.make_call(feature=broken_on_first.feature, name=name).parts.get())
        both_in(found[-1], now, answers, answers)
    second()
    version.work_out(at=now)
    return found


def test_from_the_notice_to_a_label_that_counts_again_without_javascript(plain, page, sign_in, ed, pia, broken):
    sign_in(plain, ed).goto("/notices")
    plain.get_by_role("link", name="Ticket summary").first.click()
    expect(plain.get_by_text("Neither side has confirmed since")).to_be_visible()
    plain.get_by_role("link", name="Look your answers over").click()
    expect(plain.get_by_text("Volume 46,000 → 92,000 requests a month")).to_be_visible()
    plain.get_by_role("button", name="Save as “nobody waits”").click()
    sign_in(page, pia).goto("/label")
    page.get_by_role("link", name="Check needed", exact=True).click()
    page.get_by_role("link", name="Look your answers over for Ticket summary").press("Enter")
    page.get_by_role("button", name="Save as “nobody waits”").press("Enter")
    expect(page.get_by_text("Product and engineering agree: this counts.")).to_be_visible()
    page.goto("/label/check")
    expect(page.get_by_role("heading", name="Nothing to check")).to_be_visible()


def test_a_lead_has_one_looked_over_and_keeps_the_other_by_keyboard(page, sign_in, pia, replaced):
    sign_in(page, pia).goto("/label")
    page.get_by_role("link", name="New version").press("Enter")
    page.get_by_role("checkbox", name="Nightly tags").press("Space")
    page.get_by_role("button", name="Have both sides look them over").press("Enter")
    expect(page.get_by_text("1 part: put under “check needed”")).to_be_visible()
    page.get_by_role("checkbox", name="Reply draft").press("Space")
    page.get_by_role("button", name="Keep them as they are").press("Enter")
    page.get_by_role("link", name="Type why these labels stay as they are").press("Enter")
    expect(page.get_by_role("checkbox", name="Reply draft")).to_be_checked()
    page.keyboard.type("Nobody would notice, as before")
    page.get_by_role("button", name="Keep them as they are").press("Enter")
    expect(page.get_by_text("1 part: kept as they are.")).to_be_visible()
    states = [Part.objects.get(pk=part.pk).state for part in replaced]
    assert states == ["agreed", "check_needed"]


def test_an_answer_typed_while_the_version_came_is_kept_in_sight(page, sign_in, ed, broken_on_first, second):
    sign_in(page, ed).goto(f"/parts/{broken_on_first.pk}/test/late")
    page.get_by_label("Up to an hour").check()
    second()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("You had chosen: up to an hour.")).to_be_visible()
    looks_right(page)
    page.get_by_role("link", name="Go on with version 2").click()
    expect(page.get_by_text("carried over to version 2")).to_be_visible()


@short_and_whole
def test_every_page_fits_and_passes_the_rules(page, sign_in, pia, broken_on_first, replaced, whole):
    """In the soak also those that other journeys look at, here with what is to be checked on them."""
    sign_in(page, pia)
    first, _ = replaced
    of_part = f"/parts/{broken_on_first.pk}"
    paths = ["/label/check", f"{of_part}/test/result", f"{of_part}/test/check", "/plan/doubts", "/label/versions"]
    elsewhere = [
        f"{of_part}/test/late", f"{of_part}/agree", f"/parts/{first.pk}/test/result", "/label", "/", "/notices",
        f"/calls/{broken_on_first.call_id}",
    ]  # fmt: skip
    all_look_right(page, paths + elsewhere if whole else paths, whole=whole)
    page.goto("/label/versions")
    page.get_by_role("checkbox", name="Nightly tags").check()
    page.get_by_role("button", name="Keep them as they are").click()
    looks_right_to_all(page, whole=whole)
