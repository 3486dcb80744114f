"""The talk about a call in a browser: said, answered, mentioned, resolved, for every reader and without JavaScript."""

import pytest
from playwright.sync_api import expect

from inventory.models import Call, Notice
from tests import factories
from tests.daily import short_and_whole
from tests.journeys.keyboard import Keyboard
from tests.journeys.looks import all_look_right
from tests.services.talk.test_comment import answer, say

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def call(team, pia, ed) -> Call:
    feature = factories.make_feature(team=team, name="Support desk", product_owner=pia, engineering_owner=ed)
    return factories.make_call(feature=feature, name="Ticket summary")


def test_said_answered_and_resolved_by_keyboard(page, open_page, sign_in, pia, ed, call):
    sign_in(page, pia).goto(f"/calls/{call.pk}")
    keys = Keyboard(page)
    keys.fill("Say something about this call", "Who reads it on Sundays")
    keys.press("button", "Comment")
    expect(page.get_by_role("status").filter(has_text="Your comment is there.")).to_be_focused()
    page.keyboard.press("Tab")  # the keyboard goes on from there
    keys.to(page.locator("#talk .thread summary"))
    page.keyboard.press("Enter")
    keys.fill("Your reply", "I ask ")
    keys.to(page.get_by_text("Type @ and a name to tell somebody"))
    page.keyboard.press("Enter")
    keys.press("button", "Ed")
    expect(page.get_by_label("Your reply")).to_have_value("I ask @Ed ")
    expect(page.get_by_label("Your reply")).to_be_focused()
    keys.to(page.locator("#talk .thread").get_by_role("button", name="Reply", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator(".replies .mention")).to_have_text("@Ed")
    assert list(Notice.objects.filter(person=ed).values_list("event", flat=True)) == ["commented", "mentioned"]

    other = sign_in(open_page(), ed)
    other.goto("/notices")
    Keyboard(other).press("link", "Ticket summary")
    expect(other.get_by_text("Who reads it on Sundays")).to_be_visible()
    Keyboard(other).press("button", "Resolve the thread of Pia")
    expect(other.get_by_text("Resolved by Ed")).to_be_visible()
    Keyboard(other).press("button", "Reopen the thread of Pia")
    expect(other.get_by_text("Resolved by Ed")).to_have_count(0)


def test_said_answered_changed_deleted_and_resolved_without_javascript(plain, sign_in, pia, ed, call):
    sign_in(plain, pia).goto(f"/calls/{call.pk}")
    plain.get_by_label("Say something about this call").fill("Is it still needed, @Edd?")
    plain.get_by_role("button", name="Comment").click()
    expect(plain.locator(".error").first).to_be_visible()
    expect(plain.locator("textarea")).to_have_value("Is it still needed, @Edd?")
    plain.locator("textarea").fill("Is it still needed, @Ed?")
    plain.get_by_role("button", name="Comment").click()
    expect(plain.locator(".mention")).to_have_text("@Ed")
    plain.get_by_text("Reply to Pia").click()
    plain.get_by_label("Your reply").fill("I think so")
    plain.get_by_role("button", name="Reply").click()
    expect(plain.locator(".replies .said")).to_have_text("I think so")
    plain.locator(".replies").get_by_role("link", name="Change").click()
    plain.locator("textarea").fill("It is")
    plain.get_by_role("button", name="Save").click()
    expect(plain.locator(".replies .said")).to_have_text("It is")
    plain.locator(".replies").get_by_role("link", name="Delete").click()
    plain.get_by_role("button", name="Delete").click()
    expect(plain.locator(".replies")).to_contain_text("Deleted by its writer.")
    plain.get_by_role("button", name="Resolve the thread of Pia").click()
    expect(plain.get_by_text("Resolved by Pia")).to_be_visible()
    plain.get_by_role("link", name="Show the whole talk").click()
    plain.get_by_text("1 resolved thread").click()
    plain.get_by_role("button", name="Reopen the thread of Pia").click()
    expect(plain.locator(".replies")).to_be_visible()


def test_what_one_is_told_of_is_chosen_without_javascript(plain, sign_in, ed, stranger, call, now):
    sign_in(plain, ed).goto("/notices")
    plain.get_by_role("link", name="Choose what you are told of").click()
    plain.get_by_label("A new thread on a feature you own: in the app").uncheck()
    plain.get_by_role("button", name="Save notices").click()
    expect(plain.get_by_label("A new thread on a feature you own: in the app")).not_to_be_checked()
    say(call, stranger, now)
    plain.goto("/notices")
    expect(plain.get_by_role("heading", name="Nothing yet")).to_be_visible()


@short_and_whole
def test_every_page_of_it_fits_and_passes_the_rules(page, sign_in, pia, ed, stranger, call, now, whole):
    """In the soak also the form of a reply once more, with what is to be changed in it, and the page at one thread."""
    first = say(call, pia, now, f"Who reads it, @[{ed.pk}]? " + "Sundays" * 30)
    answer(first, ed, now, f"Nobody, @[{pia.pk}]")
    say(call, stranger, now, "Look")
    sign_in(page, pia)
    own = f"/comments/{first.pk}"
    paths = [f"/calls/{call.pk}", f"/calls/{call.pk}/comments", f"{own}/reply", f"{own}/delete", "/notices", "/account"]
    alike = [f"{own}/edit", f"/calls/{call.pk}?thread={first.pk}"]
    all_look_right(page, paths + alike if whole else paths, whole=whole, unfolded=True)
