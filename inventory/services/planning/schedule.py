"""What the plan needs to be told in time, and what each wave adds up to: read from the rows, micro-dollars a month.

A part of a split call that stays is counted in the wave of its sibling that moves (`Part.objects.with_counted_in`), so
that waves and what is in none add up to the plan.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, FloatField, Max, Sum
from django.db.models.functions import Cast, Coalesce

from inventory.domain import capacity, schedule, schedule_month
from inventory.domain import wave as domain
from inventory.domain.capacity import Fit, Load
from inventory.domain.plan import Kind
from inventory.domain.schedule import Block, Five, Month, Ramp, Term
from inventory.domain.status import MOVING_KINDS
from inventory.domain.wave import Problem
from inventory.models import Part, Team, Wave
from inventory.models.call import LARGEST_VOLUME

OPEN, REST = 0, -1  # no wave has these numbers
NO_WAVE, STAYS = "Moves in no wave", "Stays, cannot move or is undecided"


@dataclass(frozen=True, slots=True)
class Told:
    """The plan in time. `problems` are why it cannot be told for this term: there is nothing else then."""

    term: Term
    months: Sequence[Month]
    five: Five
    waves: Sequence[Wave]
    in_term: Mapping[int, int]
    problems: Sequence[Problem]
    blocks: Sequence[Block] = ()
    ramps: Mapping[int, Ramp] = field(default_factory=dict)

    @property
    def days(self) -> list[tuple[date, Month]]:
        return [(self.term.day(month.number), month) for month in self.months]

    @property
    def baseline(self) -> int:
        return sum(month.baseline for month in self.months)

    @property
    def planned(self) -> int:
        return sum(month.planned for month in self.months)

    @property
    def by_wave(self) -> list[tuple[Wave, int]]:
        return [(wave, self.in_term[wave.pk]) for wave in self.waves]

    def opened(self, number: int) -> "Opened | None":
        """What adds up to one month of the term; each of its waves with its record. None for no month of it."""
        if not 1 <= number <= len(self.months):
            return None
        named = {wave.pk: wave for wave in self.waves}
        found = schedule_month.opened(self.blocks, self.ramps, number)
        return Opened(self.months[number - 1], found.grown, [(named[each.number], each) for each in found.waves])

    def opened_wave(self, pk: int) -> "OpenedWave | None":
        """What each month of the term adds to one of its waves. None for no wave of it."""
        wave = next((each for each in self.waves if each.pk == pk), None)
        if wave is None or not self.months:
            return None
        found = schedule_month.of_wave(self.blocks, pk, self.ramps[pk], count=len(self.months))
        days = [(self.term.day(number), each) for number, each in enumerate(found, 1)]
        return OpenedWave(wave, self.in_term[pk], days)


@dataclass(frozen=True, slots=True)
class OpenedWave:
    wave: Wave
    saved: int
    days: Sequence[tuple[date, schedule_month.Wave]]


@dataclass(frozen=True, slots=True)
class Opened:
    month: Month
    grown: Sequence[schedule_month.Grown]
    waves: Sequence[tuple[Wave, schedule_month.Wave]]


def told(*, term: Term, team: Team | None = None) -> Told:
    """The plan of the installation or of one team, month by month. Three queries."""
    dated = [wave for wave in Wave.objects.live().select_related("team").in_time() if wave.starts_on is not None]
    found = _blocks(team)
    used = {block.wave for block in found}
    dated = [wave for wave in dated if wave.pk in used]
    problems = domain.ramps_too_long([_plain(wave) for wave in dated], months=term.count)
    problems += schedule.too_large(_volumes(team), count=term.count, most=LARGEST_VOLUME)
    ramps = {wave.pk: Ramp((wave.starts or 0) - term.first, wave.ramp_months) for wave in dated}
    months = [] if problems else schedule.months(found, ramps, count=term.count)
    in_term = {pk: sum(month.saved[pk] for month in months) for pk in ramps}
    return Told(term, months, schedule.five(found, ramps, months), dated, in_term, problems, found, ramps)


@dataclass(frozen=True, slots=True)
class Sums:
    """What is counted together: `parts` of which `moving` move."""

    parts: int = 0
    moving: int = 0
    today: int = 0
    saving: int = 0
    alone: int = 0  # the share of the saving that rests on one side's answer, where it was asked for

    @property
    def after(self) -> int:
        return self.today - self.saving

    def plus(self, other: "Sums") -> "Sums":
        return Sums(
            self.parts + other.parts, self.moving + other.moving, self.today + other.today, self.saving + other.saving,
            self.alone + other.alone,
        )  # fmt: skip


def sums(*, parts_of: Team | None = None) -> dict[int, Sums]:
    """The sums of every wave by its number, of the moves in none under OPEN, and of all that does not move under REST;
    together they are the plan."""
    parts = Part.objects.live() if parts_of is None else Part.objects.live().filter(team=parts_of)
    rows = parts.with_counted_in().values("counted_in", "kind").annotate(
        parts=Count("pk"), today=Coalesce(Sum("cost_today"), 0), saved=Coalesce(Sum("saving"), 0)
    )  # fmt: skip
    found: dict[int, Sums] = {}
    for row in rows.order_by():
        moves = row["kind"] in MOVING_KINDS
        key = row["counted_in"] or (OPEN if moves else REST)
        more = Sums(row["parts"], row["parts"] if moves else 0, int(row["today"]), int(row["saved"]))
        found[key] = found.get(key, Sums()).plus(more)
    return found


class InWaves:
    """The same sums from calls seen one by one: what a file says of waves is then what stands in its rows."""

    def __init__(self) -> None:
        waves = Wave.objects.live().select_related("team", "owner").prefetch_related("depends_on").in_time()
        self._waves = {wave.pk: wave for wave in waves}
        in_order = sorted(self._waves.values(), key=lambda wave: (wave.starts is None, wave.starts or 0, wave.pk))
        self._order = {wave.pk: place for place, wave in enumerate(in_order)}  # as `with_counted_in` has it
        self._found: dict[int, Sums] = {}
        self._listed = sorted(in_order, key=lambda wave: (wave.team.name.lower(), self._order[wave.pk]))
        self._number = {pk: n for n, pk in enumerate((*(wave.pk for wave in self._listed), OPEN, REST), 1)}
        self.names = (*(wave.name for wave in self._listed), NO_WAVE, STAYS)  # by their numbers, from 1 on

    def add(self, parts: Iterable[Part]) -> list[int]:
        """All parts of one call: what of it stays comes along with the first that moves. The number of the row in which
        each is counted."""
        siblings = list(parts)
        moving = [part.wave_id for part in siblings if part.wave_id in self._waves and part.kind in MOVING_KINDS]
        first = min(moving, key=lambda pk: self._order[pk or OPEN], default=None)
        found = []
        for part in siblings:
            moves = part.kind in MOVING_KINDS
            along = first if part.in_split and not moves else None
            key = part.wave_id or along
            if key not in self._number:  # in none, or in one that was made after this began
                key = OPEN if moves else REST
            more = Sums(1, 1 if moves else 0, part.cost_today or 0, part.saving, part.saving if part.one_sided else 0)
            self._found[key] = self._found.get(key, Sums()).plus(more)
            found.append(self._number[key])
        return found

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every wave, then what is in none."""
        for number, wave in enumerate(self._listed, 1):
            after = ", ".join(each.name for each in wave.depends_on.all())
            own = {name: getattr(wave, name) for name in ("starts_on", "ramp_months")}
            yield {"team": wave.team.name, "wave": wave.name, "after": after, "owner": wave.owner and wave.owner.name,
                   "starts": wave.starts, **own, **_amounts(number, self._found.get(wave.pk, Sums()))}  # fmt: skip
        for key, name in ((OPEN, NO_WAVE), (REST, STAYS)):
            yield {"wave": name, **_amounts(self._number[key], self._found.get(key, Sums()))}


