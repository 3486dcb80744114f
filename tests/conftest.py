"""The people every test knows, the clock, and databases that stay append-only while tests run."""

from collections.abc import Iterator
from datetime import UTC, datetime
from unittest import mock

import pytest
from django.db import connection
from django.test import Client, TransactionTestCase

from inventory.domain.book import Book
from inventory.models import Person, Team, append_only
from inventory.services import pricing
from tests import factories

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True, scope="session")
def history_that_tests_may_empty() -> Iterator[None]:
    """Tests with real transactions empty every table afterwards, which the triggers on history refuse."""
    empty = TransactionTestCase._fixture_teardown

    def empty_without_triggers(case: TransactionTestCase) -> None:
        append_only.remove(connection)
        empty(case)
        append_only.install(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_without_triggers)
        yield


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def prices(db: None) -> Book:
    """The book Batchline comes with, loaded and valid today. Leaves no action, so that tests may count theirs."""
    with mock.patch.object(pricing.audit, "append"):
        pricing.load_packaged(at=NOW)
    return pricing.book(NOW.date())


@pytest.fixture
def team(db: None) -> Team:
    return factories.make_team(name="Documents")


@pytest.fixture
def pia(team: Team) -> Person:
    """Product lead of the team."""
    return factories.make_person(name="Pia", discipline="product", team=team, role="lead")


@pytest.fixture
def ed(team: Team) -> Person:
    """Engineer, member of the same team."""
    return factories.make_person(name="Ed", discipline="engineering", team=team, role="member")


@pytest.fixture
def stranger(db: None) -> Person:
    """Signed in, but in another team."""
    return factories.make_person(
        name="Stan", discipline="engineering", team=factories.make_team(name="Elsewhere"), role="lead"
    )


@pytest.fixture
def admin(db: None) -> Person:
    return factories.make_person(name="Ada", discipline="engineering", is_administrator=True)


@pytest.fixture
def as_pia(pia: Person) -> Client:
    return _signed_in(pia)


@pytest.fixture
def as_ed(ed: Person) -> Client:
    return _signed_in(ed)


@pytest.fixture
def as_stranger(stranger: Person) -> Client:
    return _signed_in(stranger)


@pytest.fixture
def as_admin(admin: Person) -> Client:
    return _signed_in(admin)


def _signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client
