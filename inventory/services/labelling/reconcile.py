"""The ways out where product and engineering differ: one adopts, a lead settles, or opens a sheet that waits too long.

The other two ways need nothing of their own: both take their sheet back and edit it (`waiting.reopen`), or the call is
split (`part.split`). What both had answered stays in the history.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from inventory.domain import waiting
from inventory.domain.audit import Actor
from inventory.domain.consumer import Answer, Answers
from inventory.domain.notice import Event
from inventory.domain.part import Label, State
from inventory.domain.people import Discipline
from inventory.domain.question import Test
from inventory.domain.rule import Confidence, Outcome
from inventory.domain.verdict import decide
from inventory.models import Part, Person, Sheet, Stale
from inventory.services import audit
from inventory.services.labelling import agreement, part_notice, seal
from inventory.services.labelling import sheet as sheets
from inventory.services.labelling.waiting import only_one_side, walked

Sides = dict[Discipline, Sheet]


class NothingToSettle(Exception):
    """The label counts already, or nothing was said yet that a lead could settle."""


class SplitFirst(Exception):
    """Whoever has answered says the result has two readers: the call is split, then each part gets its label."""


class NotOpenYet(Exception):
    """The other side still has time: until `until` the sheet stays closed."""

    def __init__(self, until: datetime) -> None:
        super().__init__(str(until))
        self.until = until


class NothingToOpen(Exception):
    """No sheet waits for its other side."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """`is_in` is False where the other side's answers lead to questions only this side can answer."""

    sheet: Sheet
    is_in: bool


@transaction.atomic
def adopt(*, part: Part, side: Discipline, person: Person, by: Actor, at: datetime, version: int) -> Adopted:
    """Take over the other side's answers to what both were asked, and save the sheet; answers that are this side's
    alone stay. A dispute ends on the version of the test it came up on. Raises `Stale`, `NothingToSettle` where not
    both are in, `AnsweredOtherSide`, `Gone`."""
    call, parts, part = sheets.locked(part)
    only_one_side(part, side, person)
    hand = sheets.held(part, side, version)
    sheet, both = hand.sheet, sheets.sheets_of(part)
    if part.state != State.DISPUTED or not agreement.both_in(part, both.values()):
        raise NothingToSettle
    other = next(each for name, each in both.items() if name != side)
    before = audit.states(call, *parts, sheet)
    sheet.take(_adopted(waiting.TESTS[sheet.test_version], side, sheet.answers, other.answers))
    so_far = walked(hand)
    is_in = so_far.open is None
    sheet.outcome, sheet.submitted_at = (so_far.verdict.outcome, at) if is_in else ("", None)
    sheet.answered_by = person
    sheets.concluded(call, parts, part, sheet, before, kind="agreement.adopt", by=by, at=at, reason="")
    return Adopted(sheet, is_in)


@transaction.atomic
def settle(*, part: Part, label: Label, reason: str, by: Actor, at: datetime, version: int) -> Part:
    """Give the label both sides do not, for a written reason. It counts like an agreed one, at low confidence, with
    every blocker and a guard where a side's answers ask for them. Both sheets stay as they are.

    Raises `Stale`, `NothingToSettle`, `SplitFirst`, `Gone`.
    """
    call, parts, part = sheets.locked(part)
    if part.version != version:
        raise Stale(part)
    both = sheets.sheets_of(part)
    _may_be_settled(part, both)
    said = _in(part, both)
    before = audit.states(call, *parts)
    _give(part, label, reason, said, at)
    sheets.store(call, parts, before, at)
    after = audit.states(call, *parts)
    audit.record(kind="agreement.settle", by=by, at=at, subject=part, before=before, after=after, reason=reason)
    sheets.tell(part, before, by=by, at=at)
    return part


def _give(part: Part, label: Label, reason: str, said: Sides, at: datetime) -> None:
    """The settled label with all that rests on it. Saves nothing."""
    views = [decide(each.answers, line_hours=settings.WAITING_LINE_HOURS) for each in said.values()]
    moves = label is Label.NOT_WAITING
    seal.clear(part, State.SETTLED)
    part.label, part.reason, part.sealed_at = label, reason, at
    part.confidence, part.test_version = Confidence.LOW, agreement.round_of(said.values())
    part.outcome = Outcome.NOT_WAITING if moves else Outcome.WAITING
    part.guard = moves and any(view.guard is not None or view.outcome is not Outcome.NOT_WAITING for view in views)
    part.blockers = list(dict.fromkeys(words for view in views for words in view.blockers)) if moves else []
    part.consumer = part.consumer or agreement.consumer_of(said)
    part.rested_on = seal.rests(part)


def opens_at(part: Part, sides: Sides) -> datetime | None:
    """From when a lead may open the one sheet that is in; None where none waits alone."""
    alone = list(_in(part, sides).values())
    if len(alone) != 1 or alone[0].submitted_at is None or alone[0].is_open:
        return None
    return alone[0].submitted_at + timedelta(days=part.team.opens_after)


@transaction.atomic
def open_sheet(*, part: Part, by: Actor, at: datetime) -> Sheet:
    """Show the sheet that is in to everybody, although the other side has not answered: whatever that side says from
    now on is not blind, and is marked. What the sheet says later, changed or saved again, is blind once more.

    Raises `NothingToOpen`, `NotOpenYet`, `Gone`.
    """
    _, _, part = sheets.locked(part)
    both = sheets.sheets_of(part)
    until = opens_at(part, both)
    if until is None:
        raise NothingToOpen
    if at < until:
        raise NotOpenYet(until)
    (sheet,) = _in(part, both).values()
    before = audit.states(sheet)
    sheet.opened_at = at
    sheets.write(sheet, before)
    audit.record(kind="agreement.open", by=by, at=at, subject=part, before=before, after=audit.states(sheet))
    part_notice.about(part, Event.OPENED, by=by, at=at)
    return sheet


def may_be_settled(part: Part, both: Sides) -> bool:
    try:
        _may_be_settled(part, both)
    except (NothingToSettle, SplitFirst):
        return False
    return True


def _may_be_settled(part: Part, both: Sides) -> None:
    """Where both are in without a label that counts, or one was opened and the other side stays silent."""
    said = _in(part, both).values()
    is_seen = agreement.both_in(part, both.values()) or any(each.is_open for each in said)
    if part.label or not is_seen or part.state == State.CHECK_NEEDED:
        raise NothingToSettle
    if part.outcome == Outcome.HYBRID or all(each.outcome == Outcome.HYBRID for each in said):
        raise SplitFirst


def _in(part: Part, both: Sides) -> Sides:
    """The sheets that are in. What a side has only begun stays its own, and so does what it took back."""
    return agreement.counting(part, both)


def _adopted(test: Test, side: Discipline, mine: Answers, theirs: Answers) -> Answers:
    """The other side's word on what both are asked, one's own on the rest, without what is not asked any more."""
    answers: dict[str, Answer] = {}
    for question in test.questions:
        if side in question.side:
            source = theirs if len(question.side) > 1 else mine
            if question.id in source:
                answers[question.id] = source[question.id]
    return waiting.settled(test, side, answers, line_hours=settings.WAITING_LINE_HOURS)
