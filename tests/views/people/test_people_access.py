"""Who may open and send what around people and teams. What one may not do answers like what does not exist."""

from itertools import product

import pytest
from django.db import transaction
from django.test import Client

from inventory.models import Membership, OneTimeLink, Person, Team
from inventory.services.people import link
from tests import factories

ROLES = ["anonymous", "stranger", "viewer", "member", "lead", "admin"]

# method, address, and the status each role gets with an empty form: 404 not theirs, 302 to sign in, else theirs.
EVERYONE = dict.fromkeys(ROLES[1:], 200)
LEADS = {"lead": 200, "admin": 200}
ADMIN = {"admin": 200}
ROWS = [
    ("GET", "/account", EVERYONE),
    ("POST", "/account", dict.fromkeys(ROLES[1:], 422)),
    ("GET", "/account/password", EVERYONE),
    ("POST", "/account/password", dict.fromkeys(ROLES[1:], 422)),
    ("POST", "/sign-out", dict.fromkeys(ROLES[1:], 302)),
    ("GET", "/teams", EVERYONE),
    ("GET", "/teams/{team}", EVERYONE),
    ("GET", "/teams/new", ADMIN),
    ("POST", "/teams/new", {"admin": 422}),
    ("GET", "/teams/{team}/edit", LEADS),
    ("POST", "/teams/{team}/edit", dict.fromkeys(LEADS, 422)),
    ("GET", "/teams/{team}/retire", ADMIN),
    ("POST", "/teams/{team}/retire", {"admin": 422}),
    ("POST", "/teams/{team}/restore", {"admin": 302}),
    ("GET", "/teams/{team}/invite", LEADS),
    ("POST", "/teams/{team}/invite", dict.fromkeys(LEADS, 422)),
    ("POST", "/teams/{team}/invitations/{link}/withdraw", dict.fromkeys(LEADS, 302)),
    ("GET", "/teams/{team}/members/{member}", LEADS),
    ("POST", "/teams/{team}/members/{member}", dict.fromkeys(LEADS, 422)),
    ("POST", "/teams/{team}/members/{member}/remove", dict.fromkeys(LEADS, 422)),
    ("GET", "/people", ADMIN),
    ("GET", "/people/{person}", ADMIN),
    ("POST", "/people/{person}/discipline", {"admin": 422}),
    ("POST", "/people/{person}/administrator", {"admin": 422}),
    ("POST", "/people/{person}/deactivate", {"admin": 422}),
    ("POST", "/people/{person}/reactivate", {"admin": 422}),
    ("POST", "/people/{person}/anonymise", {"admin": 422}),
]


@pytest.fixture
def numbers(team: Team, ed: Person, now) -> dict[str, int]:
    link.made(purpose="invite", team=team, email="nia@example.test", role="member", discipline="product", at=now)
    OneTimeLink.objects.update(expires_at="2100-01-01T00:00Z")
    found = {"team": team.pk, "link": OneTimeLink.objects.get().pk, "person": ed.pk}
    return {**found, "member": Membership.objects.get(person=ed).pk}


def client_of(role: str, team: Team) -> Client:
    client = Client()
    if role == "anonymous":
        return client
    in_team = {"team": team, "role": role} if role in ("viewer", "member", "lead") else {}
    person = factories.make_person(is_administrator=role == "admin", **in_team)
    if role == "stranger":
        Membership.objects.create(team=factories.make_team(), person=person, role="lead")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_matrix(team: Team, numbers: dict[str, int]) -> None:
    """Each is taken back at once, with the session of whoever signed out."""
    wrong = {}
    clients = {role: client_of(role, team) for role in ROLES}
    for (method, address, allowed), (role, client) in product(ROWS, clients.items()):
        signed_in = client.cookies.copy()
        with transaction.atomic():
            answer = client.generic(method, address.format(**numbers))
            transaction.set_rollback(True)
        client.cookies = signed_in
        where = "/sign-in" if role == "anonymous" else ""
        expected = allowed.get(role, 302 if role == "anonymous" else 404)
        if answer.status_code != expected or not answer.headers.get("Location", "").startswith(where):
            wrong[role, method, address] = (answer.status_code, expected)
    assert wrong == {}


@pytest.mark.parametrize("role", ["member", "lead"])
def test_what_one_may_not_change_answers_like_what_does_not_exist(
    role: str, team: Team, numbers: dict[str, int]
) -> None:
    client = client_of(role, team)
    other = factories.make_team().pk
    missing = client.get("/teams/99999999999999999999/edit")
    refused = client.get(f"/teams/{other}/edit")
    assert (missing.status_code, refused.status_code) == (404, 404)
    assert missing.content.split(b"<main")[1] == refused.content.split(b"<main")[1]


def test_post_without_token_is_refused(admin: Person, numbers: dict[str, int]) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    sent = {
        address: strict.post(address.format(**numbers)).status_code for method, address, _ in ROWS if method == "POST"
    }
    assert sent == dict.fromkeys(sent, 403)
