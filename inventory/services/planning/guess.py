"""The first guess beside the audit: by team and feature, and the parts that make the difference."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Lower

from inventory.domain import guess, line
from inventory.domain.guess import Audit
from inventory.domain.line import Side, Stretch
from inventory.domain.plan import Kind
from inventory.models import Feature, Part, Team
from inventory.services.planning import plan

FIRST = 20  # of the parts that make a difference


@dataclass(frozen=True, slots=True)
class Row:
    """A team or a feature whose guess is known. `team` names that of a feature."""

    key: int
    name: str
    audit: Audit
    team: str = ""

    @property
    def bar(self) -> list[Stretch]:
        audit = self.audit
        return line.bar(waits=audit.waits, open=audit.open, nobody=audit.moves, total=1000)

    @property
    def mark(self) -> int:
        """Where the guess would have put the rule, on a bar a thousand long: what moves stands right."""
        return 1000 - 10 * (self.audit.guess or 0)


@dataclass(frozen=True, slots=True)
class Report:
    """Of features with a first guess and live parts; `staying_features` counts those in which somebody waits. The
    widest difference comes first."""

    overall: Audit
    teams: Sequence[Row]
    features: Sequence[Row]
    staying_features: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A part, and the side it shall stand on."""

    part: Part
    side: Side


@dataclass(frozen=True, slots=True)
class Made:
    """Parts that make a difference: the dearest of them, how many there are, and what all cost a month. `enough` of the
    first ones come to the whole difference."""

    first: Sequence[Piece]
    count: int
    today: int
    enough: int

    @property
    def rest(self) -> int:
        return self.count - len(self.first)


@dataclass(frozen=True, slots=True)
class Difference:
    """`decided`: where more moves than was guessed those that move, where less does those that do not. `undecided` may
    still change it."""

    decided: Made
    undecided: Made


@dataclass(slots=True)
class _Of:
    """One feature's parts, added up kind by kind."""

    sums: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Audit.__slots__, 0))

    def add(self, kind: str, why: str, one_sided: bool, parts: int, today: int) -> None:
        side = plan.SIDES[kind, why]
        self.sums["today"] += today
        self.sums["waits"] += today if side is Side.WAITS else 0
        self.sums["moves"] += today if side is Side.NOBODY else 0
        self.sums["undecided"] += today if kind == Kind.UNDECIDED else 0
        self.sums["one_sided"] += today if one_sided else 0
        self.sums["staying_parts"] += parts if side is Side.WAITS else 0


def report(*, team: Team | None = None, feature: Feature | None = None) -> Report:
    """Two queries, whatever the number of parts: one walk over a covering index, one over the features."""
    known = (
        _features(team, feature)
        .exclude(first_guess=None)
        .values_list("pk", "name", "team", "team__name", "first_guess")
    )
    of_feature = _added_up(team, feature)
    rows: list[Row] = []
    of_team: dict[int, Audit] = {}
    named: dict[int, str] = {}
    for pk, name, team_pk, team_name, percent in known:
        if pk in of_feature:
            audit = Audit(**of_feature[pk].sums).guess_of(percent or 0)
            rows.append(Row(pk, name, audit, team_name))
            of_team[team_pk] = of_team.get(team_pk, Audit()) + audit
            named[team_pk] = team_name
    teams = [Row(pk, named[pk], audit) for pk, audit in of_team.items()]
    overall = sum(of_team.values(), Audit())
    return Report(overall, _widest(teams), _widest(rows), sum(row.audit.staying_parts > 0 for row in rows))


def difference(feature: Feature, audit: Audit) -> Difference:
    """The parts of a feature that make its audit differ from its guess, in four queries."""
    priced = Part.objects.live().filter(feature=feature, cost_today__gt=0)
    moving = Q(kind__in=[kind for kind, _ in line.places(Side.NOBODY)])
    decided = priced.exclude(kind=Kind.UNDECIDED).filter(moving if audit.gap > 0 else ~moving)
    # What is not decided makes up for no more than what the decided parts leave of the difference.
    made = _made(decided if audit.gap else decided.none(), abs(audit.gap))
    left = max(0, audit.short - made.today)
    return Difference(made, _made(priced.filter(kind=Kind.UNDECIDED), left))


def without(*, team: Team | None = None) -> QuerySet[Feature]:
    """Live features without a first guess, with their owners. `is_late`: a label has counted, so none can be given."""
    found = _features(team, None).filter(first_guess=None).select_related("team", "product_owner", "engineering_owner")
    late = Exists(Part.objects.ever_labelled().filter(feature=OuterRef("pk")))
    return found.annotate(is_late=late).order_by("is_late", Lower("name"), "pk")


def _features(team: Team | None, feature: Feature | None) -> QuerySet[Feature]:
    if feature is not None:
        return Feature.objects.filter(pk=feature.pk)
    found = Feature.objects.live()
    return found if team is None else found.filter(team=team)


def _added_up(team: Team | None, feature: Feature | None) -> dict[int, _Of]:
    parts = Part.objects.live()
    if feature is not None:
        parts = parts.filter(feature=feature)
    elif team is not None:
        parts = parts.filter(team=team)
    found: dict[int, _Of] = {}
    grouped: Any = parts.values_list("feature_id", "kind", "why", "one_sided").annotate(Count("pk"), Sum("cost_today"))
    for pk, kind, why, one_sided, count, today in grouped.order_by():
        found.setdefault(pk, _Of()).add(kind, why, one_sided, count, int(today or 0))
    return found


def _widest(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-abs(row.audit.gap), -row.audit.today, row.name.lower(), row.key))


def _made(parts: Any, difference: int) -> Made:
    sums = parts.aggregate(count=Count("pk"), today=Sum("cost_today"))
    first = list(parts.select_related("call").dearest_first()[:FIRST])
    enough = guess.making_up([part.cost_today or 0 for part in first], difference)
    return Made(
        [Piece(part, plan.SIDES[part.kind, part.why]) for part in first], sums["count"], int(sums["today"] or 0), enough
    )
