"""The people every test knows, the clock, and databases that stay append-only while tests run."""

import gc
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import ClassVar
from unittest import mock

import hypothesis
import pytest
from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.template import Context, RequestContext, Template
from django.test import Client, TransactionTestCase
from django.test.signals import template_rendered
from django.utils import timezone
from django.utils.crypto import get_random_string
from pytest_django import DjangoDbBlocker

from inventory.domain import waiting
from inventory.domain.book import Book
from inventory.domain.question import Test
from inventory.exchange import sample
from inventory.models import ClaudeModel, Modifier, Person, PriceRow, Team, append_only
from inventory.services.prices import price_load, pricing
from tests import factories, migrated, net

gc.disable()  # until all is imported: little of that is ever garbage
# A busy machine is no failure of what is tested. `make soak` draws many more examples of each property.
hypothesis.settings.register_profile(
    "busy",
    deadline=None,
    max_examples=int(os.environ.get("EXAMPLES", "40")),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("busy")
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LONG = ("slow", "browser")
PRICE_TABLES = [kind._meta.db_table for kind in (ClaudeModel, PriceRow, Modifier)]


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: the garbage collector need not walk through it for every test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5000, 20, 20)
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each worker begins with its share of the long ones, so that none is left at the end for one worker alone."""
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    kinds: tuple[list[pytest.Item], list[pytest.Item]] = ([], [])
    for each in items:
        kinds[not any(mark.name in LONG for mark in each.iter_markers())].append(each)
    items[:] = [each for worker in range(count) for kind in kinds for each in _share(kind, worker, count)]


def _share(items: list[pytest.Item], worker: int, count: int) -> list[pytest.Item]:
    return items[len(items) * worker // count : len(items) * (worker + 1) // count]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """Migrating takes as long as hundreds of tests: one worker of a run does it for all."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    forget = migrated.share(tmp_path_factory.getbasetemp().parent)
    yield
    with django_db_blocker.unblock():
        forget()


@pytest.fixture(autouse=True, scope="session")
def only_pages_are_noted(django_test_environment: None) -> Iterator[None]:
    """Django keeps a copy of the context of everything a test renders, of each field and each included template too;
    tests ask only for that of the page. A part of a page is no `Template`: there what it includes tells its context."""

    def render(template: Template, context: Context) -> str:
        is_page = context.template is template or not isinstance(context.template, Template)
        if is_page and isinstance(context, RequestContext):
            template_rendered.send(sender=template, template=template, context=context)
        return template.nodelist.render(context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", render)
        yield


@pytest.fixture(autouse=True, scope="session")
def history_that_tests_may_empty() -> Iterator[None]:
    """Tests with real transactions empty every table afterwards, which the triggers on history refuse. Deleting few
    rows takes a tenth of the time of Django's flush, which also makes every content type and permission anew."""
    kept = {"django_migrations", "django_content_type", "auth_permission"}

    def emptied(case: TransactionTestCase) -> None:
        filled = [table for table in append_only.TABLES if _has_rows(table)]
        append_only.remove(connection, filled)
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        with transaction.atomic(), connection.cursor() as cursor:  # in any order: references are checked at its end
            for table in set(tables) - kept:
                cursor.execute(f"DELETE FROM {table}")
        append_only.install(connection, filled)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptied)
        yield


@pytest.fixture(autouse=True, scope="session")
def net_under_all_that_is_written() -> Iterator[None]:
    """Any test fails in which a service leaves no action, or a page, job or command writes past the services."""
    with pytest.MonkeyPatch.context() as patch:
        net.hang_up(patch)
        yield


