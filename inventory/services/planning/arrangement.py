"""Which move goes into which wave: put there by hand, or as proposed by saving for effort and looked at first."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from inventory.domain import wave as domain
from inventory.domain.audit import Actor
from inventory.domain.plan import Kind
from inventory.domain.status import UNDER_WAY
from inventory.domain.wave import Candidate, Terms
from inventory.models import Part, Team, Wave
from inventory.services import audit
from inventory.services.planning import wave as waves


class ChangedMeanwhile(Exception):
    """Moves changed since the page was shown, or the proposal would be another one now: look again. `parts` where it
    is known which."""

    def __init__(self, parts: Sequence[Part] = ()) -> None:
        super().__init__(", ".join(part.name for part in parts))
        self.parts = parts


class OtherTeam(Exception):
    """A wave takes moves of its own team only."""


class NothingToArrange(Exception):
    """Every move of the team is in a wave, or none moves."""


@transaction.atomic
def put(*, team: Team, versions: Mapping[int, int], wave: Wave | None, by: Actor, at: datetime) -> int:
    """Put these parts of `team` into its wave, or out of any wave, as one action. How many changed.

    `versions` are the parts as the page showed them. Parts of one call may go into different waves. Raises
    `ChangedMeanwhile`, `OtherTeam`, `wave.UnderWay` and `wave.WaveRetired`; nothing is written then.
    """
    known = waves.held()
    into = None if wave is None else known[wave.pk]
    _, found = waves.held_parts(versions)
    check(team, found, versions)
    if into is not None and into.team_id != team.pk:
        raise OtherTeam
    parts = [part for part in found if part.wave_id != (into and into.pk)]
    if begun := [part for part in parts if part.status in UNDER_WAY]:
        raise waves.UnderWay(begun)
    before = audit.states(*parts)
    for part in parts:
        waves.place(part, into)
    waves.write(parts)
    kind = "wave.take_out" if into is None else "wave.put"
    audit.record(kind=kind, by=by, at=at, subject=into or team, before=before, after=audit.states(*parts))
    return len(parts)


@dataclass(frozen=True, slots=True)
class Proposed:
    name: str
    starts_on: date
    moves: tuple[tuple[Part, int], ...]  # each with its effort

    @property
    def saving(self) -> int:
        return sum(part.saving for part, _ in self.moves)

    @property
    def effort(self) -> int:
        return sum(effort for _, effort in self.moves)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Waves that are not there yet. `token` is the same as long as the proposal is; `left` moves did not fit in."""

    waves: tuple[Proposed, ...]
    token: str
    left: int


def ranked(team: Team) -> list[tuple[Part, int]]:
    """The moves of the team that are in no wave, each with its effort, in the order in which they are worth it: first
    what somebody waits for, then what saves most for its effort. One query."""
    found = {part.pk: part for part in Part.objects.to_arrange().filter(team=team).select_related("call", "feature")}
    (order,) = domain.arranged([_candidate(part, part.points) for part in found.values()], waves=1) or ([],)
    return [(found[move.id], move.effort) for move in order]


def _candidate(part: Part, effort: int) -> Candidate:
    return Candidate(part.pk, part.saving, effort, part.kind == Kind.BRING_BACK)


def proposal(*, team: Team, terms: Terms) -> Proposal:
    """The moves of the team that are in no wave, first what somebody waits for, then what saves most for its effort."""
    every = ranked(team)
    efforts = dict(every[: domain.MOST_AT_ONCE])
    parts = {part.pk: part for part in efforts}
    best = [_candidate(part, effort) for part, effort in efforts.items()]
    names = _free_names(team, terms.waves)
    found = []
    for number, moves in enumerate(domain.arranged(best, waves=terms.waves)):
        starts_on = domain.first_day(domain.month(terms.starts_on) + number * terms.apart)
        found.append(Proposed(names[number], starts_on, tuple((parts[m.id], m.effort) for m in moves)))
    return Proposal(tuple(found), _token(team, terms, found), len(every) - len(best))


@transaction.atomic
def arrange(*, team: Team, terms: Terms, token: str, by: Actor, at: datetime) -> list[Wave]:
    """Take the proposal as it was looked at: its waves, each after the one before, with their moves, as one action.

    Raises `ChangedMeanwhile` where it would be another one now, `NothingToArrange`, `wave.TeamRetired`.
    """
    waves.held()
    team = waves.home(team)
    shown = proposal(team=team, terms=terms)
    _, parts = waves.held_parts(part.pk for each in shown.waves for part, _ in each.moves)
    if not parts:
        raise NothingToArrange
    found = proposal(team=team, terms=terms)  # once more, now that nobody can change it
    if found.token != token:
        raise ChangedMeanwhile
    before, now = audit.states(*parts), {part.pk: part for part in parts}
    made: list[Wave] = []
    links = []
    for each in found.waves:
        fields = {"name": each.name, "starts_on": each.starts_on, "ramp_months": terms.ramp}
        wave, after = waves.made(team, fields, made[-1:])
        made.append(wave)
        links += after
        for part, _ in each.moves:
            waves.place(now[part.pk], wave)
    waves.in_order()
    waves.write(parts)
    after_all = audit.states(*made, *links, *parts)
    audit.record(kind="wave.arrange", by=by, at=at, subject=team, before=before, after=after_all)
    return made


def check(team: Team, found: Sequence[Part], versions: Mapping[int, int]) -> None:
    """That these parts are of the team, and as the page showed them. Raises `OtherTeam`, `ChangedMeanwhile`."""
    if any(part.team_id != team.pk for part in found):
        raise OtherTeam
    differing = [part for part in found if part.version != versions[part.pk] or not part.is_live]
    if differing or len(found) != len(versions):
        raise ChangedMeanwhile(differing)


def _free_names(team: Team, count: int) -> list[str]:
    taken = {name.lower() for name in Wave.objects.live().filter(team=team).values_list("name", flat=True)}
    names = (f"Wave {number}" for number in range(1, count + len(taken) + 1))
    return [name for name in names if name.lower() not in taken][:count]


def _token(team: Team, terms: Terms, found: Sequence[Proposed]) -> str:
    told = [(each.name, [(part.pk, part.version, effort) for part, effort in each.moves]) for each in found]
    return hashlib.sha256(repr((team.pk, terms, told)).encode()).hexdigest()[:32]
