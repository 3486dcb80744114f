"""What follows from the answers of the waiting test: the same answers, the same verdict, on every path exactly one."""

from collections.abc import Sequence
from dataclasses import dataclass

from inventory.domain import verdict_text as text
from inventory.domain.confidence import confidence
from inventory.domain.consumer import DAY, HOUR, REST, UNSURE, Answers, Need, choice
from inventory.domain.part import Label
from inventory.domain.rule import Confidence, Conflict, Outcome, Ruling, ruling
from inventory.domain.verdict_text import Guard

# What page 8 can tick: the words under which a move that is blocked shows its reason.
BLOCKERS = {
    "streaming": "tokens must be streamed",
    "retention": "zero data retention or HIPAA-ready handling is required",
    "one_by_one": "inputs arrive one by one and are needed one by one",
    "speed": "a special speed setting is required",
    # Not knowing costs the full price until somebody finds out, as everywhere.
    UNSURE: "nobody has checked yet what rules batch out",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """`decided_by` is the id of the deciding question. `says` is the one line on what to do, `text` why in plain words,
    `would_change` what would have to be different for the other label."""

    outcome: Outcome
    rule: int
    decided_by: str
    confidence: Confidence
    because: str
    guard: Guard | None
    blockers: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    headline: str
    says: str
    text: str
    would_change: str

    @property
    def label(self) -> Label:
        """Hybrid and undecided give no label."""
        return Label(self.outcome) if self.outcome in (Outcome.WAITING, Outcome.NOT_WAITING) else Label.NONE


def decide(answers: Answers, *, line_hours: int) -> Verdict:
    """The verdict over one sheet's answers or both sides' merged. What a sheet was not asked is not in it, and never
    counts as an answer. `line_hours` is the least time between inputs and reader that batch with a guard needs."""
    rulings = [ruling(answers, line_hours=line_hours)]
    if choice(answers, "needed") == "part":
        rulings.append(ruling(answers, REST, line_hours=line_hours))
    outcome, deciding = _together(rulings)
    batch = [r for r in rulings if r.outcome is Outcome.NOT_WAITING and outcome is not Outcome.UNDECIDED]
    blockers, blocked_by = _blockers(answers, batch, line_hours)
    is_blocked = bool(blockers) and outcome is Outcome.NOT_WAITING
    is_hybrid = outcome is Outcome.HYBRID
    level, because = confidence(outcome, rulings, answers)
    return Verdict(
        outcome=outcome,
        rule=1 if is_hybrid else 10 if is_blocked else deciding.number,
        decided_by="needed" if is_hybrid else blocked_by if is_blocked else deciding.decided_by,
        confidence=level,
        because=because,
        guard=next((text.guard(r, answers) for r in rulings if r.guarded), None),
        blockers=blockers,
        conflicts=tuple(r.conflict for r in rulings if r.conflict),
        headline=text.HEADLINES[outcome],
        says=text.says(outcome, guarded=any(r.guarded for r in rulings), blocked=is_blocked),
        text=text.text(outcome, deciding, rulings, answers, blockers),
        would_change=text.would_change(outcome, deciding, line_hours),
    )


def _together(rulings: Sequence[Ruling]) -> tuple[Outcome, Ruling]:
    """Rule 1: a part that waits and a part that does not make a hybrid; one undecided part leaves all undecided."""
    by_outcome = {r.outcome: r for r in reversed(rulings)}
    for outcome in (Outcome.UNDECIDED, Outcome.WAITING, Outcome.NOT_WAITING):
        if outcome in by_outcome:
            is_hybrid = outcome is Outcome.WAITING and Outcome.NOT_WAITING in by_outcome
            return (Outcome.HYBRID if is_hybrid else outcome), by_outcome[outcome]
    raise AssertionError("every ruling has one of these outcomes")


def _blockers(answers: Answers, batch: Sequence[Ruling], line_hours: int) -> tuple[tuple[str, ...], str]:
    """Rule 10: what keeps work that nobody waits for from moving, in words, and the question that says so first."""
    if not batch:
        return (), ""
    ticked = tuple(BLOCKERS[each] for each in answers.get("limits", {}).get("choices", ()) if each in BLOCKERS)
    rounds = int(answers.get("chain", {}).get("rounds", 1))
    allowed = min(_allowed(r) for r in batch)
    if rounds > 1 and allowed < rounds * line_hours * HOUR:
        too_long = f"{rounds} calls in a row, {line_hours} hours each, do not fit into {text.duration(allowed)}"
        return (*ticked, too_long), "limits" if ticked else "chain"
    return ticked, "limits"


def _allowed(batch: Ruling) -> int:
    """Minutes in which a whole chain of calls must be through. "Next working day" counts from the evening to the
    morning, and "more than a day" as one day only: the careful reading, since no time is given for either."""
    need, slack = batch.moment.need, batch.moment.slack
    if need is Need.SET_TIME and slack is not None:
        return slack
    return {Need.HOUR: HOUR, Need.NEXT_DAY: 14 * HOUR}.get(need or Need.LONGER, DAY)
