"""The waiting test on paper: one sheet a side, an answer at a time; what follows from it is set when it is saved."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from inventory.domain import confidence, consumer, waiting
from inventory.domain.audit import Actor
from inventory.domain.consumer import Answers
from inventory.domain.people import Discipline
from inventory.domain.question import Question, Test
from inventory.domain.rule import Conflict
from inventory.domain.verdict import Verdict, decide
from inventory.models import Change, Part, Person, Sheet, Stale
from inventory.services import audit
from inventory.services.labelling import sheet as sheets
from inventory.services.labelling.sheet import NEW, Gone

__all__ = ["NEW", "Gone"]  # of the sheet in hand, for whoever answers


class NotAsked(Exception):
    """Another answer leads past this question."""


class Submitted(Exception):
    """The sheet was saved as a whole: it is opened again before an answer changes."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(str(sheet))
        self.sheet = sheet


class AnsweredOtherSide(Exception):
    """This person has answered for the other discipline here, before theirs was changed: nobody answers for both."""


class Unfinished(Exception):
    """A question is still open."""

    def __init__(self, question: Question) -> None:
        super().__init__(question.id)
        self.question = question


class ReasonNeeded(Exception):
    """A label counts that would count no more: say why."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A part that a split, or the undoing of one, took away, or that was retired, or where who was answering may answer
    no more (`role_lost`). Its sheets are in the history."""

    name: str
    call_id: int
    team_id: int
    is_retired: bool = False
    role_lost: bool = False


@dataclass(frozen=True, slots=True)
class Walk:
    """How far one side has come on `test`. `open` is the next question, None when the sheet is complete; `is_in` says
    that the sheet was saved, and that neither a broken seal nor a newer version of the test asks to look it over.
    `carried`: the answers come from an older version, and nothing is stored on this one yet."""

    test: Test
    sheet: Sheet
    answers: Answers
    questions: tuple[Question, ...]
    open: Question | None
    verdict: Verdict
    is_in: bool

    @property
    def version(self) -> int:
        return self.sheet.version if self.sheet.pk else NEW

    @property
    def carried(self) -> bool:
        return self.sheet.pk is None and bool(self.sheet.answers)

    @property
    def misfits(self) -> bool:
        """Whether who would notice first contradicts how late it may come."""
        return confidence.misfit(self.answers, consumer.moment(self.answers).need) > 1

    def asks(self, question_id: str) -> Question | None:
        return next((question for question in self.questions if question.id == question_id), None)

    def before(self, question: Question) -> Question | None:
        at = self.questions.index(question)
        return self.questions[at - 1] if at else None

    def conflict(self, question_id: str) -> Conflict | None:
        return waiting.conflict(self.answers, question_id, line_hours=settings.WAITING_LINE_HOURS)


def walk(*, part: Part, side: Discipline) -> Walk:
    """The sheet one side works on: its answers, the questions they lead to, what follows so far."""
    return walked(sheets.in_hand(part, side))


def lost(pk: int) -> Lost | None:
    """What history knows of a part that was taken away; None where there never was one."""
    deleted = Change.objects.filter(record=Part.RECORD, record_id=str(pk), after="").order_by("-pk").first()
    if deleted is None:
        return None
    was = json.loads(deleted.before)
    return Lost(was["name"], was["call_id"], was["team_id"])


@transaction.atomic
def answer(
    *,
    part: Part,
    side: Discipline,
    question: str,
    value: Mapping[str, Any] | str,
    by: Actor,
    at: datetime,
    version: int | None = None,
    person: Person | None = None,
) -> Sheet:
    """Store one answer; a plain string is an option without more. The same answer again writes nothing.

    Raises `Stale` for another `version` (0 where there is no sheet yet), `AnsweredOtherSide`, `Submitted`, `NotAsked`,
    `Gone`, and `NotAnAnswer` for what the question does not take.
    """
    given = {question: {"choice": value} if isinstance(value, str) else value}
    part, sheet = in_hand(part, side, version, person)
    return _answered(part, sheet, given, kind="waiting.answer", by=by, at=at, person=person)


@transaction.atomic
def answer_all(
    *,
    part: Part,
    side: Discipline,
    answers: Mapping[str, Mapping[str, Any]],
    by: Actor,
    at: datetime,
    version: int | None = None,
    person: Person | None = None,
) -> Sheet:
    """Store the answers of a whole page at once; those it leaves out stay. Raises what `answer` raises."""
    part, sheet = in_hand(part, side, version, person)
    return _answered(part, sheet, answers, kind="waiting.answer_all", by=by, at=at, person=person)


