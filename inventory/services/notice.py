"""What reaches a person who was elsewhere: written by the ways they have chosen, listed, read, dropped.

Called inside the transaction it tells of. Whoever did it is not told, nor who can no longer sign in. A notice holds
names of parts and nothing that anybody has said.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction

from inventory.domain import notice as domain
from inventory.domain.audit import Actor
from inventory.domain.notice import Event, Way
from inventory.models import Notice, NoticeChoices, Person, Stale
from inventory.services import audit

KEPT = timedelta(days=180)
SHOWN = 100


class News(NamedTuple):
    """What is told to one person: the nearest of the `reasons` they want to hear of, and what the notice holds."""

    reasons: Sequence[Event]
    fields: Mapping[str, Any]


def write(news: Mapping[int, News], *, by: Actor) -> None:
    """At most one notice for each person, by the ways they have chosen for its event; none where that is no way."""
    if not news:
        return
    doer = int(by.id) if by.kind == "person" else 0
    known = {person.pk: person for person in Person.objects.active().filter(pk__in={*news, doer}).order_by("pk")}
    chosen = dict(NoticeChoices.objects.filter(person__in=known).values_list("person", "chosen"))
    new = []
    for pk in [pk for pk in known if pk in news and pk != doer]:
        ways, (reasons, fields) = domain.told(chosen.get(pk, {})), news[pk]
        event = next((each for each in reasons if ways[each]), None)
        if event is not None:
            by_way = {"in_app": Way.APP in ways[event], "to_mail": Way.MAIL in ways[event]}
            new.append(Notice(person=known[pk], event=event, by=known.get(doer), **by_way, **fields))
    Notice.objects.bulk_create(new)


@transaction.atomic
def choose(*, person: Person, version: int, chosen: Mapping[str, str], by: Actor, at: datetime) -> NoticeChoices:
    """By which ways the person is told of each event from now on. Raises `Stale`."""
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    found = choices(person)
    if found.told == domain.told(chosen):
        return found
    if found.version != version:
        raise Stale(found)
    before = audit.states(found) if found.pk else {}
    found.chosen = dict(chosen)
    if found.pk:
        found.write("chosen")
    else:
        found.version += 1  # as for every other: a page that showed the version before is stale
        found.save(force_insert=True)
    audit.record(kind="notice.choose", by=by, at=at, subject=found, before=before, after=audit.states(found))
    return found


def choices(person: Person) -> NoticeChoices:
    """What the person has chosen; the defaults, not saved, where that is nothing yet."""
    return NoticeChoices.objects.filter(person=person).first() or NoticeChoices(person=person)


def shown(person: Person) -> Sequence[Notice]:
    """The newest first, at most a hundred."""
    return list(Notice.objects.of(person).in_app().select_related("call", "by").order_by("-pk")[:SHOWN])


def read_all(*, person: Person, at: datetime, up_to: int) -> int:
    """Mark what the person has seen, the notice `up_to` the last of it; how many were new."""
    return Notice.objects.of(person).unread().filter(pk__lte=up_to).update(read_at=at)


def drop_old(*, at: datetime) -> int:
    """Notices follow from the history and are kept for half a year."""
    return Notice.objects.filter(at__lt=at - KEPT).delete()[0]
