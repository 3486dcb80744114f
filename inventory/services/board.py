"""One team's waves side by side with their moves: what the page on which they are arranged reads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator

from inventory.domain.capacity import Fit
from inventory.domain.effort import Weights
from inventory.domain.status import MOVING_KINDS
from inventory.models import Part, Team, Wave
from inventory.services import arrangement, schedule
from inventory.services.schedule import OPEN, REST, Sums

FEW, ROWS = 12, 50  # moves shown of each wave, and of one that is shown alone


@dataclass(frozen=True, slots=True)
class Row:
    """One part in a wave. `along`: it does not move by itself, it comes along with its sibling."""

    part: Part
    weights: Weights
    points: int

    @property
    def along(self) -> bool:
        return self.part.kind not in MOVING_KINDS and self.part.wave_id is None

    @property
    def for_its_effort(self) -> int:
        return self.part.saving // self.points


@dataclass(frozen=True, slots=True)
class Column:
    """One wave, or with `wave` None the moves in none; `more` of its moves are not among the rows."""

    wave: Wave | None
    sums: Sums
    rows: Sequence[Row]
    fits: Sequence[Fit] = field(default_factory=list)

    @property
    def number(self) -> int:
        return OPEN if self.wave is None else self.wave.pk

    @property
    def more(self) -> int:
        return self.sums.parts - len(self.rows)


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class Board:
    """`sums` say where every part of the team counts and add up to `whole`, its plan. `page` is set where one column is
    shown alone."""

    columns: Sequence[Column]
    waves: Sequence[Wave]
    whole: Sums
    page: Page[Any] | None
    sums: Sequence[Line]


def board(*, team: Team, only: int | None = None, number: str | None = None) -> Board:
    """`only` shows the one wave of that number, OPEN for none, a page at a time. A fixed number of queries."""
    waves = list(Wave.objects.live().filter(team=team).select_related("owner").prefetch_related("depends_on").in_time())
    sums = schedule.sums(parts_of=team)
    mine = {wave.pk: wave for wave in waves}
    ranked = [part for part, _ in arrangement.ranked(team)]
    placed: dict[int, list[Part]] = {pk: [] for pk in mine}
    for pk, counted_in in _in_waves(team, mine):
        placed[counted_in].append(Part(pk=pk))
    lists: dict[int, list[Part]] = {OPEN: ranked, **placed}
    page = None
    if only in lists:
        page = Paginator(lists[only], ROWS).get_page(number)
        lists = {only: list(page)}
    else:
        lists = {pk: found[:FEW] for pk, found in lists.items()}
    read = _read(part for found in lists.values() for part in found)
    fits = schedule.fits(waves)
    columns = [
        Column(
            mine.get(pk), sums.get(pk, Sums()), [read[part.pk] for part in found if part.pk in read], fits.get(pk, [])
        )
        for pk, found in sorted(lists.items(), key=lambda each: _order(waves, each[0]))
    ]
    return Board(columns, waves, _together(sums.values()), page, _lines(waves, sums))


def _lines(waves: Sequence[Wave], sums: Mapping[int, Sums]) -> list[Line]:
    """A feature that went to another team leaves its parts in the waves of the old one: they are told apart."""
    found = [Line(wave.name, sums.get(wave.pk, Sums())) for wave in waves]
    found.append(Line("Moves in no wave", sums.get(OPEN, Sums())))
    known = {OPEN, REST, *(wave.pk for wave in waves)}
    elsewhere = _together(each for pk, each in sums.items() if pk not in known)
    if elsewhere.parts:
        found.append(Line("In waves of other teams", elsewhere))
    return [*found, Line("Stays, cannot move or is undecided", sums.get(REST, Sums()))]


def _order(waves: Sequence[Wave], number: int) -> int:
    return next((place for place, wave in enumerate(waves) if wave.pk == number), len(waves))


def _in_waves(team: Team, waves: Mapping[int, Wave]) -> Iterable[tuple[int, int]]:
    """Every part of the team that counts in one of its waves, what saves most first."""
    found = Part.objects.live().filter(team=team).with_counted_in().filter(counted_in__in=list(waves))
    return found.order_by("-saving", "pk").values_list("pk", "counted_in")


def _read(parts: Iterable[Part]) -> dict[int, Row]:
    found = Part.objects.select_related("call", "feature", "team").in_bulk([part.pk for part in parts])
    return {pk: Row(part, part.weights(), part.points) for pk, part in found.items()}


def _together(found: Iterable[Sums]) -> Sums:
    total = Sums()
    for each in found:
        total = total.plus(each)
    return total
