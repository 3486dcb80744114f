"""The plan's totals: what is spent today, what after, what moves, by team, feature and kind. Micro-dollars a month.

Only live parts count, and each once: the parts of a split call are counted under *split*.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import BigIntegerField, Case, Count, F, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from inventory.domain import bridge, line, money, origin
from inventory.domain.line import Side
from inventory.domain.plan import Kind
from inventory.models import Call, Feature, Part, Team
from inventory.models.call import KINDS
from inventory.services import unchanged
from inventory.services.planning import plan_rows
from inventory.services.planning.plan_rows import Row

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
    alone, `one_sided_saving` what of the saving; `brought_back` is what the parts that come back from batch cost more.
    Parts of unknown price add to the numbers of parts alone."""

    parts: int = 0
    moving: int = 0
    unpriced: int = 0
    undecided_parts: int = 0
    brought_back: int = 0
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
    def is_for_who_waits(self) -> bool:
        """Whether the plan costs more, and at least half of that is for what comes back from batch."""
        return 0 < self.dearer <= 2 * self.brought_back

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


@unchanged.kept
def totals(*, team: Team | None = None, feature: Feature | None = None) -> Totals:
    """The whole plan, or that of one team or feature. One walk over a covering index, and the names of the teams."""
    return added_up(plan_rows.added_up(_of(team, feature)))


def sureness(*, team: Team | None = None, feature: Feature | None = None) -> origin.Mix:
    """What is spent today by where volume and tokens come from; what parts spend is what their calls spend."""
    return known(team=team, feature=feature)[0]


@unchanged.kept
def known(*, team: Team | None = None, feature: Feature | None = None) -> tuple[origin.Mix, int]:
    """The same, and how many live calls there are: one walk for both."""
    calls = Call.objects.live()
    calls = calls if team is None else calls.filter(team=team)
    calls = calls if feature is None else calls.filter(feature=feature)
    rows = calls.order_by().values_list("figures").annotate(today=Coalesce(Sum("cost_today"), 0), calls=Count("*"))
    found = list(rows)
    return origin.mix((figures, today) for figures, today, _ in found), sum(count for *_, count in found)


class Tally:
    """The same totals from parts seen one by one: what a file says in sum is then what stands in its rows."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, bool, str, str, bool], list[int]] = {}
        self._guesses = dict(Feature.objects.exclude(first_guess=None).values_list("pk", "first_guess"))

    def add(self, part: Part) -> None:
        key = (part.team_id, part.in_split, part.kind, part.why, part.one_sided)
        sums = self._seen.setdefault(key, [0] * 7)
        today, guess = part.cost_today or 0, self._guesses.get(part.feature_id)
        added = (
            1, int(part.cost_today is not None), today, part.cost_target or 0, part.possible,
            0 if guess is None else today, today * (guess or 0),
        )  # fmt: skip
        for i, amount in enumerate(added):
            sums[i] += amount

    def totals(self) -> Totals:
        return added_up([Row(*key, *sums) for key, sums in self._seen.items()])


def added_up(rows: Sequence[Row]) -> Totals:
    """Totals of these rows."""
    by_team = _split(rows, lambda row: row.team)
    by_kind = _split(rows, lambda row: Kind.SPLIT.value if row.in_split else row.kind)
    names = dict(Team.objects.values_list("pk", "name"))
    teams = [Group(pk, names[pk], _sums(found), _guess(found)) for pk, found in by_team.items()]
    return Totals(
        overall=Group("", "All", _sums(rows), _guess(rows)),
        teams=tuple(
            sorted(teams, key=lambda group: (-group.sums.saving, -group.sums.today, group.name.lower(), group.key))
        ),
        kinds=tuple(Group(kind, name, _sums(by_kind[kind])) for kind, name in KIND_NAMES.items() if kind in by_kind),
    )


def by_feature(*, team: Team | None = None) -> QuerySet[Any, Any]:
    """One row a feature that has live parts, what saves most first, for the paginator; `named` turns a page of them
    into groups."""
    is_nobody = Q(kind__in=[kind for kind, _ in line.places(Side.NOBODY)])
    zero = Coalesce(Sum("cost_today"), 0)
    rows = _of(team, None).values("feature_id").annotate(
        parts=Count("*"),
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
    parts = priced = moving = today = after = possible = 0
    undecided_parts = undecided = alone_parts = alone = alone_after = 0
    for row in rows:
        now, then = row.today or 0, row.after or 0
        parts, priced = parts + row.parts, priced + row.priced
        today, after, possible = today + now, after + then, possible + (row.possible or 0)
        spent[SIDES[row.kind, row.why]] += now
        if row.kind in MOVING:
            moving += row.parts
        elif row.kind == Kind.UNDECIDED:
            undecided_parts, undecided = undecided_parts + row.parts, undecided + now
        if row.one_sided:
            alone_parts, alone, alone_after = alone_parts + row.parts, alone + now, alone_after + then
    brought_back = sum((row.after or 0) - (row.today or 0) for row in rows if row.kind == Kind.BRING_BACK)
    return Sums(
        parts=parts, moving=moving, brought_back=brought_back, unpriced=parts - priced,
        undecided_parts=undecided_parts, today=today, after=after, possible=possible, waits=spent[Side.WAITS],
        open=spent[Side.OPEN], nobody=spent[Side.NOBODY], undecided=undecided,
        one_sided_parts=alone_parts, one_sided=alone, one_sided_saving=alone - alone_after,
    )  # fmt: skip


def _guess(rows: Iterable[Row]) -> int | None:
    """The mean of the first guesses in whole percent, half up, weighted by what their features spend today; None where
    no feature with a guess spends anything."""
    rows = list(rows)
    return money.percent(sum(row.guess or 0 for row in rows), 100 * sum(row.guessed or 0 for row in rows))
