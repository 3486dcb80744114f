"""Who has which part in hand in the queue, until when. Like a job's lease it leaves no trace in the history."""

from datetime import datetime
from typing import Self

from django.db import models

from inventory.models.part import Part
from inventory.models.people import Person


class Holds(models.QuerySet["Hold"]):
    def at(self, at: datetime) -> Self:
        """Those not expired."""
        return self.filter(until__gt=at)


class Hold(models.Model):
    """One side of a part, kept for one person until `until`, so that no two of a discipline answer the same at once."""

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="holds")
    side = models.CharField(max_length=11)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="holds")
    until = models.DateTimeField()

    objects = Holds.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part", "side"], name="hold_once_a_side"),
            models.UniqueConstraint(fields=["person"], name="hold_once_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.side} of {self.part_id} by {self.person_id}"
