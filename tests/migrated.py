"""One migrated database for all workers of a run: the first makes it, the others copy it."""

import fcntl
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

Name = str


def share(folder: Path) -> Callable[[], None]:
    """From now on the test database is copied from the one that another worker has set aside, or else made and set
    aside. `folder` is that of all workers. What is given back is to be called at the end: it leaves nothing behind."""
    creation, aside = connection.creation, _Sqlite(folder) if settings.IS_SQLITE else _Postgres(folder)
    migrate, lock = creation.create_test_db, folder / "migrated.lock"

    def create(**options: object) -> Name:
        with _alone(lock):
            if aside.made.exists():
                connection.close()
                name = aside.copied()
                settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
                aside.filled()
                return name
            name = migrate(**options)
            aside.keep(name)
            return name

    def forget() -> None:
        with _alone(lock):
            aside.forget()

    creation.create_test_db = create
    return forget


class _Sqlite:
    def __init__(self, folder: Path) -> None:
        self.made = folder / "migrated.sqlite3"

    def keep(self, name: Name) -> None:
        with closing(sqlite3.connect(self.made)) as copy:
            connection.connection.backup(copy)

    def copied(self) -> Name:
        return connection.creation._get_test_db_name()

    def filled(self) -> None:
        connection.ensure_connection()
        with closing(sqlite3.connect(self.made)) as source:
            source.backup(connection.connection)

    def forget(self) -> None:
        """It goes with the folder."""


class _Postgres:
    """The file names the database. Nobody is connected to that, else it could not be copied."""

    def __init__(self, folder: Path) -> None:
        self.made = folder / "migrated.name"
        self.own = ""

    def keep(self, name: Name) -> None:
        connection.close()
        connection.close_pool()
        self.own = f"{name}_migrated"
        self._tell(f'DROP DATABASE IF EXISTS "{self.own}"', f'CREATE DATABASE "{self.own}" TEMPLATE "{name}"')
        self.made.write_text(self.own)

    def copied(self) -> Name:
        connection.settings_dict["TEST"]["TEMPLATE"] = self.made.read_text()
        connection.creation._create_test_db(verbosity=0, autoclobber=True)
        return connection.creation._get_test_db_name()

    def filled(self) -> None:
        connection.ensure_connection()

    def forget(self) -> None:
        if self.own:
            self.made.unlink()
            self._tell(f'DROP DATABASE "{self.own}"')

    def _tell(self, *statements: str) -> None:
        with connection.creation._nodb_cursor() as cursor:
            for each in statements:
                cursor.execute(each)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
