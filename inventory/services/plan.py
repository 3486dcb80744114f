"""The plan's totals: what is spent today, what after, what moves, by team, feature and kind. Micro-dollars a month.

Only live parts count, and each once: the parts of a split call are counted under *split*.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from django.db.models import BigIntegerField, Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce

from inventory.domain import bridge, line, money, origin
from inventory.domain.line import Side
from inventory.domain.plan import Kind
from inventory.models import Call, Feature, Part, Team
from inventory.models.call import KINDS

T = TypeVar("T", int, str)
MONTHS = 12
MOVING = (Kind.MOVE_TO_BATCH, Kind.BRING_BACK)
SIDES = {(kind.value, why.value): side for side in Side for kind, why in line.places(side)}
KIND_ORDER = (
    Kind.MOVE_TO_BATCH, Kind.SPLIT, Kind.BRING_BACK, Kind.STAY_REAL_TIME, Kind.STAY_BATCH, Kind.CANNOT_MOVE,
    Kind.UNDECIDED,
)  # fmt: skip
KIND_NAMES = {kind: dict(KINDS)[kind] for kind in KIND_ORDER}


@dataclass(frozen=True, slots=True)
class Sums:
    """`waits`, `open` and `nobody` are today's spend by the side of the line its part shall stand on, `undecided` the
    share of `open` without a label that counts. `one_sided` is what of today's spend is labelled on one side's answer
    alone, `one_sided_saving` what of the saving. Parts of unknown price add to the numbers of parts alone."""

    parts: int = 0
    moving: int = 0
    unpriced: int = 0
    undecided_parts: int = 0
    today: int = 0
    after: int = 0
    possible: int = 0
    waits: int = 0
    open: int = 0
    nobody: int = 0
    undecided: int = 0
    one_sided_parts: int = 0
    one_sided: int = 0
    one_sided_saving: int = 0

    @property
    def saving(self) -> int:
        return self.today - self.after

    @property
    def saving_a_year(self) -> int:
        return self.saving * MONTHS

    @property
    def dearer(self) -> int:
        """What the plan costs more, where it costs more."""
        return -self.saving

    @property
    def dearer_a_year(self) -> int:
        return -self.saving_a_year

    @property
    def can_move(self) -> int | None:
        """Percent of today's spend that moves to batch or is there already: what the first guess was about."""
        return money.percent(self.nobody, self.today)

    @property
    def sealed(self) -> int | None:
        return money.percent(self.today - self.undecided, self.today)

    @property
    def bar(self) -> list[line.Stretch]:
        """The sides as stretches of a bar a thousand long."""
        return line.bar(waits=self.waits, open=self.open, nobody=self.nobody, total=1000)

    @property
    def sides(self) -> tuple[int, int, int]:
        return self.waits, self.open, self.nobody


@dataclass(frozen=True, slots=True)
class Group:
    """The sums of one team, feature or kind. `guess` is the first guess in percent, weighted by what its features
    spend today."""

    key: int | str
    name: str
    sums: Sums
    guess: int | None = None
    team: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    overall: Group
    teams: tuple[Group, ...]
    kinds: tuple[Group, ...]

    def bridge(self) -> list[bridge.Step]:
        """From today to after, a step a kind."""
        sums = self.overall.sums
        return bridge.steps(
            today=sums.today,
            after=sums.after,
            possible=sums.possible,
            undecided=sums.undecided_parts,
            changes={str(kind.key): (_counted(kind), -kind.sums.saving) for kind in self.kinds},
        )


def _counted(kind: Group) -> int:
    """The parts a step of the bridge names: of the split ones only those that move."""
    return kind.sums.moving if kind.key == Kind.SPLIT else kind.sums.parts


class Row(NamedTuple):
    """Parts that are alike in what the totals group by, and what they add up to."""

    team: int
    in_split: bool
    kind: str
    why: str
    one_sided: bool
    parts: int
    priced: int
    today: int | None
    after: int | None
    possible: int | None


def totals(*, team: Team | None = None, feature: Feature | None = None) -> Totals:
    """The whole plan, or that of one team or feature. One walk over a covering index, one over the features."""
    parts = _of(team, feature)
    grouped = parts.values_list("team_id", "in_split", "kind", "why", "one_sided").annotate(
        Count("pk"), Count("cost_today"), Sum("cost_today"), Sum("cost_target"), Sum("possible")
    )
    return added_up([Row(*row) for row in grouped.order_by()], _guesses(team, feature))


def sureness(*, team: Team | None = None, feature: Feature | None = None) -> origin.Mix:
    """What is spent today by where volume and tokens come from; what parts spend is what their calls spend."""
    calls = Call.objects.live()
    if feature is not None:
        calls = calls.filter(feature=feature)
    elif team is not None:
        calls = calls.filter(team=team)
    return origin.mix(calls.order_by().values_list("figures").annotate(today=Coalesce(Sum("cost_today"), 0)))


