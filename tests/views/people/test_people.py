"""Signing in and out, being locked out, a forgotten password."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.utils import timezone

from inventory.models import Action, OneTimeLink, Person
from inventory.services.people import account

SIGN_IN = "/sign-in"
WRONG = "No account has this e-mail and password."


def sign_in(client: Client, email: str, password: str = "correct horse battery", **more: str):
    return client.post(SIGN_IN, {"email": email, "password": password, **more})


def test_sign_in_opens_a_session_under_a_new_id(client: Client, ed: Person) -> None:
    client.get(SIGN_IN)
    client.session.save()
    before = client.session.session_key
    answer = sign_in(client, f" {ed.email.upper()} ")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(ed.pk)
    assert client.session.session_key != before


def test_wrong_unknown_and_switched_off_get_the_same_answer(client: Client, ed: Person, pia: Person) -> None:
    Person.objects.filter(pk=pia.pk).update(is_active=False)
    tries = [(ed.email, "wrong"), ("nobody@example.test", "wrong"), (pia.email, "correct horse battery")]
    answers = [sign_in(client, *each) for each in tries]
    assert [answer.status_code for answer in answers] == [422, 422, 422]
    for answer, (email, _) in zip(answers, tries, strict=True):
        assert WRONG in answer.content.decode()
        assert f'value="{email}"' in answer.content.decode()


@pytest.mark.parametrize(
    ("wanted", "onward"),
    [
        ("/teams?retired=1", "/teams?retired=1"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("\x00/teams", "/"),
        ("", "/"),
    ],
)
def test_sign_in_goes_on_to_own_addresses_only(client: Client, ed: Person, wanted: str, onward: str) -> None:
    assert sign_in(client, ed.email, next=wanted).headers["Location"] == onward


def test_page_asked_for_comes_after_sign_in(client: Client, ed: Person) -> None:
    answer = client.get("/teams")
    assert answer.headers["Location"] == "/sign-in?next=/teams"
    assert 'name="next" value="/teams"' in client.get(answer.headers["Location"]).content.decode()


def test_whoever_is_signed_in_skips_the_sign_in_page(as_ed: Client) -> None:
    assert as_ed.get(SIGN_IN).status_code == 302


def test_ten_wrong_passwords_lock_the_account_for_this_address(client: Client, ed: Person, pia: Person) -> None:
    statuses = [sign_in(client, ed.email if n % 2 else ed.email.upper(), "wrong").status_code for n in range(10)]
    assert statuses == [422] * 9 + [429]
    locked = sign_in(client, ed.email)
    assert locked.status_code == 429
    assert "Too many wrong passwords" in locked.content.decode()
    assert "_auth_user_id" not in client.session
    assert sign_in(Client(REMOTE_ADDR="192.0.2.7"), ed.email).status_code == 302
    assert sign_in(client, pia.email).status_code == 302


def test_lock_opens_after_a_quarter_of_an_hour(client: Client, ed: Person) -> None:
    for _ in range(10):
        sign_in(client, ed.email, "wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert sign_in(client, ed.email).status_code == 302


def test_right_password_clears_the_count(client: Client, ed: Person) -> None:
    for _ in range(9):
        sign_in(client, ed.email, "wrong")
    assert sign_in(client, ed.email).status_code == 302
    assert not AccessAttempt.objects.exists()


@pytest.mark.parametrize("email", ["", "x" * 40_000, "\x00", "ed@", "é", "' OR 1=1 --"])
@pytest.mark.parametrize("password", ["", "\x00", "x" * 40_000])
def test_bad_input_is_answered_not_served_an_error(client: Client, db: None, email: str, password: str) -> None:
    assert sign_in(client, email, password).status_code == 422


def test_sign_out_ends_the_session_on_the_server(as_ed: Client) -> None:
    stolen = Client()
    stolen.cookies = as_ed.cookies.copy()
    assert stolen.get("/account").status_code == 200
    assert as_ed.post("/sign-out").headers["Location"] == SIGN_IN
    assert stolen.get("/account").status_code == 302
    assert not Session.objects.exists()


def test_looking_does_not_sign_out(as_ed: Client) -> None:
    assert as_ed.get("/sign-out").status_code == 405
    assert as_ed.get("/account").status_code == 200


def test_somebody_switched_off_is_refused_at_the_next_request(as_ed: Client, ed: Person, admin: Person) -> None:
    assert as_ed.get("/account").status_code == 200
    gone = account.deactivate(person=ed, version=ed.version, heir=None, by=admin.actor, at=timezone.now())
    assert as_ed.get("/account").headers["Location"].startswith(SIGN_IN)
    account.reactivate(person=gone, version=gone.version, by=admin.actor, at=timezone.now())
    assert as_ed.get("/account").headers["Location"].startswith(SIGN_IN)


def test_htmx_call_of_somebody_signed_out_goes_to_the_sign_in_page(client: Client, db: None) -> None:
    answer = client.get("/teams", HTTP_HX_REQUEST="true")
    assert answer.headers["HX-Redirect"].startswith(SIGN_IN)


def ask(client: Client, email: str):
    answer = client.post("/reset", {"email": email})
    return answer.status_code, answer.headers.get("Location"), answer.content


def test_reset_link_is_mailed_to_the_account(client: Client, ed: Person) -> None:
    assert ask(client, ed.email.upper()) == (302, "/reset/sent", b"")
    sent = mail.outbox[0]
    assert sent.to == [ed.email]
    address = next(line for line in sent.body.splitlines() if "/link/" in line)
    assert address.startswith("http://testserver/link/")
    assert "Set a new password" in client.get(address).content.decode()
    action = Action.objects.get()
    assert (action.kind, action.actor_kind) == ("people.reset_link", "visitor")


def test_reset_answers_the_same_for_known_unknown_and_throttled(client: Client, ed: Person) -> None:
    known = [ask(client, ed.email) for _ in range(6)]
    assert {ask(client, "nobody@example.test"), *known} == {known[0]}
    assert len(mail.outbox) == OneTimeLink.objects.count() == 5


def test_reset_needs_an_e_mail(client: Client, db: None) -> None:
    answer = client.post("/reset", {"email": "not one"})
    assert answer.status_code == 422
    assert 'value="not one"' in answer.content.decode()


def test_mail_that_cannot_go_out_breaks_nothing(client: Client, ed: Person, monkeypatch, caplog) -> None:
    def refuse(*_: object) -> None:
        raise ConnectionRefusedError("no server")

    monkeypatch.setattr("inventory.views.people._mail.send_mail", refuse)
    assert ask(client, ed.email)[0] == 302
    assert "could not be sent" in caplog.text
    assert ed.email not in caplog.text
    assert "/link/" not in caplog.text


@pytest.mark.parametrize("address", [SIGN_IN, "/sign-out", "/reset", "/account", "/account/password", "/link/x"])
def test_post_without_token_is_refused(ed: Person, address: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ed, backend="django.contrib.auth.backends.ModelBackend")
    assert strict.post(address, {"email": ed.email}).status_code == 403


@pytest.mark.parametrize("address", [SIGN_IN, "/reset", "/reset/sent", "/link/x"])
def test_open_pages_are_stored_nowhere(client: Client, db: None, address: str) -> None:
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_known_unknown_and_switched_off_cost_the_same_hashing(
    client: Client, ed: Person, pia: Person, admin: Person, monkeypatch
) -> None:
    account.deactivate(person=ed, version=1, heir=None, by=admin.actor, at=timezone.now())
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *given: hashed.append(given[1]) or encode(*given))
    for n, email in enumerate([pia.email, "nobody@example.test", ed.email], start=1):
        sign_in(client, email, "wrong")
        assert len(hashed) == n
