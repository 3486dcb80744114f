"""Who waits to write asks again every few milliseconds.

SQLite's own waiting asks less and less often, in the end ten times a second, and whoever has just written is there
again first: of fifty who write at once some waited their whole `timeout` for nothing.
"""

import random
import time

from django.db import OperationalError
from django.db.backends.sqlite3 import base

LEAST, MOST = 0.002, 0.012  # seconds between two tries


class DatabaseWrapper(base.DatabaseWrapper):
    def _start_transaction_under_autocommit(self) -> None:
        """Raises OperationalError when there was no turn within `timeout` seconds."""
        seconds = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        until = time.monotonic() + seconds
        self._wait_in_sqlite(0)
        try:
            while True:
                try:
                    super()._start_transaction_under_autocommit()  # type: ignore[misc]
                except OperationalError as error:
                    if "database is locked" not in str(error) or time.monotonic() > until:
                        raise
                    time.sleep(random.uniform(LEAST, MOST))
                else:
                    return
        finally:
            self._wait_in_sqlite(seconds)

    def _wait_in_sqlite(self, seconds: float) -> None:
        """For everything but the beginning of a transaction, SQLite waits by itself."""
        self.connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
