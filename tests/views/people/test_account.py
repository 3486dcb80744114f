"""One's own account: name, e-mail, password."""

import re

import pytest
from django.test import Client

from inventory.models import Action, Person
from inventory.models.notice import EVENTS
from inventory.services import notice

DETAILS = {"version": "1", "name": "Edward", "email": "edward@example.test", "current": "correct horse battery"}
NEW = {"current": "correct horse battery", "password": "nine brown cats", "again": "nine brown cats"}


def test_page_shows_discipline_and_teams(as_ed: Client) -> None:
    page = as_ed.get("/account").content.decode()
    assert "Engineering" in page
    assert "Documents" in page


def test_name_and_e_mail_change(as_ed: Client, ed: Person) -> None:
    assert as_ed.post("/account", DETAILS).headers["Location"] == "/account"
    ed.refresh_from_db()
    assert (ed.name, ed.email) == ("Edward", "edward@example.test")
    assert as_ed.get("/account").status_code == 200


@pytest.mark.parametrize("current", ["", "wrong"])
def test_e_mail_changes_only_with_the_password(as_ed: Client, ed: Person, current: str) -> None:
    answer = as_ed.post("/account", {**DETAILS, "current": current})
    assert answer.status_code == 422
    assert "This is not your password now." in answer.content.decode()
    assert 'value="edward@example.test"' in answer.content.decode()
    assert not Action.objects.exists()


def test_name_changes_without_the_password(as_ed: Client, ed: Person) -> None:
    assert as_ed.post("/account", {**DETAILS, "email": ed.email, "current": ""}).status_code == 302


def test_taken_e_mail_is_refused_at_the_field(as_ed: Client, pia: Person) -> None:
    answer = as_ed.post("/account", {**DETAILS, "email": pia.email})
    assert answer.status_code == 422
    assert "Somebody else has an account with this e-mail." in answer.content.decode()


def test_stale_save_shows_both_values_and_can_be_repeated(as_ed: Client, ed: Person) -> None:
    as_ed.post("/account", {**DETAILS, "name": "Eddie", "email": ed.email})
    stale = as_ed.post("/account", {**DETAILS, "email": ed.email})
    page = stale.content.decode()
    assert stale.status_code == 409
    assert "<td>Edward</td><td>Eddie</td>" in page
    assert 'name="version" value="2"' in page
    assert as_ed.post("/account", {**DETAILS, "email": ed.email, "version": "2"}).status_code == 302


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999", "NaN"])
def test_lost_version_is_answered(as_ed: Client, version: str) -> None:
    assert as_ed.post("/account", {**DETAILS, "version": version}).status_code == 422


def test_new_password_ends_the_other_sessions_only(as_ed: Client, ed: Person) -> None:
    other = Client()
    other.force_login(ed, backend="django.contrib.auth.backends.ModelBackend")
    before = as_ed.session.session_key
    assert as_ed.post("/account/password", NEW).headers["Location"] == "/account"
    assert as_ed.get("/account").status_code == 200
    assert as_ed.session.session_key != before
    assert other.get("/account").status_code == 302
    ed.refresh_from_db()
    assert ed.check_password("nine brown cats")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("current", "wrong", "This is not your password now."),
        ("again", "other", "The two passwords differ"),
        ("password", "", "Type the new password here as well."),
        ("password", "x" * 40_000, "at most 200"),
    ],
)
def test_refused_password_says_why(as_ed: Client, ed: Person, field: str, typed: str, said: str) -> None:
    given = {**NEW, field: typed}
    answer = as_ed.post("/account/password", given)
    assert answer.status_code == 422
    if field != "password" or typed:
        assert said in answer.content.decode()
    ed.refresh_from_db()
    assert ed.check_password("correct horse battery")


# Notices


def choices(*on: str, version: str = "1") -> dict[str, str]:
    return {"version": version, **dict.fromkeys(on, "on")}


def test_every_event_can_be_turned_off_by_each_way(as_ed: Client, ed: Person) -> None:
    page = as_ed.get("/account").content.decode()
    for event, title in EVENTS:
        assert title in page
        assert all(f'name="{event}_{way}"' in page for way in ("app", "mail"))
    assert as_ed.post("/account/notices", choices("sealed_mail")).headers["Location"] == "/account"
    told = notice.choices(ed).told
    assert {event: set(ways) for event, ways in told.items() if ways} == {"sealed": {"mail"}}
    page = as_ed.get("/account").content.decode()
    assert re.findall(r'name="(\w+)" id="\w+" checked', page) == ["sealed_mail"]


def test_choices_of_two_tabs_are_shown_beside_each_other(as_ed: Client, ed: Person) -> None:
    as_ed.post("/account/notices", choices("sealed_mail"))
    stale = as_ed.post("/account/notices", choices("sealed_app", "opened_app"))
    page = stale.content.decode()
    assert stale.status_code == 409
    assert "A label is agreed or settled</th><td>in the app</td><td>by e-mail</td>" in page
    assert "A lead opened a sheet before both were in</th><td>in the app</td><td>not at all</td>" in page
    assert as_ed.post("/account/notices", choices("sealed_app", version="2")).status_code == 302


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_choices_without_a_version_are_not_taken(as_ed: Client, ed: Person, version: str) -> None:
    answer = as_ed.post("/account/notices", choices("sealed_mail", version=version))
    assert answer.status_code == 422
    assert "lost track" in answer.content.decode()
    assert notice.choices(ed).pk is None
