"""Who waits to write on SQLite gets a turn soon, and hears within its time where there is none."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connections

from config.sqlite3 import base
from config.sqlite3.base import DatabaseWrapper

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


def test_it_is_what_batchline_uses() -> None:
    assert isinstance(connections["default"], DatabaseWrapper)


def test_it_asks_again_every_few_milliseconds_until_it_has_a_turn(
    connected: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite alone would ask ten times a second by then."""
    holder, waiter = connected(), connected()
    holder._start_transaction_under_autocommit()
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 30:
            holder.connection.commit()

    monkeypatch.setattr(base.time, "sleep", sleep)
    waiter._start_transaction_under_autocommit()
    waiter.connection.rollback()
    assert len(slept) == 30
    assert max(slept) <= 0.012


def test_without_a_turn_it_says_so_in_time(connected: Connected) -> None:
    holder, waiter = connected(), connected(timeout=0.2)
    holder._start_transaction_under_autocommit()
    began = time.monotonic()
    with pytest.raises(OperationalError, match="database is locked"):
        waiter._start_transaction_under_autocommit()
    assert 0.2 <= time.monotonic() - began < 5
    (milliseconds,) = waiter.connection.execute("PRAGMA busy_timeout").fetchone()
    assert milliseconds == 200  # for what is no beginning of a transaction SQLite waits by itself
    holder.connection.rollback()
