"""The plan as it stands, read in one moment and set aside in tables of this connection alone: copying it from there, or
comparing with it chunk by chunk, keeps nobody waiting and mixes no two moments."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, models, transaction

from inventory.models.frozen import (
    OF_CALL,
    OF_PART,
    CallColumns,
    FrozenCall,
    FrozenPart,
    PartColumns,
    live_calls,
    live_parts,
)  # fmt: skip


class StagedCall(CallColumns):
    call_id = models.BigIntegerField(primary_key=True)

    class Meta:
        managed = False
        db_table = "staged_call"


class StagedPart(PartColumns):
    part_id = models.BigIntegerField(primary_key=True)

    class Meta:
        managed = False
        db_table = "staged_part"


Columns = Mapping[str, Any]
COPIES: tuple[tuple[type[models.Model], type[models.Model], Columns], ...] = (
    (StagedCall, FrozenCall, OF_CALL), (StagedPart, FrozenPart, OF_PART),
)  # fmt: skip


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything read inside is of one moment, and writers do not wait for it. Inside a transaction that is the
    transaction's own moment."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            _run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield
    else:
        _run("BEGIN DEFERRED")  # every other transaction here takes the lock for writing at its start
        try:
            yield
        finally:
            _run("COMMIT")


def fill(scope: int) -> None:
    """Set aside every live call and part of the scope. Within `one_moment`."""
    drop()
    for (staged, frozen, columns), rows in zip(COPIES, (live_calls(scope), live_parts(scope)), strict=True):
        table, names = staged._meta.db_table, _names(columns)
        _run(f"CREATE TEMPORARY TABLE {table} AS SELECT {names} FROM {frozen._meta.db_table} WHERE 1 = 0")
        sql, given = rows.order_by().values_list(*columns.values()).query.sql_with_params()
        _run(f"INSERT INTO {table} ({names}) {sql}", given)
        _run(f"CREATE INDEX {table}_by_call ON {table} (call_id)")


def copy(number: int) -> None:
    """What is set aside becomes the rows of the version of that number: two statements, however many there are."""
    for staged, frozen, columns in COPIES:
        names = _names(columns)
        into = f"INSERT INTO {frozen._meta.db_table} (frozen_id, {names})"
        _run(f"{into} SELECT {int(number)}, {names} FROM {staged._meta.db_table} ORDER BY call_id")


def drop() -> None:
    for staged, _, _ in COPIES:
        _run(f"DROP TABLE IF EXISTS {staged._meta.db_table}")


def _names(columns: Columns) -> str:
    return ", ".join(map(connection.ops.quote_name, columns))


def _run(sql: str, given: tuple[Any, ...] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, given or None)
