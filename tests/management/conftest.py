"""An empty database for processes of their own, copied for each test."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.management.processes import BARE, Env, database, postgres


@pytest.fixture(scope="session")
def empty(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a migrated database of the kind the suite runs on, to be copied: the suite's own as it is between
    two tests, since to migrate another takes as long as most of the tests that need one.

    Whoever asks for it is marked `django_db`, else the suite may have made no database of its own."""
    name = str(connection.settings_dict["NAME"])
    assert name.startswith(("test_", "file:memorydb"))
    with django_db_blocker.unblock():
        if settings.IS_SQLITE:
            path = tmp_path_factory.mktemp("jobs") / "empty.sqlite3"
            connection.ensure_connection()
            with closing(sqlite3.connect(path)) as copy:
                connection.connection.backup(copy)
            yield f"sqlite:///{path}"
            return
        connection.close()
        connection.close_pool()  # PostgreSQL copies only what nobody is connected to
    with postgres() as server, database(server, name) as url:
        yield url


@contextmanager
def copied(empty: str, folder: Path) -> Iterator[Env]:
    """The environment of other processes, on an empty database of their own."""
    given = {**BARE, "VAR_DIR": str(folder)}
    if settings.IS_SQLITE:
        copy = folder / "jobs.sqlite3"
        shutil.copy(empty.removeprefix("sqlite:///"), copy)
        yield {**given, "DATABASE_URL": f"sqlite:///{copy}"}
        return
    with postgres() as server, database(server, empty.rpartition("/")[2]) as url:
        yield {**given, "DATABASE_URL": url}


@pytest.fixture
def env(tmp_path: Path, empty: str) -> Iterator[Env]:
    with copied(empty, tmp_path) as given:
        yield given


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """A worker with its schedule."""
    celery = [
        "celery",
        "-A",
        "tests.management.carrier",
        "worker",
        "--beat",
        "--concurrency",
        "2",
        "--loglevel",
        "ERROR",
    ]
    return [*celery, "--schedule", str(tmp_path / "beat"), "--without-gossip", "--without-mingle"]
