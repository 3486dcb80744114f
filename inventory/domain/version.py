"""What another version of the test would make of answers that were given to an older one."""

from collections.abc import Mapping
from dataclasses import dataclass

from inventory.domain import agreement, waiting
from inventory.domain.consumer import Answers
from inventory.domain.people import Discipline
from inventory.domain.question import Question, Test
from inventory.domain.verdict import decide

DISPUTED = "disputed"  # both sides answered, and come to different outcomes
WORDS: Mapping[str, str] = {
    "waiting": "somebody waits",
    "not_waiting": "nobody waits",
    "hybrid": "to be split",
    "undecided": "not decided",
    DISPUTED: "product and engineering differ",
}
BOTH = (Discipline.PRODUCT, Discipline.ENGINEERING)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What follows: an outcome or DISPUTED, or nothing where a question is open; then which, and for whom."""

    outcome: str
    opens: Question | None = None
    side: Discipline | None = None


def outlook(test: Test, sides: Mapping[Discipline, Answers], *, line_hours: int) -> Outlook:
    """The answers of one side or of both, carried over to `test`."""
    carried = {side: waiting.carried(test, side, sides[side], line_hours=line_hours) for side in BOTH if side in sides}
    for side, answers in carried.items():
        questions = waiting.asked(test, side, answers, line_hours=line_hours)
        if opens := waiting.open_among(questions, answers):
            return Outlook("", opens, side)
    if len(carried) == len(BOTH):
        found = agreement.compare(test, *(carried[side] for side in BOTH), line_hours=line_hours).verdict
        return Outlook(found.outcome if found else DISPUTED)
    (answers,) = carried.values()
    return Outlook(decide(answers, line_hours=line_hours).outcome)


def differs(was: str, now: Outlook, *, settled: bool) -> bool:
    """Whether a person has to look. A lead settled what both sides did not agree on: that they still do not is nothing
    new."""
    return now.outcome != was and not (settled and now.outcome == DISPUTED)


def because(version: int, was: str, now: str, opens: str) -> str:
    """Why a label is to be looked over; `opens` is the title of a question that was not asked before."""
    if opens:
        return f"Version {version} of the test asks one more question: “{opens}”."
    return f"Version {version} of the test decides otherwise: {WORDS[was]} → {WORDS[now]}."
