"""One side's sheet taken in hand: the part held, the version checked, and what follows from it stored and recorded."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from inventory.domain import waiting
from inventory.domain.audit import Actor
from inventory.domain.notice import Event
from inventory.domain.part import State
from inventory.domain.people import Discipline
from inventory.models import Call, Differing, Pair, Part, Sheet, Stale
from inventory.services import audit
from inventory.services.labelling import agreement, part_notice
from inventory.services.prices import pricing

NEW = 0  # the version of a sheet that is not there yet
EVENTS = {
    State.ONE_SIDE: Event.ANSWERED,
    State.DISPUTED: Event.DISPUTED,
    State.AGREED: Event.SEALED,
    State.SETTLED: Event.SEALED,
}


class Gone(Exception):
    """The part is not there any more, or its call is retired."""


def locked(part: Part) -> tuple[Call, list[Part], Part]:
    """The part's call, held until the transaction ends, with its parts as they are now."""
    Call.objects.select_for_update(no_key=True).filter(pk=part.call_id).values_list("pk").first()
    call = Call.objects.select_related("feature", "team").filter(pk=part.call_id, retired_at=None).first()
    parts = list(call.parts.order_by("position")) if call else []
    found = next((each for each in parts if each.pk == part.pk), None)
    if call is None or found is None:
        raise Gone
    return call, parts, found


@dataclass(frozen=True, slots=True)
class Hand:
    """The sheet one side works on, stored or not yet. `is_in`: it was saved, and counts."""

    sheet: Sheet
    is_in: bool

    @property
    def version(self) -> int:
        return self.sheet.version if self.sheet.pk else NEW


def sheets_of(part: Part) -> dict[Discipline, Sheet]:
    """Each side's sheet on the newest version of the test it has begun."""
    return agreement.newest([part])[part.pk]


def in_hand(part: Part, side: Discipline) -> Hand:
    """Where the side goes on: a sheet that counts as it is, on whatever version; else one on the current version, with
    the answers of an older one carried over."""
    both = sheets_of(part)
    found = both.get(side)
    if found is None:
        return Hand(Sheet(part=part, side=side, test_version=waiting.CURRENT.version), False)
    is_in = side in agreement.counting(part, both)
    return Hand(found if is_in else renewed(found), is_in)


def renewed(sheet: Sheet) -> Sheet:
    """The sheet, or where it is of an older version of the test, a new one with as much of it as still fits. Who has
    seen its answers has seen them, and what was copied stays a copy."""
    if sheet.test_version >= waiting.CURRENT.version:
        return sheet
    side, line_hours = Discipline(sheet.side), settings.WAITING_LINE_HOURS
    answers = waiting.carried(waiting.CURRENT, side, sheet.answers, line_hours=line_hours)
    return Sheet(
        part=sheet.part, side=side, test_version=waiting.CURRENT.version, answers=dict(answers),
        opened_at=sheet.opened_at, answered_by_id=sheet.answered_by_id, copied_from=sheet.copied_from,
        copied_part_id=sheet.copied_part_id,
        copied=[key for key in sheet.copied if key in answers and answers[key] == sheet.answers.get(key)],
    )  # fmt: skip


def held(part: Part, side: Discipline, version: int | None) -> Hand:
    """The sheet in hand, if it still has the version the answer was given on."""
    found = in_hand(part, side)
    if version is not None and version != found.version:
        raise Stale(found.sheet)
    return found


def state(sheet: Sheet) -> dict[audit.Key, dict[str, Any]]:
    """What history has of the sheet so far."""
    return audit.states(sheet) if sheet.pk else {}


def concluded(
    call: Call,
    parts: list[Part],
    part: Part,
    sheet: Sheet,
    before: audit.States,
    *,
    kind: str,
    by: Actor,
    at: datetime,
    reason: str,
) -> Sheet:
    """Store the sheet, and what both sides' sheets now make of the part and of the call's costs."""
    write(sheet, before)
    Differing.objects.filter(part=part).delete()  # whatever a newer version would have made of the answers before
    both = sheets_of(part)
    # A settled label stands until a sheet is taken back, which asks for a reason: a sheet saved later only joins it.
    if part.state != State.SETTLED or sheet.submitted_at is None:
        agreement.weigh(part, both, one_side_enough=call.team.one_side_enough, at=at)
    store(call, parts, before, at)
    pairs = [] if sheet.submitted_at is None else _paired(part, both, at)
    after = audit.states(call, *parts, sheet, *pairs)
    audit.record(kind=kind, by=by, at=at, subject=part, before=before, after=after, reason=reason)
    tell(part, before, by=by, at=at)
    return sheet


def store(call: Call, parts: list[Part], before: audit.States, at: datetime) -> None:
    """Price the call anew and write what differs from `before`."""
    pricing.apply(call, parts, book=pricing.book(timezone.localdate(at)))
    records: list[Call | Part] = [call, *parts]
    for record in records:
        if fields := audit.changed(record, before):
            record.write(*fields)


def tell(part: Part, before: audit.States, *, by: Actor, at: datetime) -> None:
    """Notices for what the part has become. They name nothing a side said: where one leads is asked anew."""
    was = before[(Part.RECORD, part.pk)]["state"]
    if part.state != was and (event := EVENTS.get(State(part.state))):
        part_notice.about(part, event, by=by, at=at)


def _paired(part: Part, both: dict[Discipline, Sheet], at: datetime) -> list[Pair]:
    """What both said apart, once for each part: later rounds, also on a newer version of the test, know the other's
    answers, and a sheet begun as a copy repeats a judgement that counts already."""
    sheets = both.values()
    if not agreement.both_in(part, sheets) or any(sheet.opened_at or sheet.copied_from for sheet in sheets):
        return []
    if Pair.objects.filter(part_id=part.pk).exists():
        return []
    product, engineering = both[Discipline.PRODUCT], both[Discipline.ENGINEERING]
    return [
        Pair.objects.create(
            part_id=part.pk, team_id=part.team_id, test_version=product.test_version, at=at,
            product=product.outcome, engineering=engineering.outcome, product_answers=product.answers,
            engineering_answers=engineering.answers,
        )
    ]  # fmt: skip


def write(sheet: Sheet, before: audit.States) -> None:
    if sheet.pk is None:
        sheet.save(force_insert=True)
    elif fields := audit.changed(sheet, before):
        sheet.write(*fields)
