"""Comments on a call: threads, with replies one level deep."""

from typing import ClassVar, Self

from django.db import models
from django.urls import reverse

from inventory.models.call import Call
from inventory.models.part import Part
from inventory.models.people import Person
from inventory.models.versioned import Versioned


class Comments(models.QuerySet["Comment"]):
    def threads(self) -> Self:
        """The comments that begin one."""
        return self.filter(thread=None)

    def in_order(self) -> Self:
        """Of threads: the resolved ones first, then by what moved last."""
        return self.order_by(models.F("resolved_at").asc(nulls_last=True), "moved_at", "pk")

    def of_thread(self, thread: "Comment") -> Self:
        """The one that began it and its replies."""
        return self.filter(models.Q(pk=thread.pk) | models.Q(thread=thread))


class Comment(Versioned):
    """The text stays out of the history: deleting it takes it away for good. Who wrote, changed and deleted, and when,
    is kept. `version` counts the text only. `moved_at`, of a thread: when something was last said in it."""

    RECORD = "comment"
    HISTORY: ClassVar = (
        "call_id", "part_id", "thread_id", "written_by_id", "written_at", "edited_at", "deleted_at", "resolved_at",
        "resolved_by_id",
    )  # fmt: skip

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="comments")
    # What it is about stays said when a split takes the part away: nothing is deleted or emptied with it.
    part = models.ForeignKey(
        Part, null=True, blank=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    about = models.CharField(max_length=200, blank=True)  # the part as it was called then
    thread = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies")
    text = models.TextField(blank=True)  # as `domain.comment` stores it; empty once it is deleted
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    moved_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    token = models.CharField(max_length=32)  # of the form it was sent by: sent twice, it is written once

    objects = Comments.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "written_by", "token"], name="comment_once_a_form"),
            models.CheckConstraint(
                condition=models.Q(resolved_at=None, resolved_by=None)
                | models.Q(resolved_at__isnull=False, resolved_by__isnull=False, thread=None),
                name="comment_resolved_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=models.Q(deleted_at=None) | models.Q(text=""), name="comment_deleted_says_nothing"
            ),
        ]
        indexes = [
            models.Index(fields=["call", "moved_at"], condition=models.Q(thread=None), name="comment_threads_of_call"),
        ]

    def __str__(self) -> str:
        return self.call.name

    @property
    def team_id(self) -> int:
        return self.call.team_id

    def get_absolute_url(self) -> str:
        return reverse("comment.shown", args=[self.pk])
