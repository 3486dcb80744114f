"""How a part stands, for one person: what both sides say, as far as that person may see it."""

from dataclasses import dataclass

from django.conf import settings

from inventory.domain import agreement as domain
from inventory.domain import waiting
from inventory.domain.agreement import Agreement
from inventory.domain.consumer import Answers
from inventory.domain.people import Discipline
from inventory.domain.question import Test
from inventory.domain.verdict import Verdict, decide
from inventory.models import Part, Person, Sheet
from inventory.services import access
from inventory.services.labelling import agreement
from inventory.services.labelling.sheet import sheets_of


@dataclass(frozen=True, slots=True)
class Sheets:
    """What one person may see: a sheet is None where there is none, or it is blind. That one is in is no secret, nor
    which of them `count`: after a broken seal, those that were saved again."""

    product: Sheet | None
    engineering: Sheet | None
    product_in: bool
    engineering_in: bool
    counting: frozenset[Discipline] = frozenset()

    @property
    def both_visible(self) -> bool:
        return self.product_in and self.engineering_in and None not in (self.product, self.engineering)

    @property
    def was_opened(self) -> bool:
        """Whether one side's answers were seen before the other side had given its own."""
        return any(sheet.opened_at is not None for sheet in self.by_side().values())

    def by_side(self) -> dict[Discipline, Sheet]:
        found = {Discipline.PRODUCT: self.product, Discipline.ENGINEERING: self.engineering}
        return {side: sheet for side, sheet in found.items() if sheet is not None}


@dataclass(frozen=True, slots=True)
class Decided:
    """The deciding question and the answer to it, in words."""

    title: str
    said: str


@dataclass(frozen=True, slots=True)
class Standing:
    """`verdict` is the shared one where both sides agree, one's own while the other is blind, None where there is
    nothing to show; `rows` are empty while a sheet is blind. `test` is the version the shown answers are to."""

    test: Test
    sheets: Sheets
    own: Sheet | None
    verdict: Verdict | None
    decided: Decided | None
    compared: Agreement | None
    rows: tuple[agreement.Row, ...]

    @property
    def is_submitted(self) -> bool:
        """Whether one's own sheet is in, and nothing asks to look it over."""
        return self.own is not None and Discipline(self.own.side) in self.sheets.counting

    @property
    def is_behind(self) -> bool:
        """Whether the other side has answered a newer version of the test than one's own sheet that was saved."""
        if self.own is None or self.own.submitted_at is None:
            return False
        newer = self.sheets.engineering_in if self.own.side == Discipline.PRODUCT else self.sheets.product_in
        return newer and not (self.sheets.product_in and self.sheets.engineering_in)


def standing(*, part: Part, person: Person) -> Standing:
    """What this person may see of the part's sheets, and what follows from it."""
    sheets = sheets_for(part, person)
    by_side = sheets.by_side()
    own = by_side.get(Discipline(person.discipline))
    if sheets.both_visible:
        found = agreement.compared(by_side)
        answers = {side: sheet.answers for side, sheet in by_side.items()}
        test = waiting.TESTS[by_side[Discipline.PRODUCT].test_version]
        view = domain.completed(test, Discipline.PRODUCT, answers)
        rows = tuple(agreement.side_by_side(by_side))
        return Standing(test, sheets, own, found.verdict, decided(found.verdict, view, test), found, rows)
    if own is None or own.submitted_at is None:
        return Standing(waiting.CURRENT, sheets, own, None, None, None, ())
    test = waiting.TESTS[own.test_version]
    verdict = decide(own.answers, line_hours=settings.WAITING_LINE_HOURS)
    return Standing(test, sheets, own, verdict, decided(verdict, own.answers, test), None, ())


def sheets_for(part: Part, person: Person) -> Sheets:
    """Each side's newest sheet, without those that are still blind for this person. What was saved on an older version
    of the test than the other side's is not in any more."""
    found = sheets_of(part)
    newest = agreement.round_of(found.values())
    is_in = {
        side: side in found and found[side].submitted_at is not None and found[side].test_version == newest
        for side in agreement.BOTH
    }
    both_in = agreement.both_in(part, found.values())
    product, engineering = (
        found[side] if side in found and access.may_see_sheet(person, found[side], both_in=both_in) else None
        for side in agreement.BOTH
    )
    counting = frozenset(agreement.counting(part, found))
    return Sheets(product, engineering, is_in[Discipline.PRODUCT], is_in[Discipline.ENGINEERING], counting)


def decided(verdict: Verdict | None, answers: Answers, test: Test) -> Decided | None:
    if verdict is None:
        return None
    question = test.question(verdict.decided_by)
    return Decided(question.title, question.said(answers.get(question.id))) if question else None
