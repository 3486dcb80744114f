"""Every form that changes a record carries its version, and without it, or with one that is not the record's, changes
nothing: found by opening every page there is and sending each form as it stands there."""

from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve

from tests.views.test_matrix import MAY, address, clients  # noqa: F401, the fixtures
from tests.writes import walk

pytestmark = [pytest.mark.django_db, pytest.mark.soak]  # each page has its own test of a stale save
Form = tuple[str, dict[str, list[str]]]  # where it is sent, and what by default

CHANGED = dict.fromkeys(("name", "reason", "consumer", "text", "note", "description", "source"), "Changed since")
MORE = {
    "feature.retire": {"with_calls": "on"},
    "move.overrule": {"effort_set": "5", "effort_why": "Old code"},
    "move.step": {"to": "proposed"},
    "people.discipline": {"discipline": "other"},
    "people.notices": {"sealed_mail": "on"},
    "pricing.end": {"on": "2099-01-01"},
    "team.member": {"role": "lead"},
    "waiting.question": {"choice": "nobody"},
    "waiting.all": {"first": "nobody", "late": "longer", "needed": "all"},
}
# Every form that carries a version and, with it, changes something; without it, nothing.
EDITS = {
    "call.edit", "call.retire", "feature.edit", "feature.retire", "move.overrule", "move.step", "part.edit",
    "people.account", "people.administrator", "people.deactivate", "people.discipline", "people.notices",
    "pricing.correct", "pricing.end", "scenario.delete", "scenario.edit", "team.edit", "team.member", "team.remove", "waiting.question",
    "wave.edit", "wave.retire",
}  # fmt: skip


class Forms(HTMLParser):
    """The forms of a page that are posted, with what a browser would send."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.found = path, list[Form]()
        self.select, self.area, self.fields = "", "", dict[str, list[str]]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, has = given.get("name", ""), dict(attrs)
        if tag == "form":
            self.fields = {}
            if given.get("method", "").lower() == "post":
                self.found.append((urljoin(self.path, given.get("action") or ""), self.fields))
        elif tag == "input" and name and (given.get("type") not in ("radio", "checkbox", "submit") or "checked" in has):
            self.fields.setdefault(name, []).append(given.get("value", "on" if "checked" in has else ""))
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in has or self.select not in self.fields):
            self.fields[self.select] = [given.get("value", "")]  # the first, where none is selected
        elif tag == "textarea":
            self.area = name

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields.setdefault(self.area, []).append(data)

    def handle_endtag(self, tag: str) -> None:
        self.select, self.area = ("" if tag == "select" else self.select), ("" if tag == "textarea" else self.area)


def versions(fields: dict[str, list[str]]) -> list[str]:
    return [name for name in fields if name.startswith("version")]


def forms(client: Client, path: str) -> dict[str, Form]:
    """Those of a page that carry a version, by the name of the address they are sent to; the first of each."""
    answer, page = client.get(path), Forms(path)
    if answer.headers["Content-Type"].startswith("text/html"):
        page.feed(answer.content.decode())
    found: dict[str, Form] = {}
    for action, fields in page.found:
        if versions(fields):
            found.setdefault(resolve(urlsplit(action).path).url_name, (action, fields))
    return found


def test_no_form_changes_a_record_without_its_version(
    clients: dict[str, Client],  # noqa: F811
    address: Callable[[str], str],  # noqa: F811
) -> None:
    pages: dict[str, tuple[Client, str]] = {}
    for name in sorted(MAY):
        who = next((each for each in ("administrator", "member") if each in (MAY[name][0] or ())), None)
        if who is not None:
            path = address(name)
            for found in forms(clients[who], path):
                pages.setdefault(found, (clients[who], path))
    changing = {name for name, (client, path) in pages.items() if changes(client, path, name)}
    assert changing - EDITS == set(), "with its version it changes something: list it"
    assert EDITS - changing == set(), "was not sent as it should have been"


def changes(client: Client, path: str, name: str) -> bool:
    """Whether that form of the page changes a record when it is sent with its version. Without, or with another, it
    must not."""
    for wrong in ([], ["99"]):
        is_changed, status = sent(client, path, name, wrong)
        assert (is_changed, status < 500) == (False, True), (name, wrong, status)
    return sent(client, path, name, None)[0]


def sent(client: Client, path: str, name: str, version: list[str] | None) -> tuple[bool, int]:
    """Taken back at once, so that the next form finds what the first one found."""
    action, fields = forms(client, path)[name]
    typed = {**fields, **{each: given for each, given in CHANGED.items() if each in fields}, **MORE.get(name, {})}
    if version is not None:
        typed |= dict.fromkeys(versions(fields), version)
    before = walk.kept()
    with transaction.atomic():
        answer = client.post(action, typed)
        after = walk.kept()
        transaction.set_rollback(True)
    return after != before, answer.status_code