@transaction.atomic
def submit(
    *,
    part: Part,
    side: Discipline,
    by: Actor,
    at: datetime,
    version: int | None = None,
    person: Person | None = None,
) -> Sheet:
    """Save the sheet as this side's word: from now on it counts, and both sides see each other's once both are in.

    Saving again confirms it after a broken seal. Raises `Stale`, `AnsweredOtherSide`, `Unfinished`, `Gone`.
    """
    call, parts, part = sheets.locked(part)
    only_one_side(part, side, person)
    hand = sheets.held(part, side, version)
    sheet, so_far = hand.sheet, walked(hand)
    if so_far.open is not None:
        raise Unfinished(so_far.open)
    if so_far.is_in:
        return sheet
    before = audit.states(call, *parts) | sheets.state(sheet)
    sheet.outcome, sheet.submitted_at = so_far.verdict.outcome, at
    sheet.answered_by = person or sheet.answered_by
    return sheets.concluded(call, parts, part, sheet, before, kind="waiting.submit", by=by, at=at, reason="")


@transaction.atomic
def reopen(
    *, part: Part, side: Discipline, by: Actor, at: datetime, reason: str = "", version: int | None = None
) -> Sheet:
    """Take back a saved sheet to change it; its answers stay. Until it is saved again it does not count. One on an
    older version of the test stays as it is, and its answers go on, on the current one.

    Raises `ReasonNeeded` where a label counts, `Stale`, `Gone`.
    """
    call, parts, part = sheets.locked(part)
    saved = sheets.sheets_of(part).get(side)
    if version is not None and version != (saved.version if saved else NEW):
        raise Stale(saved or sheets.in_hand(part, side).sheet)
    if saved is None or saved.submitted_at is None:
        return saved or sheets.in_hand(part, side).sheet
    if part.label and not reason:
        raise ReasonNeeded
    sheet = sheets.renewed(saved)
    before = audit.states(call, *parts) | sheets.state(sheet)
    sheet.outcome, sheet.submitted_at = "", None
    return sheets.concluded(call, parts, part, sheet, before, kind="waiting.reopen", by=by, at=at, reason=reason)


def in_hand(part: Part, side: Discipline, version: int | None, person: Person | None) -> tuple[Part, Sheet]:
    """The part held until the transaction ends, and this side's sheet, for whoever changes its answers: one on the
    current version of the test."""
    _, _, part = sheets.locked(part)
    only_one_side(part, side, person)
    hand = sheets.held(part, side, version)
    if hand.is_in:
        raise Submitted(hand.sheet)
    return part, hand.sheet


def only_one_side(part: Part, side: Discipline, person: Person | None) -> None:
    """Nobody answers for both: raises `AnsweredOtherSide` for whoever has a hand in the other sheet."""
    if person and Sheet.objects.filter(part=part, answered_by=person).exclude(side=side).exists():
        raise AnsweredOtherSide


def walked(hand: sheets.Hand) -> Walk:
    """How far the side has come with these answers, stored or not."""
    line_hours: int = settings.WAITING_LINE_HOURS
    sheet, answers = hand.sheet, hand.sheet.answers
    test = waiting.TESTS[sheet.test_version]
    questions = tuple(waiting.asked(test, Discipline(sheet.side), answers, line_hours=line_hours))
    given = {question.id: answers[question.id] for question in questions if question.id in answers}
    still_open = waiting.open_among(questions, answers)
    return Walk(test, sheet, given, questions, still_open, decide(given, line_hours=line_hours), hand.is_in)


def _answered(
    part: Part,
    sheet: Sheet,
    given: Mapping[str, Mapping[str, Any]],
    *,
    kind: str,
    by: Actor,
    at: datetime,
    person: Person | None,
) -> Sheet:
    before = sheets.state(sheet)
    test, side, line_hours = waiting.TESTS[sheet.test_version], Discipline(sheet.side), settings.WAITING_LINE_HOURS
    answers = {**sheet.answers, **{key: _accepted(test, key, value) for key, value in given.items()}}
    if set(given) - {question.id for question in waiting.asked(test, side, answers, line_hours=line_hours)}:
        raise NotAsked
    sheet.take(waiting.settled(test, side, answers, line_hours=line_hours))
    if not given or (before and not audit.changed(sheet, before)):
        return sheet
    # A sheet that a broken seal asks to look over is taken back by its first change.
    sheet.submitted_at, sheet.outcome = None, ""
    sheet.answered_by = person or sheet.answered_by
    sheets.write(sheet, before)
    audit.record(kind=kind, by=by, at=at, subject=part, before=before, after=audit.states(sheet))
    return sheet


def _accepted(test: Test, key: str, value: Mapping[str, Any]) -> dict[str, Any]:
    found = test.question(key)
    if found is None:
        raise NotAsked
    return found.accepted(value)
