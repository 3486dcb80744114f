"""Parts with the same consumer answered together: one is the model, the others begin as copies of it, and those that
somebody has looked at are saved in one action.

Each part is refused for itself, with the reason told; the others go through.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef
from django.db.models.functions import Lower
from django.utils import timezone

from inventory.domain import waiting as domain
from inventory.domain.audit import Actor
from inventory.domain.people import Discipline
from inventory.models import Call, Hold, Part, Person, Sheet, Stale
from inventory.models.part import Parts
from inventory.services import access, audit, waiting
from inventory.services import sheet as sheets
from inventory.services.labelling import copying, queue, similar

MOST = 50
GROUPS, MODELS = 50, 20  # shown at once


class Refused(Exception):
    """Why this part is left as it is, in words that follow its name."""


class NothingToSay(Exception):
    """The model names no consumer, or this side is not in there any more."""


@dataclass(frozen=True, slots=True)
class Group:
    """A consumer, and how many parts it uses that this person's side has not begun."""

    consumer: str
    parts: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A copy not saved yet, with what would follow from it."""

    part: Part
    walk: waiting.Walk


@dataclass(slots=True)
class Done:
    """What went through, and for each part that did not, its name and why."""

    parts: list[Part] = field(default_factory=list)
    refused: list[tuple[int, str, str]] = field(default_factory=list)


def groups(person: Person) -> list[Group]:
    """The consumers with most to answer first."""
    found = _unbegun(person).exclude(consumer="").annotate(folded=Lower("consumer")).values("folded")
    rows = found.annotate(parts=Count("pk"), called=Max("consumer")).order_by("-parts", "called")[:GROUPS]
    return [Group(row["called"], row["parts"]) for row in rows]


def unbegun(person: Person, consumer: str) -> list[Part]:
    """The dearest parts of that consumer that need this person's side and have no answer of it."""
    found = similar.with_consumer(_unbegun(person), consumer) if consumer else Part.objects.none()
    return list(found.dearest_first().select_related("call", "feature")[:MOST])


def models(person: Person, consumer: str) -> list[Part]:
    """Parts of that consumer where this person's side is in: what the others may begin as a copy of."""
    if not consumer or person.discipline not in access.ANSWERING:
        return []
    found = similar.with_consumer(copying.answered(Discipline(person.discipline)), consumer)
    return list(found.order_by("-pk").select_related("call", "feature")[:MODELS])


def drafts(model: Part, person: Person) -> list[Draft]:
    """The copies of the model that this person may save."""
    side = Discipline(person.discipline)
    mine = Sheet.objects.filter(
        copied_part_id=model.pk, side=side, test_version=domain.CURRENT.version, submitted_at=None,
        part__is_live=True, part__team__in=access.teams_waiting_for(person),
    )  # fmt: skip
    found = mine.select_related("part__call", "part__feature").order_by("part__call", "part")[:MOST]
    return [Draft(each.part, waiting.walked(each.part, each, side)) for each in found]


def outcome(model: Part, person: Person) -> str:
    """What this person's side has saved there; empty where it has not."""
    found = sheets.stored(model, Discipline(person.discipline))
    return found.outcome if found else ""


@transaction.atomic
def begin(*, model: Part, parts: Sequence[int], person: Person, by: Actor, at: datetime) -> Done:
    """Fill the untouched sheets of these parts with this side's answers on the model. An action each: together in one
    they would tell the other side which parts are answered alike. Raises `NothingToSay`."""
    side, given = Discipline(person.discipline), _given(model, person)

    def fill(part: Part) -> None:
        with _told():
            part, sheet = waiting.in_hand(part, side, sheets.NEW, person)
            _allowed(model, part, person, at)
            copying.filled(part, sheet, model, given, person=person, by=by, at=at)

    return _each(parts, fill)


