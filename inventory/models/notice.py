"""The notices that reach a person in the app."""

from typing import Self

from django.db import models

from inventory.domain.notice import Event
from inventory.models.call import Call
from inventory.models.part import Part
from inventory.models.people import Person

EVENTS = [
    (Event.ANSWERED, "The other side has answered and mine is asked"),
    (Event.DISPUTED, "Product and engineering differ"),
    (Event.SEALED, "A label is agreed or settled"),
    (Event.CHECK_NEEDED, "A label needs checking"),
    (Event.OPENED, "A lead opened a sheet before both were in"),
]


class Notices(models.QuerySet["Notice"]):
    def of(self, person: Person) -> Self:
        return self.filter(person=person)

    def unread(self) -> Self:
        return self.filter(read_at=None)


class Notice(models.Model):
    """Something that happened which this person asked to hear of. It says nothing that is blind for them: where it
    leads is asked anew when it is opened. Follows from actions, so it is no part of the history."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notices")
    event = models.CharField(max_length=12, choices=EVENTS)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="+")
    part = models.ForeignKey(Part, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    about = models.CharField(max_length=200, blank=True)  # the part as it was called then
    count = models.PositiveIntegerField(default=1)  # how many parts one action did it to, `part` the first of them
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects = Notices.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(event__in=[e.value for e in Event]), name="notice_event_known")
        ]
        indexes = [
            models.Index(fields=["person", "id"], name="notice_of_person"),
            models.Index(fields=["person"], condition=models.Q(read_at=None), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.person_id}"

    @property
    def others(self) -> int:
        return self.count - 1
