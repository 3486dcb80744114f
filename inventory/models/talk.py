"""Comments on calls, and the notices that reach a person in the app and by mail."""

from typing import ClassVar, Self

from django.db import models

from inventory.domain.notice import Event
from inventory.models.call import Call
from inventory.models.part import Part
from inventory.models.people import Person
from inventory.models.versioned import Versioned

EVENTS = [
    (Event.MENTION, "Somebody mentions me"),
    (Event.REPLY, "Somebody answers my comment"),
    (Event.ANSWERED, "The other side has answered and mine is asked"),
    (Event.DISPUTED, "Product and engineering differ"),
    (Event.SEALED, "A label is agreed or settled"),
    (Event.CHECK_NEEDED, "A label needs checking"),
    (Event.OPENED, "A lead opened a sheet before both were in"),
]


class Comments(models.QuerySet["Comment"]):
    def of_call(self, call: Call) -> Self:
        return self.filter(call=call).select_related("author", "resolved_by").order_by("pk")


class Comment(Versioned):
    """One remark on a call; a reply names the remark it answers. A thread is resolved at its first remark."""

    RECORD = "comment"
    HISTORY: ClassVar = (
        "call_id",
        "thread_id",
        "author_id",
        "text",
        "at",
        "resolved_at",
        "resolved_by_id",
        "withdrawn_at",
    )

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="comments")
    thread = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="comments")
    text = models.TextField(max_length=4000)
    at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = Comments.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(thread=None) | models.Q(resolved_at=None), name="comment_only_threads_are_resolved"
            ),
            models.CheckConstraint(
                condition=models.Q(resolved_at=None, resolved_by=None)
                | models.Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="comment_resolved_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["call", "id"], name="comment_of_call")]

    def __str__(self) -> str:
        return self.text[:60]


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
    comment = models.ForeignKey(Comment, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    about = models.CharField(max_length=200, blank=True)  # the fact that changed, the part's name
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = Notices.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(event__in=[e.value for e in Event]), name="notice_event_known")
        ]
        indexes = [
            models.Index(fields=["person", "id"], name="notice_of_person"),
            models.Index(fields=["person"], condition=models.Q(read_at=None), name="notice_unread"),
            models.Index(fields=["person", "at"], condition=models.Q(mailed_at=None), name="notice_to_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.person_id}"
