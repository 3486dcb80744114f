"""Tells people of what happened to a part of theirs. `about_part` is called inside the transaction it tells of."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from inventory.domain.audit import Actor
from inventory.domain.notice import Event
from inventory.models import Feature, Notice, Part, Person, Sheet

KEPT = timedelta(days=180)
SHOWN = 100


def about_part(part: Part, event: Event, *, by: Actor, at: datetime) -> None:
    """Tell both owners of its feature and whoever answered a sheet of it, but not whoever did it, nor who can no
    longer sign in. A notice holds the part's name and nothing that either side has said."""
    feature = Feature.objects.only("product_owner_id", "engineering_owner_id").get(pk=part.feature_id)
    answered = Sheet.objects.filter(part=part).exclude(answered_by=None).values_list("answered_by", flat=True)
    doer = int(by.id) if by.kind == "person" else None
    wanted = {pk for pk in (feature.product_owner_id, feature.engineering_owner_id, *answered, doer) if pk is not None}
    known = {person.pk: person for person in Person.objects.active().filter(pk__in=wanted).order_by("pk")}
    told = {"event": event, "call_id": part.call_id, "part": part, "about": part.name[:200], "at": at}
    Notice.objects.bulk_create(
        Notice(person=person, by=known.get(doer or 0), **told) for pk, person in known.items() if pk != doer
    )


def shown(person: Person) -> Sequence[Notice]:
    """The newest first, at most a hundred."""
    return list(Notice.objects.of(person).select_related("call", "by").order_by("-pk")[:SHOWN])


def read_all(*, person: Person, at: datetime, up_to: int) -> int:
    """Mark what the person has seen, the notice `up_to` the last of it; how many were new."""
    return Notice.objects.of(person).unread().filter(pk__lte=up_to).update(read_at=at)


def drop_old(*, at: datetime) -> int:
    """Notices follow from the history and are kept for half a year."""
    return Notice.objects.filter(at__lt=at - KEPT).delete()[0]
