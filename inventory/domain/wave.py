"""Waves: moves done together. In which order they may start, and how much of a wave has moved in a month.

A month is a whole number, twelve to a year, so that months can be compared and counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

LONGEST_RAMP = 36
MOST_AT_ONCE = 500  # moves put into waves in one action
MONTHS = 12


def month(day: date) -> int:
    return day.year * MONTHS + day.month - 1


def first_day(number: int) -> date:
    return date(number // MONTHS, number % MONTHS + 1, 1)


def shown(number: int) -> str:
    """`March 2027`"""
    return f"{first_day(number):%B %Y}"


@dataclass(frozen=True, slots=True)
class Wave:
    """`starts` is the month in which it starts, None as long as it has no date; `after` the waves it depends on."""

    id: int
    name: str
    starts: int | None
    ramp: int = 0
    after: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is refused: the row and the field it stands in, and why."""

    row: str
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.row}, {self.field}: {self.reason}"


def share(term_month: int, *, starts_after: int, ramp: int) -> Fraction:
    """How much of a wave has moved in that month of the term, from 0 to 1: it starts after `starts_after` months and
    takes `ramp` months, none meaning all at once."""
    since = term_month - starts_after
    if since <= 0:
        return Fraction(0)
    return Fraction(1) if ramp == 0 else min(Fraction(1), Fraction(since, ramp))


def problems(waves: Iterable[Wave]) -> list[Problem]:
    """Dependencies that go round in a circle, and waves that start before what they depend on."""
    known = {wave.id: wave for wave in waves}
    if found := circle(known):
        chain = " → ".join(known[pk].name for pk in found)
        return [Problem(known[found[0]].name, "depends on", f"the waves depend on each other in a circle: {chain}")]
    return [
        problem
        for wave in known.values()
        for pk in sorted(wave.after)
        if pk in known and (problem := _out_of_order(wave, known[pk])) is not None
    ]


def ramps_too_long(waves: Iterable[Wave], *, months: int) -> list[Problem]:
    """Waves whose ramp is longer than a term of so many months."""
    return [
        Problem(wave.name, "ramp", f"{wave.ramp} months are longer than the term of {months}")
        for wave in waves
        if wave.ramp > months
    ]


def circle(known: Mapping[int, Wave]) -> list[int]:
    """The first circle as the waves along it, ending where it began; empty where there is none."""
    done: set[int] = set()
    for start in known:
        path: list[int] = []
        if found := _walk(start, known, path, done):
            return found
    return []


def _walk(pk: int, known: Mapping[int, Wave], path: list[int], done: set[int]) -> list[int]:
    if pk in path:
        return [*path[path.index(pk) :], pk]
    if pk in done or pk not in known:
        return []
    path.append(pk)
    for before in sorted(known[pk].after):
        if found := _walk(before, known, path, done):
            return found
    path.pop()
    done.add(pk)
    return []


def _out_of_order(wave: Wave, before: Wave) -> Problem | None:
    if wave.starts is None:
        return None
    if before.starts is None:
        return Problem(wave.name, "start", f"it depends on {before.name}, which has no start yet")
    if wave.starts < before.starts:
        late, early = shown(before.starts), shown(wave.starts)
        return Problem(wave.name, "start", f"{early} is before {before.name} starts, on which it depends: {late}")
    return None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a proposal starts from: how many waves, the month of the first, the months between two, each one's ramp."""

    waves: int
    starts_on: date
    apart: int
    ramp: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A move that is in no wave yet. `urgent` where somebody waits for it now."""

    id: int
    saving: int
    effort: int
    urgent: bool = False


def arranged(moves: Sequence[Candidate], *, waves: int) -> list[list[Candidate]]:
    """The moves in so many waves of about the same effort: first what somebody waits for, then what saves most for its
    effort. A wave that would be empty is left out. The same moves always give the same waves."""
    order = sorted(moves, key=lambda move: (not move.urgent, -Fraction(move.saving, move.effort), move.id))
    whole = sum(move.effort for move in order)
    found: list[list[Candidate]] = [[] for _ in range(waves)]
    spent = 0
    for move in order:
        found[min(waves - 1, spent * waves // whole)].append(move)
        spent += move.effort
    return [wave for wave in found if wave]
