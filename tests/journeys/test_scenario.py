"""Scenarios, versions and their comparison in a browser: without JavaScript, by keyboard alone, narrow and in the dark."""

import pytest
from playwright.sync_api import expect

from inventory import tasks
from inventory.models import Frozen, Job, Part, Scenario
from tests.daily import short_and_whole
from tests.journeys.keyboard import Keyboard
from tests.journeys.looks import all_look_right
from tests.services.planning.test_arrangement import make_move

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def moves(team, prices) -> list[Part]:
    return [make_move(team, saving=saving * 1_000_000, cost_today=9_000_000) for saving in (3, 2, 1)]


def carry() -> None:
    """What a worker would do."""
    for pk in Job.objects.filter(state="queued").values_list("pk", flat=True):
        assert tasks.run_job(pk)


def test_the_plan_is_frozen_and_compared_without_javascript(plain, sign_in, pia, team, moves):
    sign_in(plain, pia).goto("/plan")
    plain.get_by_role("link", name="Versions").click()
    plain.get_by_role("link", name="Freeze the plan").click()
    plain.get_by_label("Plan of").select_option(label=team.name)
    plain.get_by_label("What this version is for").fill("As signed")
    plain.get_by_role("button", name="Freeze it").click()
    carry()
    plain.reload()
    plain.get_by_role("link", name="Show the version").click()
    expect(plain.get_by_text("As signed")).to_be_visible()
    Part.objects.filter(pk=moves[0].pk).update(cost_target=9_000_000, saving=0)
    plain.get_by_role("button", name="Compare with the plan of now").click()
    carry()
    plain.reload()
    plain.get_by_role("link", name="Show the differences").click()
    expect(plain.get_by_role("heading", name="a month less")).to_be_visible()


def test_a_scenario_is_made_by_keyboard_alone_and_shows_itself_when_it_is_worked_out(page, sign_in, pia, moves):
    sign_in(page, pia).goto("/plan/scenarios")
    keys = Keyboard(page)
    keys.press("link", "Low risk only")
    page.wait_for_url("**/scenarios/new?*")
    keys.select("Risk at most", "1")
    keys.press("button", "Make it")
    expect(page.get_by_text("It is being worked out")).to_be_visible()
    carry()
    expect(page.get_by_role("heading", name="what makes the difference")).to_be_visible()
    assert Scenario.objects.get().most_risk == 1


@short_and_whole
def test_every_page_fits_and_can_be_read_by_everybody(open_page, sign_in, pia, moves, whole):
    """In the soak also the form of a scenario once more, filled, and the question before one is deleted."""
    window = sign_in(open_page(viewport={"width": 320, "height": 800}, color_scheme="dark"), pia)
    window.goto("/plan/versions/new")
    window.get_by_label("What this version is for").fill("As signed")
    window.get_by_role("button", name="Freeze it").click()
    carry()
    Part.objects.filter(pk=moves[0].pk).update(cost_target=9_000_000, saving=0)
    version = Frozen.objects.get()
    window.goto(f"/plan/versions/{version.pk}")
    window.get_by_role("button", name="Compare with the plan of now").click()
    carry()
    compared = Job.objects.get(kind="compare_plans").pk
    window.goto("/plan/scenarios/new?start=all_sealed")
    window.get_by_role("button", name="Make it").click()
    carry()
    made = Scenario.objects.get().pk
    paths = [
        f"/plan/comparisons/{compared}", f"/plan/versions/{version.pk}", f"/plan/scenarios/{made}", "/plan/scenarios",
        "/plan/versions", "/plan/scenarios/new", f"/plan/scenarios/{made}/moves", "/plan/versions/new",
        f"/plan/versions/{version.pk}/prices", f"/plan/versions/{version.pk}/calls/{moves[0].call_id}",
    ]  # fmt: skip
    alike = [f"/plan/scenarios/{made}/edit", f"/plan/scenarios/{made}/delete"]
    all_look_right(window, paths + alike if whole else paths, whole=whole, unfolded=True)