class Tally:
    """The same totals from parts seen one by one: what a file says in sum is then what stands in its rows."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, bool, str, str, bool], list[int]] = {}

    def add(self, part: Part) -> None:
        key = (part.team_id, part.in_split, part.kind, part.why, part.one_sided)
        sums = self._seen.setdefault(key, [0] * 5)
        if part.cost_today is not None:
            sums[1] += 1
        sums[0] += 1
        sums[2] += part.cost_today or 0
        sums[3] += part.cost_target or 0
        sums[4] += part.possible

    def totals(self) -> Totals:
        return added_up([Row(*key, *sums) for key, sums in self._seen.items()], _guesses(None, None))


def added_up(rows: Sequence[Row], guesses: Mapping[int, tuple[int, int]]) -> Totals:
    """Totals of these rows; `guesses` as spend times percent, and spend, by team."""
    by_team = _split(rows, lambda row: row.team)
    by_kind = _split(rows, lambda row: Kind.SPLIT.value if row.in_split else row.kind)
    names = dict(Team.objects.filter(pk__in=by_team).values_list("pk", "name"))
    teams = [Group(pk, names[pk], _sums(found), _percent([guesses.get(pk)])) for pk, found in by_team.items()]
    return Totals(
        overall=Group("", "All", _sums(rows), _percent(guesses.values())),
        teams=tuple(sorted(teams, key=lambda group: (-group.sums.saving, -group.sums.today, group.name.lower()))),
        kinds=tuple(Group(kind, name, _sums(by_kind[kind])) for kind, name in KIND_NAMES.items() if kind in by_kind),
    )


def by_feature(*, team: Team | None = None) -> QuerySet[Any, Any]:
    """One row a feature that has live parts, what saves most first, for the paginator; `named` turns a page of them
    into groups."""
    is_nobody = Q(kind__in=[kind for kind, _ in line.places(Side.NOBODY)])
    zero = Coalesce(Sum("cost_today"), 0)
    rows = _of(team, None).values("feature_id").annotate(
        parts=Count("pk"),
        priced=Count("cost_today"),
        moving=Count("pk", filter=Q(kind__in=MOVING)),
        undecided_parts=Count("pk", filter=Q(kind=Kind.UNDECIDED)),
        today=zero,
        after=Coalesce(Sum("cost_target"), 0),
        saved=zero - Coalesce(Sum("cost_target"), 0),
        spare=Coalesce(Sum("possible"), 0),
        nobody=_spent_where(is_nobody),
        undecided=_spent_where(Q(kind=Kind.UNDECIDED)),
        alone_parts=Count("pk", filter=Q(one_sided=True)),
        alone=_spent_where(Q(one_sided=True)),
        alone_after=_spent_where(Q(one_sided=True), "cost_target"),
    )  # fmt: skip
    return rows.order_by("-saved", "feature_id")


def named(rows: Iterable[dict[str, Any]]) -> list[Group]:
    """A page of `by_feature` with the features' names and first guesses, in one query."""
    rows = list(rows)
    features = Feature.objects.select_related("team").in_bulk([row["feature_id"] for row in rows])
    return [_feature_group(features[row["feature_id"]], row) for row in rows]


def _feature_group(feature: Feature, row: dict[str, Any]) -> Group:
    same = ("parts", "moving", "undecided_parts", "today", "after", "nobody", "undecided")
    sums = Sums(
        unpriced=row["parts"] - row["priced"],
        possible=row["spare"],
        one_sided_parts=row["alone_parts"],
        one_sided=row["alone"],
        one_sided_saving=row["alone"] - row["alone_after"],
        **{name: row[name] for name in same},
    )
    return Group(feature.pk, feature.name, sums, feature.first_guess, feature.team.name)


def _of(team: Team | None, feature: Feature | None) -> QuerySet[Part]:
    parts = Part.objects.live()
    if feature is not None:
        return parts.filter(feature=feature)
    return parts if team is None else parts.filter(team=team)


def _spent_where(condition: Q, column: str = "cost_today") -> Coalesce:
    return Coalesce(Sum(Case(When(condition, then=F(column)), output_field=BigIntegerField())), 0)


def _split(rows: Iterable[Row], key: Callable[[Row], T]) -> dict[T, list[Row]]:
    found: dict[T, list[Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _sums(rows: Sequence[Row]) -> Sums:
    spent = dict.fromkeys(Side, 0)
    for row in rows:
        spent[SIDES[row.kind, row.why]] += row.today or 0
    undecided = [row for row in rows if row.kind == Kind.UNDECIDED]
    alone = [row for row in rows if row.one_sided]
    return Sums(
        parts=sum(row.parts for row in rows),
        moving=sum(row.parts for row in rows if row.kind in MOVING),
        unpriced=sum(row.parts - row.priced for row in rows),
        undecided_parts=sum(row.parts for row in undecided),
        today=sum(row.today or 0 for row in rows),
        after=sum(row.after or 0 for row in rows),
        possible=sum(row.possible or 0 for row in rows),
        waits=spent[Side.WAITS],
        open=spent[Side.OPEN],
        nobody=spent[Side.NOBODY],
        undecided=sum(row.today or 0 for row in undecided),
        one_sided_parts=sum(row.parts for row in alone),
        one_sided=sum(row.today or 0 for row in alone),
        one_sided_saving=sum((row.today or 0) - (row.after or 0) for row in alone),
    )


def _guesses(team: Team | None, feature: Feature | None) -> dict[int, tuple[int, int]]:
    """For each team what its features with a first guess spend today times the guess, and what they spend."""
    wanted = Feature.objects.exclude(first_guess=None)
    if feature is not None:
        wanted = wanted.filter(pk=feature.pk)
    elif team is not None:
        wanted = wanted.filter(team=team)
    of_feature = Part.objects.live().filter(feature=OuterRef("pk")).order_by().values("feature")
    spent = of_feature.annotate(spent=Sum("cost_today")).values("spent")
    found: dict[int, tuple[int, int]] = {}
    for pk, guess, today in wanted.annotate(spent=Subquery(spent)).values_list("team_id", "first_guess", "spent"):
        weighted, whole = found.get(pk, (0, 0))
        found[pk] = weighted + (today or 0) * (guess or 0), whole + (today or 0)
    return found


def _percent(guesses: Iterable[tuple[int, int] | None]) -> int | None:
    """The weighted mean in whole percent, half up; None where no feature with a guess spends anything."""
    given = [guess for guess in guesses if guess is not None]
    return money.percent(sum(weighted for weighted, _ in given), 100 * sum(whole for _, whole in given))
