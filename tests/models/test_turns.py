"""Who waits to write on SQLite asks equally often for all its time, and hears within it where there is no turn."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connections
from django.db.backends.signals import connection_created
from django.db.backends.sqlite3.base import DatabaseWrapper

from inventory.models import turns

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not settings.IS_SQLITE, reason="PostgreSQL lets many write at once"),
]
Connected = Callable[..., DatabaseWrapper]


@pytest.fixture
def connected(tmp_path: Path) -> Iterator[Connected]:
    made: list[DatabaseWrapper] = []

    def connect(timeout: float = 5) -> DatabaseWrapper:
        options = {**settings.DATABASES["default"]["OPTIONS"], "timeout": timeout}
        given = {**connections["default"].settings_dict, "NAME": str(tmp_path / "one.sqlite3"), "OPTIONS": options}
        made.append(DatabaseWrapper(given, "other"))
        made[-1].connect()
        return made[-1]

    yield connect
    for each in made:
        each.close()


def begin(connection: DatabaseWrapper) -> None:
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def end(connection: DatabaseWrapper) -> None:
    connection.rollback()
    connection.set_autocommit(True)


def test_every_connection_takes_part_however_often_it_is_made(connected: Connected) -> None:
    assert turns.asked_again in connections["default"].execute_wrappers
    other = connected()
    other.close()
    other.connect()
    assert other.execute_wrappers == [turns.asked_again]
    assert other.connection.execute("PRAGMA busy_timeout").fetchone() == (turns.SLICE,)


def test_who_waits_begins_to_ask_anew_until_it_has_a_turn(
    connected: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder, waiter = connected(), connected()
    begin(holder)
    tries, again = [], turns.asked_again

    def counted(execute: turns.Execute, *given: Any) -> Any:
        def tried(*statement: Any) -> Any:
            tries.append(statement[0])
            if len(tries) == 5:
                end(holder)
            return execute(*statement)

        return again(tried, *given)

    waiter.execute_wrappers = [counted]
    begin(waiter)
    end(waiter)
    assert tries == ["BEGIN IMMEDIATE"] * 5


def test_without_a_turn_it_says_so_in_time(connected: Connected) -> None:
    holder, waiter = connected(), connected(timeout=0.3)
    begin(holder)
    began = time.monotonic()
    with pytest.raises(OperationalError, match="database is locked"):
        begin(waiter)
    assert 0.2 <= time.monotonic() - began < 5
    end(holder)


def test_a_statement_of_its_own_waits_as_well_and_is_done_once(connected: Connected) -> None:
    holder, waiter = connected(), connected(timeout=0.3)
    with holder.cursor() as cursor:
        cursor.execute("CREATE TABLE one (n)")
    begin(holder)
    with waiter.cursor() as cursor:
        with pytest.raises(OperationalError, match="database is locked"):
            cursor.execute("INSERT INTO one VALUES (1)")
        with pytest.raises(OperationalError, match="database is locked"):
            cursor.executemany("INSERT INTO one VALUES (%s)", [(2,), (3,)])
        end(holder)
        cursor.execute("INSERT INTO one VALUES (4)")
        cursor.execute("SELECT n FROM one")
        assert cursor.fetchall() == [(4,)]


def test_what_waiting_cannot_help_is_said_at_once(connected: Connected) -> None:
    reader, writer = connected(), connected()
    with writer.cursor() as cursor:
        cursor.execute("CREATE TABLE one (n)")
        cursor.executemany("INSERT INTO one VALUES (%s)", [(1,), (2,)])
    with reader.cursor() as reading, reader.cursor() as cursor:
        reading.execute("SELECT n FROM one")
        assert reading.fetchone() == (1,)
        with writer.cursor() as other:
            other.execute("INSERT INTO one VALUES (3)")
        began = time.monotonic()
        with pytest.raises(OperationalError, match="database is locked"):
            cursor.execute("INSERT INTO one VALUES (4)")
        assert time.monotonic() - began < 2


def test_what_else_looks_on_is_taken_off_by_itself(connected: Connected) -> None:
    other = connected()
    other.close()
    other.execute_wrappers = []
    with other.execute_wrapper(lambda execute, *given: execute(*given)):
        other.connect()
    assert other.execute_wrappers == [turns.asked_again]


def test_what_is_wrong_otherwise_is_said_at_once(connected: Connected) -> None:
    with connected().cursor() as cursor, pytest.raises(OperationalError, match="no such table"):
        cursor.execute("SELECT n FROM none")


def test_other_databases_wait_by_themselves() -> None:
    other = type("Other", (), {"vendor": "postgresql", "execute_wrappers": []})()
    connection_created.send(sender=type(other), connection=other)
    assert other.execute_wrappers == []
