"""What somebody has looked at in the history."""

from typing import ClassVar

from django.db import models

from inventory.models.people import Person


class Review(models.Model):
    """One action, by its number, that a person has reviewed: no action is up for review twice."""

    RECORD: ClassVar = "review"
    HISTORY: ClassVar = ("seq", "note", "by_id", "at")

    seq = models.BigIntegerField(unique=True)
    note = models.TextField(blank=True, max_length=500)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"action {self.seq}"


class Unreviewed(models.Model):
    """An index into history: one row for each action that waits for a review, so that they are found among a million
    that do not. Written with the action, gone with its review."""

    seq = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return f"action {self.seq}"