def _has_rows(table: str) -> bool:
    """On PostgreSQL taking triggers away and putting them back takes longer than most tests: only where it has to be."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table})")
        return bool(cursor.fetchone()[0])


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def packed_prices(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Book:
    """The packaged book, loaded once and set aside: loading it anew takes longer than most tests."""
    with django_db_blocker.unblock(), mock.patch.object(price_load.audit, "append"), transaction.atomic():
        with net.taken_away():  # of this load no action is to be left
            price_load.load_packaged(at=NOW)
        pricing._book.cache_clear()  # an earlier test may have read a book without prices
        _Packed.books = {on: pricing._book(on, None) for on in (NOW.date(), timezone.now().date())}
        with connection.cursor() as cursor:
            for table in PRICE_TABLES:
                cursor.execute(f"DROP TABLE IF EXISTS packed_{table}")
                cursor.execute(f"CREATE TABLE packed_{table} AS SELECT * FROM {table}")
            for table in reversed(PRICE_TABLES):
                cursor.execute(f"DELETE FROM {table}")
    return _Packed.books[NOW.date()]


@pytest.fixture(autouse=True)
def no_book_kept() -> None:
    """Tests write prices directly, which no action tells of."""
    pricing._book.cache_clear()


@pytest.fixture
def prices(packed_prices: Book, db: None, monkeypatch: pytest.MonkeyPatch) -> Book:
    """The book Batchline comes with, loaded and valid today. Leaves no action, so that tests may count theirs.

    Its 298 rows are read once a session, not once a test: a test that changes them calls `changed_prices`.
    """
    with connection.cursor() as cursor:
        for table in PRICE_TABLES:
            cursor.execute(f"INSERT INTO {table} SELECT * FROM packed_{table}")
    monkeypatch.setattr(pricing, "_book", _Packed(pricing._book))
    return packed_prices


class _Packed:
    """Stands for the reading of a book while the packaged one is what the database holds."""

    books: ClassVar[dict[date, Book]] = {}

    def __init__(self, read: Callable[[date, str | None], Book]) -> None:
        self.read = read

    def __call__(self, on: date, last_load: str | None) -> Book:
        if last_load is None and on in self.books:
            return self.books[on]
        return self.read(on, last_load)


@pytest.fixture
def changed_prices(prices: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a test that writes price rows itself."""
    monkeypatch.setattr(pricing, "_book", pricing._book.read)


@pytest.fixture
def corner(monkeypatch: pytest.MonkeyPatch) -> None:
    """One team of the sample stands for all of it, with its first two features: a chat, and tickets with a split."""
    desk = next(team for team in sample.teams() if team.name.startswith("Help desk"))
    small = (replace(desk, features=[replace(each, calls=each.calls[:4]) for each in desk.features[:2]]),)
    monkeypatch.setattr(sample, "teams", lambda: small)


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Test]:
    """The first version of the test is in force. Call it to put a second one in its place: no word on what stands in
    meanwhile any more, and nobody who notices that day is no answer to who would notice first."""
    first = waiting.TESTS[1]
    monkeypatch.setattr(waiting, "TESTS", {1: first})
    monkeypatch.setattr(waiting, "CURRENT", first)

    def into_force() -> Test:
        asked = [question for question in first.questions if not question.id.endswith("standin")]
        notice = next(question for question in asked if question.id == "notice")
        fewer = replace(notice, options=tuple(option for option in notice.options if option.id != "nobody"))
        worded = [replace(fewer if each is notice else each, title=f"{each.title} (2)") for each in asked]
        found = Test(2, tuple(worded))
        monkeypatch.setattr(waiting, "TESTS", {1: first, 2: found})
        monkeypatch.setattr(waiting, "CURRENT", found)
        return found

    return into_force


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
    """With a session as signing in would leave it, which Django's `force_login` makes with a dozen queries."""
    token = {
        auth.SESSION_KEY: str(person.pk),
        auth.BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
        auth.HASH_SESSION_KEY: person.get_session_auth_hash(),
    }
    store = SessionStore(get_random_string(32))
    store.update(token)
    store.create_model_instance(store._session).save(force_insert=True)
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = store.session_key
    return client
