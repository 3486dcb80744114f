"""What both sides' sheets make of a part: its state, its label, and what the plan may count."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from inventory.domain import agreement, consumer, waiting
from inventory.domain.agreement import Agreement
from inventory.domain.part import State
from inventory.domain.people import Discipline
from inventory.domain.verdict import Verdict, decide
from inventory.models import Part, Sheet
from inventory.services.labelling import seal

BOTH = (Discipline.PRODUCT, Discipline.ENGINEERING)


@dataclass(frozen=True, slots=True)
class Row:
    """One question beside both sides' answers in words, empty where a side was not asked; `copied` names the sides
    whose answer is as it was copied."""

    label: str
    product: str
    engineering: str
    differs: bool
    copied: tuple[Discipline, ...] = ()


def weigh(part: Part, sheets: Mapping[Discipline, Sheet], *, one_side_enough: bool, at: datetime) -> None:
    """Set state, label and all that rests on it from the sheets that are in. Saves nothing.

    Where a sheet still waits to be looked over after a broken seal, the part waits with it, unless one side is enough.
    Whoever has answered an older version of the test than the other side waits to be asked on the newer one, whatever
    their answers say: until then the other side's word alone is not enough, as the two may differ.
    """
    found = counting(part, sheets)
    is_behind = any(side not in found and counts(part, sheet) for side, sheet in sheets.items())
    is_broken = part.state == State.CHECK_NEEDED or any(
        sheet.submitted_at is not None and not counts(part, sheet) for sheet in sheets.values()
    )
    if len(found) == len(BOTH):
        _both_in(part, found, at)
    elif found and (one_side_enough or not is_broken):
        _one_in(part, next(iter(found.values())), one_side_enough and not is_behind)
    elif is_broken:
        seal.breaks(part)
    else:
        seal.clear(part, State.UNLABELLED)


def newest(parts: Iterable[Part]) -> Mapping[int, dict[Discipline, Sheet]]:
    """By part, each side's sheet on the newest version of the test it has begun; older ones stay what they are. One
    query; empty for a part of which nobody has begun one."""
    found: defaultdict[int, dict[Discipline, Sheet]] = defaultdict(dict)
    for sheet in Sheet.objects.filter(part__in=[part.pk for part in parts]).order_by("test_version"):
        found[sheet.part_id][Discipline(sheet.side)] = sheet
    return found


def counting(part: Part, sheets: Mapping[Discipline, Sheet]) -> dict[Discipline, Sheet]:
    """The sheets that are in, of those on the newest version of the test that a side has saved: only these can be held
    against each other. `sheets` is the newest of each side."""
    newest = round_of(sheets.values())
    return {side: each for side, each in sheets.items() if each.test_version == newest and counts(part, each)}


def round_of(sheets: Iterable[Sheet]) -> int:
    """The newest version of the test that a side has saved; 0 where none has."""
    return max((sheet.test_version for sheet in sheets if sheet.submitted_at is not None), default=0)


def counts(part: Part, sheet: Sheet) -> bool:
    """Whether it is in on its version of the test. After a broken seal only what was saved since counts,
    also beside a label that one side has given since."""
    if sheet.submitted_at is None:
        return False
    if part.sealed_at is None:
        return True
    if part.state == State.CHECK_NEEDED:
        return sheet.submitted_at > part.sealed_at
    return part.state != State.ONE_SIDE or sheet.submitted_at >= part.sealed_at


def both_in(part: Part, sheets: Iterable[Sheet]) -> bool:
    """Whether both sides have answered in the same round: a sheet saved since the seal broke stays blind until the
    other side has saved again too, while what both had said before stays seen. So does one on a newer version."""
    given = {sheet.side: (counts(part, sheet), sheet.test_version) for sheet in sheets if sheet.submitted_at}
    return len(given) == len(BOTH) and len(set(given.values())) == 1


def compared(sheets: Mapping[Discipline, Sheet]) -> Agreement:
    """The two sides' sheets held against each other."""
    product, engineering = sheets[Discipline.PRODUCT], sheets[Discipline.ENGINEERING]
    test = waiting.TESTS[product.test_version]
    return agreement.compare(test, product.answers, engineering.answers, line_hours=settings.WAITING_LINE_HOURS)


def side_by_side(sheets: Mapping[Discipline, Sheet]) -> list[Row]:
    """Every question that either side was asked, with both answers and whether they differ."""
    product, engineering = sheets[Discipline.PRODUCT].answers, sheets[Discipline.ENGINEERING].answers
    rows = []
    for question in waiting.TESTS[sheets[Discipline.PRODUCT].test_version].questions:
        mine, theirs = product.get(question.id), engineering.get(question.id)
        if mine or theirs:
            differs = bool(mine and theirs) and mine.get("choice") != theirs.get("choice")
            copied = tuple(side for side, sheet in sheets.items() if question.id in sheet.copied)
            rows.append(Row(question.label, question.said(mine), question.said(theirs), differs, copied))
    return rows


def _both_in(part: Part, sheets: Mapping[Discipline, Sheet], at: datetime) -> None:
    found = compared(sheets)
    if found.verdict is None:
        seal.clear(part, State.DISPUTED)
        part.reason = _said(found, sheets)
        return
    seal.clear(part, State.AGREED if found.label else State.UNLABELLED)
    part.outcome, part.reason = found.verdict.outcome, found.verdict.text
    _take(part, found.verdict, sheets[Discipline.PRODUCT].test_version, at)
    if found.label:
        part.consumer = part.consumer or consumer_of(sheets)
        part.rested_on = seal.rests(part)


def _one_in(part: Part, sheet: Sheet, one_side_enough: bool) -> None:
    """Nothing of a blind sheet reaches the part, unless the team lets one side's label count: then the label and what
    the plan needs, but neither the answers nor the reason. It counts from when the sheet was saved."""
    was_sealed, rested_on = part.sealed_at is not None, part.rested_on
    has_counted = part.one_sided and part.sealed_at == sheet.submitted_at
    seal.clear(part, State.ONE_SIDE)
    if was_sealed:
        part.sealed_at = sheet.submitted_at
    verdict = decide(sheet.answers, line_hours=settings.WAITING_LINE_HOURS)
    if one_side_enough and verdict.label:
        part.one_sided = True
        _take(part, verdict, sheet.test_version, sheet.submitted_at)
        part.rule = None
        part.rested_on = rested_on if has_counted else seal.rests(part)


def _take(part: Part, verdict: Verdict, version: int, at: datetime | None) -> None:
    part.label, part.confidence = verdict.label, verdict.confidence
    part.rule, part.test_version = verdict.rule, version
    if verdict.label:
        part.guard, part.blockers, part.sealed_at = verdict.guard is not None, list(verdict.blockers), at


def _said(found: Agreement, sheets: Mapping[Discipline, Sheet]) -> str:
    """The first difference in words. Both sheets are in, so nothing is blind any more."""
    if found.difference is None:
        return "The two sides come to different outcomes."
    question = waiting.TESTS[sheets[Discipline.PRODUCT].test_version].question(found.difference.question)
    if question is None:
        return "The two sides were asked different questions."
    product, engineering = question.said(found.difference.product), question.said(found.difference.engineering)
    return f"{question.title} Product: {product or 'not asked'}. Engineering: {engineering or 'not asked'}."


def consumer_of(sheets: Mapping[Discipline, Sheet]) -> str:
    """Product knows its readers best; engineering's word where product named nobody."""
    return next((name for side in BOTH if side in sheets and (name := consumer.name(sheets[side].answers))), "")
