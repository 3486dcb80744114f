"""One migrated database for all workers of a run: the first makes it, the others copy it."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection


def share(folder: Path) -> None:
    """From now on the test database is copied from what another worker has left in `folder`, or else made and left
    there. Only for SQLite, where several workers run side by side."""
    creation = connection.creation
    migrate, made = creation.create_test_db, folder / "migrated.sqlite3"

    def create(**options: object) -> str:
        with _alone(folder / "migrated.lock"):
            if not made.exists():
                name = migrate(**options)
                with closing(sqlite3.connect(made)) as copy:
                    connection.connection.backup(copy)
                return name
        return _copied(made, creation._get_test_db_name())

    creation.create_test_db = create


def _copied(made: Path, name: str) -> str:
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    connection.ensure_connection()
    with closing(sqlite3.connect(made)) as source:
        source.backup(connection.connection)
    return name


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
