"""What the holder of a one-time link finds."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from inventory.domain.audit import Actor
from inventory.models import Membership, OneTimeLink, Person, Team
from inventory.services.people import invitation, people
from tests import factories

BY = Actor("command", "test")
PASSWORD = {"password": "nine brown cats", "again": "nine brown cats"}
BEGIN = {"email": "ada@example.test", "name": "Ada", "discipline": "product", "team": "Search", **PASSWORD}


@pytest.fixture
def first(db: None) -> str:
    return f"/link/{people.first_link(at=timezone.now())}"


@pytest.fixture
def invited(team: Team, pia: Person) -> str:
    given = {"email": "nia@example.test", "discipline": "engineering", "role": "viewer"}
    return f"/link/{invitation.invite(team=team, by=pia.actor, at=timezone.now(), **given)}"


@pytest.fixture
def sign_in(ed: Person) -> str:
    return f"/link/{people.sign_in_link(email=ed.email, by=BY, at=timezone.now())}"


@pytest.fixture
def reset(ed: Person) -> str:
    sent = people.reset_link(email=ed.email, by=BY, at=timezone.now())
    assert sent is not None
    return f"/link/{sent.token}"


def who(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_first_link_makes_an_administrator_and_signs_in(client: Client, first: str) -> None:
    assert "first administrator" in client.get(first).content.decode()
    answer = client.post(first, BEGIN)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    ada = Person.objects.get()
    assert (ada.is_administrator, who(client)) == (True, str(ada.pk))
    assert Membership.objects.get().role == "lead"


def test_looking_at_any_link_uses_nothing_up(
    client: Client, first: str, invited: str, sign_in: str, reset: str
) -> None:
    for address in (first, invited, sign_in, reset) * 2:
        assert client.get(address).status_code == 200
        assert client.head(address).status_code == 200
    assert not OneTimeLink.objects.exclude(used_at=None).exists()
    assert who(client) is None


def test_refused_first_form_keeps_what_was_typed_and_the_link(client: Client, first: str) -> None:
    factories.make_team(name="search")
    answer = client.post(first, BEGIN)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "A team has this name already." in page
    assert 'value="ada@example.test"' in page
    assert "nine brown cats" not in page
    assert client.get(first).status_code == 200


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("email", "ada", "Type an e-mail address"),
        ("email", "a" * 40_000, "254"),
        ("name", "x" * 121, "Shorten it to 120"),
        ("name", "A\x00da", "Take out the control characters"),
        ("name", " ", "Fill this in"),
        ("discipline", "both", "Select a valid choice"),
        ("team", "", "Fill this in"),
        ("password", "12345678901", "The two passwords differ"),
        ("again", "other", "The two passwords differ"),
    ],
)
def test_first_form_says_what_is_wrong(client: Client, first: str, field: str, typed: str, said: str) -> None:
    answer = client.post(first, {**BEGIN, field: typed})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Person.objects.exists()


@pytest.mark.parametrize("password", ["password123", "qwertyuiop", "1234567890", "short", "ada@example"])
def test_passwords_easily_guessed_are_refused(client: Client, first: str, password: str) -> None:
    assert client.post(first, {**BEGIN, "password": password, "again": password}).status_code == 422


def test_every_link_works_once(client: Client, first: str) -> None:
    client.post(first, BEGIN)
    again = Client().post(first, {**BEGIN, "email": "eve@example.test"})
    assert again.status_code == 410
    assert Person.objects.count() == 1


@pytest.mark.parametrize("address", ["/link/unknown", "/link/%00", "/link/" + "x" * 4000, "/link/é"])
def test_unknown_link_gets_the_page_that_says_how_to_get_another(client: Client, db: None, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 410
    assert "How to get another" in answer.content.decode()


def test_used_expired_and_unknown_links_get_one_answer(client: Client, sign_in: str, reset: str) -> None:
    client.post(sign_in, {})
    OneTimeLink.objects.filter(purpose="reset").update(
        expires_at=timezone.now(), created_at=timezone.now() - timedelta(hours=2)
    )
    fresh = Client()
    bodies = {fresh.get(a).content.decode().split("<main")[1] for a in (sign_in, reset, "/link/unknown")}
    assert len(bodies) == 1


def test_sign_in_link_signs_in_and_keeps_the_password(client: Client, sign_in: str, ed: Person) -> None:
    assert f"Sign in as {ed.name}" in client.get(sign_in).content.decode()
    assert client.post(sign_in, {"password": "", "again": ""}).status_code == 302
    ed.refresh_from_db()
    assert who(client) == str(ed.pk)
    assert ed.check_password("correct horse battery")


def test_sign_in_link_can_set_a_new_password(client: Client, sign_in: str, as_ed: Client, ed: Person) -> None:
    assert client.post(sign_in, {**PASSWORD, "again": ""}).status_code == 422
    assert client.post(sign_in, PASSWORD).status_code == 302
    ed.refresh_from_db()
    assert ed.check_password("nine brown cats")
    assert as_ed.get("/account").status_code == 302


def test_reset_ends_other_sessions_and_signs_in(client: Client, reset: str, as_ed: Client, ed: Person) -> None:
    assert client.post(reset, {}).status_code == 422
    assert client.post(reset, PASSWORD).status_code == 302
    assert who(client) == str(ed.pk)
    assert client.get("/account").status_code == 200
    assert as_ed.get("/account").status_code == 302


def test_link_of_another_replaces_the_session(as_pia: Client, sign_in: str, ed: Person) -> None:
    before = as_pia.session.session_key
    as_pia.post(sign_in, {})
    assert who(as_pia) == str(ed.pk)
    assert as_pia.session.session_key != before


def test_invited_person_makes_an_account(client: Client, invited: str, team: Team) -> None:
    page = client.get(invited).content.decode()
    assert f"Join {team.name}" in page
    assert client.post(invited, {"name": "Nia", **PASSWORD}).status_code == 302
    nia = Person.objects.get(email="nia@example.test")
    assert who(client) == str(nia.pk)
    assert Membership.objects.get(person=nia).role == "viewer"


def test_invited_person_who_has_an_account_by_now_joins_without_being_signed_in(
    client: Client, invited: str, team: Team
) -> None:
    nia = factories.make_person(name="Nia")
    Person.objects.filter(pk=nia.pk).update(email="nia@example.test")
    assert "has an account already" in client.get(invited).content.decode()
    assert client.post(invited, {}).headers["Location"] == f"/teams/{team.pk}"
    assert Membership.objects.get(person=nia).team == team
    assert who(client) is None


def test_password_like_the_invited_e_mail_is_refused(client: Client, invited: str) -> None:
    given = {"name": "Somebody", "password": "nia@example.test", "again": "nia@example.test"}
    assert client.post(invited, given).status_code == 422
