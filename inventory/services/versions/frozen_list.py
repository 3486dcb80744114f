"""The parts of a frozen version and the lines of a comparison or a scenario, as a list is narrowed and ordered. Every
order ends in a number that no two rows share."""

from typing import Any

from django.db.models import Count, F, OrderBy, Q, QuerySet, Sum

from inventory.domain.plan import Kind
from inventory.models import ComparedLine, Comparison, Frozen, FrozenCall, FrozenPart, Scenario, ScenarioLine

Listed = Frozen | Comparison | Scenario
IN_PLAN = Q(one_sided=False, counted_on__isnull=False)  # agreed, and in a wave with a start
COUNTED = {"planned": IN_PLAN, "unplanned": ~IN_PLAN}
PARTS = {"saving": "saving", "today": "cost_today", "after": "cost_target", "name": "name"}
LINES = {"size": "size", "name": "name"}


def parts(
    version: Frozen, *, team: str = "", feature: str = "", kind: str = "", counted: str = "", words: str = "",
    sort: str = "-saving",
) -> QuerySet[FrozenPart]:  # fmt: skip
    """`team` and `feature` by the names they had then; `counted` is a key of COUNTED; `words` each somewhere in the
    part, its call or its feature."""
    found = FrozenPart.objects.filter(frozen=version)
    calls = FrozenCall.objects.filter(frozen=version)
    if team or feature:
        named = {name: value for name, value in (("team", team), ("feature", feature)) if value}
        found = found.filter(call_id__in=calls.filter(**named).values("call_id"))
    if kind:
        found = found.filter(in_split=True) if kind == Kind.SPLIT else found.filter(kind=kind)
    if counted:
        found = found.filter(COUNTED[counted])
    for word in words.split():
        of_call = Q(name__icontains=word) | Q(key__icontains=word) | Q(feature__icontains=word)
        found = found.filter(Q(name__icontains=word) | Q(call_id__in=calls.filter(of_call).values("call_id")))
    return found.order_by(*_order(PARTS, sort, "part_id"))


def sums(found: QuerySet[FrozenPart]) -> dict[str, int]:
    """How many parts there are, and what they come to: today, after, saving and possible. Micro-dollars a month."""
    columns = {"today": "cost_today", "after": "cost_target", "saving": "saving", "possible": "possible"}
    rows = found.order_by().aggregate(count=Count("pk"), **{name: Sum(column) for name, column in columns.items()})
    return {name: int(value or 0) for name, value in rows.items()}


def lines(
    found: Comparison, *, team: str = "", feature: str = "", kind: str = "", reason: str = "", words: str = "",
    sort: str = "-size",
) -> QuerySet[ComparedLine]:  # fmt: skip
    """As `parts`; the reasons of one line stand together."""
    given = {"team": team, "feature": feature, "kind": kind, "reason": reason}
    rows = found.lines.filter(**{name: value for name, value in given.items() if value})
    for word in words.split():
        rows = rows.filter(Q(name__icontains=word) | Q(feature__icontains=word) | Q(said__icontains=word))
    if sort.removeprefix("-") == "size":
        return rows.smallest_first() if sort == "size" else rows.largest_first()
    return rows.order_by(*_order(LINES, sort, "call_id", "part_id", "place", "pk"))


def changes(
    found: Scenario, *, team: str = "", feature: str = "", kind: str = "", step: str = "", words: str = "",
    sort: str = "-size",
) -> QuerySet[ScenarioLine]:  # fmt: skip
    """As `lines`: what each step changes of each part."""
    given = {"team": team, "feature": feature, "kind": kind, "step": step}
    rows = ScenarioLine.objects.of(found).filter(**{name: value for name, value in given.items() if value})
    for word in words.split():
        rows = rows.filter(Q(name__icontains=word) | Q(feature__icontains=word))
    return rows.order_by(*_order(LINES, sort, "part_id", "pk"))


def changed(found: "QuerySet[ScenarioLine] | QuerySet[ComparedLine]") -> dict[str, int]:
    """How many lines there are, and what they add up to: today, after, saving, and what else such a line tells."""
    names = ("today", "after", "possible" if found.model is ScenarioLine else "planned")
    sums = found.order_by().aggregate(count=Count("pk"), **{name: Sum(name) for name in names})
    known = {name: int(value or 0) for name, value in sums.items()}
    return {**known, "saving": known["today"] - known["after"]}


def teams(version: Listed) -> list[str]:
    """The teams there are, by name."""
    return list(_rows(version).order_by("team").values_list("team", flat=True).distinct())


def features(version: Listed, team: str) -> list[str]:
    """The features of that team, by name."""
    found = _rows(version).filter(team=team).order_by("feature")
    return list(found.values_list("feature", flat=True).distinct())


def _rows(of: Listed) -> "QuerySet[Any, Any]":
    if isinstance(of, Scenario):
        return ScenarioLine.objects.of(of)
    return of.call_rows.all() if isinstance(of, Frozen) else of.lines.all()


def _order(columns: dict[str, str], sort: str, *last: str) -> list[OrderBy]:
    column = F(columns[sort.removeprefix("-")])
    if sort.startswith("-"):
        return [column.desc(nulls_last=True), *(F(name).desc() for name in last)]
    return [column.asc(nulls_last=True), *(F(name).asc() for name in last)]
