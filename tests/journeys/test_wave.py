"""Arranging waves in a browser: dragged, by keyboard alone, and without JavaScript; narrow and in the dark."""

import pytest
from playwright.sync_api import expect

from inventory.domain.status import Status
from inventory.models import Part, Wave
from tests.daily import short_and_whole
from tests.journeys.keyboard import Keyboard
from tests.journeys.looks import all_look_right
from tests.services.planning.test_arrangement import make_move, make_wave
from tests.services.planning.test_moving import step

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def moves(team) -> list[Part]:
    made = [make_move(team, saving=saving * 1_000_000, cost_today=9_000_000) for saving in (3, 2, 1)]
    for number, part in enumerate(made, 1):
        Part.objects.filter(pk=part.pk).update(name=f"Move {number}")
    return made


def in_waves() -> dict[str, str]:
    return dict(Part.objects.exclude(wave=None).values_list("name", "wave__name"))


def test_a_move_is_dragged_onto_a_wave_with_what_is_ticked(page, sign_in, pia, team, moves):
    wave = make_wave(team, "Digests")
    sign_in(page, pia).goto("/plan/waves")
    page.get_by_label("Move 2", exact=True).check()
    page.locator("tr", has_text="Move 1").drag_to(page.locator(f"section[data-wave='{wave.pk}']"))
    expect(page.get_by_text("2 moves went into Digests")).to_be_visible()
    assert in_waves() == {"Move 1": "Digests", "Move 2": "Digests"}


def test_a_wave_is_planned_filled_and_followed_by_keyboard_alone(page, sign_in, pia, team, moves):
    sign_in(page, pia).goto("/plan/waves")
    keys = Keyboard(page)
    keys.press("link", "Plan a wave")
    page.wait_for_url("**/waves/new")
    keys.fill("Name", "Digests")
    keys.fill("Ramp, in months", "2")
    keys.press("button", "Plan it")
    page.wait_for_url("**/plan/waves?*")
    keys.tick("Move 1")
    keys.select("Put what is ticked into", "Digests")
    keys.press("button", "Put there")
    expect(page.get_by_text("1 move went into Digests")).to_be_visible()
    keys.press("link", "Move 1")
    keys.press("button", "Agreed")
    expect(page.get_by_text("Move 1: agreed.")).to_be_visible()
    keys.press("button", "Planned")
    expect(page.get_by_text("Move 1: planned.")).to_be_visible()
    assert Part.objects.get(name="Move 1").status == "planned"


def test_a_proposal_is_taken_without_javascript(plain, sign_in, pia, team, moves):
    sign_in(plain, pia).goto("/plan/waves")
    plain.get_by_role("link", name="Propose an arrangement").click()
    plain.get_by_label("Waves", exact=True).fill("2")
    plain.get_by_role("button", name="Propose again").click()
    plain.get_by_role("button", name="Take this arrangement").click()
    assert in_waves() == {"Move 1": "Wave 1", "Move 2": "Wave 1", "Move 3": "Wave 2"}
    plain.get_by_label("Move 3", exact=True).check()
    plain.get_by_label("Put what is ticked into").select_option("No wave")
    plain.get_by_role("button", name="Put there").click()
    assert "Move 3" not in in_waves()


@short_and_whole
def test_every_page_fits_and_can_be_read_by_everybody(page, sign_in, pia, team, moves, now, whole):
    """In the soak also the form of a wave once more, empty, and the question before one is retired."""
    wave = make_wave(team, "Digests")
    Part.objects.filter(pk=moves[0].pk).update(wave=wave, status="moving")
    step(Part.objects.get(pk=moves[0].pk), Status.MOVED, pia, now)
    sign_in(page, pia)
    paths = [
        "/plan/waves", "/plan/time", "/plan/realised", f"/plan/moves/{moves[0].pk}", f"/plan/waves/{wave.pk}/edit",
        f"/plan/teams/{team.pk}/waves/propose",
    ]  # fmt: skip
    alike = [f"/plan/waves/{wave.pk}/retire", f"/plan/teams/{team.pk}/waves/new"]
    all_look_right(page, paths + alike if whole else paths, whole=whole, unfolded=True)
    assert Wave.objects.count() == 1
