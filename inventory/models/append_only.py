"""Triggers that make history and frozen plans append-only: the database refuses to change, delete or replace a row.

They stop mistakes and shortcuts, not the owner of the database: that is what the chain is for. On SQLite a migration
that re-makes a table drops its triggers without a word, so they are put back after every migration and checked.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.core import checks
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

# The columns whose value a row may not share with another: REPLACE would delete the other one, firing no trigger.
TABLES = {
    "inventory_action": ("id = NEW.id", "seq = NEW.seq"),
    "inventory_change": ("id = NEW.id", "action_id = NEW.action_id AND position = NEW.position"),
    "inventory_frozen": ("id = NEW.id", "scope = NEW.scope AND number = NEW.number"),
    "inventory_frozenprice": (
        "id = NEW.id",
        "frozen_id = NEW.frozen_id AND provider = NEW.provider AND model = NEW.model AND geo = NEW.geo "
        "AND priced_by = NEW.priced_by",
    ),
    "inventory_frozencall": ("id = NEW.id", "frozen_id = NEW.frozen_id AND call_id = NEW.call_id"),
    "inventory_frozenpart": ("id = NEW.id", "frozen_id = NEW.frozen_id AND part_id = NEW.part_id"),
    "inventory_frozenweights": ("id = NEW.id", "frozen_id = NEW.frozen_id AND weighed_by = NEW.weighed_by"),
    "inventory_effect": (
        "id = NEW.id",
        "seq = NEW.seq AND feature_id = NEW.feature_id AND team_id = NEW.team_id",
    ),
    "inventory_called": (
        "id = NEW.id",
        "record = NEW.record AND record_id = NEW.record_id AND seq = NEW.seq AND name = NEW.name",
    ),
    "inventory_trace": ("id = NEW.id", "word = NEW.word AND seq = NEW.seq"),
}
REFUSAL = "history is append-only"


def install(connection: BaseDatabaseWrapper, tables: Collection[str] = tuple(TABLES)) -> None:
    """Put the triggers there, whatever stands there now. Does nothing for a table that does not exist (yet)."""
    existing = set(connection.introspection.table_names()).intersection(tables)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql" and existing:
            cursor.execute(_POSTGRES_FUNCTION)
        for table, triggers in _triggers(connection).items():
            for name, statement in triggers.items() if table in existing else ():
                cursor.execute(_drop(connection, table, name))
                cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper, tables: Collection[str] = tuple(TABLES)) -> None:
    """Only for tests, which empty their tables."""
    with connection.cursor() as cursor:
        for table, triggers in _triggers(connection).items():
            for name in triggers if table in tables else ():
                cursor.execute(_drop(connection, table, name))


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of the triggers that are not there, are switched off or say something else."""
    existing = connection.introspection.table_names()
    there = _there(connection)
    wanted = {
        n: s for table, triggers in _triggers(connection).items() if table in existing for n, s in triggers.items()
    }
    return sorted(name for name, statement in wanted.items() if there.get(name) not in (statement, "enabled"))


def check(app_configs: Any = None, databases: Sequence[str] | None = None, **options: Any) -> list[checks.CheckMessage]:
    """A system check. A warning, not an error: `migrate` runs it first, and is what puts the triggers back."""
    gone = [name for alias in databases or () for name in missing(connections[alias])]
    if not gone:
        return []
    hint = "Run manage.py migrate, which puts them back, then manage.py verify_history."
    return [checks.Warning(f"History is not protected: {', '.join(gone)} missing.", hint=hint, id="inventory.W001")]


def put_back(sender: Any, using: str, **options: Any) -> None:
    """Handler of post_migrate."""
    install(connections[using])


def _triggers(connection: BaseDatabaseWrapper) -> Mapping[str, Mapping[str, str]]:
    make = _postgres if connection.vendor == "postgresql" else _sqlite
    return {table: make(table, same) for table, same in TABLES.items()}


def _sqlite(table: str, same: tuple[str, ...]) -> dict[str, str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    twins = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {condition})" for condition in same)
    events = {"update": "UPDATE", "delete": "DELETE", "replace": "INSERT"}
    when = {"replace": f" WHEN {twins}"}
    return {
        f"{table}_no_{name}": f"CREATE TRIGGER {table}_no_{name} BEFORE {event} ON {table}{when.get(name, '')} {refuse}"
        for name, event in events.items()
    }


def _postgres(table: str, same: tuple[str, ...]) -> dict[str, str]:
    """PostgreSQL has no REPLACE; its ON CONFLICT DO UPDATE is an update."""
    events = {"update": ("UPDATE", "ROW"), "delete": ("DELETE", "ROW"), "truncate": ("TRUNCATE", "STATEMENT")}
    return {
        f"{table}_no_{name}": f"CREATE TRIGGER {table}_no_{name} BEFORE {event} ON {table} "
        f"FOR EACH {each} EXECUTE FUNCTION inventory_append_only()"
        for name, (event, each) in events.items()
    }


_POSTGRES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION inventory_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def _drop(connection: BaseDatabaseWrapper, table: str, name: str) -> str:
    return f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if connection.vendor == "postgresql" else "")


def _there(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Name and text of each trigger; PostgreSQL tells only whether it is switched on."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname, 'enabled' FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return dict(cursor.fetchall())
