"""Several workers at one moment: a letter each, one comment a form."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.db import connection, connections

from inventory.models import Action, Comment, Digest, Notice, Person, Team
from inventory.services.talk import digest
from tests import factories
from tests.services.talk.test_comment import say
from tests.services.talk.test_digest import MORNING

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor == "sqlite", reason="in memory: see tests/management/test_send_digest.py"),
]
WORKERS = 4


def at_once(work: Callable[[], Any]) -> list[Any]:
    start = Barrier(WORKERS)

    def run(_: int) -> Any:
        try:
            start.wait()
            return work()
        finally:
            connections.close_all()  # the pool they go back to is everybody's

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(run, range(WORKERS)))


def test_of_several_workers_one_sends_each_letter(team: Team, pia: Person, stranger: Person, now: datetime) -> None:
    for _ in range(5):
        owner = factories.make_person(team=team)
        say(factories.make_call(feature=factories.make_feature(team=team, product_owner=owner)), stranger, now)
    found = at_once(lambda: digest.send_due(at=MORNING))
    assert sum(each.sent for each in found) == 5
    assert len({message.to[0] for message in mail.outbox}) == len(mail.outbox) == Digest.objects.count() == 5
    assert not Notice.objects.to_mail().exists()


def test_a_form_sent_several_times_at_once_is_one_comment(team: Team, pia: Person, now: datetime) -> None:
    call = factories.make_call(feature=factories.make_feature(team=team))
    found = at_once(lambda: say(call, pia, now, token="a" * 32).pk)
    assert len(set(found)) == Comment.objects.count() == Action.objects.count() == 1
