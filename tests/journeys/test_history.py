"""The history in a browser, by keyboard alone: find what was renamed, open it, compare, review and export."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from inventory.models import Action, Call, Job, Review
from inventory.services.calls import call as calls
from inventory.services.calls import feature as features
from tests import factories
from tests.daily import short_and_whole
from tests.journeys.keyboard import Keyboard
from tests.journeys.looks import all_look_right
from tests.services.labelling.test_waiting import both_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def renamed(team, pia, now) -> Call:
    """A call with a label, renamed and with another volume since."""
    factories.make_price()
    feature = features.register(team=team, fields={"name": "Tickets"}, by=pia.actor, at=now)
    fields = {
        "name": "Ticket tags", "provider": "anthropic", "model": "claude-sonnet-5-5", "today_path": "real_time",
        "requests": 1000, "uncached_input": 6000, "output": 800,
    }  # fmt: skip
    call = calls.register(feature=feature, fields=fields, by=pia.actor, at=now)
    both_in(call.parts.get(), now)
    for version, changed in enumerate(({"requests": 1010}, {"name": "Labels"}), Call.objects.get().version):
        calls.edit(call=call, version=version, fields=changed, by=pia.actor, at=now, reason="Measured")
        call.refresh_from_db()
    return call


def test_what_was_renamed_is_found_opened_compared_reviewed_and_exported_by_keyboard(page, sign_in, pia, renamed):
    keys = Keyboard(sign_in(page, pia))
    page.goto("/history")
    keys.press("link", "A record by any name it had, deleted ones too")
    page.wait_for_url("**/history/find")
    keys.fill("Name", "tags")
    page.keyboard.press("Enter")
    keys.press("link", "Labels")
    page.wait_for_url(f"**/history/call/{renamed.pk}")
    keys.press("link", "What is different since it was sealed")
    expect(page.get_by_text("1,010").first).to_be_visible()
    expect(page.get_by_role("rowheader", name="Name").first).to_be_visible()
    edit = Action.objects.filter(kind="call.edit").earliest("seq")
    page.goto("/history?kind=call.edit&review=open")
    keys.tick("Reviewed: Pia changed the call “Ticket tags”")
    keys.fill("Note", "Read")
    keys.press("button", "Mark the ticked ones as reviewed")
    expect(page.get_by_text("1 of these waits for a review")).to_be_visible()
    assert Review.objects.get().seq == edit.seq
    keys.select("Export what is found", "JSON")
    keys.press("button", "Export")
    page.wait_for_url("**/jobs/**")
    assert Job.objects.get(kind="export_history").params["asked"] == {"kind": "call.edit", "review": "open"}


@short_and_whole
def test_its_pages_fit_in_light_and_in_dark(page, sign_in, pia, renamed, whole):
    sealed = Action.objects.filter(kind="waiting.submit").latest("seq").seq
    sign_in(page, pia)
    paths = (
        "/history?by=person&since=version&review=open",
        "/history/find?name=t",
        f"/history/{sealed}",
        "/history/compare?since=day&day=2026-01-01",
        f"/history/as-of?day={timezone.localdate()}",
    )
    all_look_right(page, paths, whole=whole)
