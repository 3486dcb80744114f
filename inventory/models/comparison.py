"""Two versions of the plan beside each other, or one and the plan as it stands: worked out by a job, line by line."""

from typing import Self

from django.db import models

from inventory.domain.difference import Reason
from inventory.domain.difference_words import LONGEST, WORDS
from inventory.models.call import KINDS
from inventory.models.frozen import Frozen
from inventory.models.job import Job

REASONS = [(reason.value, words) for reason, words in WORDS.items()]


class Comparison(models.Model):
    """Carried by `job`; `second` is None where the plan is meant as it stood while the job ran. `position` is the last
    call that was looked at: a killed job goes on behind it. `sums` holds, in micro-dollars a month, what each side adds
    up to over the calls looked at, and once ready what each reason does."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="comparison")
    first = models.ForeignKey(Frozen, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Frozen, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    position = models.BigIntegerField(default=0)
    calls = models.PositiveBigIntegerField(default=0)
    sums = models.JSONField(default=dict)
    ready_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.first} and {self.second or 'now'}"

    @property
    def slug(self) -> str:
        """For the name of a file."""
        return f"{self.first.slug}-and-{self.second.number if self.second else 'now'}"


class ComparedLines(models.QuerySet["ComparedLine"]):
    def largest_first(self) -> Self:
        """The reasons of one line stand together."""
        return self.order_by("-size", "call_id", "part_id", "place", "pk")

    def smallest_first(self) -> Self:
        return self.order_by("size", "call_id", "part_id", "place", "pk")


class ComparedLine(models.Model):
    """One reason of one line: what it adds a month. `part_id` is None for a call that was split otherwise. `size` is
    how much the whole line changes."""

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, db_index=False, related_name="lines")
    call_id = models.BigIntegerField()
    part_id = models.BigIntegerField(null=True)
    team = models.CharField(max_length=120)
    feature = models.CharField(max_length=120)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=14, choices=KINDS, blank=True)  # the move, as it is later
    reason = models.CharField(max_length=6, choices=REASONS)
    place = models.PositiveSmallIntegerField()
    said = models.CharField(max_length=LONGEST, blank=True)
    today = models.BigIntegerField()
    after = models.BigIntegerField()
    planned = models.BigIntegerField()
    size = models.BigIntegerField()

    objects = ComparedLines.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reason__in=[each.value for each in Reason]), name="compared_reason_known"
            )
        ]
        indexes = [
            models.Index(fields=["comparison", "-size", "call_id", "part_id", "place"], name="compared_by_size"),
            models.Index(fields=["comparison", "reason", "-size"], name="compared_by_reason"),
            models.Index(fields=["comparison", "team", "feature"], name="compared_by_team"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"

    @property
    def saving(self) -> int:
        return self.today - self.after
