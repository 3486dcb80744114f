"""The notices that reach a person in the app and by mail, and what each has chosen to be told of."""

from typing import Any, ClassVar, Self

from django.db import connection, models
from django.urls import reverse

from inventory.domain import notice
from inventory.domain.notice import Event
from inventory.models.call import Call
from inventory.models.comment import Comment
from inventory.models.part import Part
from inventory.models.people import Person
from inventory.models.versioned import Versioned

EVENTS = [
    (Event.ANSWERED, "The other side has answered, and yours is asked"),
    (Event.DISPUTED, "Product and engineering differ"),
    (Event.SEALED, "A label is agreed or settled"),
    (Event.CHECK_NEEDED, "A label needs checking"),
    (Event.OPENED, "A lead opened a sheet before both were in"),
    (Event.MENTIONED, "Somebody mentioned you"),
    (Event.REPLIED, "A reply in a thread you wrote in"),
    (Event.COMMENTED, "A new thread on a feature you own"),
    (Event.RESOLVED, "A thread you wrote in is resolved"),
]


class Notices(models.QuerySet["Notice"]):
    def of(self, person: Person) -> Self:
        return self.filter(person=person)

    def in_app(self) -> Self:
        return self.filter(in_app=True)

    def unread(self) -> Self:
        return self.filter(read_at=None, in_app=True)

    def to_mail(self) -> Self:
        """Wanted by mail and not gone out; what was read in the app meanwhile need not go."""
        return self.filter(to_mail=True, read_at=None)


class Notice(models.Model):
    """Something that happened which this person asked to hear of. It says nothing that is blind for them: where it
    leads is asked anew when it is opened. Follows from actions, so it is no part of the history."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notices")
    event = models.CharField(max_length=12, choices=EVENTS)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="+")
    part = models.ForeignKey(Part, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    comment = models.ForeignKey(Comment, null=True, blank=True, on_delete=models.CASCADE, related_name="notices")
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    about = models.CharField(max_length=200, blank=True)  # the part as it was called then
    count = models.PositiveIntegerField(default=1)  # how many parts one action did it to, `part` the first of them
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    in_app = models.BooleanField(default=True)
    to_mail = models.BooleanField(default=False)  # until it has gone out

    objects = Notices.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(event__in=[e.value for e in Event]), name="notice_event_known"),
            # However many reasons there are: whoever is mentioned in a thread of theirs hears of the comment once.
            models.UniqueConstraint(
                fields=["person", "comment"],
                condition=models.Q(event__in=[e.value for e in notice.OF_A_COMMENT]),
                name="notice_once_a_comment",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "id"], name="notice_of_person"),
            models.Index(fields=["person"], condition=models.Q(read_at=None), name="notice_unread"),
            models.Index(fields=["person"], condition=models.Q(to_mail=True), name="notice_to_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.person_id}"

    def get_absolute_url(self) -> str:
        """Where it leads; what one may see there is asked when one comes."""
        if self.comment_id:
            return reverse("comment.shown", args=[self.comment_id])
        if self.others:
            return reverse("queue.check")
        if self.part_id:
            alone = self.event in (Event.ANSWERED, Event.CHECK_NEEDED)  # what each side does by itself
            return reverse("waiting.result" if alone else "agreement.page", args=[self.part_id])
        return reverse("call.detail", args=[self.call_id])

    @property
    def others(self) -> int:
        return self.count - 1


def unread(person: Person) -> int:
    """How many notices in the app they have not read. In plain SQL, because every page asks: to put the queryset
    together took fifteen times as long as the answer."""
    with connection.cursor() as cursor:
        statement = f"SELECT COUNT(*) FROM {Notice._meta.db_table} WHERE person_id = %s AND read_at IS NULL AND in_app"
        cursor.execute(statement, (person.pk,))
        return int(cursor.fetchone()[0])


class NoticeChoices(Versioned):
    """By which ways one person hears of each event, `app mail`; an event that is not in it is told as by default."""

    RECORD = "notice_choices"
    HISTORY: ClassVar = ("person_id", "chosen")

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="notice_choices")
    chosen: Any = models.JSONField(default=dict)

    def __str__(self) -> str:
        return "Notices"

    @property
    def told(self) -> notice.Told:
        return notice.told(self.chosen)


class Digest(models.Model):
    """One person's mail of one day: who has made the row sends it, nobody else. `again_at` is set where it could not
    go out, and by when it may be tried again."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    on = models.DateField()
    tries = models.PositiveSmallIntegerField(default=1)
    again_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "on"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.on}"
