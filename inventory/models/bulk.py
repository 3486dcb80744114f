"""Many rows in few statements: of 100,000 rows, a model is never made again of each, nor a statement built for it."""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from typing import Any

from django.db import connection, models, transaction

from inventory.domain import lots

PLAIN = (str, int, bool, type(None))
Value = str | int | bool | None
Converter = tuple[str, tuple[type, ...], Callable[[Any], Value]]


@transaction.atomic
def reserve(model: type[models.Model], count: int) -> list[int]:
    """So many primary keys that no row has and no other will get, rising. What is not used leaves a gap."""
    table = model._meta.db_table
    if not count:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", (table, count)
            )
            return [pk for (pk,) in cursor.fetchall()]
        cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", (count, table))
        if not cursor.rowcount:
            cursor.execute("INSERT INTO sqlite_sequence (seq, name) VALUES (%s, %s)", (count, table))
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", (table,))
        last = cursor.fetchone()[0]
        return list(range(last - count + 1, last + 1))


def values(record: models.Model, names: Sequence[str] | None = None) -> list[Value]:
    """These fields, or all that are written, as plain values that both databases take for their columns."""
    state = vars(record)
    return [
        state[name] if type(state[name]) in plain else convert(state[name])
        for name, plain, convert in _converters(type(record), names and tuple(names))
    ]


def insert(model: type[models.Model], rows: Iterable[Sequence[Value]], names: Sequence[str] | None = None) -> int:
    """INSERT rows of `values`, or of these fields where the database fills in the others; how many."""
    fields = _fields(model, names and tuple(names))
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return _many(f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({places})", rows)


def update(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    """UPDATE versioned records by rows of the `values` of these fields, each followed by its key and the version it
    must still have; how many had it."""
    fields = _fields(model, tuple(names))
    sets = ", ".join(f"{connection.ops.quote_name(field.column)} = %s" for field in fields)
    statement = f"UPDATE {model._meta.db_table} SET {sets}, version = version + 1 WHERE id = %s AND version = %s"
    return _many(statement, rows)


def _many(statement: str, rows: Iterable[Sequence[Value]]) -> int:
    written = 0
    with connection.cursor() as cursor:
        for some in lots.of(rows):
            cursor.executemany(statement, some)
            written += cursor.rowcount
    return written


@cache
def _fields(model: type[models.Model], names: tuple[str, ...] | None) -> list[Any]:
    written = [field for field in model._meta.local_concrete_fields if not field.generated]
    if names is None:
        return written
    by_name = {name: field for field in written for name in (field.name, field.attname)}
    return [by_name[name] for name in dict.fromkeys(names)]


@cache
def _converters(model: type[models.Model], names: tuple[str, ...] | None) -> list[Converter]:
    """Of each field its name, the types whose values are taken as they are, and what makes others so."""
    return [
        (field.attname, (), partial(json.dumps, cls=field.encoder))
        if isinstance(field, models.JSONField)
        else (field.attname, PLAIN, partial(_text, field))
        for field in _fields(model, names)
    ]


def _text(field: Any, value: Any) -> str:
    return str(field.get_db_prep_save(value, connection))
