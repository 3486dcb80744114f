"""All questions on one page in a browser: by keyboard alone, without JavaScript, narrow and in the dark; copies likewise."""

import re

import pytest
from playwright.sync_api import expect

from inventory.domain.people import Discipline
from inventory.models import Part, Sheet
from tests import factories
from tests.daily import short_and_whole
from tests.journeys.keyboard import Keyboard
from tests.journeys.looks import all_look_right
from tests.services.labelling.test_together import begin, made
from tests.services.labelling.test_waiting import NOBODY_WAITS, SOMEBODY_WAITS, both_in, put_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PRODUCT = Discipline.PRODUCT


@pytest.fixture
def part(team) -> Part:
    factories.make_price()
    return made(factories.make_feature(team=team), "Ticket summary")


def test_the_page_is_answered_by_keyboard_alone(page, sign_in, pia, part):
    sign_in(page, pia).goto(f"/parts/{part.pk}/test/all")
    page.keyboard.press("1")  # of the first open question
    expect(page.get_by_role("group", name=re.compile("What does that person do"))).to_be_visible()
    expect(page.get_by_label("A person, at once")).to_be_focused()
    keys = Keyboard(page)
    keys.into(page.get_by_label("Name them"), "the broker, 2 of them")
    for name, digit in (("meanwhile", "1"), ("late", "2"), ("needed", "1"), ("notice", "2")):
        keys.to(page.locator(f"#id_{name}-choice_0"))
        page.keyboard.press(digit)
        expect(page.locator(f"fieldset#{name} input:checked")).to_have_count(1)
    expect(page.get_by_label("Name them")).to_have_value("the broker, 2 of them")
    expect(page.locator("#left")).to_contain_text("All are answered")
    page.keyboard.press("Enter")
    page.wait_for_url("**/test/check")
    assert Sheet.objects.get().answers["first"] == {"choice": "person_now", "name": "the broker, 2 of them"}


def test_what_is_typed_while_the_questions_change_stays(page, sign_in, pia, part):
    sign_in(page, pia).goto(f"/parts/{part.pk}/test/all")
    page.route("**/test/all", lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.get_by_label("Another system or step").check()
    page.get_by_label("Name them").press_sequentially("the nightly export", delay=20)
    expect(page.locator("fieldset#hop1")).to_be_visible()
    expect(page.get_by_label("Name them").first).to_have_value("the nightly export")
    expect(page.get_by_label("Name them").first).to_be_focused()
    page.get_by_label("Nobody yet: it is stored").check()
    expect(page.locator("fieldset#hop1")).to_be_hidden()


def test_what_belongs_to_an_option_shows_within_its_question(page, sign_in, pia, part):
    sign_in(page, pia).goto(f"/parts/{part.pk}/test/all")
    page.get_by_label("Another system or step").check()
    hop = page.locator("fieldset#hop1")
    expect(hop).to_be_visible()
    expect(hop.get_by_label("It gives up after")).to_be_hidden()
    hop.get_by_label("A machine or process is held up").check()
    expect(hop.get_by_label("It gives up after")).to_be_visible()


def test_it_works_without_javascript(plain, sign_in, pia, part):
    sign_in(plain, pia).goto(f"/parts/{part.pk}/test/first")
    plain.get_by_role("link", name="All questions on one page").click()
    plain.get_by_label("A person, at once").check()
    plain.get_by_label("Within minutes, half an hour at most").check()
    plain.get_by_role("button", name="Continue").click()
    expect(plain.get_by_role("alert")).to_contain_text("What you answered is kept")
    expect(plain.get_by_label("A person, at once")).to_be_checked()
    plain.get_by_label("No: all of it at the same moment").check()
    plain.get_by_label("A colleague at work").check()
    plain.get_by_label("Stays: looks at the screen").check()
    plain.get_by_role("button", name="Continue").click()
    plain.wait_for_url("**/test/check")
    plain.get_by_role("button", name="Save as").click()
    plain.wait_for_url("**/test/result")
    assert Sheet.objects.get().outcome == "waiting"


def test_answers_are_copied_and_confirmed_together_without_javascript(plain, sign_in, pia, part, now):
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    others = [made(part.feature, f"Digest {n}") for n in range(2)]
    sign_in(plain, pia).goto(f"/parts/{others[0].pk}/test/first")
    plain.get_by_role("link", name="Same answers as another call").click()
    plain.get_by_role("button", name="Copy the answers of Ticket summary").click()
    plain.wait_for_url("**/test/check")
    plain.get_by_role("button", name="Confirm these answers and save").click()
    plain.wait_for_url("**/test/result")
    plain.goto("/label")
    plain.get_by_role("link", name="Same consumer").click()
    plain.get_by_role("link", name="Shift lead").click()
    plain.get_by_label("Ticket summary").check()
    plain.get_by_label("Digest 1").check()
    plain.get_by_role("button", name="Copy and look at each").click()
    plain.get_by_label("Why do they have the same answers?").fill("One list, one reader")
    plain.get_by_role("button", name="Confirm and save").click()
    plain.wait_for_url("**/label")
    assert Sheet.objects.exclude(submitted_at=None).count() == 3


@short_and_whole
def test_pages_pass_the_rules_for_accessibility_and_fit(page, sign_in, pia, part, now, whole):
    """In the soak also the questions with copied answers, a sheet alone, and the list before one is chosen."""
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    open_, drafted, alike = (made(part.feature, f"Digest {n}") for n in range(3))
    begin(part, [drafted], pia, now)
    both_in(alike, now, product=SOMEBODY_WAITS, engineering=SOMEBODY_WAITS)
    sign_in(page, pia)
    paths = [
        f"/parts/{open_.pk}/test/all", f"/parts/{open_.pk}/test/copy", f"/parts/{drafted.pk}/test/check",
        "/label/together?consumer=Shift+lead", f"/label/together/{part.pk}",
    ]  # fmt: skip
    alike = [f"/parts/{drafted.pk}/test/all", f"/parts/{part.pk}/test/result", "/label/together"]
    all_look_right(page, paths + alike if whole else paths, whole=whole)
