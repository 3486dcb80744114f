"""History: actions and their changes. Append-only: the database refuses to change, delete or replace a row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models

from inventory.domain import audit

SEEKS = 100  # in one statement: SQLite takes 500 at most


class Action(models.Model):
    """One thing one person (or command, job, token) did. Plain values only: nothing deleted elsewhere eats it.

    `title` is how the record was called then; of people only the number is kept, their names live apart.
    `effect_*`: what it did to the monthly figures, in micro-dollars. `salt` is random and never shown: without it one
    could try answers that are still blind against the hash, which everybody may see.
    """

    seq = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=8)
    actor_id = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    record = models.CharField(max_length=20)
    record_id = models.CharField(max_length=40)
    title = models.CharField(max_length=200, blank=True)
    team_id = models.BigIntegerField(null=True, blank=True)
    reason = models.TextField(blank=True)
    effect_today = models.BigIntegerField(default=0)
    effect_saving = models.BigIntegerField(default=0)
    effect_possible = models.BigIntegerField(default=0)
    changes_count = models.PositiveIntegerField()
    schema = models.PositiveSmallIntegerField()
    salt = models.CharField(max_length=32, blank=True, default="")
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["record", "record_id", "seq"], name="action_of_record"),
            models.Index(fields=["team_id", "seq"], name="action_of_team"),
            models.Index(fields=["actor_kind", "actor_id", "seq"], name="action_by_actor"),
            models.Index(fields=["actor_kind", "seq"], name="action_by_kind_of_actor"),
            models.Index(fields=["kind", "seq"], name="action_by_kind"),
            models.Index(fields=["at", "seq"], name="action_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


def stored(columns: Sequence[str], *, after: int | None, most: int) -> list[dict[str, Any]]:
    """The first actions after that number, or of all, as the database holds them, `at` as history spells it: what the
    ORM makes of a row takes longer than its hash."""
    as_text = {"at": "at || ''"} if connection.vendor == "sqlite" else {}  # else it is made a moment, and that a text
    names = ", ".join(as_text.get(name, name) for name in columns)
    where = "" if after is None else "WHERE seq > %s "
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {names} FROM {Action._meta.db_table} {where}ORDER BY seq LIMIT {most:d}",
            [] if after is None else [after],
        )
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        row["at"] = _spelled(row["at"])
    return rows


def _spelled(at: object) -> str:
    """SQLite keeps a moment as text in UTC, without the microseconds where there are none. What is no such text comes
    out as no moment anybody wrote."""
    if isinstance(at, datetime):
        return audit.instant(at)
    day, _, time = str(at).partition(" ")
    whole, _, part = time.partition(".")
    return f"{day}T{whole}.{part:0<6}Z"


def last_of(kinds: Sequence[str]) -> str | None:
    """The link of the last action of any of these kinds. One seek a kind, in one statement: asked for all of them at
    once, SQLite reads a long history back to the action it looks for."""
    table = Action._meta.db_table
    newest = " UNION ALL ".join([f"SELECT MAX(seq) AS last FROM {table} WHERE kind = %s"] * len(kinds))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT hash FROM {table} WHERE seq = (SELECT MAX(last) FROM ({newest}) AS each)", list(kinds))
        found = cursor.fetchone()
    return found and str(found[0])


def about(record: str, record_ids: Sequence[str]) -> list[int]:
    """The numbers of the actions about any of these records. One seek a record, in one statement a hundred: asked for
    all of them at once, SQLite reads all of a long history in which few records have many actions."""
    each = f"SELECT seq FROM {Action._meta.db_table} WHERE record = %s AND record_id = %s"
    found: list[int] = []
    with connection.cursor() as cursor:
        for start in range(0, len(record_ids), SEEKS):
            some = record_ids[start : start + SEEKS]
            given = [value for record_id in some for value in (record, record_id)]
            cursor.execute(" UNION ALL ".join([each] * len(some)), given)
            found += [seq for (seq,) in cursor.fetchall()]
    return found


class Change(models.Model):
    """The field-level before and after of one record, as canonical JSON text; empty for created or deleted."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="changes")
    position = models.PositiveIntegerField()
    record = models.CharField(max_length=20)
    record_id = models.CharField(max_length=40)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "position"], name="change_position_once")]
        indexes = [models.Index(fields=["record", "record_id", "action"], name="change_of_record")]

    def __str__(self) -> str:
        return f"{self.record} {self.record_id}"


class Trace(models.Model):
    """An index into history, made from it: what `domain.trace` finds an action by. One row a word and action."""

    word = models.CharField(max_length=60)
    seq = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "seq"], name="trace_once")]

    def __str__(self) -> str:
        return f"{self.seq} {self.word}"


class Effect(models.Model):
    """An index into history, made from it: what an action did to the figures of one feature (`domain.effect`)."""

    seq = models.BigIntegerField()
    team_id = models.BigIntegerField()
    feature_id = models.BigIntegerField()
    today = models.BigIntegerField(default=0)
    saving = models.BigIntegerField(default=0)
    possible = models.BigIntegerField(default=0)
    parts = models.IntegerField(default=0)
    labelled = models.IntegerField(default=0)
    covered = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seq", "feature_id", "team_id"], name="effect_once")]

    def __str__(self) -> str:
        return f"{self.seq} feature {self.feature_id}"


class Called(models.Model):
    """An index into history, made from it: what a record has been called, since which action. `folded` is what is
    looked in: without capitals."""

    seq = models.BigIntegerField()
    record = models.CharField(max_length=20)
    record_id = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    folded = models.CharField(max_length=400)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "record_id", "seq", "name"], name="called_once"),
        ]

    def __str__(self) -> str:
        return f"{self.record} {self.record_id}: {self.name}"


class ChainHead(models.Model):
    """One row: the last link. Whoever appends holds its lock, so the chain has no gap and no fork."""

    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_chain_head")]

    def __str__(self) -> str:
        return f"{self.seq} {self.hash}"
