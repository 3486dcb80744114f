"""Tells of what happened to parts: both owners of the feature, and whoever answered a sheet."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from inventory.domain.audit import Actor
from inventory.domain.notice import Event
from inventory.domain.part import State
from inventory.models import Call, Feature, Notice, Part, Person, Sheet
from inventory.services import audit, notice
from inventory.services.labelling import agreement, seal
from inventory.services.notice import News

AT_ONCE = 500  # parts looked up at once
ASKING = {Event.ANSWERED: State.ONE_SIDE, Event.DISPUTED: State.DISPUTED, Event.CHECK_NEEDED: State.CHECK_NEEDED}
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


def about(part: Part, event: Event, *, by: Actor, at: datetime) -> None:
    """Tell both owners of its feature and whoever answered a sheet of it; that one side has answered only those who
    answer for the other, which is asked now."""
    told = {person: Told(_found(part), 1) for person in _concerned([_found(part)])}
    if event is Event.ANSWERED:
        asked = set(agreement.BOTH) - agreement.counting(part, agreement.newest([part])[part.pk]).keys()
        theirs = Person.objects.filter(pk__in=told, discipline__in=asked).values_list("pk", flat=True)
        told = {person: told[person] for person in theirs}
    _tell(told, event, by=by, at=at)


def to_check(parts: Iterable[Part], before: audit.States, *, by: Actor, at: datetime) -> None:
    """Tell of those of the parts that an action has put under "check needed"."""
    tell(found(parts, before), by=by, at=at)


def found(parts: Iterable[Part], before: audit.States) -> list[Found]:
    """Those that have to be looked over since the state `before`."""
    return [_found(each) for each in parts if seal.has_to_be_checked(each, before[Part.RECORD, each.pk])]


def tell(parts: Sequence[Found], *, by: Actor, at: datetime) -> None:
    """One notice a person for all of them, however many: it names the first and says how many more. Two queries for
    each lot of parts, and three for all of it."""
    if parts:
        _tell(people_of(parts), Event.CHECK_NEEDED, by=by, at=at)


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
    _tell(gone, Event.CHECK_NEEDED, by=by, at=at)


def over(person: Person, notices: Iterable[Notice]) -> list[int]:
    """Those that ask nothing of this person any more: the part is past it, or their side has done its share. One of
    several parts, or of a part that is gone, is never over: it does not say which they are."""
    asking = [each for each in notices if each.part_id and not each.others and each.event in ASKING]
    parts = Part.objects.in_bulk({each.part_id for each in asking})
    sheets = agreement.newest(parts.values())
    done = {
        pk for pk, part in parts.items() if person.discipline in agreement.counting(part, sheets[pk])
    }  # fmt: skip
    return [
        each.pk for each in asking
        if parts[each.part_id].state != ASKING[Event(each.event)] or not parts[each.part_id].is_live
        or (each.part_id in done and each.event != Event.DISPUTED)
    ]  # fmt: skip


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


def _tell(told: Mapping[int, Told], event: Event, *, by: Actor, at: datetime) -> None:
    news = {}
    for person, (first, number) in told.items():
        fields = {"call_id": first.call_id, "part_id": first.part_id or None, "about": first.name[:200], "at": at}
        news[person] = News((event,), {**fields, "count": number})
    notice.write(news, by=by)
