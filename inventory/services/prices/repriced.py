"""What a re-pricing would do, in figures: by team and by model, the dearest changes, the moves that change kind."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Abs

from inventory.domain import money
from inventory.domain.effect import Figures, Where
from inventory.models import Action, Part, Repricing, StagedPrice, Team
from inventory.models.call import KINDS

DEAREST = 10
GROUPS = 50  # models told one by one; the largest differences first
SUMS = {"today": Sum("by_today"), "saving": Sum("by_saving"), "possible": Sum("by_possible")}
KIND_NAMES = dict(KINDS)


@dataclass(frozen=True, slots=True)
class Group:
    """The differences of a month, in micro-dollars: of one team, or one model."""

    name: str
    parts: int
    today: int
    saving: int
    key: int | str = ""  # what its parts are asked by

    @property
    def after(self) -> int:
        return self.today - self.saving


@dataclass(frozen=True, slots=True)
class Dearest:
    name: str
    call_id: int
    cost_today: int | None
    today: int
    saving: int
    part_id: int

    @property
    def after(self) -> int:
        return self.today - self.saving


@dataclass(frozen=True, slots=True)
class Report:
    calls: int
    parts: int
    overall: Group
    possible: int
    teams: Sequence[Group]
    models: Sequence[Group]
    models_left: int
    kinds: Sequence[tuple[str, str, int]]
    dearest: Sequence[Dearest]


def effect(found: Repricing) -> dict[str, int]:
    """What it adds to the totals of a month."""
    sums = found.rows.of_parts().aggregate(**SUMS)
    return {name: int(amount or 0) for name, amount in sums.items()}


def gained(found: Repricing) -> dict[Where, Figures]:
    """What it adds to the figures of each feature; which parts have a label it leaves as it is."""
    own = Part.objects.filter(pk=OuterRef("record_id"))
    rows = found.rows.of_parts().annotate(
        feature=Subquery(own.values("feature_id")), team=Subquery(own.values("team_id")),
        label=Subquery(own.values("label")),
    )  # fmt: skip
    groups = rows.order_by().values_list("team", "feature").annotate(
        *SUMS.values(), covered=Sum("by_today", filter=~Q(label=""))
    )  # fmt: skip
    return {
        (team, feature): Figures(today or 0, saving or 0, possible or 0, covered=covered or 0)
        for team, feature, today, saving, possible, covered in groups
        if feature is not None
    }


def told(found: Repricing) -> str:
    """What it would do, in lines."""
    kept = found.report
    if not kept["parts"]:
        return f"Looked at {found.calls:,} calls: their amounts are those of these prices already."
    return (
        f"{_which(kept['parts'], kept['calls'])} would change, of {found.calls:,} looked at.\n"
        f"A month: {', '.join(_amounts(kept['today'], kept['saving']))}."
    )


def done(action: Action | None) -> str:
    """What it did, in the words and numbers it was announced in."""
    if action is None:
        return "Nothing differed any more: nothing was written."
    amounts = ", ".join(_amounts(action.effect_today, action.effect_saving))
    written = dict(action.changes.order_by().values_list("record").annotate(Count("pk")))
    return f"{_which(written.get('part', 0), written.get('call', 0))} changed.\nA month: {amounts}."


def _which(parts: int, calls: int) -> str:
    return f"{_counted(parts, 'part')} of {_counted(calls, 'call')}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _amounts(today: int, saving: int) -> tuple[str, str, str]:
    signed = [money.shown(amount, sign=True) for amount in (today, today - saving, saving)]
    return f"{signed[0]} today", f"{signed[1]} after the plan", f"{signed[2]} of saving"


def summed(found: Repricing) -> dict[str, Any]:
    """As it is kept with the re-pricing: numbers only, names are looked up when it is shown."""
    parts = found.rows.of_parts().order_by()
    largest = Abs(F("by_today")) + Abs(F("by_saving"))
    groups = {
        name: [
            [row[column], row["count"], int(row["today"]), int(row["saving"])]
            for row in parts.values(column).annotate(count=Count("pk"), **SUMS).order_by(column)
        ]
        for name, column in (("teams", "team_id"), ("models", "model"))
    }
    groups["models"].sort(key=lambda row: -(abs(row[2]) + abs(row[3])))
    moved = parts.filter(~Q(was=F("kind"))).values_list("was", "kind").annotate(count=Count("pk")).order_by("-count")
    columns = ("record_id", "call_id", "cost_today", "by_today", "by_saving")
    return {
        "calls": found.rows.filter(record="call").count(),
        "parts": parts.count(),
        **effect(found),
        "teams": groups["teams"],
        "models": groups["models"][:GROUPS],
        "models_left": max(0, len(groups["models"]) - GROUPS),
        "kinds": [list(row) for row in moved],
        "dearest": [list(row) for row in parts.order_by(largest.desc(), "pk").values_list(*columns)[:DEAREST]],
    }


def parts(found: Repricing, *, team: int | None = None, model: str = "") -> QuerySet[StagedPrice]:
    """The parts a group adds up, the largest change first; none once it was applied, when history has them."""
    rows = found.rows.of_parts()
    rows = rows if team is None else rows.filter(team_id=team)
    rows = rows.filter(model=model) if model else rows
    return rows.order_by((Abs(F("by_today")) + Abs(F("by_saving"))).desc(), "pk")


def together(rows: QuerySet[StagedPrice], name: str) -> Group:
    sums = rows.order_by().aggregate(parts=Count("pk"), today=Sum("by_today"), saving=Sum("by_saving"))
    return Group(name, *(int(sums[each] or 0) for each in ("parts", "today", "saving")))


def named(rows: Iterable[StagedPrice]) -> list[Dearest]:
    """With their names, in one query."""
    found = list(rows)
    known = Part.objects.in_bulk([row.record_id for row in found])
    return [
        Dearest(
            str(known.get(row.record_id, "A part that is gone")), row.call_id, row.cost_today, row.by_today,
            row.by_saving, row.record_id,
        )
        for row in found
    ]  # fmt: skip


def report(found: Repricing) -> Report:
    """In two queries, however much it would change."""
    kept = found.report
    teams = Team.objects.in_bulk([row[0] for row in kept["teams"]])
    known = Part.objects.in_bulk([row[0] for row in kept["dearest"]])
    return Report(
        calls=kept["calls"], parts=kept["parts"], possible=kept["possible"],
        overall=Group("All", kept["parts"], kept["today"], kept["saving"]),
        teams=[Group(str(teams.get(pk, "A team that is gone")), *of, pk) for pk, of in _keyed(kept["teams"])],
        models=[Group(name, *of, name) for name, of in _keyed(kept["models"])], models_left=kept["models_left"],
        kinds=[(KIND_NAMES.get(was, was), KIND_NAMES.get(now, now), count) for was, now, count in kept["kinds"]],
        dearest=[
            Dearest(str(known.get(pk, "A part that is gone")), call, cost, today, saving, pk)
            for pk, call, cost, today, saving in kept["dearest"]
        ],
    )  # fmt: skip


def _keyed(rows: Sequence[Sequence[Any]]) -> list[tuple[Any, tuple[int, int, int]]]:
    """What a group is of; its parts, and the differences of today and of saving."""
    return [(key, (parts, today, saving)) for key, parts, today, saving in rows]
