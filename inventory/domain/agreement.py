"""Both sides' answer sheets for one part: agreed or not, and the first fact on which they differ."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from inventory.domain.consumer import REST, UNSURE, Answer, Answers, limit, moment
from inventory.domain.part import Label
from inventory.domain.people import Discipline
from inventory.domain.question import Test
from inventory.domain.rule import Confidence
from inventory.domain.verdict import Verdict, decide

Sides = Mapping[Discipline, Answers]
_LOWEST_FIRST = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)


@dataclass(frozen=True, slots=True)
class Difference:
    """The first question the two sides answered differently. A fact, to be cleared up before any label."""

    question: str
    product: Answer | None
    engineering: Answer | None

    @property
    def unsure(self) -> Discipline | None:
        """The side that does not know where the other one does: it has a fact to learn, not a view to give up."""
        said = {Discipline.PRODUCT: self.product, Discipline.ENGINEERING: self.engineering}
        answered = {side: answer.get("choice") == UNSURE for side, answer in said.items() if answer}
        unsure = [side for side, is_unsure in answered.items() if is_unsure]
        return unsure[0] if len(answered) == len(said) and len(unsure) == 1 else None


@dataclass(frozen=True, slots=True)
class Agreement:
    """`verdict` is what both sides' facts lead to, None where they differ; then `difference` says where, `product` and
    `engineering` what each side's own view leads to."""

    verdict: Verdict | None
    difference: Difference | None
    product: Verdict
    engineering: Verdict

    @property
    def label(self) -> Label:
        return self.verdict.label if self.verdict else Label.NONE


def compare(test: Test, product: Answers, engineering: Answers, *, line_hours: int) -> Agreement:
    """Each side's own answers, completed with what only the other was asked, decided and held against each other."""
    sides = {Discipline.PRODUCT: product, Discipline.ENGINEERING: engineering}
    views = {side: decide(completed(test, side, sides), line_hours=line_hours) for side in sides}
    mine, theirs = views[Discipline.PRODUCT], views[Discipline.ENGINEERING]
    if mine.outcome is theirs.outcome:
        return Agreement(_careful(mine, theirs), None, mine, theirs)
    return Agreement(None, difference(test, product, engineering), mine, theirs)


def completed(test: Test, side: Discipline, sides: Sides) -> dict[str, Answer]:
    """One side's view: its own answers to what both were asked, and each side's answers to what is its alone."""
    view: dict[str, Answer] = {}
    for question in test.questions:
        source = sides[side if side in question.side else question.side[0]]
        if question.id in source:
            view[question.id] = source[question.id]
    return view


def difference(test: Test, product: Answers, engineering: Answers) -> Difference | None:
    """In the order of the test. The way downstream may be told in more or fewer hops: its end is what counts."""
    for question in test.questions:
        if len(question.side) < 2 or "conflict_" in question.id:
            continue
        if _same(question.id, product, engineering):
            continue
        return Difference(question.id, product.get(question.id), engineering.get(question.id))
    return None


def _same(question: str, product: Answers, engineering: Answers) -> bool:
    prefix = REST if question.startswith(REST) else ""
    if question.removeprefix(prefix).startswith(("first", "hop")) and _same_end(product, engineering, prefix):
        return True
    return _decisive(product.get(question, {})) == _decisive(engineering.get(question, {}))


def _decisive(answer: Answer) -> tuple[object, ...]:
    """Without the names people give: they may well differ."""
    return tuple(answer.get(part) for part in ("choice", "limit", "unit"))


def _same_end(product: Answers, engineering: Answers, prefix: str) -> bool:
    """Whether both follow the result to the same kind of reader, held up for the same time where it is a process."""
    ends = [(moment(each, prefix).reader, limit(each, prefix)) for each in (product, engineering)]
    return ends[0] == ends[1]


def _careful(mine: Verdict, theirs: Verdict) -> Verdict:
    """Of two views that lead to the same outcome the one that is blocked or guarded, at the lower confidence, with the
    guard, blockers and conflicts of both."""
    first, second = sorted((mine, theirs), key=lambda view: (not view.blockers, view.guard is None, _rank(view)))
    unsure = min(mine, theirs, key=_rank)
    return replace(
        first,
        confidence=unsure.confidence,
        because=unsure.because,
        blockers=tuple(dict.fromkeys((*first.blockers, *second.blockers))),
        guard=first.guard or second.guard,
        conflicts=tuple(dict.fromkeys((*first.conflicts, *second.conflicts))),
    )


def _rank(verdict: Verdict) -> int:
    return _LOWEST_FIRST.index(verdict.confidence)
