"""The rules of the waiting test: one consumer at one moment in, one outcome out. The first rule that fits decides.

Whatever is unknown or contradictory falls to the expensive side, which is the safe one.
"""

from dataclasses import dataclass
from enum import StrEnum

from inventory.domain.consumer import DAY, HOUR, Answers, Moment, Need, Reader, choice, moment

CATCHES_LATE_ONES = ("older", "repeat")


class Outcome(StrEnum):
    WAITING = "waiting"
    NOT_WAITING = "not_waiting"
    HYBRID = "hybrid"
    UNDECIDED = "undecided"


class Confidence(StrEnum):
    """A word and a reason, never a percentage."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two answers that cannot both be right. `kind` a: held up, and yet it may come tomorrow; b: the other way round.

    `first` and `second` name the questions to look at again, `question` the page that asks.
    """

    kind: str
    question: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """`most` is the highest confidence this rule allows, `because` why it is not higher."""

    moment: Moment
    outcome: Outcome
    number: int
    decided_by: str
    guarded: bool = False
    conflict: Conflict | None = None
    most: Confidence = Confidence.HIGH
    because: str = ""


def ruling(answers: Answers, prefix: str = "", *, line_hours: int) -> Ruling:
    """Rules 0 and 2 to 9 for one moment; rule 1 (two parts) and 10 (what blocks the move) are the verdict's."""
    at = moment(answers, prefix)
    if at.reader in (None, Reader.UNSURE) and (at.need is None or at.need < Need.NEXT_DAY):
        return Ruling(at, Outcome.UNDECIDED, 0, at.told_by)
    if at.held:
        return _held(at)
    return _not_held(at, answers, line_hours)


def could_be_batch(answers: Answers, prefix: str = "", *, standin: str = "", line_hours: int) -> bool:
    """Whether batch is still within reach, whatever product says the person does meanwhile: then it is worth asking
    what stands in (with `standin` as if it were answered) and what rules batch out."""
    return _tried(answers, prefix, standin, line_hours).outcome is Outcome.NOT_WAITING


def needs_guard(answers: Answers, prefix: str = "", *, line_hours: int) -> bool:
    """Whether batch, where it is within reach, would have to catch what is late."""
    return _tried(answers, prefix, "older", line_hours).guarded


def _tried(answers: Answers, prefix: str, standin: str, line_hours: int) -> Ruling:
    trial = {f"{prefix}meanwhile": {"choice": "leaves"}, **answers}
    if standin:
        trial[f"{prefix}standin"] = {"choice": standin}
    return ruling(trial, prefix, line_hours=line_hours)


def _held(at: Moment) -> Ruling:
    if at.need is None or at.need < Need.NEXT_DAY:
        return Ruling(at, Outcome.WAITING, 2, at.told_by)
    return Ruling(at, Outcome.WAITING, 3, at.told_by, conflict=_conflict("a", at), most=Confidence.LOW)


def _not_held(at: Moment, answers: Answers, line_hours: int) -> Ruling:
    late = f"{at.prefix}late"
    if at.need is None:
        return Ruling(at, Outcome.UNDECIDED, 9, late)
    if at.need < Need.HOUR:
        return Ruling(at, Outcome.WAITING, 4, late, conflict=_conflict("b", at), most=Confidence.LOW)
    if at.need is Need.HOUR:
        return _within_the_hour(at, choice(answers, f"{at.prefix}standin"))
    if at.need is Need.SET_TIME:
        return _by_a_set_time(at, answers, line_hours)
    if at.need is Need.NEXT_DAY:
        covered = choice(answers, f"{at.prefix}standin") == "older"
        most, because = (Confidence.HIGH, "") if covered else (Confidence.MEDIUM, "a guard is used")
        return Ruling(at, Outcome.NOT_WAITING, 7, late, guarded=True, most=most, because=because)
    return Ruling(at, Outcome.NOT_WAITING, 8, late)


def _within_the_hour(at: Moment, standin: str) -> Ruling:
    """One batch in ten takes longer than an hour, so something must catch the late ones. Not asked is not accepted."""
    if standin not in CATCHES_LATE_ONES:
        because = "nothing is known to stand in for a late result"
        return Ruling(at, Outcome.WAITING, 5, f"{at.prefix}late", most=Confidence.MEDIUM, because=because)
    most = Confidence.MEDIUM if standin == "older" else Confidence.LOW
    because = "one batch in ten takes longer than an hour"
    return Ruling(at, Outcome.NOT_WAITING, 5, f"{at.prefix}standin", guarded=True, most=most, because=because)


def _by_a_set_time(at: Moment, answers: Answers, line_hours: int) -> Ruling:
    times = f"{at.prefix}times"
    if at.slack is None:
        return Ruling(at, Outcome.UNDECIDED, 6, times if times in answers else f"{at.prefix}late")
    if at.slack >= DAY:
        return Ruling(at, Outcome.NOT_WAITING, 6, times)
    if at.slack >= line_hours * HOUR:
        because = "a guard is used"
        return Ruling(at, Outcome.NOT_WAITING, 6, times, guarded=True, most=Confidence.MEDIUM, because=because)
    because = "more time could be found between inputs and reader"
    return Ruling(at, Outcome.WAITING, 6, times, most=Confidence.MEDIUM, because=because)


def _conflict(kind: str, at: Moment) -> Conflict:
    return Conflict(kind, f"{at.prefix}conflict_{kind}", at.told_by, f"{at.prefix}late")
