"""The line of a feature: what its parts cost on either side of it, and the parts as they stand there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, Sum

from inventory.domain import line, money, readiness
from inventory.domain.line import Place, Side, Stretch
from inventory.domain.part import State
from inventory.domain.plan import Kind, Why
from inventory.models import Call, Feature, Part

SEALED = {State.AGREED: "sealed by both", State.SETTLED: "settled"}


@dataclass(slots=True)
class Amounts:
    """Parts on one side, and what they cost a month in micro-dollars. Parts without a known price add nothing."""

    parts: int = 0
    today: int = 0
    target: int = 0
    possible: int = 0


@dataclass(slots=True)
class Figures:
    """The live parts of one feature by the side they shall stand on; what of today's spend and of the saving rests on
    labels of one side alone."""

    calls: int = 0
    unpriced: int = 0
    one_sided_parts: int = 0
    one_sided: int = 0
    one_sided_saving: int = 0
    waits: Amounts = field(default_factory=Amounts)
    nobody: Amounts = field(default_factory=Amounts)
    open: Amounts = field(default_factory=Amounts)

    @property
    def sides(self) -> tuple[Amounts, Amounts, Amounts]:
        return self.waits, self.open, self.nobody

    @property
    def parts(self) -> int:
        return sum(side.parts for side in self.sides)

    @property
    def today(self) -> int:
        return sum(side.today for side in self.sides)

    @property
    def target(self) -> int:
        return sum(side.target for side in self.sides)

    @property
    def saving(self) -> int:
        return self.today - self.target

    @property
    def possible(self) -> int:
        return sum(side.possible for side in self.sides)

    @property
    def audited(self) -> int | None:
        """The share of today's spend, in percent, that runs in batch or shall: what the first guess was about."""
        return money.percent(self.nobody.today, self.today)

    @property
    def bar(self) -> list[Stretch]:
        """The three sides by what they cost today, in thousandths."""
        return line.bar(waits=self.waits.today, open=self.open.today, nobody=self.nobody.today, total=1000)


@dataclass(frozen=True, slots=True)
class Row:
    """One part on the line. `change` is what the move adds a month, negative where it saves; `said` what one should
    know of it, in words."""

    part: Part
    place: Place
    change: int
    said: tuple[str, ...]


def figures(features: Iterable[Feature]) -> dict[int, Figures]:
    """Figures of each feature by its number, in two queries however many there are."""
    found = {feature.pk: Figures() for feature in features}
    for pk, count in _live_calls(found):
        found[pk].calls = count
    for row in _sums(found):
        side = line.place(Kind(row["kind"]), Why(row["why"])).side
        amounts: Amounts = getattr(found[row["feature_id"]], side)
        amounts.parts += row["count"]
        amounts.today += row["today"] or 0
        amounts.target += row["target"] or 0
        amounts.possible += row["spare"] or 0
        found[row["feature_id"]].unpriced += row["unpriced"]
        if row["one_sided"]:
            found[row["feature_id"]].one_sided_parts += row["count"]
            found[row["feature_id"]].one_sided += row["today"] or 0
            found[row["feature_id"]].one_sided_saving += (row["today"] or 0) - (row["target"] or 0)
    return found


def rows(parts: Iterable[Part]) -> dict[Side, list[Row]]:
    """The parts by side, in the order they came; each brings its call with it."""
    found: dict[Side, list[Row]] = {side: [] for side in Side}
    for part in parts:
        place = line.place(Kind(part.kind), Why(part.why))
        found[place.side].append(Row(part, place, -part.saving, tuple(_said(part))))
    return found


def _said(part: Part) -> Iterator[str]:
    if part.in_split:
        yield f"part of {part.call.name}"
    if part.consumer:
        yield ", ".join(filter(None, (part.consumer, part.read_when)))
    if State(part.state).is_sealed:
        yield SEALED[State(part.state)]
    yield readiness.words(part.facts())
    if part.kind == Kind.UNDECIDED and part.possible:
        yield f"up to {money.shown(part.possible)} a month less if nobody waits"
    if part.saving and line.place(Kind(part.kind), Why(part.why)).crosses_from is None:
        against = "its share of today" if part.in_split else "today"
        yield f"{money.shown(-part.saving, sign=True)} a month against {against}"
    if part.hand_over:
        yield part.hand_over


def _live_calls(features: Iterable[int]) -> Iterable[tuple[int, int]]:
    counted = Call.objects.live().filter(feature__in=list(features)).values("feature_id").annotate(count=Count("pk"))
    return counted.values_list("feature_id", "count")


def _sums(features: Iterable[int]) -> Iterable[Any]:
    grouped = Part.objects.live().filter(feature__in=list(features)).values("feature_id", "kind", "why", "one_sided")
    return grouped.annotate(
        count=Count("pk"), unpriced=Count("pk", filter=Q(cost_today=None)),
        today=Sum("cost_today"), target=Sum("cost_target"), spare=Sum("possible"),
    )  # fmt: skip