@transaction.atomic
def confirm(
    *, model: Part, versions: Mapping[int, int], reason: str, person: Person, by: Actor, at: datetime
) -> Done:  # fmt: skip
    """Save the copies in these parts, if their sheets still have these versions, as this side's word: in one action.

    Raises `NothingToSay`."""
    side = Discipline(person.discipline)
    _given(model, person)
    before: dict[audit.Key, dict[str, Any]] = {}
    after: dict[audit.Key, dict[str, Any]] = {}
    tell: list[tuple[Part, audit.States]] = []

    def save(part: Part) -> None:
        with _told():
            call, parts, part = sheets.locked(part)
            waiting.only_one_side(part, side, person)
            sheet = sheets.held(part, side, versions[part.pk])
            _allowed(model, part, person, at)
            was, now = _saved(call, parts, part, sheet, model, person, at)
        for key, state in was.items():
            before.setdefault(key, dict(state))
        after.update({key: dict(state) for key, state in now.items()})
        tell.append((part, was))

    done = _each(list(versions), save)
    if done.parts:
        audit.record(
            kind="waiting.submit_alike", by=by, at=at, subject=done.parts[0], title=model.consumer,
            before=before, after=after, reason=reason,
        )  # fmt: skip
    for part, was in tell:
        sheets.tell(part, was, by=by, at=at)
    Hold.objects.filter(person=person, part__in=[part.pk for part in done.parts]).delete()
    return done


def _saved(
    call: Call, parts: list[Part], part: Part, sheet: Sheet, model: Part, person: Person, at: datetime
) -> tuple[audit.States, audit.States]:
    so_far = waiting.walked(part, sheet, Discipline(sheet.side))
    if sheet.copied_part_id != model.pk or so_far.is_in:
        raise Refused("is not a copy that waits to be saved any more")
    if so_far.open is not None:
        raise Refused(f"has an open question: {so_far.open.label.lower()}")
    before = audit.states(call, *parts, sheet)
    sheet.outcome, sheet.submitted_at, sheet.answered_by = so_far.verdict.outcome, at, person
    return before, sheets.weighed(call, parts, part, sheet, before, at=at)


def _each(pks: Sequence[int], do: Callable[[Part], None]) -> Done:
    """One after the other, calls in the order of their numbers, so that no two people block each other."""
    done = Done()
    found = list(Part.objects.filter(pk__in=pks).order_by("call", "pk")[:MOST])
    for part in found:
        try:
            with transaction.atomic():
                do(part)
        except Refused as refused:
            done.refused.append((part.pk, part.name, str(refused)))
        else:
            done.parts.append(part)
    for pk in sorted(set(pks) - {part.pk for part in found}):
        lost = waiting.lost(pk)
        if lost is not None:
            done.refused.append((pk, lost.name, "was split meanwhile"))
    return done


def _given(model: Part, person: Person) -> Sheet:
    if not model.consumer or person.discipline not in access.ANSWERING:
        raise NothingToSay
    try:
        return copying.sheet_of(model, Discipline(person.discipline))
    except copying.NotIn as not_in:
        raise NothingToSay from not_in


def _allowed(model: Part, part: Part, person: Person, at: datetime) -> None:
    if not access.may_answer(person, part.team_id):
        raise Refused("is not yours to answer")
    if part.consumer.lower() != model.consumer.lower():
        raise Refused(f"is used by {part.consumer or 'nobody named'} now")
    if held := queue.holder(part=part, person=person, at=at):
        raise Refused(f"is in the hands of {held.person.name} until {timezone.localtime(held.until):%H:%M}")


@contextmanager
def _told() -> Iterator[None]:
    """Refusals of one sheet in words."""
    try:
        yield
    except sheets.Gone:
        raise Refused("was split or retired meanwhile") from None
    except Stale:
        raise Refused("was answered meanwhile by a colleague: look at it again") from None
    except waiting.AnsweredOtherSide:
        raise Refused("has your answers for the other side, and nobody answers for both") from None
    except waiting.Submitted:
        raise Refused("was saved meanwhile") from None


def _unbegun(person: Person) -> Parts:
    mine = Sheet.objects.filter(part=OuterRef("pk"), side=person.discipline, test_version=domain.CURRENT.version)
    return queue.unanswered(person).exclude(Exists(mine))
