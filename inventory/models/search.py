"""An index over the text that calls are found by, so that a search need not read every call.

It holds every run of three characters: on SQLite a full-text table beside the calls, kept in step by triggers, on
PostgreSQL a trigram index. Both are put there after every migration; without them a search is slow, never wrong.
"""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import RawSQL

if TYPE_CHECKING:
    from inventory.models.call import Calls

log = logging.getLogger(__name__)

CALLS, INDEX = "inventory_call", "inventory_call_search"
SHORTEST = 3  # characters: what the index knows of a word


def install(using: BaseDatabaseWrapper) -> None:
    """Put the index there. Does nothing where it stands, or where there are no calls to index (yet)."""
    if CALLS not in using.introspection.table_names():
        return
    try:
        with transaction.atomic(using=using.alias), using.cursor() as cursor:
            if using.vendor == "postgresql":
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
                cursor.execute(f"CREATE INDEX IF NOT EXISTS {INDEX} ON {CALLS} USING gin (search_text gin_trgm_ops)")
            elif not _stands(cursor):
                for statement in (_TABLE, *_dropped(), *_TRIGGERS.values(), _REBUILD):
                    cursor.execute(statement)
    except DatabaseError as refused:
        log.warning("Searching will be slow: %s", refused)


def put_back(sender: Any, using: str, **options: Any) -> None:
    """Handler of post_migrate: on SQLite a migration that re-makes the table of calls drops its triggers."""
    install(connections[using])


def few(words: str, most: int) -> list[int] | None:
    """The ids of the calls that hold every word, None where they are more than `most`, or where the index does not
    know each word (PostgreSQL uses its own unasked)."""
    asked = _asked(words)
    if asked is None or asked.left:
        return None
    with connection.cursor() as cursor:
        cursor.execute(f"{_FIND} LIMIT %s", (asked.query, most + 1))
        found = [key for (key,) in cursor.fetchall()]
    return found if len(found) <= most else None


def narrowed(calls: "Calls", words: str) -> "Calls":
    """The calls that hold every word, by way of the index: for counting them all. `Calls.matching` looks at each."""
    asked = _asked(words)
    if asked is None:
        return calls.matching(words)
    return calls.filter(pk__in=RawSQL(_FIND, (asked.query,))).matching(asked.left)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What to ask the full-text table, and the words too short for it."""

    query: str
    left: str


def _asked(words: str) -> _Asked | None:
    told = words.lower().split()
    known = ['"' + word.replace('"', '""') + '"' for word in told if len(word) >= SHORTEST]
    if connection.vendor != "sqlite" or not known:
        return None
    return _Asked(" ".join(known), " ".join(word for word in told if len(word) < SHORTEST))


_FIND = f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH %s"
_TABLE = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX}"
    f" USING fts5(search_text, content='{CALLS}', content_rowid='id', tokenize='trigram')"
)
_REBUILD = f"INSERT INTO {INDEX}({INDEX}) VALUES ('rebuild')"
_ADD = f"INSERT INTO {INDEX}(rowid, search_text) VALUES (NEW.id, NEW.search_text);"
_TAKE = f"INSERT INTO {INDEX}({INDEX}, rowid, search_text) VALUES ('delete', OLD.id, OLD.search_text);"
_EVENTS = {
    "added": ("INSERT", "", _ADD),
    "changed": ("UPDATE OF search_text", " WHEN OLD.search_text <> NEW.search_text", _TAKE + " " + _ADD),
    "removed": ("DELETE", "", _TAKE),
}
_TRIGGERS = {
    f"{INDEX}_{name}": f"CREATE TRIGGER {INDEX}_{name} AFTER {event} ON {CALLS}{when} BEGIN {work} END"
    for name, (event, when, work) in _EVENTS.items()
}


def _dropped() -> list[str]:
    return [f"DROP TRIGGER IF EXISTS {name}" for name in _TRIGGERS]


def _stands(cursor: Any) -> bool:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE name LIKE %s", [f"{INDEX}%"])
    there = dict(cursor.fetchall())
    return INDEX in there and all(there.get(name) == statement for name, statement in _TRIGGERS.items())
