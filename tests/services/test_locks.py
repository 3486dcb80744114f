"""Whoever changes a record holds it, but not against others who merely point to it: PostgreSQL looks at what a new row
points to when the transaction ends, when it holds the head of the chain already, and two would wait for each other."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime

import pytest
from django.db import connection, connections, transaction

from inventory.domain.audit import Actor
from inventory.models import Call, Person, Team
from inventory.services import call as calls
from inventory.services import feature as features
from inventory.services import part as parts
from inventory.services import people
from inventory.services import team as teams
from tests import factories

BY = Actor("command", "test")
ONE = {"name": "One", "requests": 1000, "uncached_input": 6000, "cacheable_prefix": 2000, "output": 800}
FIELDS = {**ONE, "provider": "anthropic", "model": "claude-sonnet-5-5", "today_path": "real_time"}
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one lock, taken at the start"),
]


@pytest.fixture
def call(team: Team, pia: Person) -> Call:
    return factories.make_call(feature=factories.make_feature(team=team, product_owner=pia))


@pytest.mark.parametrize("held", ["feature", "team", "person"])
def test_a_new_row_does_not_wait_for_whoever_changes_what_it_points_to(
    held: str, call: Call, pia: Person, now: datetime
) -> None:
    def register() -> None:
        fields = {"name": "Another", "product_owner": pia}
        feature = features.register(team=call.team, fields=fields, by=BY, at=now)
        calls.register(feature=feature, fields=FIELDS, by=BY, at=now)
        calls.register(feature=call.feature, fields=FIELDS, by=BY, at=now)
        parts.split(call=call, version=call.version, parts=[ONE, ONE], by=BY, at=now)

    with _held(held, call, pia):
        _in_another_session(register)
    assert Call.objects.count() == 3


@contextmanager
def _held(name: str, call: Call, person: Person) -> Iterator[None]:
    hold: dict[str, Callable[[], object]] = {
        "feature": lambda: features._locked(call.feature),
        "team": lambda: teams._locked(call.team),
        "person": lambda: people.locked(person.pk),
    }
    with transaction.atomic():
        hold[name]()
        yield


def _in_another_session(work: Callable[[], None]) -> None:
    """Fails instead of waiting for ever."""

    def run() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '1s'")
            work()
        finally:
            connections.close_all()
            connection.close_pool()  # type: ignore[attr-defined]

    with ThreadPoolExecutor(1) as other:
        other.submit(run).result()
