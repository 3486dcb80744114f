"""The plan as it stands, read in one moment and set aside in tables of this connection alone: copying it from there, or
comparing with it chunk by chunk, keeps nobody waiting and mixes no two moments."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Cast

from inventory.domain import weighed
from inventory.domain.part import Figures, Path
from inventory.models.call import PROFILE, Call
from inventory.models.frozen import CallColumns, FrozenCall, FrozenPart, PartColumns
from inventory.models.overruled import OVERRULES
from inventory.models.part import Part, Parts
from inventory.models.wave import Wave


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


def _weighed_by() -> Func:
    """As `domain.weighed` reads it. In one row, not pair by pair: SQLite parses no expression so deep."""
    applies = {
        "one_sided": Q(one_sided=True), "guard": Q(guard=True), "priced": Q(cost_today__isnull=False),
        "in_split": Q(in_split=True), "hand_over": ~Q(hand_over=""), "runs_in_batch": Q(call__today_path=Path.BATCH),
        "has_prefix": Q(cacheable_prefix__gt=0), "tools": Q(call__tools=True), "streaming": Q(call__streaming=True),
        "assumed": Q(call__figures=Figures.ASSUMED),
    }  # fmt: skip
    between, nothing = Value(weighed.BETWEEN), Value("")
    named = [each for name in ("kind", "why", "state", "outcome", "confidence") for each in (F(name), between)]
    flags = [Case(When(applies[name], then=Value(letter)), default=nothing) for name, letter in weighed.FLAGS.items()]
    told = (*named, *flags, between, Cast("blockers", models.TextField()))
    return Func(*told, template="(%(expressions)s)", arg_joiner=" || ", output_field=models.TextField())


# Where each column is read from: the same for a version that is frozen and for the plan as it stands.
OF_CALL: Mapping[str, Any] = {
    "call_id": F("pk"), "team": F("team__name"), "feature": F("feature__name"),
    **{
        name: F(name)
        for name in (
            "key", "name", "provider", "model", "geo", "fast", "write_1h", "share_above", "today_path", "figures",
            "is_split", "priced_by", "priced_on", *PROFILE,
        )
    },
}  # fmt: skip
OF_PART: Mapping[str, Any] = {
    "part_id": F("pk"), "wave": F("wave__name"), "starts_on": F("wave__starts_on"),
    "ramp_months": F("wave__ramp_months"), "counted_on": F("counts_from"),
    **{
        name: F(name)
        for name in (
            "call_id", "position", "name", "consumer", "model", "label", "state", "one_sided", "guard", "blockers",
            "in_split", "kind", "why", "cost_today", "cost_target", "saving", "possible", "doubts", "priced_by",
            "status", *OVERRULES, *PROFILE,
        )
    },
    "weighed_by": _weighed_by(),
}  # fmt: skip


def live_calls(scope: int) -> models.QuerySet[Call]:
    calls = Call.objects.live()
    return calls.filter(team=scope) if scope else calls


def live_parts(scope: int) -> "models.QuerySet[Any, Any]":
    """With `counts_from`, the start of the wave each is counted in."""
    parts = _parts_of(scope)
    starts = Wave.objects.filter(pk=models.OuterRef("counted_in")).values("starts_on")[:1]
    found: models.QuerySet[Any, Any] = parts.with_counted_in().annotate(counts_from=models.Subquery(starts))
    return found


def _parts_of(scope: int) -> Parts:
    return Part.objects.live().filter(team=scope) if scope else Part.objects.live()


WHOLE: Mapping[type[Call] | type[Part], str] = {Call: "whole_call", Part: "whole_part"}
KEYS: Mapping[type[Call] | type[Part], str] = {Call: "id", Part: "call_id"}
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


def fill_whole(scope: int) -> None:
    """Set aside the same with every column, to be read as the calls and parts they are. Within `one_moment`."""
    drop_whole()
    for (model, table), rows in zip(WHOLE.items(), (live_calls(scope), _parts_of(scope)), strict=True):
        fields = [field.attname for field in model._meta.concrete_fields]
        sql, given = rows.order_by().values_list(*fields).query.sql_with_params()
        names = ", ".join(connection.ops.quote_name(str(field.column)) for field in model._meta.concrete_fields)
        _run(f"CREATE TEMPORARY TABLE {table} AS SELECT {names} FROM {model._meta.db_table} WHERE 1 = 0")
        _run(f"INSERT INTO {table} ({names}) {sql}", given)
        _run(f"CREATE INDEX {table}_by_{KEYS[model]} ON {table} ({KEYS[model]})")


def whole_calls(above: int, most: int) -> list[Call]:
    """The next of them, by number. They are not to be saved."""
    return list(Call.objects.raw(f"SELECT * FROM {WHOLE[Call]} WHERE id > %s ORDER BY id LIMIT %s", [above, most]))


def whole_parts(above: int, upto: int) -> list[Part]:
    """Those of the calls with numbers above the one and up to the other, in their order."""
    within = f"SELECT * FROM {WHOLE[Part]} WHERE call_id > %s AND call_id <= %s ORDER BY call_id, position"
    return list(Part.objects.raw(within, [above, upto]))


def whole_count() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {WHOLE[Call]}")
        return int(cursor.fetchone()[0])


def drop_whole() -> None:
    for table in WHOLE.values():
        _run(f"DROP TABLE IF EXISTS {table}")


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
