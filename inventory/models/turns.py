"""On SQLite one writes at a time, and whoever waits gets a turn.

SQLite's own waiting asks less and less often, in the end ten times a second, while whoever has just written is back at
once: of fifty who wrote without a pause, some waited all their time for nothing. So it waits in short slices, and each
begins as the first did: all who wait ask equally often, however long they have.
"""

import time
from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

SLICE = 50  # milliseconds: SQLite asks after 0, 1, 3, 8, 18, 33 of them, and at the end
BUSY = "database is locked"
Execute = Callable[[str, Any, bool, dict[str, Any]], Any]


def take(sender: Any, connection: BaseDatabaseWrapper, **options: Any) -> None:
    """Handler of connection_created."""
    if connection.vendor != "sqlite":
        return
    connection.connection.execute(f"PRAGMA busy_timeout = {SLICE}")
    if asked_again not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, asked_again)  # `execute_wrapper` takes off the last when it is left


def asked_again(execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """A statement outside of a transaction, or that begins one, until it had its turn: refused, it has done nothing.
    Inside a transaction the turn is had. What SQLite refuses without waiting no turn would help: rows that this
    connection is still reading stand in its way. Raises OperationalError at once then, else after the `timeout` of the
    settings."""
    connection: BaseDatabaseWrapper = context["connection"]
    began = asked = time.monotonic()
    while True:
        try:
            return execute(sql, params, many, context)
        except OperationalError as error:
            if BUSY not in str(error) or connection.in_atomic_block or many:  # of many, the first may have been done
                raise
            now = time.monotonic()
            if now - asked < SLICE / 2000 or now - began >= connection.settings_dict["OPTIONS"].get("timeout", 5):
                raise
            asked = now
