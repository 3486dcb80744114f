"""The page that takes an action back: what it shows, who may, and what it says where nothing comes of it."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inventory.models import Action, Call, Part, Person, Team
from inventory.services.calls import call as calls
from inventory.services.planning import arrangement
from inventory.services.planning import wave as waves
from tests import factories
from tests.services.labelling.test_waiting import give
from tests.services.plans import FIELDS
from tests.views.history.test_audit import text

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def call(team: Team, ed: Person, now: datetime) -> Call:
    factories.make_price()
    feature = factories.make_feature(team=team)
    return calls.register(feature=feature, fields={**FIELDS, "key": "tags", "name": "Tags"}, by=ed.actor, at=now)


@pytest.fixture
def edited(call: Call, ed: Person, now: datetime) -> Action:
    calls.edit(call=call, version=1, fields={"requests": 1500, "tag": "x"}, by=ed.actor, at=now)
    return Action.objects.latest("seq")


@pytest.fixture
def put(call: Call, team: Team, pia: Person, now: datetime) -> Action:
    """Three moves put into a wave as one action."""
    for n in range(2):
        fields = {**FIELDS, "key": f"c-{n}", "name": f"Call {n}"}
        calls.register(feature=call.feature, fields=fields, by=pia.actor, at=now)
    wave = waves.register(team=team, fields={"name": "First"}, by=pia.actor, at=now)
    versions = dict(Part.objects.values_list("pk", "version"))
    arrangement.put(team=team, versions=versions, wave=wave, by=pia.actor, at=now)
    return Action.objects.latest("seq")


def address(action: Action) -> str:
    return reverse("undo.action", args=[action.seq])


def sent(client: Client, action: Action, **given: Any) -> Any:
    """The form as the page has it, with what somebody typed."""
    found = re.search(r'name="stamp" value="(\w*)"', text(client, address(action)))
    return client.post(address(action), {"stamp": found.group(1) if found else "", "reason": "A slip", **given})


def said(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_an_edit_is_looked_at_and_taken_back(edited: Action, call: Call, as_ed: Client) -> None:
    assert address(edited) in text(as_ed, f"/history/{edited.seq}")
    page = text(as_ed, address(edited))
    assert (
        '<span>Requests a month</span></label></th><td data-label="Now">1,500</td><td data-label="Becomes">1,000</td>'
        in page
    )
    answer = sent(as_ed, edited)
    undo = Action.objects.latest("seq")
    assert answer.headers["Location"] == f"/history/{undo.seq}"
    call.refresh_from_db()
    assert (call.requests, call.tag, undo.reason, undo.kind) == (1000, "", "A slip", "undo.whole")
    page = text(as_ed, f"/history/{undo.seq}")
    assert f"Ed took back action {edited.seq}: “Tags”" in page
    assert f'It took back <a href="/history/{edited.seq}">' in page
    page = text(as_ed, f"/history/{edited.seq}")
    assert f'Taken back by <a href="/history/{undo.seq}">' in page
    assert address(edited) not in page
    assert f'(taken back by <a href="/history/{undo.seq}">action {undo.seq}</a>)' in text(
        as_ed, f"/history/call/{call.pk}"
    )


def test_a_field_can_be_left_out_and_is_taken_back_later(
    edited: Action, call: Call, as_ed: Client, pia: Person, now: datetime
) -> None:
    call.refresh_from_db()
    calls.edit(call=call, version=call.version, fields={"requests": 1600}, by=pia.actor, at=now)
    later = Action.objects.latest("seq").seq
    boxes = [f"call:{call.pk}:requests", f"call:{call.pk}:tag"]
    page = text(as_ed, address(edited))
    assert re.findall(r'name="field" value="([\w:]+)" checked', page) == boxes
    assert f'1,600 <span class="note">set by <a href="/history/{later}">action {later}</a></span>' in page
    assert sent(as_ed, edited, field_ticks="1").status_code == 422
    assert sent(as_ed, edited, field_ticks="1", field=["call:999:tag", "x"]).status_code == 409
    answer = sent(as_ed, edited, field_ticks="1", field=[boxes[1]], reason=" ")
    assert re.findall(r'name="field" value="([\w:]+)" checked', answer.content.decode()) == [boxes[1]]
    assert sent(as_ed, edited, field_ticks="1", field=[boxes[1]]).status_code == 302
    call.refresh_from_db()
    assert (call.requests, call.tag) == (1600, "")
    assert f"Ed took back some fields of action {edited.seq}" in text(as_ed, "/history")
    page = text(as_ed, f"/history/{edited.seq}")
    assert "Taken back, all of it or some, by" in page
    assert address(edited) in page
    page = text(as_ed, address(edited))
    assert "Some fields were taken back already, by" in page
    assert "Requests a month" in page
    assert ">Tag<" not in page
    assert sent(as_ed, edited).status_code == 302
    call.refresh_from_db()
    assert call.requests == 1000
    assert "It was taken back already" in text(as_ed, address(edited))


def test_a_second_time_says_by_whom_and_an_undo_can_be_undone_once(edited: Action, as_ed: Client) -> None:
    sent(as_ed, edited)
    undo, count = Action.objects.latest("seq"), Action.objects.count()
    page = text(as_ed, address(edited))
    assert "It was taken back already" in page
    assert f'<a href="/history/{undo.seq}">action {undo.seq}</a>' in page
    again = sent(as_ed, edited)
    assert (again.status_code, Action.objects.count()) == (409, count)
    assert sent(as_ed, undo).status_code == 302
    redo = Action.objects.latest("seq")
    assert f"put back what action {undo.seq} had taken back: “Tags”" in text(as_ed, f"/history/{redo.seq}")
    assert "Take back the first action itself once more." in text(as_ed, address(redo))
    assert sent(as_ed, redo).status_code == 409
    assert "taken back" not in text(as_ed, f"/history/{edited.seq}").lower()


def test_what_was_set_since_is_named_and_linked(
    edited: Action, call: Call, as_ed: Client, pia: Person, now: datetime
) -> None:
    call.refresh_from_db()
    calls.edit(call=call, version=call.version, fields={"requests": 1600}, by=pia.actor, at=now)
    later = Action.objects.latest("seq").seq
    page = text(as_ed, address(edited))
    assert f'Requests a month: <a href="/history/{later}">Pia changed the call “Tags”</a>, 2026-11-22' in page


def test_what_changed_since_the_look_is_shown_and_nothing_is_done(
    edited: Action, call: Call, as_ed: Client, pia: Person, now: datetime
) -> None:
    stale = re.search(r'name="stamp" value="(\w+)"', text(as_ed, address(edited))).group(1)
    call.refresh_from_db()
    calls.edit(call=call, version=call.version, fields={"requests": 1600}, by=pia.actor, at=now)
    count = Action.objects.count()
    for stamp in (stale, "", "x" * 5000):
        answer = as_ed.post(address(edited), {"stamp": stamp, "reason": "Kept as typed"})
        assert (answer.status_code, Action.objects.count()) == (409, count)
        assert "Something of it has changed since you looked." in said(answer)
        assert "Kept as typed</textarea>" in said(answer)


def test_a_reason_is_asked_for(edited: Action, as_ed: Client) -> None:
    assert sent(as_ed, edited, reason=" ").status_code == 422
    assert Action.objects.latest("seq") == edited


def test_some_rows_are_ticked(put: Action, call: Call, as_pia: Client) -> None:
    page = text(as_pia, address(put))
    assert page.count(" checked>") == 3
    one = call.parts.get()
    assert f"{address(put)}?row=part:{one.pk}" in text(as_pia, f"/history/{put.seq}")
    page = text(as_pia, f"{address(put)}?row=part:{one.pk}")
    assert (page.count('name="row"'), page.count(" checked>")) == (3, 1)
    assert f'value="call:{call.pk}" checked>' in page
    assert sent(as_pia, put, ticks="1").status_code == 422
    assert sent(as_pia, put, ticks="1", row=["call:999999", "x"]).status_code == 409
    assert sent(as_pia, put, ticks="1", row=[f"call:{call.pk}"]).status_code == 302
    assert Part.objects.filter(wave=None).get() == one
    page = text(as_pia, address(put))
    assert "Taken back already, by" in page
    assert page.count(" disabled>") == 1
    assert f"took back some of action {put.seq}" in text(as_pia, "/history")
    assert (
        sent(
            as_pia, put, ticks="1", row=[f"call:{each}" for each in Call.objects.values_list("pk", flat=True)]
        ).status_code
        == 302
    )
    assert not Part.objects.exclude(wave=None).exists()


def test_who_may_do_it_may_take_it_back(
    edited: Action, put: Action, team: Team, as_ed: Client, as_pia: Client, as_admin: Client, as_stranger: Client
) -> None:
    viewer = Client()
    viewer.force_login(factories.make_person(team=team, role="viewer"), backend=BACKEND)
    who = {"member": as_ed, "lead": as_pia, "admin": as_admin, "stranger": as_stranger, "viewer": viewer}
    found = {
        name: [each.get(address(action)).status_code for action in (edited, put)] + [sent_blindly(each, edited)]
        for name, each in who.items()
    }
    assert found == {
        "member": [200, 404, 409], "lead": [200, 200, 409], "admin": [200, 200, 409],
        "stranger": [404, 404, 404], "viewer": [404, 404, 404],
    }  # fmt: skip
    assert address(edited) not in text(viewer, f"/history/{edited.seq}")


def sent_blindly(client: Client, action: Action) -> int:
    return client.post(address(action), {"stamp": "", "reason": "R"}).status_code


def test_members_take_back_the_steps_they_may_take(call: Call, as_ed: Client, as_stranger: Client) -> None:
    part = call.parts.get()
    as_ed.post(reverse("move.step", args=[part.pk]), {"to": "proposed", "version": part.version})
    action = Action.objects.latest("seq")
    assert action.kind == "move.set_status"
    assert as_stranger.get(address(action)).status_code == 404
    assert sent(as_ed, action).status_code == 302


def test_what_cannot_be_taken_back_says_why_and_what_to_do(
    call: Call, as_ed: Client, as_pia: Client, now: datetime
) -> None:
    give(call.parts.get(), "product", {"first": "nobody"}, now)
    action = Action.objects.latest("seq")
    page = text(as_pia, f"/history/{action.seq}")
    assert "It cannot be taken back. What a person answered or confirmed stands as what they said." in page
    assert address(action) not in page
    assert "answer anew" in text(as_pia, address(action))
    assert sent(as_pia, action).status_code == 409
    hidden = text(as_ed, address(action))
    main = hidden[hidden.index("<main") : hidden.index("</main>")].lower()
    assert "nobody" not in main
    assert as_pia.get("/history/99999/undo").status_code == 404
