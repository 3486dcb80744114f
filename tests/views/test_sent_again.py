"""A double click or a retry: whatever form a page has, sent five times as it stands there, does what it does once."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve

from inventory.models import Action
from tests.views.test_lost_versions import CHANGED, MORE, Form, Forms
from tests.views.test_matrix import MAY, address, clients  # noqa: F401, the fixtures
from tests.writes import walk

pytestmark = pytest.mark.django_db
TIMES = 5
AGAIN = -1  # it did something when it came again
SHORT = {  # the form, and the page it stands on
    "call.edit": "call.edit", "comment.write": "comment.write", "feature.new": "feature.new", "move.step": "move.detail",
    "undo.action": "undo.action", "wave.edit": "wave.edit",
}  # fmt: skip
NEW = {"feature.new": {"name": "Another"}, "call.new": {"name": "Another"}, "team.new": {"name": "Another"}}
# Sent anew they mean it anew, each with the reason.
MEANT_ANEW = {
    "people.invite": "each invitation is a link of its own; the one before is withdrawn on the page",
    "people.sign_out": "nobody is signed in any more",
    "scenario.copy": "each copy is one more, under a name of its own; deleted on its page",
}


def forms(client: Client, path: str) -> dict[str, Form]:
    """Those of a page, by the name of the address they are sent to; the first of each."""
    answer, page = client.get(path), Forms(path)
    if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
        page.feed(answer.content.decode())
    found: dict[str, Form] = {}
    for action, fields in page.found:
        to = f"{path}{action}" if action.startswith("?") else action
        found.setdefault(resolve(urlsplit(to).path).url_name, (to, fields))
    return found


def sent(client: Client, form: Form, name: str) -> tuple[int, list[int]]:
    """How many actions the first came to, or AGAIN; and the answers. Taken back at once."""
    action, fields = form
    typed = {**fields, **{each: given for each, given in CHANGED.items() if each in fields}}
    typed |= {**MORE.get(name, {}), **NEW.get(name, {})}
    with transaction.atomic():
        began = Action.objects.count()
        statuses = [client.post(action, typed).status_code]
        once, kept = Action.objects.count() - began, walk.kept()
        statuses += [client.post(action, typed).status_code for _ in range(TIMES - 1)]
        is_same = (Action.objects.count() - began, walk.kept()) == (once, kept)
        transaction.set_rollback(True)
    return once if is_same else AGAIN, statuses


def pages(
    names: list[str],
    clients: dict[str, Client],  # noqa: F811
    address: Callable[[str], str],  # noqa: F811
) -> dict[str, tuple[Client, Form]]:
    found: dict[str, tuple[Client, Form]] = {}
    for name in names:
        who = next((each for each in ("administrator", "member") if each in (MAY[name][0] or ())), None)
        if who is not None:
            for each, form in forms(clients[who], address(name)).items():
                found.setdefault(each, (clients[who], form))
    return {name: each for name, each in found.items() if name not in MEANT_ANEW}


def all_sent(names: list[str], clients: dict[str, Client], address: Callable[[str], str]) -> dict[str, int]:  # noqa: F811
    done = {}
    for name, (client, form) in pages(names, clients, address).items():
        done[name], statuses = sent(client, form, name)
        assert max(statuses) < 500, (name, statuses)
    return done


@pytest.mark.parametrize("name", SHORT)
def test_a_form_sent_five_times_does_it_once(
    name: str,
    clients: dict[str, Client],  # noqa: F811
    address: Callable[[str], str],  # noqa: F811
) -> None:
    assert all_sent([SHORT[name]], clients, address)[name] == 1


@pytest.mark.soak
def test_every_form_sent_five_times_does_it_once(
    clients: dict[str, Client],  # noqa: F811
    address: Callable[[str], str],  # noqa: F811
) -> None:
    done = all_sent(sorted(MAY), clients, address)
    again = sorted(name for name, count in done.items() if count == AGAIN)
    assert again == [], ", ".join(again)
    assert len(done) > 60
    assert sum(1 for count in done.values() if count) > 30, done
