"""A re-pricing on its way: what it would make of every call, staged chunk by chunk until somebody applies it."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

from django.db import connection, models

from inventory.domain import lots
from inventory.models.call import KINDS, Call
from inventory.models.job import Job
from inventory.models.part import Part


class Repricing(models.Model):
    """One dry run, carried by `job`. `position` is the last call that was looked at: a killed job goes on behind it.

    `prices` names the last change of the price book it rests on: after another one it is out of date. The lists of
    what it would do are its staged rows; `calls` and `parts` are how many were looked at.
    """

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="repricing")
    on = models.DateField()
    prices = models.CharField(max_length=64, blank=True)
    position = models.BigIntegerField(default=0)
    calls = models.PositiveBigIntegerField(default=0)
    parts = models.PositiveBigIntegerField(default=0)
    ready_at = models.DateTimeField(null=True, blank=True)
    report = models.JSONField(default=dict, blank=True)  # what it would do, as services.reprice tells it
    applied_by = models.OneToOneField(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="applies")
    action_seq = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(action_seq=None) | models.Q(ready_at__isnull=False),
                name="repricing_applied_when_ready",
            )
        ]

    def __str__(self) -> str:
        return f"Prices of {self.on}"


PART = ("kind", "why", "cost_today", "cost_target", "saving", "possible", "doubts")
CALL = ("kind", "cost_today", "cost_target", "worth", "priced_by")


class StagedPrices(models.QuerySet["StagedPrice"]):
    def of_parts(self) -> Self:
        return self.filter(record="part")

    def outrun(self) -> Self:
        """Those whose record was written, retired or deleted since."""
        same = {"pk": models.OuterRef("record_id"), "version": models.OuterRef("version")}
        call = models.Exists(Call.objects.live().filter(**same))
        part = models.Exists(Part.objects.live().filter(**same))
        return self.exclude(models.Q(record="call") & call).exclude(models.Q(record="part") & part)


def put_aside(repricing: Repricing, rows: Iterable[Mapping[str, Any]]) -> None:
    """INSERT staged rows, as they come: 100,000 calls are too many to make a model of each line first."""
    fields = [field for field in StagedPrice._meta.local_concrete_fields if not field.primary_key]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    ready = ([repricing.pk, *(row[field.name] for field in fields[1:])] for row in rows)
    with connection.cursor() as cursor:
        for chunk in lots.of(ready):
            cursor.executemany(f"INSERT INTO {StagedPrice._meta.db_table} ({names}) VALUES ({places})", chunk)


def write_out(repricing: Repricing) -> int:
    """UPDATE every staged call and part in two statements; how many rows were written. The ORM has no UPDATE … FROM."""
    with connection.cursor() as cursor:
        written = 0
        for model, fields, more in ((Call, CALL, ", priced_on = %s"), (Part, (*PART, "priced_by"), "")):
            table, staged = model._meta.db_table, StagedPrice._meta.db_table
            sets = ", ".join(f"{name} = staged.{name}" for name in fields)
            cursor.execute(
                f"UPDATE {table} SET {sets}{more}, version = staged.version + 1 FROM {staged} AS staged "
                f"WHERE staged.repricing_id = %s AND staged.record = %s AND staged.record_id = {table}.id "
                f"AND staged.version = {table}.version",
                [*([repricing.on] if more else []), repricing.pk, model.RECORD],
            )
            written += cursor.rowcount
    return written


class StagedPrice(models.Model):
    """A call or part whose stored amounts would change: its new values, and the line of history that tells of it.

    Computed from `version` of the record; `call_id` and `team_id` are plain numbers, so that nothing waits for it.
    `by_*` is what it adds to the monthly totals, `was` the kind of move it is now.
    """

    RECORDS: ClassVar = [("call", "Call"), ("part", "Part")]

    repricing = models.ForeignKey(Repricing, on_delete=models.CASCADE, related_name="rows")
    record = models.CharField(max_length=4, choices=RECORDS)
    record_id = models.BigIntegerField()
    call_id = models.BigIntegerField()
    team_id = models.BigIntegerField()
    model = models.CharField(max_length=120)
    version = models.PositiveIntegerField()

    was = models.CharField(max_length=14, choices=KINDS)
    kind = models.CharField(max_length=14, choices=KINDS)
    why = models.CharField(max_length=17, blank=True)
    cost_today = models.BigIntegerField(null=True)
    cost_target = models.BigIntegerField(null=True)
    saving = models.BigIntegerField(default=0)
    worth = models.BigIntegerField(default=0)
    possible = models.BigIntegerField(default=0)
    doubts = models.JSONField(default=list)
    priced_by = models.CharField(max_length=16, blank=True)

    by_today = models.BigIntegerField(default=0)
    by_saving = models.BigIntegerField(default=0)
    by_possible = models.BigIntegerField(default=0)
    before = models.TextField()
    after = models.TextField()

    objects = StagedPrices.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repricing", "record", "record_id"], name="staged_price_once")]
        indexes = [models.Index(fields=["repricing", "call_id"], name="staged_price_of_call")]

    def __str__(self) -> str:
        return f"{self.record} {self.record_id}"
