"""What is realised, what is still to be realised, and when: the ledger added up. Micro-dollars a month."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce, TruncMonth
from django.utils import timezone

from inventory.domain import realised as domain
from inventory.domain import wave as months
from inventory.domain.realised import Done, Left, Open
from inventory.domain.status import DONE
from inventory.models import Feature, Part, Realised, Team, Wave
from inventory.models.part import Parts
from inventory.services.planning.realised import STAYS


@dataclass(frozen=True, slots=True)
class Sums:
    """`moves` are moved or verified and saved `saved` a month that day, `verified` of it in verified moves. `still` is
    what the plan's own saving counts of them now, because the call is still written down as it ran before; `left` is
    the rest of that saving, still to be realised. `ended` was realised once and is taken back."""

    moves: int = 0
    saved: int = 0
    verified: int = 0
    still: int = 0
    ended_moves: int = 0
    ended: int = 0
    left: int = 0

    @property
    def costs_more(self) -> int:
        return -self.saved

    def plus(self, other: "Sums") -> "Sums":
        return Sums(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    sums: Sums
    team_id: int
    wave_id: int | None = None
    team: str = ""

    @property
    def place(self) -> "Place":
        return (self.team_id, self.wave_id)

    @property
    def key(self) -> str:
        """What the parts of a line by wave are asked by."""
        return str(self.wave_id or NO_WAVE)


@dataclass(frozen=True, slots=True)
class Told:
    """`late` is what should have moved before this month, `now`, by its wave, and has not. `still` is what is left to
    realise, where anything is."""

    overall: Sums
    teams: Sequence[Line] = field(default_factory=list)
    waves: Sequence[Line] = field(default_factory=list)
    left: Sequence[Left] = field(default_factory=list)
    late: int = 0
    still: Mapping["Place", Open] = field(default_factory=dict)
    now: int = 0


NO_WAVE = "none"  # what is asked by, where it is in none
ALONG = Q(in_split=True, kind__in=STAYS)  # with the first move of its call that is done
Place = tuple[int, int | None]  # a team, and one of its waves or none


def overall(*, team: Team | None = None, feature: Feature | None = None) -> Sums:
    """What a line of text beside the plan says. One query, and one more where something is realised."""
    rows = Realised.objects.standing().of_team(team)
    rows = rows if feature is None else rows.filter(part__feature=feature)
    sums = Sums(**{name: int(amount or 0) for name, amount in rows.aggregate(**_ADDED).items()})
    return replace(sums, still=_still(team, feature)) if sums.moves else sums


def by_team() -> dict[int, int]:
    """What each team has realised."""
    rows = Realised.objects.standing().order_by().values_list("team_id").annotate(Sum("saving"))
    return {pk: int(saving) for pk, saving in rows}


def by_wave(team: Team) -> dict[int | None, int]:
    """What each wave with moves of this team has realised."""
    rows = Realised.objects.standing().of_team(team).order_by().values_list("wave_id").annotate(Sum("saving"))
    return {pk: int(saving) for pk, saving in rows}


def told(*, today: date, team: Team | None = None) -> Told:
    """The ledger of the installation or of one team. A fixed number of queries."""
    found = _by_place(team)
    waves = Wave.objects.select_related("team").in_bulk([wave for _, wave in found if wave])
    names = dict(Team.objects.filter(pk__in={pk for pk, _ in found}).values_list("pk", "name"))
    now = months.month(today)
    still = {place: _open(sums.left, waves.get(place[1] or 0)) for place, sums in found.items() if sums.left}
    return Told(
        overall=replace(_together(found.values()), still=_still(team)),
        teams=_teams(found, names),
        waves=_waves(found, waves, names),
        left=domain.burn_down(_done(team), still.values(), now=now),
        late=domain.late(still.values(), now=now),
        still=still,
        now=now,
    )


def left_of(parts: Parts) -> Parts:
    """Those of these live parts whose saving is still to be realised."""
    begun = Realised.objects.standing().filter(call_id=OuterRef("call_id"))
    return parts.exclude(status__in=DONE).exclude(ALONG & Exists(begun)).exclude(saving=0)


def still_of(parts: Parts) -> Parts:
    """Moves that are done, and what came along with them: what they save by now, as the plan counts it."""
    done = parts.filter(call__in=Realised.objects.standing().values("call_id"))
    return done.filter(Q(status__in=DONE) | ALONG)


_ADDED = {
    "moves": Count("pk"),
    "saved": Sum("saving"),
    "verified": Sum("saving", filter=Q(verified_at__isnull=False)),
}


def _by_place(team: Team | None) -> dict[Place, Sums]:
    found: dict[Place, Sums] = {}
    rows: list[Iterable[Mapping[str, Any]]] = [
        Realised.objects.standing().of_team(team).order_by().values("team_id", "wave_id").annotate(**_ADDED),
        Realised.objects.of_team(team).exclude(ended_at=None).order_by().values("team_id", "wave_id").annotate(
            ended_moves=Count("pk"), ended=Sum("saving")
        ),
        _left(team),
    ]  # fmt: skip
    for row in (row for each in rows for row in each):
        key = (row["team_id"], row["wave_id"])
        more = {name: int(row[name] or 0) for name in Sums.__slots__ if name in row}
        found[key] = found.get(key, Sums()).plus(Sums(**more))
    return found


def _left(team: Team | None) -> list[dict[str, Any]]:
    """What the plan still has to save in each team and wave: its saving but for what `_still` counts. What a split
    sends twice is in it, whether its moves are in a wave or not."""
    parts = Part.objects.live()
    counted = left_of(parts if team is None else parts.filter(team=team)).with_counted_in()
    rows = counted.order_by().values("team_id", "counted_in").annotate(left=Coalesce(Sum("saving"), 0))
    return [{"team_id": row["team_id"], "wave_id": row["counted_in"], "left": row["left"]} for row in rows]


def _still(team: Team | None = None, feature: Feature | None = None) -> int:
    """What the plan counts of moves that are done and of what came along with them, at the prices and volume of now."""
    parts = Part.objects.live()
    parts = parts if team is None else parts.filter(team=team)
    parts = parts if feature is None else parts.filter(feature=feature)
    return int(still_of(parts).aggregate(still=Sum("saving"))["still"] or 0)


def _done(team: Team | None) -> list[Done]:
    month = TruncMonth("moved_at", tzinfo=timezone.get_current_timezone())
    rows = Realised.objects.standing().of_team(team).order_by().values(month=month).annotate(saved=Sum("saving"))
    return [Done(months.month(row["month"]), int(row["saved"])) for row in rows]


def _open(saving: int, wave: Wave | None) -> Open:
    return Open(saving, wave.starts if wave else None, wave.ramp_months if wave else 0)


def _teams(found: Mapping[Place, Sums], names: Mapping[int, str]) -> list[Line]:
    lines = [
        Line(name, _together(sums for (team, _), sums in found.items() if team == pk), pk) for pk, name in names.items()
    ]
    return sorted(lines, key=lambda line: (-line.sums.saved, -line.sums.left, line.name.lower(), line.team_id))


def _waves(found: Mapping[Place, Sums], waves: Mapping[int, Wave], names: Mapping[int, str]) -> list[Line]:
    """Waves in time, what is in none last."""
    lines = [
        Line(waves[wave].name if wave else "In no wave", sums, team, wave, names[team])
        for (team, wave), sums in found.items()
    ]
    far = 10**6  # months; no wave starts so late

    def order(line: Line) -> tuple[Any, ...]:
        starts = waves[line.wave_id].starts if line.wave_id else None
        return (line.wave_id is None, far if starts is None else starts, line.team.lower(), line.name.lower(),
                line.team_id, line.wave_id or 0)  # fmt: skip

    return sorted(lines, key=order)


def _together(found: Iterable[Sums]) -> Sums:
    total = Sums()
    for each in found:
        total = total.plus(each)
    return total
