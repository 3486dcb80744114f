"""One side's sheet taken in hand: the part held, the version checked, and what follows from it stored and recorded."""

from datetime import datetime

from django.utils import timezone

from inventory.domain import waiting
from inventory.domain.audit import Actor
from inventory.domain.notice import Event
from inventory.domain.part import State
from inventory.domain.people import Discipline
from inventory.models import Call, Pair, Part, Sheet, Stale
from inventory.services import agreement, audit, notice, pricing

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
    Call.objects.select_for_update(no_key=True).filter(pk=part.call_id).first()
    call = Call.objects.select_related("feature", "team").filter(pk=part.call_id, retired_at=None).first()
    parts = list(call.parts.order_by("position")) if call else []
    found = next((each for each in parts if each.pk == part.pk), None)
    if call is None or found is None:
        raise Gone
    return call, parts, found


def sheets_of(part: Part) -> dict[Discipline, Sheet]:
    """Both sides' sheets on the current test, as far as there are any."""
    stored = Sheet.objects.filter(part=part, test_version=waiting.CURRENT.version)
    return {Discipline(each.side): each for each in stored}


def stored(part: Part, side: Discipline) -> Sheet | None:
    return Sheet.objects.filter(part=part, side=side, test_version=waiting.CURRENT.version).first()


def held(part: Part, side: Discipline, version: int | None) -> Sheet:
    """The stored sheet or a new one, if it still has the version the answer was given on."""
    found = stored(part, side)
    sheet = found or Sheet(part=part, side=side, test_version=waiting.CURRENT.version)
    if version is not None and version != (found.version if found else NEW):
        raise Stale(sheet)
    return sheet


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
        notice.about_part(part, event, by=by, at=at)


def _paired(part: Part, both: dict[Discipline, Sheet], at: datetime) -> list[Pair]:
    """What both said apart, once for each part and version of the test: later rounds know the other's answers, and a
    sheet begun as a copy repeats a judgement that counts already."""
    sheets = both.values()
    if not agreement.both_in(part, sheets) or any(sheet.opened_at or sheet.copied_from for sheet in sheets):
        return []
    if Pair.objects.filter(part_id=part.pk, test_version=waiting.CURRENT.version).exists():
        return []
    product, engineering = both[Discipline.PRODUCT], both[Discipline.ENGINEERING]
    return [
        Pair.objects.create(
            part_id=part.pk, team_id=part.team_id, test_version=waiting.CURRENT.version, at=at,
            product=product.outcome, engineering=engineering.outcome, product_answers=product.answers,
            engineering_answers=engineering.answers,
        )
    ]  # fmt: skip


def write(sheet: Sheet, before: audit.States) -> None:
    if sheet.pk is None:
        sheet.save(force_insert=True)
    elif fields := audit.changed(sheet, before):
        sheet.write(*fields)
