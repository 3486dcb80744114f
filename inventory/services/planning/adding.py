"""What a sum of the plan adds up: the parts it is made of, and what they come to. Micro-dollars a month."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from inventory.domain import line, origin
from inventory.domain.line import Side
from inventory.domain.plan import Kind
from inventory.domain.status import MOVING_KINDS
from inventory.models import Call, Feature, Part, Person, Team, Wave
from inventory.models.part import Parts
from inventory.services import access
from inventory.services.labelling import queue
from inventory.services.planning import ledger

_COLUMNS = {
    "parts": Count("pk"), "priced": Count("cost_today"), "today": Sum("cost_today"), "after": Sum("cost_target"),
    "saving": Sum("saving"), "possible": Sum("possible"),
}  # fmt: skip
_IN_BATCH = [kind for kind, _ in line.places(Side.NOBODY)]
_REST = (Kind.MOVE_TO_BATCH, Kind.BRING_BACK)  # moves that are a step of the bridge by themselves


@dataclass(frozen=True, slots=True)
class Asked:
    """Which sum. `kind` as the plan counts it: the parts of a split call under *split* alone. `wave` is the number of
    one or a key of WAVES, `of` are keys of OF: what is narrowed by several has all of them. `person` is who asks."""

    team: Team | None = None
    feature: Feature | None = None
    call: Call | None = None
    kind: str = ""
    side: str = ""
    growth: Decimal | None = None
    wave: str = ""
    of: Sequence[str] = ()
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class Sums:
    """What the parts come to. Those of unknown price add to the number of parts alone."""

    parts: int
    priced: int
    today: int
    after: int
    saving: int
    possible: int
    sureness: origin.Mix

    @property
    def unpriced(self) -> int:
        return self.parts - self.priced

    @property
    def dearer(self) -> int:
        return -self.saving


Narrow = Callable[[Parts, Asked], Parts]

OF: Mapping[str, Narrow] = {
    "undecided": lambda parts, asked: parts.filter(kind=Kind.UNDECIDED),
    "not_moving": lambda parts, asked: parts.exclude(kind__in=[*_IN_BATCH, Kind.UNDECIDED]),
    "rest": lambda parts, asked: parts.filter(in_split=False).exclude(kind__in=_REST).exclude(saving=0),
    "one_sided": lambda parts, asked: parts.filter(one_sided=True),
    "agreed": lambda parts, asked: parts.filter(one_sided=False),
    "guessed": lambda parts, asked: parts.filter(feature__first_guess__isnull=False),
    "left": lambda parts, asked: ledger.left_of(parts),
    "still": lambda parts, asked: ledger.still_of(parts),
    "mine": lambda parts, asked: parts.filter(pk__in=_of(asked.person, queue.needing)),
    "unanswered": lambda parts, asked: parts.filter(pk__in=_of(asked.person, queue.unanswered)),
}  # fmt: skip


WAVES: Mapping[str, Callable[[Any, Asked], Any]] = {  # of parts `with_counted_in`
    "none": lambda parts, asked: parts.filter(counted_in=None),
    "open": lambda parts, asked: parts.filter(counted_in=None, kind__in=MOVING_KINDS),
    "stays": lambda parts, asked: parts.filter(counted_in=None).exclude(kind__in=MOVING_KINDS),
    "elsewhere": lambda parts, asked: parts.exclude(counted_in=None).exclude(counted_in__in=_waves(asked)),
    "dated": lambda parts, asked: parts.filter(counted_in__in=_dated()),
    "undated": lambda parts, asked: parts.filter(Q(counted_in=None) | ~Q(counted_in__in=_dated())),
}


def parts(asked: Asked) -> Parts:
    """The live parts that sum adds up."""
    found: Parts = Part.objects.live()
    if asked.team is not None:
        found = found.of_team(asked.team)
    if asked.feature is not None:
        found = found.filter(feature=asked.feature)
    if asked.call is not None:
        found = found.filter(call=asked.call)
    if asked.kind:
        found = (
            found.filter(in_split=True) if asked.kind == Kind.SPLIT else found.filter(in_split=False, kind=asked.kind)
        )
    if asked.growth is not None:
        found = found.filter(feature__growth=asked.growth)
    if asked.side:
        found = found.on_side(Side(asked.side))
    for name in asked.of:
        found = OF[name](found, asked)
    if not asked.wave:
        return found
    counted: Any = found.with_counted_in()
    narrow = WAVES.get(asked.wave)
    kept: Parts = narrow(counted, asked) if narrow else counted.filter(counted_in=int(asked.wave))
    return kept


def sums(found: "QuerySet[Part]") -> Sums:
    """Of all of them, in one query; with how sure the cost today is, by where the figures of its calls come from."""
    rows: list[Any] = list(found.order_by().values("call__figures").annotate(**_COLUMNS))
    together = {name: sum(int(row[name] or 0) for row in rows) for name in _COLUMNS}
    return Sums(**together, sureness=origin.mix((row["call__figures"], int(row["today"] or 0)) for row in rows))


def listed(found: Parts) -> Parts:
    """For the paginator, the dearest first, with what a row names."""
    return found.dearest_first().select_related("call", "feature", "team")


def _of(person: Person | None, needing: Callable[[Person], Parts]) -> "QuerySet[Any, Any]":
    """Nothing for whoever answers for neither side."""
    answers = person is not None and person.discipline in access.ANSWERING
    return needing(person).values("pk") if person and answers else Part.objects.none().values("pk")


def _waves(asked: Asked) -> "QuerySet[Any, Any]":
    return Wave.objects.live().filter(team=asked.team).values("pk")


def _dated() -> "QuerySet[Any, Any]":
    return Wave.objects.live().exclude(starts_on=None).values("pk")
