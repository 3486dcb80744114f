"""A double click or a retry: whatever form a page has, sent five times as it stands there, does what it does once."""

from collections.abc import Callable, Collection
from functools import partial
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from inventory.models import Action, Feature, Part
from tests.services.labelling.test_waiting import SOMEBODY_WAITS, both_in
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
NEW: dict[str, dict[str, object]] = {
    **dict.fromkeys(("feature.new", "team.new"), {"name": "Another"}),
    "call.new": {
        "name": "Another", "feature": lambda: Feature.objects.order_by("pk")[0].pk, "model": "claude-haiku-4-5", "today_path": "real_time", "requests": "10",
        "uncached_input": "10", "output": "10",
    },
    "discount.new": {"share": "10"},
    "part.split": {
        f"part-{number}-{name}": typed
        for number in (0, 1)
        for name, typed in {
            "name": f"Part {number}", "consumer": "Whoever opened it", "requests": "1000", "uncached_input": "3000",
            "cacheable_prefix": "1000", "output": "1000", "hit_share": "0", "batch_hit_share": "0", "hand_over": "A notice",
        }.items()
    },
    "people.password": {"current": "correct horse battery", "password": "nine brown cats", "again": "nine brown cats"},
    "pricing.new": {
        "valid_from": "2099-01-01", "input": "1", "output": "2", "write_5m": "1.25", "write_1h": "2", "read": "0.1",
        "batch_input": "0.5", "batch_output": "1",
    },
    "team.invite": {"email": "another@example.test", "discipline": "product"},
    "agreement.settle": {"label": "waiting"},
}  # fmt: skip
# Sent anew they mean it anew, each with the reason.
MEANT_ANEW = {
    "team.invite": "each invitation is a link of its own; the one before is withdrawn on the page",
    "people.sign_out": "nobody is signed in any more",
    "scenario.copy": "each copy is one more, under a name of its own; deleted on its page",
}


# They stand on no page as it is here: for a time that has passed, a queue, an empty home, a running job, a computed price;
# and the two that only count while one types.
NOT_SENT = {
    "agreement.open", "call.cost", "exchange.demo_load", "exchange.demo_remove", "job.cancel", "notice.read",
    "part.split_cost", "pricing.apply", "queue.drafts", "queue.keep", "queue.leave", "queue.look_over", "queue.take",
    "queue.together", "review.mark", "team.restore", "waiting.check", "waiting.copy", "wave.propose", "wave.step",
}  # fmt: skip
# They want a file, a tick or an answer that is on no page by itself; team.retire a team without features.
DOES_NOTHING = {
    "exchange.export_list", "exchange.import", "people.anonymise", "pricing.import", "pricing.new", "scenario.moves",
    "team.retire", "waiting.all", "wave.put",
}  # fmt: skip


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


def send(by: tuple[Client, Form], name: str) -> int:
    client, (action, fields) = by
    typed = {**fields, **{each: given for each, given in CHANGED.items() if each in fields}}
    new = {each: given() if callable(given) else given for each, given in NEW.get(name, {}).items()}
    return client.post(action, {**typed, **MORE.get(name, {}), **new}).status_code


def sent(client: Client, form: Form, name: str) -> tuple[int, list[int]]:
    """How many actions the first came to, or AGAIN; and the answers. Taken back at once, with the session of whoever
    changed a password."""
    signed_in = client.cookies.copy()
    with transaction.atomic():
        began = Action.objects.count()
        statuses = [send((client, form), name)]
        once, kept = Action.objects.count() - began, walk.kept()
        statuses += [send((client, form), name) for _ in range(TIMES - 1)]
        is_same = (Action.objects.count() - began, walk.kept()) == (once, kept)
        transaction.set_rollback(True)
    client.cookies = signed_in
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


def all_sent(
    names: list[str],
    clients: dict[str, Client],  # noqa: F811
    address: Callable[[str], str],  # noqa: F811
    but: Collection[str] = (),
) -> dict[str, int]:
    done = {}
    for name, (client, form) in pages(names, clients, address).items():
        if name in but:
            continue
        done[name], statuses = sent(client, form, name)
        assert max(statuses) < 500, (name, statuses)
    return done


def test_a_form_sent_five_times_does_it_once(
    clients: dict[str, Client],  # noqa: F811
    address: Callable[[str], str],  # noqa: F811
) -> None:
    """Some that differ in kind; the soak sends every form of every page."""
    found = pages(list(SHORT.values()), clients, address)
    done = {name: sent(*found[name], name) for name in SHORT}
    assert {name: count for name, (count, _) in done.items()} == dict.fromkeys(SHORT, 1)
    assert max(max(statuses) for _, statuses in done.values()) < 500, done


@pytest.mark.soak
def test_every_form_sent_five_times_does_it_once(
    clients: dict[str, Client],  # noqa: F811
    address: Callable[[str], str],  # noqa: F811
) -> None:
    """First as everything stands, then after each form that did something was sent once, and with a dispute: what is
    retired offers to be restored."""
    names = sorted(MAY)
    begun = pages(names, clients, address)
    done = all_sent(names, clients, address)
    for then in [dispute, *(partial(send, begun[name], name) for name, count in done.items() if count > 0)]:
        with transaction.atomic():
            then()
            done |= all_sent(names, clients, address, but=done.keys())
            transaction.set_rollback(True)
    again = sorted(name for name, count in done.items() if count == AGAIN)
    assert again == [], ", ".join(again)
    assert {name for name, (_, sending) in MAY.items() if sending} - done.keys() - MEANT_ANEW.keys() == NOT_SENT
    assert {name for name, count in done.items() if count == 0} == DOES_NOTHING


def dispute() -> None:
    both_in(Part.objects.order_by("pk")[0], timezone.now(), product=SOMEBODY_WAITS)