def _amounts(number: int, sums: Sums) -> dict[str, int]:
    """As the sheet of waves has them."""
    own = {name: getattr(sums, name) for name in ("parts", "moving", "today", "saving", "alone")}
    return {**own, "after_cost": sums.after, "no": number}


def fits(of: Iterable[Wave]) -> dict[int, list[Fit]]:
    """Each wave's day in batch against the limits of its providers. Bytes are an estimate, so floats will do."""
    tokens = Cast("requests", FloatField()) * Cast(F("uncached_input") + F("cacheable_prefix"), FloatField())
    rows = Part.objects.live().filter(wave__in=[wave.pk for wave in of], kind__in=(Kind.MOVE_TO_BATCH, Kind.STAY_BATCH))
    grouped = rows.values("wave_id", "call__provider").annotate(sent=Sum("requests"), size=Sum(tokens))
    loads: dict[int, list[Load]] = {}
    for row in grouped.order_by("wave_id", "call__provider"):
        load = Load(row["call__provider"], int(row["sent"]), float(row["size"]))
        loads.setdefault(row["wave_id"], []).append(load)
    return {pk: capacity.fits(found) for pk, found in loads.items()}


def _plain(wave: Wave) -> domain.Wave:
    return domain.Wave(wave.pk, wave.name, wave.starts, wave.ramp_months)


def _blocks(team: Team | None) -> list[Block]:
    parts = Part.objects.live() if team is None else Part.objects.live().filter(team=team)
    rows = parts.with_counted_in().values("counted_in", "feature__growth", "one_sided").annotate(
        today=Coalesce(Sum("cost_today"), 0), saved=Coalesce(Sum("saving"), 0)
    )  # fmt: skip
    return [
        Block(row["feature__growth"], int(row["today"]), int(row["saved"]), row["counted_in"], not row["one_sided"])
        for row in rows.order_by()
    ]


def _volumes(team: Team | None) -> Iterable[tuple[str, int, Decimal]]:
    """The largest part of each feature that grows."""
    parts = Part.objects.live().filter(feature__growth__gt=0)
    parts = parts if team is None else parts.filter(team=team)
    return parts.values_list("feature__name").annotate(Max("requests"), Max("feature__growth")).order_by("feature_id")
