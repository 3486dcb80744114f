"""The figures of the plan at any moment, overall, by team and by feature: those of now less what came since.

From the index of effects; records themselves are played back in `past`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Abs

from inventory.domain import effect
from inventory.domain.effect import Figures
from inventory.models import Action, Called, Effect, Feature, Part, Team
from inventory.services.history.moment import Moment

MADE = 10  # actions that made most of a difference
FEATURES = 25  # told of in a comparison, those that differ most first
NOW = {
    "today": Sum("cost_today"), "saving": Sum("saving"), "possible": Sum("possible"), "parts": Count("pk"),
    "labelled": Count("pk", filter=~Q(label="")), "covered": Sum("cost_today", filter=~Q(label="")),
}  # fmt: skip
SINCE = {name: Sum(name) for name in effect.NAMES}


@dataclass(frozen=True, slots=True)
class Row:
    """A team or a feature at two moments."""

    pk: int
    name: str
    first: Figures
    second: Figures

    @property
    def gained(self) -> Figures:
        return self.second - self.first


def own(team: int | None, feature: int | None) -> dict[str, int]:
    """What narrows to the team and the feature of these numbers."""
    given = {"team_id": team, "feature_id": feature}
    return {name: pk for name, pk in given.items() if pk is not None}


def at(moment: Moment, *, team: int | None = None, feature: int | None = None) -> Figures:
    """Of all live parts, or those of the team and feature of these numbers, as they stood at the moment."""
    narrowed = own(team, feature)
    return _read(Part.objects.live().filter(**narrowed).aggregate(**NOW)) - _read(
        Effect.objects.filter(seq__gt=moment.seq, **narrowed).aggregate(**SINCE)
    )


def of_action(action: Action) -> tuple[Figures, Figures] | None:
    """Before and after it; None where it did nothing to them."""
    gained = _read(Effect.objects.filter(seq=action.seq).aggregate(**SINCE))
    if not gained:
        return None
    after = at(Moment(action.seq, action.at, ""))
    return after - gained, after


def by_team(first: Moment, second: Moment) -> list[Row]:
    """Every team that had parts at either moment, by name."""
    found = _grouped("team_id", first, second, {})
    rows = [Row(pk, name, *found[pk]) for pk, name in names(Team, found).items() if any(found[pk])]
    return sorted(rows, key=lambda row: (row.name.lower(), row.pk))


def by_feature(first: Moment, second: Moment, *, team: Team | None = None) -> tuple[list[Row], int]:
    """The features whose figures differ, those that save most more or less first; and how many more there are."""
    between = Effect.objects.filter(seq__gt=first.seq, seq__lte=second.seq)
    if team:
        between = between.filter(team_id=team.pk)
    sums = between.order_by().values("feature_id").annotate(**SINCE)
    differing = sums.exclude(today=0, saving=0, possible=0, labelled=0, covered=0)
    most = differing.annotate(size=Abs("saving")).order_by("-size", "feature_id").values_list("feature_id", flat=True)
    pks = list(most[:FEATURES])
    if not pks:
        return [], 0
    narrowed = {"feature_id__in": pks, **own(team.pk if team else None, None)}
    found, called = _grouped("feature_id", first, second, narrowed), names(Feature, pks)
    return [Row(pk, called[pk], *found[pk]) for pk in pks], max(0, differing.count() - FEATURES)


def made_most(first: Moment, second: Moment, *, team: Team | None = None) -> list[Action]:
    """The actions between the two that changed the saving most, either way; then the cost of today."""
    between = Action.objects.filter(seq__gt=first.seq, seq__lte=second.seq).exclude(effect_saving=0, effect_today=0)
    if team:
        between = between.filter(team_id=team.pk)
    seqs = list(between.order_by(Abs("effect_saving").desc(), Abs("effect_today").desc(), "-seq").values("seq")[:MADE])
    rows = {action.seq: action for action in between.filter(seq__in=[each["seq"] for each in seqs])}
    return [rows[each["seq"]] for each in seqs]


def _grouped(
    key: str, first: Moment, second: Moment, narrowed: Mapping[str, Any]
) -> dict[int, tuple[Figures, Figures]]:
    now = _by(key, Part.objects.live().filter(**narrowed), NOW)
    later = _by(key, Effect.objects.filter(seq__gt=second.seq, **narrowed), SINCE)
    between = _by(key, Effect.objects.filter(seq__gt=first.seq, seq__lte=second.seq, **narrowed), SINCE)
    found = {}
    for pk in now.keys() | later.keys() | between.keys():
        stood = now.get(pk, Figures()) - later.get(pk, Figures())
        found[pk] = (stood - between.get(pk, Figures()), stood)
    return found


def _by(key: str, rows: "QuerySet[Any]", sums: Mapping[str, Any]) -> dict[int, Figures]:
    return {row[key]: _read(row) for row in rows.order_by().values(key).annotate(**sums)}


def _read(row: Mapping[str, Any]) -> Figures:
    return Figures(*(int(row[name] or 0) for name in effect.NAMES))


def names(model: Any, pks: Any) -> dict[int, str]:
    """As they are called; those that are gone as they were called last."""
    found = dict(model.objects.filter(pk__in=list(pks)).values_list("pk", "name"))
    gone = [str(pk) for pk in pks if pk not in found]
    told = Called.objects.filter(record=model.RECORD, record_id__in=gone).order_by("seq", "pk")
    found |= {int(record_id): name for record_id, name in told.values_list("record_id", "name")}
    return {pk: found.get(pk, "gone") for pk in pks}
