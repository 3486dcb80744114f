"""Tells people of what happened to a part or call of theirs. Called inside the transaction of the write it tells of."""

from collections.abc import Iterable
from datetime import datetime

from inventory.domain.audit import Actor
from inventory.domain.notice import Event
from inventory.models import Comment, Feature, Notice, Part, Person, Sheet


def about_part(part: Part, event: Event, *, by: Actor, at: datetime, about: str = "") -> None:
    """Tell both owners of its feature and whoever answered a sheet of it, but not whoever did it.

    `about` is shown to all of them: nothing that is blind for one may stand in it.
    """
    feature = Feature.objects.only("product_owner_id", "engineering_owner_id").get(pk=part.feature_id)
    answered = Sheet.objects.filter(part=part).exclude(answered_by=None).values_list("answered_by", flat=True)
    people = {feature.product_owner_id, feature.engineering_owner_id, *answered} - {None}
    to(people, event, call_id=part.call_id, part=part, by=by, at=at, about=about)


def to(
    people: Iterable[int | None], event: Event, *, call_id: int, part: Part | None = None,
    comment: Comment | None = None, by: Actor, at: datetime, about: str = "",
) -> None:  # fmt: skip
    """Tell these people, except whoever did it and those who can no longer sign in."""
    doer = int(by.id) if by.kind == "person" else None
    wanted = {pk for pk in (*people, doer) if pk is not None}
    known = {person.pk: person for person in Person.objects.active().filter(pk__in=wanted).order_by("pk")}
    told = {"event": event, "call_id": call_id, "part": part, "comment": comment, "about": about[:200], "at": at}
    Notice.objects.bulk_create(
        Notice(person=person, by=known.get(doer or 0), **told) for pk, person in known.items() if pk != doer
    )
