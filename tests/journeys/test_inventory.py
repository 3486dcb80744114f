"""The inventory in a browser: found as one types, registered with its cost in sight, and all of it without JavaScript."""

import pytest
from playwright.sync_api import expect

from inventory.models import Call
from inventory.services.calls import call as calls
from tests import factories
from tests.conftest import NOW
from tests.daily import short_and_whole
from tests.journeys.looks import all_look_right

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FIGURES = {"requests": "10,000", "uncached_input": "5000", "output": "100"}


@pytest.fixture
def feature(team):
    factories.make_price()
    return factories.make_feature(team=team, name="Search")


@pytest.fixture
def three(feature, pia):
    fields = {"provider": "anthropic", "model": "claude-sonnet-5-5", "today_path": "real_time", "uncached_input": 1000}
    for number, name in enumerate(("Tags", "Digest", "Answers"), 1):
        given = {**fields, "name": name, "requests": 1000 * number, "output": 10}
        calls.register(feature=feature, fields=given, by=pia.actor, at=NOW)


def names(page):
    return page.locator("table.calls tbody th a").all_inner_texts()


def test_the_list_narrows_and_sorts_while_the_page_stays(page, sign_in, pia, three):
    sign_in(page, pia).goto("/calls")
    assert names(page) == ["Answers", "Digest", "Tags"]
    page.get_by_label("Search", exact=True).fill("dig")
    page.wait_for_url("**/calls?q=dig")
    expect(page.locator("h1")).to_contain_text("1 call costs")
    page.get_by_label("Search", exact=True).fill("")
    page.wait_for_url("**/calls")
    page.get_by_role("link", name="Requests a month").click()
    page.wait_for_url("**/calls?sort=-requests")
    page.get_by_role("link", name="Requests a month").click()
    page.wait_for_url("**/calls?sort=requests")
    assert names(page) == ["Tags", "Digest", "Answers"]
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Requests a month ↑")
    page.go_back()
    page.wait_for_url("**/calls?sort=-requests")
    expect(page.locator("h1")).to_contain_text("3 calls cost")
    expect(page.locator("nav[aria-label=Main]")).to_be_visible()


def test_the_features_of_a_team_are_offered_once_it_is_chosen(page, sign_in, pia, three):
    sign_in(page, pia).goto("/calls")
    expect(page.get_by_label("Feature").locator("option")).to_have_count(1)
    page.get_by_label("Team").select_option("Documents")
    expect(page.get_by_label("Feature").locator("option")).to_have_text(["All features", "Search"])


def test_the_cost_follows_what_one_types(page, sign_in, pia, feature):
    sign_in(page, pia).goto(f"/calls/new?feature={feature.pk}")
    page.get_by_label("Model").fill("claude-sonnet-5-5")
    for name, value in FIGURES.items():
        page.locator(f"#id_{name}").fill(value)
    expect(page.locator("#cost strong")).to_have_text("$110.00")
    page.locator("#id_requests").fill("20,000")
    expect(page.locator("#cost strong")).to_have_text("$220.00")
    expect(page.locator("#id_requests")).to_be_focused()
    assert not Call.objects.exists()


def test_a_call_is_registered_found_and_edited_without_javascript(open_page, sign_in, pia, feature):
    page = sign_in(open_page(java_script_enabled=False), pia)
    page.goto(f"/calls/new?feature={feature.pk}")
    page.get_by_label("Name", exact=True).fill("Nightly tags")
    page.get_by_label("Model").fill("claude-sonnet-5-5")
    page.get_by_label("Real time").check()
    for name, value in FIGURES.items():
        page.locator(f"#id_{name}").fill(value)
    page.get_by_role("button", name="Work out the cost").click()
    expect(page.locator("#cost strong")).to_have_text("$110.00")
    page.get_by_role("button", name="Register").click()
    expect(page.locator("h1")).to_have_text("Nightly tags")
    page.goto("/calls")
    page.get_by_label("Search", exact=True).fill("night")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**q=night**")
    assert names(page) == ["Nightly tags"]


@short_and_whole
def test_every_page_of_a_call_is_for_every_reader(page, sign_in, pia, three, whole):
    """In the soak also the form of a new call once more, filled to be edited."""
    sign_in(page, pia)
    pk = Call.objects.earliest("pk").pk
    paths = ["/calls", "/calls/new", f"/calls/{pk}", "/calls?q=nothing", f"/calls/{pk}/retire"]
    all_look_right(page, [*paths, f"/calls/{pk}/edit"] if whole else paths, whole=whole)
