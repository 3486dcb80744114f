"""One team's waves side by side with their moves: what the page on which they are arranged reads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator

from inventory.domain.capacity import Fit
from inventory.domain.effort import Weights
from inventory.domain.status import MOVING_KINDS
from inventory.models import Part, Team, Wave
from inventory.services.planning import arrangement, ledger, schedule
from inventory.services.planning.schedule import OPEN, REST, Sums

ELSEWHERE = -2  # in waves of other teams, such as that of a feature that moved
FEW, ROWS = 12, 50  # moves shown of each wave, and of one that is shown alone


NAMES = {OPEN: "In no wave", ELSEWHERE: "In waves of other teams"}
KEYS = {OPEN: "open", REST: "stays", ELSEWHERE: "elsewhere"}  # of `adding.WAVES`


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
    """One wave; with `wave` None the moves in none, or in waves of other teams. `more` of its moves are not among the
    rows."""

    number: int
    wave: Wave | None
    sums: Sums
    rows: Sequence[Row]
    fits: Sequence[Fit] = field(default_factory=list)

    @property
    def name(self) -> str:
        return NAMES.get(self.number) or str(self.wave)

    @property
    def key(self) -> str:
        return KEYS.get(self.number) or str(self.number)

    @property
    def more(self) -> int:
        return self.sums.parts - len(self.rows)


@dataclass(frozen=True, slots=True)
class Line:
    """`realised`: what moves of it that are done save a month, by the ledger. `key` is what its parts are asked by."""

    name: str
    sums: Sums
    realised: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """`sums` say where every part of the team counts and add up to `whole`, its plan. `page` is set where one column is
    shown alone."""

    columns: Sequence[Column]
    waves: Sequence[Wave]
    whole: Sums
    page: Page[Any] | None
    sums: Sequence[Line]
    realised: Mapping[int, int]

    @property
    def has_rows(self) -> bool:
        return any(column.rows for column in self.columns)

    @property
    def realised_together(self) -> int:
        return sum(self.realised.values())


def board(*, team: Team, only: int | None = None, number: str | None = None) -> Board:
    """`only` shows the one wave of that number, OPEN for none, a page at a time. A fixed number of queries."""
    waves = list(Wave.objects.live().filter(team=team).select_related("owner").prefetch_related("depends_on").in_time())
    mine = {wave.pk: wave for wave in waves}
    sums = _by_column(schedule.sums(parts_of=team), mine)
    lists = _lists(team, mine)
    page = None
    if only in lists:
        page = Paginator(lists[only], ROWS).get_page(number)
        lists = {only: list(page)}
    else:
        lists = {pk: found[:FEW] for pk, found in lists.items()}
    known, fits = read(pk for found in lists.values() for pk in found), schedule.fits(waves)
    columns = [
        Column(pk, mine.get(pk), sums.get(pk, Sums()), [known[n] for n in found if n in known], fits.get(pk, []))
        for pk, found in sorted(lists.items(), key=lambda each: _order(waves, each[0]))
    ]
    realised = _realised(team, mine)
    return Board(columns, waves, _together(sums.values()), page, _lines(waves, sums, realised), realised)


def everything(team: Team, *, only: int | None = None) -> list[tuple[Column, int]]:
    """The numbers of all parts on the board in its order, each with its wave, which holds no rows."""
    waves = list(Wave.objects.live().filter(team=team).select_related("owner").in_time())
    mine = {wave.pk: wave for wave in waves}
    lists = _lists(team, mine)
    lists = {only: lists[only]} if only in lists else lists
    columns = {pk: Column(pk, mine.get(pk), Sums(), []) for pk in lists}
    return [(columns[pk], part) for pk in sorted(lists, key=lambda pk: _order(waves, pk)) for part in lists[pk]]


def read(pks: Iterable[int]) -> dict[int, Row]:
    """The rows of these parts, by number."""
    found = Part.objects.select_related("call", "feature", "team").in_bulk(list(pks))
    return {pk: Row(part, part.weights(), part.points) for pk, part in found.items()}


def _lists(team: Team, mine: Mapping[int, Wave]) -> dict[int, list[int]]:
    """The parts of each column, what saves most first; of what is in none, what saves most for its effort."""
    lists: dict[int, list[int]] = {pk: [] for pk in mine}
    for pk, counted_in in _in_waves(team):
        lists.setdefault(counted_in if counted_in in mine else ELSEWHERE, []).append(pk)
    lists[OPEN] = [part.pk for part, _ in arrangement.ranked(team)]
    return lists


def _realised(team: Team, mine: Mapping[int, Wave]) -> dict[int, int]:
    """By column, as the sums are."""
    found: dict[int, int] = {}
    for wave, saving in ledger.by_wave(team).items():
        key = OPEN if wave is None else wave if wave in mine else ELSEWHERE
        found[key] = found.get(key, 0) + saving
    return found


def _by_column(sums: Mapping[int, Sums], mine: Mapping[int, Wave]) -> dict[int, Sums]:
    """Waves of other teams as one."""
    found = {pk: each for pk, each in sums.items() if pk in mine or pk in (OPEN, REST)}
    elsewhere = _together(each for pk, each in sums.items() if pk not in found)
    return {**found, ELSEWHERE: elsewhere} if elsewhere.parts else found


def _lines(waves: Sequence[Wave], sums: Mapping[int, Sums], realised: Mapping[int, int]) -> list[Line]:
    names = {wave.pk: wave.name for wave in waves} | {OPEN: "Moves in no wave"}
    if ELSEWHERE in sums or ELSEWHERE in realised:
        names[ELSEWHERE] = NAMES[ELSEWHERE]
    found = [
        Line(name, sums.get(key, Sums()), realised.get(key, 0), KEYS.get(key) or str(key))
        for key, name in names.items()
    ]
    return [*found, Line("Stays, cannot move or is undecided", sums.get(REST, Sums()), key=KEYS[REST])]


def _order(waves: Sequence[Wave], number: int) -> int:
    """Waves in time, then what is in none, then what is elsewhere."""
    return next((place for place, wave in enumerate(waves) if wave.pk == number), len(waves) - number)


def _in_waves(team: Team) -> Iterable[tuple[int, int]]:
    """Every part of the team that counts in a wave, what saves most first."""
    found = Part.objects.live().filter(team=team).with_counted_in().filter(counted_in__isnull=False)
    return found.order_by("-saving", "pk").values_list("pk", "counted_in")


def _together(found: Iterable[Sums]) -> Sums:
    total = Sums()
    for each in found:
        total = total.plus(each)
    return total
