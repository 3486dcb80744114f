"""Tells people of what happened to a part or a thread of theirs, by the ways they have chosen.

`about_…` is called inside the transaction it tells of. Whoever did it is not told, nor who can no longer sign in. A
notice holds the part's name and nothing that anybody has said.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from inventory.domain import comment as comments
from inventory.domain import notice as domain
from inventory.domain.audit import Actor
from inventory.domain.notice import Event, Way
from inventory.models import Comment, Feature, Notice, NoticeChoices, Part, Person, Sheet, Stale
from inventory.services import audit

KEPT = timedelta(days=180)
SHOWN = 100


def about_part(part: Part, event: Event, *, by: Actor, at: datetime) -> None:
    """Tell both owners of its feature and whoever answered a sheet of it."""
    answered = Sheet.objects.filter(part=part).exclude(answered_by=None).values_list("answered_by", flat=True)
    reasons = dict.fromkeys((*_owners(part.feature_id), *answered), (event,))
    told = {"call_id": part.call_id, "part": part, "about": part.name[:200], "at": at}
    _tell(reasons, told, by=by)


def about_comment(comment: Comment, *, by: Actor, at: datetime) -> None:
    """Tell whom it mentions, who wrote in its thread, and of a new thread the owners of the feature: each once, for the
    nearest reason they want to hear of."""
    reasons: dict[int, list[Event]] = {}
    near: list[tuple[Event, Iterable[int]]] = [(Event.MENTIONED, comments.mentioned(comment.text))]
    if comment.thread is not None:
        near.append((Event.REPLIED, _writers(comment.thread)))
    else:
        near.append((Event.COMMENTED, _owners(comment.call.feature_id)))
    for event, people in near:
        for pk in people:
            reasons.setdefault(pk, []).append(event)
    _tell(reasons, _of(comment, at), by=by)


def about_mentions(comment: Comment, people: Iterable[int], *, by: Actor, at: datetime) -> None:
    """Tell whom a changed comment mentions anew, unless they have heard of it for another reason."""
    heard = Notice.objects.filter(comment=comment, event__in=domain.OF_A_COMMENT).values_list("person", flat=True)
    new = set(people) - set(heard)
    _tell(dict.fromkeys(new, (Event.MENTIONED,)), _of(comment, at), by=by)


def about_resolved(thread: Comment, *, by: Actor, at: datetime) -> None:
    """Tell who wrote in it; not again while they have not read of the last time."""
    last = Notice.objects.filter(comment=thread, event=Event.RESOLVED, read_at=None)
    new = set(_writers(thread)) - set(last.values_list("person", flat=True))
    _tell(dict.fromkeys(new, (Event.RESOLVED,)), _of(thread, at), by=by)


def forget(comment: Comment) -> None:
    """What was deleted is no news."""
    Notice.objects.filter(comment=comment, event__in=domain.OF_A_COMMENT).delete()


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


def _tell(reasons: Mapping[int, Sequence[Event]], told: Mapping[str, Any], *, by: Actor) -> None:
    """One notice for each person, of the first reason they want to hear of by any way."""
    doer = int(by.id) if by.kind == "person" else None
    wanted = [*reasons, *([] if doer is None else [doer])]
    known = {person.pk: person for person in Person.objects.active().filter(pk__in=wanted).order_by("pk")}
    chosen = dict(NoticeChoices.objects.filter(person__in=known).values_list("person", "chosen"))
    new = []
    for pk, person in known.items():
        ways = domain.told(chosen.get(pk, {}))
        event = next((each for each in reasons.get(pk, ()) if ways[each]), None)
        if pk != doer and event is not None:
            by_way = {"in_app": Way.APP in ways[event], "to_mail": Way.MAIL in ways[event]}
            new.append(Notice(person=person, event=event, by=known.get(doer or 0), **by_way, **told))
    Notice.objects.bulk_create(new)


def _of(comment: Comment, at: datetime) -> dict[str, Any]:
    about = comment.about or comment.call.name[:200]
    return {"comment": comment, "call_id": comment.call_id, "about": about, "at": at}


def _owners(feature_id: int) -> list[int]:
    feature = Feature.objects.only("product_owner_id", "engineering_owner_id").get(pk=feature_id)
    return [pk for pk in (feature.product_owner_id, feature.engineering_owner_id) if pk is not None]


def _writers(thread: Comment) -> list[int]:
    """Who wrote in it and has not deleted all of that."""
    said = Comment.objects.of_thread(thread).filter(deleted_at=None)
    return list(said.order_by("written_by").values_list("written_by", flat=True).distinct())
