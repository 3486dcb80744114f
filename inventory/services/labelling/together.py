"""Parts with the same consumer answered together: one is the model, the others begin as copies of it, and those that
somebody has looked at are saved at once.

Each part is refused for itself, with the reason told; the others go through. Every part has an action of its own, like
any answer: one action over all of them would tell the other side, while they are blind, which are answered alike.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef
from django.db.models.functions import Lower
from django.utils import timezone

from inventory.domain.audit import Actor
from inventory.domain.people import Discipline
from inventory.domain.verdict import Verdict
from inventory.models import Hold, Part, Person, Sheet, Stale
from inventory.models.part import Parts
from inventory.services import access, audit
from inventory.services.labelling import copying, queue, similar, waiting
from inventory.services.labelling import sheet as sheets

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
    """The copies of the model that this person may save, those begun on an older version of the test carried over."""
    side = Discipline(person.discipline)
    newer = Sheet.objects.filter(part=OuterRef("part_id"), side=side, test_version__gt=OuterRef("test_version"))
    mine = Sheet.objects.filter(
        ~Exists(newer), copied_part_id=model.pk, side=side, submitted_at=None,
        part__is_live=True, part__team__in=access.teams_waiting_for(person),
    )  # fmt: skip
    found = mine.select_related("part__call", "part__feature").order_by("part__call", "part")[:MOST]
    return [Draft(each.part, waiting.walked(sheets.Hand(sheets.renewed(each), False))) for each in found]


def outcome(model: Part, person: Person) -> str:
    """What this person's side has saved there; empty where it has not."""
    found = sheets.sheets_of(model).get(Discipline(person.discipline))
    return found.outcome if found else ""


def outcomes(models: Sequence[Part], person: Person) -> dict[int, str]:
    """What this person's side has saved on each of them, by part: that of the newest version it was saved on."""
    mine = Sheet.objects.filter(part__in=models, side=person.discipline, submitted_at__isnull=False)
    return dict(mine.order_by("test_version", "pk").values_list("part", "outcome"))


@transaction.atomic
def begin(*, model: Part, parts: Sequence[int], person: Person, by: Actor, at: datetime) -> Done:
    """Fill the untouched sheets of these parts with this side's answers on the model. Raises `NothingToSay`."""
    side, given = Discipline(person.discipline), _given(model, person)

    def fill(part: Part) -> None:
        with _told():
            part, sheet = waiting.in_hand(part, side, sheets.NEW, person)
            if sheet.answers:
                raise Refused("has answers to an older version of the test: look them over")
            _allowed(model, part, person, at)
            copying.filled(part, sheet, model, given, person=person, by=by, at=at)

    return _each(parts, fill)


@transaction.atomic
def confirm(
    *, model: Part, versions: Mapping[int, int], reason: str, person: Person, by: Actor, at: datetime
) -> Done:  # fmt: skip
    """Save the copies in these parts, if their sheets still have these versions, as this side's word: in one
    transaction, with the reason in the history of each. An action each here too. Raises `NothingToSay`."""
    side = Discipline(person.discipline)
    _given(model, person)

    def save(part: Part) -> None:
        with _told():
            call, parts, part = sheets.locked(part)
            waiting.only_one_side(part, side, person)
            hand = sheets.held(part, side, versions[part.pk])
            _allowed(model, part, person, at)
            verdict, sheet = _verdict(hand, model), hand.sheet
            before = audit.states(call, *parts) | sheets.state(sheet)
            sheet.outcome, sheet.submitted_at, sheet.answered_by = verdict.outcome, at, person
            sheets.concluded(call, parts, part, sheet, before, kind="waiting.submit", by=by, at=at, reason=reason)

    done = _each(list(versions), save)
    Hold.objects.filter(person=person, part__in=[part.pk for part in done.parts]).delete()
    return done


def _verdict(hand: sheets.Hand, model: Part) -> Verdict:
    """What the copy says, if it is one of the model that waits to be saved, and complete."""
    so_far = waiting.walked(hand)
    if so_far.sheet.copied_part_id != model.pk or so_far.is_in:
        raise Refused("is not a copy that waits to be saved any more")
    if so_far.open is not None:
        raise Refused(f"has an open question: {so_far.open.label.lower()}")
    return so_far.verdict


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
    mine = Sheet.objects.filter(part=OuterRef("pk"), side=person.discipline)  # on an older version: to be looked over
    return queue.unanswered(person).exclude(Exists(mine))
