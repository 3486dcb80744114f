"""What the answers of the waiting test say about one consumer at one moment: who reads it, who is held up meanwhile,
how late it may come, and how much time lies between the inputs and the reader."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

Answer = Mapping[str, Any]
Answers = Mapping[str, Answer]

REST = "rest_"  # the same questions once more, for the part of the result that is not needed at once
MOST_HOPS = 5
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOUR = 60  # durations are whole minutes
DAY = 24 * HOUR
WEEK = 7 * DAY
UNITS = {"seconds": 1, "minutes": 60, "hours": 3600}
UNSURE = "unsure"


class Reader(StrEnum):
    """What stands at the end of the way the result takes."""

    HELD = "held"  # a person who cannot go on without it
    MACHINE = "machine"  # a process that gives up after a time nobody here can change
    LATER = "later"
    NOBODY = "nobody"
    UNSURE = "unsure"


class Need(IntEnum):
    """How late it could come before somebody is harmed, complains or redoes it: shortest first."""

    SECONDS = 0
    MINUTES = 1
    HOUR = 2
    SET_TIME = 3
    NEXT_DAY = 4
    LONGER = 5


_READERS = {
    "person_now": Reader.HELD,
    "person_held": Reader.HELD,
    "process_held": Reader.MACHINE,
    "person_later": Reader.LATER,
    "nobody": Reader.NOBODY,
    UNSURE: Reader.UNSURE,
}
_NEEDS = {
    "seconds": Need.SECONDS,
    "minutes": Need.MINUTES,
    "hour": Need.HOUR,
    "set_time": Need.SET_TIME,
    "next_day": Need.NEXT_DAY,
    "longer": Need.LONGER,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One consumer at one moment. `need` and `slack` (minutes) are None where nobody knows; `reader` is None while the
    way downstream is not told to its end. `told_by` names the question whose answer says who is held up."""

    prefix: str
    reader: Reader | None
    told_by: str
    held: bool
    need: Need | None
    slack: int | None


def moment(answers: Answers, prefix: str = "") -> Moment:
    """Read pages 1 to 3b (for the rest, with `prefix`), and page 4 where it says that nothing is needed at once."""
    reader, reader_told_by = _reader(answers, prefix)
    not_at_once = not prefix and choice(answers, "needed") == "none"
    held, held_told_by = _held(answers, prefix, reader)
    told_by = "needed" if not_at_once and held else held_told_by or reader_told_by
    slack = slack_of(answers.get(f"{prefix}times"))
    return Moment(prefix, reader, told_by, held and not not_at_once, _need(answers, prefix, reader), slack)


def choice(answers: Answers, question: str) -> str:
    """The option chosen, empty where the question was not answered."""
    return str(answers.get(question, {}).get("choice", ""))


def hops(answers: Answers, prefix: str = "") -> list[str]:
    """The hop questions that the answers lead to, the open one last."""
    found = []
    before = f"{prefix}first"
    for number in range(1, MOST_HOPS + 1):
        if choice(answers, before) != "system":
            break
        before = f"{prefix}hop{number}"
        found.append(before)
    return found


def name(answers: Answers, prefix: str = "") -> str:
    """Who uses it first in the answerer's words: the one furthest downstream who was named."""
    asked = [f"{prefix}first", *hops(answers, prefix)]
    named = [str(answers.get(question, {}).get("name", "")) for question in asked]
    return next((text for text in reversed(named) if text), "")


def limit(answers: Answers, prefix: str = "") -> int | None:
    """Seconds after which the process that is held up gives up, None where there is none or it is not known."""
    last = answers.get(_end(answers, prefix), {})
    if last.get("choice") != "process_held" or "limit" not in last:
        return None
    return int(last["limit"]) * UNITS[str(last["unit"])]


def slack_of(times: Answer | None) -> int | None:
    """Minutes from when it can start to when it is read: over all readings the shortest, back to the latest start."""
    if not times or "read" not in times:
        return None
    # Unsure whether it could start earlier: then it starts when it starts today.
    start = "final" if times.get("choice") == "yes" else "start"
    if start not in times:
        return None
    starts = _moments(str(times[start]), times.get(f"{start}_days", ()))
    reads = _moments(str(times["read"]), times.get("read_days", ()))
    return min((read - began) % WEEK for read in reads for began in starts)


def _moments(clock: str, days: Iterable[str]) -> list[int]:
    """Minutes into the week. No day means every day: for starts and readings alike that can only shorten the slack."""
    hour, _, minute = clock.partition(":")
    return [DAYS.index(day) * DAY + int(hour) * HOUR + int(minute) for day in days or DAYS]


def _end(answers: Answers, prefix: str) -> str:
    return [f"{prefix}first", *hops(answers, prefix)][-1]


def _reader(answers: Answers, prefix: str) -> tuple[Reader | None, str]:
    """Somebody who passes it on five times has lost sight of it: that is not knowing who reads it."""
    end = _end(answers, prefix)
    chosen = choice(answers, end)
    if chosen == "system":
        return Reader.UNSURE, end
    return _READERS.get(chosen), end


def _held(answers: Answers, prefix: str, reader: Reader | None) -> tuple[bool, str]:
    """Whether somebody is held up, and the question that says so where it is not the one about the reader.

    A sheet that was not asked what the person does meanwhile counts as held; so does a limit that is not known.
    """
    if reader is Reader.HELD:
        meanwhile = f"{prefix}meanwhile"
        goes_on = choice(answers, meanwhile) == "leaves" or _called_in_time(answers, prefix)
        return not goes_on, meanwhile if meanwhile in answers else ""
    if reader is Reader.MACHINE:
        seconds = limit(answers, prefix)
        return seconds is None or seconds < DAY * 60, ""
    return False, ""


def _called_in_time(answers: Answers, prefix: str) -> bool:
    """Whoever is called by the result is held up by a delay only where it must be there soon."""
    if choice(answers, f"{prefix}meanwhile") != "called":
        return False
    need = _NEEDS.get(choice(answers, f"{prefix}late"))
    return need is not None and need >= Need.SET_TIME


def _need(answers: Answers, prefix: str, reader: Reader | None) -> Need | None:
    """A process that gives up shortens the need to its limit."""
    need = _NEEDS.get(choice(answers, f"{prefix}late"))
    seconds = limit(answers, prefix) if reader is Reader.MACHINE else None
    if seconds is None:
        return need
    bound = _bound(seconds)
    if need is None:
        # A limit within the day is a need; a longer one does not say that nobody needs it sooner.
        return bound if bound < Need.NEXT_DAY else None
    return min(need, bound)


def _bound(seconds: int) -> Need:
    steps = ((60, Need.SECONDS), (1800, Need.MINUTES), (3600, Need.HOUR))
    for most, need in steps:
        if seconds <= most:
            return need
    if seconds < DAY * 60:
        return Need.SET_TIME
    return Need.NEXT_DAY if seconds < 2 * DAY * 60 else Need.LONGER
