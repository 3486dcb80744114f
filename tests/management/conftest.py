"""An empty database for processes of their own, copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.management.processes import BARE, Env, database, migrated, postgres


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a migrated database of the kind the suite runs on, to be copied."""
    if settings.IS_SQLITE:
        yield migrated(f"sqlite:///{tmp_path_factory.mktemp('jobs') / 'empty.sqlite3'}")
        return
    with postgres() as server, database(server, "template1") as url:
        yield migrated(url)


@pytest.fixture
def env(tmp_path: Path, empty: str) -> Iterator[Env]:
    """The environment of other processes, on an empty database of their own."""
    given = {**BARE, "VAR_DIR": str(tmp_path)}
    if settings.IS_SQLITE:
        copy = tmp_path / "jobs.sqlite3"
        shutil.copy(empty.removeprefix("sqlite:///"), copy)
        yield {**given, "DATABASE_URL": f"sqlite:///{copy}"}
        return
    with postgres() as server, database(server, empty.rpartition("/")[2]) as url:
        yield {**given, "DATABASE_URL": url}
