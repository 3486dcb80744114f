"""Tells people of what happened to a part or a thread of theirs, by the ways they have chosen.

Called inside the transaction it tells of. Whoever did it is not told, nor who can no longer sign in. A notice holds
names of parts and nothing that anybody has said.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q

from inventory.domain import comment as comments
from inventory.domain import notice as domain
from inventory.domain.audit import Actor
from inventory.domain.notice import Event, Way
from inventory.models import Call, Comment, Feature, Notice, NoticeChoices, Part, Person, Sheet, Stale
from inventory.services import agreement, audit

KEPT = timedelta(days=180)
SHOWN = 100
AT_ONCE = 500  # parts looked up at once
OWNERS = ("product_owner_id", "engineering_owner_id")


class Found(NamedTuple):
    """A part that has to be looked over: all that telling of it takes."""

    part_id: int
    call_id: int
    feature_id: int
    name: str


class Told(NamedTuple):
    """How many parts one person hears of, and the first of them."""

    first: Found
    number: int


class News(NamedTuple):
    """What is told to one person: the nearest of the `reasons` they want to hear of, and what the notice holds."""

    reasons: Sequence[Event]
    fields: Mapping[str, Any]


def about_part(part: Part, event: Event, *, by: Actor, at: datetime) -> None:
    """Tell both owners of its feature and whoever answered a sheet of it."""
    _tell_of_parts({person: Told(_found(part), 1) for person in _concerned([_found(part)])}, event, by=by, at=at)


def to_check(parts: Iterable[Part], before: audit.States, *, by: Actor, at: datetime) -> None:
    """Tell of those of the parts that an action has put under "check needed"."""
    tell(found(parts, before), by=by, at=at)


def found(parts: Iterable[Part], before: audit.States) -> list[Found]:
    """Those that have to be looked over since the state `before`."""
    return [_found(each) for each in parts if agreement.has_to_be_checked(each, before[Part.RECORD, each.pk])]


def tell(parts: Sequence[Found], *, by: Actor, at: datetime) -> None:
    """One notice a person for all of them, however many: it names the first and says how many more. Two queries for
    each lot of parts, and three for all of it."""
    if parts:
        _tell_of_parts(people_of(parts), Event.CHECK_NEEDED, by=by, at=at)


def people(parts: Sequence[Part]) -> Mapping[int, Told]:
    """Whoever is to hear of these parts: asked before the parts are taken away."""
    return people_of([_found(each) for each in parts])


def people_of(parts: Sequence[Found]) -> Mapping[int, Told]:
    told: dict[int, Told] = {}
    for start in range(0, len(parts), AT_ONCE):
        for person, mine in _concerned(parts[start : start + AT_ONCE]).items():
            known = told.get(person)
            told[person] = Told(known.first if known else mine[0], len(mine) + (known.number if known else 0))
    return told


def taken_away(told: Mapping[int, Told], call: Call, *, by: Actor, at: datetime) -> None:
    """A split, or the undoing of one, took labels that counted with it: the new parts want theirs."""
    gone = {person: Told(each.first._replace(part_id=0, call_id=call.pk), 1) for person, each in told.items()}
    _tell_of_parts(gone, Event.CHECK_NEEDED, by=by, at=at)


def about_comment(comment: Comment, *, by: Actor, at: datetime) -> None:
    """Tell whom it mentions, who wrote in its thread, and of a new thread the owners of the feature: each once, for the
    nearest reason they want to hear of."""
    reasons: dict[int, list[Event]] = {}
    near: list[tuple[Event, Iterable[int]]] = [(Event.MENTIONED, comments.mentioned(comment.text))]
    if comment.thread is not None:
        near.append((Event.REPLIED, _writers(comment.thread)))
    else:
        near.append((Event.COMMENTED, _owners(comment.call.feature_id)))
    for event, pks in near:
        for pk in pks:
            reasons.setdefault(pk, []).append(event)
    _tell_of_comment(comment, reasons, by=by, at=at)


def about_mentions(comment: Comment, people: Iterable[int], *, by: Actor, at: datetime) -> None:
    """Tell whom a changed comment mentions anew, unless they have heard of it for another reason."""
    heard = Notice.objects.filter(comment=comment, event__in=domain.OF_A_COMMENT).values_list("person", flat=True)
    new = set(people) - set(heard)
    _tell_of_comment(comment, dict.fromkeys(new, (Event.MENTIONED,)), by=by, at=at)


def about_resolved(thread: Comment, *, by: Actor, at: datetime) -> None:
    """Tell who wrote in it; not again while the last time is still to be read, in the app or by mail."""
    last = Notice.objects.filter(Q(in_app=True) | Q(to_mail=True), comment=thread, event=Event.RESOLVED, read_at=None)
    new = set(_writers(thread)) - set(last.values_list("person", flat=True))
    _tell_of_comment(thread, dict.fromkeys(new, (Event.RESOLVED,)), by=by, at=at)


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


def _found(part: Part) -> Found:
    return Found(part.pk, part.call_id, part.feature_id, part.name)


def _concerned(parts: Sequence[Found]) -> Mapping[int, list[Found]]:
    """Each person's parts, in the order they came."""
    of_feature = {
        pk: pks for pk, *pks in Feature.objects.filter(pk__in={p.feature_id for p in parts}).values_list("pk", *OWNERS)
    }
    answered: dict[int, list[int]] = defaultdict(list)
    sheets = Sheet.objects.filter(part__in=[part.part_id for part in parts]).exclude(answered_by=None)
    for part_id, person in sheets.values_list("part_id", "answered_by_id"):
        answered[part_id].append(person)
    told: dict[int, list[Found]] = defaultdict(list)
    for part in parts:
        for person in {*of_feature.get(part.feature_id, ()), *answered[part.part_id]} - {None}:
            told[person].append(part)
    return told


def _owners(feature_id: int) -> list[int]:
    return [pk for pk in Feature.objects.values_list(*OWNERS).get(pk=feature_id) if pk is not None]


def _writers(thread: Comment) -> list[int]:
    """Who wrote in it and has not deleted all of that."""
    said = Comment.objects.of_thread(thread).filter(deleted_at=None)
    return list(said.order_by("written_by").values_list("written_by", flat=True).distinct())


def _tell_of_parts(told: Mapping[int, Told], event: Event, *, by: Actor, at: datetime) -> None:
    news = {}
    for person, (first, number) in told.items():
        fields = {"call_id": first.call_id, "part_id": first.part_id or None, "about": first.name[:200], "at": at}
        news[person] = News((event,), {**fields, "count": number})
    _write(news, by=by)


def _tell_of_comment(comment: Comment, reasons: Mapping[int, Sequence[Event]], *, by: Actor, at: datetime) -> None:
    about = comment.about or comment.call.name[:200]
    fields = {"comment": comment, "call_id": comment.call_id, "about": about, "at": at}
    _write({person: News(mine, fields) for person, mine in reasons.items()}, by=by)


def _write(news: Mapping[int, News], *, by: Actor) -> None:
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
