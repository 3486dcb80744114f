"""How a verdict reads: in plain words, naming the people and times the answers gave."""

from collections.abc import Sequence
from dataclasses import dataclass

from inventory.domain.consumer import DAY, HOUR, Answers, Moment, Need, Reader, choice, hops, limit, name
from inventory.domain.rule import Outcome, Ruling

RERUN = HOUR  # how long before the reading what is missing is repeated at full price

HEADLINES = {
    Outcome.WAITING: "Somebody waits for this.",
    Outcome.NOT_WAITING: "Nobody waits for this.",
    Outcome.HYBRID: "Somebody waits for a part of this.",
    Outcome.UNDECIDED: "Not decided yet.",
}
_WHEN = {
    Need.HOUR: "within the hour",
    Need.SET_TIME: "by a set time",
    Need.NEXT_DAY: "the next working day",
    Need.LONGER: "more than a day later",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """What catches late results. `rerun_at` is a time of day, empty where no reading time is known."""

    rerun_at: str
    text: str


def guard(ruling: Ruling, answers: Answers) -> Guard:
    if ruling.number == 5:
        return Guard("", "What is not back after half an hour is repeated at full price.")
    if ruling.number == 6:
        at = _earlier(str(answers[f"{ruling.moment.prefix}times"]["read"]), RERUN)
        return Guard(at, f"What is missing at {at} is repeated at full price.")
    return Guard("", "What is missing an hour before it is read is repeated at full price.")


def says(outcome: Outcome, *, guarded: bool, blocked: bool) -> str:
    if outcome is Outcome.WAITING:
        return "Keep at full price."
    if outcome is Outcome.HYBRID:
        return "Split the call."
    if outcome is Outcome.UNDECIDED:
        return "It stays at full price for now."
    if blocked:
        return "It cannot move to batch yet."
    return "Batch is possible, with a guard." if guarded else "Batch is possible."


def text(
    outcome: Outcome, deciding: Ruling, rulings: Sequence[Ruling], answers: Answers, blockers: Sequence[str]
) -> str:
    """Why, in two or three sentences."""
    if outcome is Outcome.HYBRID:
        said = _two_readers(rulings, answers)
    elif outcome is Outcome.WAITING:
        said = _waiting(deciding, answers)
    elif outcome is Outcome.UNDECIDED:
        said = _undecided(deciding, answers)
    else:
        said = _not_waiting(deciding, answers, moves=not blockers)
    if not blockers:
        return said
    what = "What could wait cannot move yet" if outcome is Outcome.HYBRID else "It cannot move yet"
    return f"{said} {what}: {'; '.join(blockers)}."


def would_change(outcome: Outcome, deciding: Ruling, line_hours: int) -> str:
    """What would have to be different for the other label."""
    if outcome is Outcome.HYBRID:
        return "It would be one label if both parts were needed at the same time."
    if outcome is Outcome.UNDECIDED:
        return "It is decided as soon as somebody follows the result to whoever uses it, and says how late it may come."
    if outcome is Outcome.NOT_WAITING:
        return _would_wait(deciding)
    return _would_not_wait(deciding, line_hours)


def duration(minutes: int) -> str:
    """`35 minutes`, `9 hours`, `2 days 15 hours`: the two largest units."""
    units = (("day", minutes // DAY), ("hour", minutes % DAY // HOUR), ("minute", minutes % HOUR))
    told = [f"{count} {unit}{'s' * (count != 1)}" for unit, count in units if count]
    return " ".join(told[:2]) or "no time"


def _waiting(deciding: Ruling, answers: Answers) -> str:
    at = deciding.moment
    if deciding.number == 3:
        return (
            f"Held up until it arrives: {_who(at, answers)}. And yet it could come {_when(at, answers)}. "
            "Until that is cleared up, it stays at full price."
        )
    if deciding.number == 4 and choice(answers, f"{at.prefix}conflict_b") == "keep":
        return "Nobody is held up, and yet a delay does harm within minutes. Keep at full price."
    if deciding.number == 4:
        return (
            "Nobody seems to be held up, and yet somebody is harmed within minutes. "
            "Until that is cleared up, it stays at full price."
        )
    if deciding.number == 5:
        return (
            "Nobody watches it being made, but it is needed within the hour, batch promises 24 hours, "
            "and nothing is known to stand in for a late result. Keep at full price."
        )
    if deciding.number == 6:
        span, what = duration(at.slack or 0), _span_of(at, answers)
        verb = "lies" if span.startswith(("1 ", "no ")) else "lie"
        return f"Nobody watches it being made, but only {span} {verb} between {what}; batch promises 24 hours."
    return f"{_held_up(at, answers)}{_on_the_way(at, answers)} Keep at full price."


def _held_up(at: Moment, answers: Answers) -> str:
    """Worded so that one person and several read alike."""
    who = _who(at, answers)
    if at.reader is Reader.MACHINE:
        seconds = limit(answers, at.prefix)
        after = f"after {_seconds(seconds)}" if seconds else "after a set time"
        return f"Held up until it arrives: {who}, giving up {after}; batch promises 24 hours."
    meanwhile = choice(answers, f"{at.prefix}meanwhile")
    if meanwhile == "comes_back":
        return f"Held up until it arrives: {who}. Coming straight back when it is there is waiting too."
    if meanwhile == "called":
        return f"Called by it: {who}. Until it arrives, they know nothing of what needs them."
    if meanwhile == "stays":
        return f"Held up until it arrives: {who}, staying until it is there."
    return f"There at the moment it arrives: {who}."


def _on_the_way(at: Moment, answers: Answers) -> str:
    count = len(hops(answers, at.prefix))
    if not count or at.reader is not Reader.HELD:
        return ""
    through = "another system" if count == 1 else f"{count} other systems"
    return f" It goes through {through}, but the person is still there."


def _not_waiting(deciding: Ruling, answers: Answers, *, moves: bool) -> str:
    at = deciding.moment
    caught = guard(deciding, answers).text if deciding.guarded else "Half price is possible."
    caught = f" {caught}" if moves else ""
    if deciding.number == 6:
        times = answers[f"{at.prefix}times"]
        start = times["final"] if times.get("choice") == "yes" else times["start"]
        begins = f" Start at {start}." if deciding.guarded and moves else ""
        return f"{duration(at.slack or 0).capitalize()} lie between {_span_of(at, answers)}.{begins}{caught}"
    if at.reader is Reader.NOBODY:
        return f"The result is stored, and nobody is held up by it.{caught}"
    who = name(answers, at.prefix)
    reader = f", for {who}" if who else ""
    return f"It may come {_when(at, answers)}{reader}. Nobody is held up before that.{caught}"


def _undecided(deciding: Ruling, answers: Answers) -> str:
    if deciding.number == 6:
        if deciding.decided_by.endswith("late"):
            by = answers.get(deciding.decided_by, {}).get("by", "a set time of day")
            return f"It is needed by {by}; engineering says when its inputs are final and when it is read."
        return "It is needed by a set time of day, but nobody knows yet how much time lies between inputs and reader."
    what = "who uses this, or what happens there meanwhile" if deciding.number == 0 else "how late this may come"
    return f"It is not known yet {what}. It stays at full price until somebody has found out."


def _two_readers(rulings: Sequence[Ruling], answers: Answers) -> str:
    now, rest = rulings[0], rulings[1]
    name = str(answers.get("needed", {}).get("name", ""))
    part = f"“{name}”" if name else "a part"
    waits, other = (now, rest) if now.outcome is Outcome.WAITING else (rest, now)
    named = {now: part, rest: "the rest"}
    return (
        f"Two moments: {named[waits]} {_soon(waits.moment)}, for {_who(waits.moment, answers)}; "
        f"{named[other]} {_when(other.moment, answers)}, for {_who(other.moment, answers)}. "
        "Split the call, by part of the result or by kind of case where cases can be told apart."
    )


def _would_wait(deciding: Ruling) -> str:
    if deciding.number == 6:
        return "It would be real time if less time lay between the inputs and the reader, or if somebody were held up."
    return "It would be real time if somebody were held up until it arrives, or harmed within minutes."


def _would_not_wait(deciding: Ruling, line_hours: int) -> str:
    if deciding.number == 2:
        if deciding.moment.reader is Reader.MACHINE:
            return "Nobody would wait if that process could go on without it and fetch it the next day."
        return (
            "Nobody would wait if the person could leave, be told later, and do without it until the next working day."
        )
    if deciding.number == 5:
        return "Nobody would wait if an older version or a repeat at full price could stand in for late results."
    if deciding.number == 6:
        return f"Nobody would wait if the inputs could be final at least {line_hours} hours before it is read."
    return "It may be batch once one of the two contradicting answers is changed."


def _who(at: Moment, answers: Answers) -> str:
    generic = {Reader.MACHINE: "a process", Reader.NOBODY: "nobody yet"}.get(at.reader or Reader.LATER, "a person")
    return name(answers, at.prefix) or generic


def _soon(at: Moment) -> str:
    known = {Need.MINUTES: "within half an hour", Need.HOUR: "within the hour", Need.SET_TIME: "by a set time"}
    return known.get(at.need or Need.SECONDS, "at once")


def _when(at: Moment, answers: Answers) -> str:
    if at.need is Need.SET_TIME and at.slack is not None:
        return f"at {answers[f'{at.prefix}times']['read']}"
    return _WHEN.get(at.need or Need.HOUR, "later") if at.need is not None else "later"


def _span_of(at: Moment, answers: Answers) -> str:
    times = answers[f"{at.prefix}times"]
    if times.get("choice") == "yes":
        return f"the last input at {times['final']} and the reader at {times['read']}"
    return f"the start at {times['start']} and the reader at {times['read']}"


def _seconds(seconds: int) -> str:
    if seconds < 120 or (seconds < 600 and seconds % 60):
        return f"{seconds} second{'s' * (seconds != 1)}"
    return duration(seconds // 60)


def _earlier(clock: str, minutes: int) -> str:
    hour, _, minute = clock.partition(":")
    left = (int(hour) * HOUR + int(minute) - minutes) % DAY
    return f"{left // HOUR:02}:{left % HOUR:02}"
