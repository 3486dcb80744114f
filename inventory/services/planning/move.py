"""The plan's moves as a list: one row a call, a split call with its parts below it, counted once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F, OrderBy, Prefetch, QuerySet

from inventory.domain import effort, line, readiness
from inventory.domain.book import Book
from inventory.domain.effort import Weights
from inventory.domain.line import Side
from inventory.domain.plan import Kind, Why
from inventory.models import Call, Feature, Part, Team
from inventory.services.planning import plan
from inventory.services.prices import pricing

COLUMNS = {
    "saving": F("saving_rank"),
    "today": F("cost_rank"),
    "after": F("cost_target"),
    "worth": F("worth"),
    "name": F("name"),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; empty means everything. A split call is listed where one of its parts matches."""

    team: Team | None = None
    feature: Feature | None = None
    kind: str = ""
    doubt: str = ""
    blocker: str = ""
    side: str = ""

    @property
    def narrow_parts(self) -> bool:
        return bool(self.kind or self.doubt or self.blocker or self.side)


@dataclass(frozen=True, slots=True)
class Row:
    """One move. `part` is None for the row of a split call; `below` marks the parts of one. `ready` is in words."""

    call: Call
    part: Part | None
    kind: str
    kind_name: str
    ready: str
    today: int | None
    after: int | None
    below: bool = False
    weights: Weights | None = None

    @property
    def side(self) -> Side:
        """Where it stands when the plan is done."""
        return Side.OPEN if self.part is None else line.place(Kind(self.kind), Why(self.part.why)).side

    @property
    def name(self) -> str:
        return self.call.name if self.part is None else self.part.name

    @property
    def read(self) -> str:
        """By whom and when, as far as it was said."""
        return "" if self.part is None else ", ".join(filter(None, (self.part.consumer, self.part.read_when)))

    @property
    def weighed(self) -> str:
        """Readiness, where it says more than `ready`, effort and risk, status and wave; empty for what stays."""
        if self.part is None or self.weights is None or self.weights.ready.value == effort.NOTHING:
            return ""
        words = [*self.weights.words]
        if self.part.status:
            words.append(self.part.get_status_display().lower())
        if self.part.wave is not None:
            words.append(self.part.wave.name)
        return " · ".join(words)

    @property
    def saving(self) -> int | None:
        return None if self.today is None or self.after is None else self.today - self.after


def moves(filters: Filters, *, sort: str = "-saving") -> QuerySet[Call]:
    """Live calls with their parts, for the paginator."""
    calls = Call.objects.live()
    if filters.team is not None:
        calls = calls.filter(team=filters.team)
    if filters.feature is not None:
        calls = calls.filter(feature=filters.feature)
    if filters.narrow_parts:
        calls = calls.filter(pk__in=_matching(filters).values("call"))
    return calls.select_related("feature", "team").prefetch_related(
        Prefetch("parts", queryset=Part.objects.order_by("position").select_related("wave"))
    ).order_by(*_order(sort))  # fmt: skip


def rows(calls: Iterable[Call], *, book: Book) -> list[Row]:
    """The list's rows for these calls. `book` prices what a batch would cost where that is why a part stays."""
    return [row for call in calls for row in _of(call, list(call.parts.all()), book)]


def _matching(filters: Filters) -> QuerySet[Part]:
    parts = Part.objects.live()
    if filters.kind:
        parts = parts.of_kind(filters.kind)
    if filters.doubt:
        parts = parts.doubtful(filters.doubt)
    if filters.blocker:
        parts = parts.blocked_by(filters.blocker)
    return parts.on_side(Side(filters.side)) if filters.side else parts


def _order(sort: str) -> list[OrderBy]:
    """The ranks hold 0 where an amount is not known; the cost after has no rank, and what is not known stands last."""
    column = COLUMNS[sort.removeprefix("-")]
    last = True if column == COLUMNS["after"] else None
    if sort.startswith("-"):
        return [column.desc(nulls_last=last), F("pk").desc()]
    return [column.asc(nulls_last=last), F("pk").asc()]


def _of(call: Call, parts: Sequence[Part], book: Book) -> list[Row]:
    found = [_row(call, part, _dearer(call, parts, book) if part.why == Why.BATCH_DEARER else {}) for part in parts]
    if not call.is_split:
        return found
    moving = sum(part.kind in plan.MOVING for part in parts)
    ready = f"{moving} of {len(parts)} parts move"
    return [Row(call, None, Kind.SPLIT, plan.KIND_NAMES[Kind.SPLIT], ready, call.cost_today, call.cost_target), *found]


def _row(call: Call, part: Part, dearer: dict[int, int]) -> Row:
    words = readiness.words(part.facts(dearer=dearer.get(part.pk)))
    name = plan.KIND_NAMES[Kind(part.kind)]
    return Row(call, part, part.kind, name, words, part.cost_today, part.cost_target, call.is_split, part.weights())


def _dearer(call: Call, parts: Sequence[Part], book: Book) -> dict[int, int]:
    """By how much a month in batch would cost more than in real time, for each part that has a batch price."""
    _, costs = pricing.both_ways(call, parts, book=book)
    priced = [(part.pk, cost) for part, cost in zip(parts, costs, strict=True) if cost is not None]
    return {pk: cost.batch - cost.real_time for pk, cost in priced if cost.batch is not None}
