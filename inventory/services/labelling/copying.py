"""The same answers as another part: this side's own sheet there becomes a draft here, which nobody has confirmed yet.

A copy is a sheet like any other that is not in: it counts once its side has saved it. The action says “answered”, as
for any draft, since which part was copied would tell the other side what the answers are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from inventory.domain import waiting as domain
from inventory.domain.audit import Actor
from inventory.domain.part import State
from inventory.domain.people import Discipline
from inventory.models import Call, Part, Person, Sheet, search
from inventory.models.part import Parts
from inventory.services import audit
from inventory.services.labelling import agreement, similar, waiting
from inventory.services.labelling import sheet as sheets

FOUND = 500  # calls looked at for the words searched
LATEST = 60  # offered where nothing resembles the part


class NotIn(Exception):
    """This side has not answered there, or has taken its sheet back, or a broken seal asks to look it over."""


@dataclass(frozen=True, slots=True)
class Source:
    """A part whose answers may be copied, and what it shares with the one in hand. What was answered there is not
    told: whoever copies chooses by what the call is."""

    part: Part
    same: tuple[str, ...]


def answered(side: Discipline) -> Parts:
    """Live parts where this side's sheet is in, as `agreement.counting` has it: on whatever version of the test, unless
    either side has gone on to a newer one."""
    newer = Sheet.objects.filter(part=OuterRef("part_id"), test_version__gt=OuterRef("test_version"))
    replaced = Exists(newer.filter(Q(side=side) | Q(submitted_at__isnull=False)))
    mine = Sheet.objects.filter(~replaced, part=OuterRef("pk"), side=side, submitted_at__isnull=False)
    counts = (
        ~Q(state__in=(State.CHECK_NEEDED, State.ONE_SIDE))
        | Q(sealed_at=None)
        | Q(Exists(mine.filter(submitted_at__gt=OuterRef("sealed_at"))))
        | Q(Exists(mine.filter(submitted_at=OuterRef("sealed_at"))), state=State.ONE_SIDE)
    )
    return Part.objects.live().filter(Exists(mine)).filter(counts)


def sources(*, part: Part, side: Discipline, words: str = "") -> list[Source]:
    """What may be copied, the most alike first. Without words what resembles the part, or what this side answered last
    where nothing does."""
    among = answered(side).exclude(pk=part.pk)
    if words:
        among = among.filter(call__in=_calls(words))
        likes = {each.pk: each.same for each in similar.alike(part, among, feature=True)}
        found = list(among.order_by("name", "pk").values_list("pk", flat=True)[:FOUND])
        pks = [*likes, *(pk for pk in found if pk not in likes)]
    else:
        likes = {each.pk: each.same for each in similar.alike(part, among, feature=True)}
        pks = list(likes) or _latest(side, among)
    parts = Part.objects.select_related("feature", "team", "call").in_bulk(pks)
    return [Source(parts[pk], likes.get(pk, ())) for pk in pks if pk in parts]


def sheet_of(source: Part, side: Discipline) -> Sheet:
    """This side's sheet there; raises `NotIn`."""
    found = agreement.counting(source, sheets.sheets_of(source)).get(side)
    if found is None or not source.is_live:
        raise NotIn
    return found


@transaction.atomic
def copy(*, part: Part, side: Discipline, source: Part, person: Person, by: Actor, at: datetime, version: int) -> Sheet:
    """Fill this side's sheet with its answers on `source`, in the place of any it has. Writes nothing where it is that
    copy already. Raises `NotIn`, and what `waiting.answer` raises of the part."""
    if source.pk == part.pk:
        raise NotIn
    given = sheet_of(source, side)
    part, sheet = waiting.in_hand(part, side, version, person)
    filled(part, sheet, source, given, person=person, by=by, at=at)
    return sheet


def filled(part: Part, sheet: Sheet, source: Part, given: Sheet, *, person: Person, by: Actor, at: datetime) -> None:
    """Store and record the copy in the sheet in hand: of answers to an older version of the test, what still fits."""
    test, side, line_hours = domain.TESTS[sheet.test_version], Discipline(sheet.side), settings.WAITING_LINE_HOURS
    before = sheets.state(sheet)
    answers = domain.settled(test, side, sheets.renewed(given).answers, line_hours=line_hours)
    sheet.answers, sheet.copied = dict(answers), list(answers)
    sheet.copied_from, sheet.copied_part_id = source.name, source.pk
    if before and not audit.changed(sheet, before):
        return
    sheet.submitted_at, sheet.outcome, sheet.answered_by = None, "", person
    sheets.write(sheet, before)
    audit.record(kind="waiting.answer", by=by, at=at, subject=part, before=before, after=audit.states(sheet))


def _calls(words: str) -> Sequence[int]:
    few = search.few(words, FOUND)
    if few is not None:
        return few
    return list(search.narrowed(Call.objects.live(), words).values_list("pk", flat=True)[:FOUND])


def _latest(side: Discipline, among: Parts) -> list[int]:
    told = Sheet.objects.filter(side=side, submitted_at__isnull=False)
    pks = list(dict.fromkeys(told.order_by("-submitted_at").values_list("part", flat=True)[:LATEST]))
    there = set(among.filter(pk__in=pks).values_list("pk", flat=True))
    return [pk for pk in pks if pk in there]
