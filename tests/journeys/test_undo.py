"""Taking an action back in a browser: by keyboard alone, narrow and in the dark."""

import pytest
from playwright.sync_api import expect

from inventory.models import Action, Call, Part, Wave
from inventory.services.planning import arrangement
from tests import factories
from tests.journeys.keyboard import Keyboard
from tests.journeys.looks import looks_right

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_one_move_of_two_is_taken_back_by_keyboard_in_the_dark_on_a_phone(open_page, sign_in, pia, team, now):
    factories.make_price()
    feature = factories.make_feature(team=team)
    for name in ("Nightly tags", "Weekly digest"):
        factories.make_call(feature=feature, name=name)
    first, second = (Wave.objects.create(team=team, name=name) for name in ("First", "Second"))
    for wave, which in ((first, Part.objects.all()), (second, Part.objects.filter(name="Nightly tags"))):
        versions = dict(which.values_list("pk", "version"))
        arrangement.put(team=team, versions=versions, wave=wave, by=pia.actor, at=now)
    seq = Action.objects.earliest("seq").seq
    window = sign_in(open_page(viewport={"width": 390, "height": 844}, color_scheme="dark"), pia)
    window.goto(f"/history/{seq}")
    keys = Keyboard(window)
    keys.press("link", "Take back …")
    window.wait_for_url("**/undo")
    looks_right(window)
    expect(window.get_by_text("This overrides what was set since:")).to_be_visible()
    keys.tick("Nightly tags")
    keys.fill("Why", "The digest can wait")
    keys.press("button", "Take back what is ticked")
    expect(window.get_by_text(f"Action {seq} is taken back.")).to_be_visible()
    looks_right(window)
    waves = dict(Call.objects.values_list("name", "parts__wave__name"))
    assert waves == {"Nightly tags": "Second", "Weekly digest": None}
