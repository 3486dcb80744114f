"""Which move a part makes, and what it costs before and after. Amounts are micro-dollars a month."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from inventory.domain import money
from inventory.domain.part import Label, Path
from inventory.domain.pricing import Cost


class Kind(StrEnum):
    STAY_REAL_TIME = "stay_real_time"
    MOVE_TO_BATCH = "move_to_batch"
    STAY_BATCH = "stay_batch"
    BRING_BACK = "bring_back"
    CANNOT_MOVE = "cannot_move"
    UNDECIDED = "undecided"
    SPLIT = "split"


class Why(StrEnum):
    """Why a move is what it is, where kind and label alone do not say it."""

    NONE = ""
    BATCH_DEARER = "batch_dearer"
    NO_BATCH_PRICE = "no_batch_price"
    BLOCKED = "blocked"
    BATCH_BUT_BLOCKED = "batch_but_blocked"


@dataclass(frozen=True, slots=True)
class Move:
    """`today` and `target` are None where the model has no known price. `possible` is what an unsealed part could
    save if nobody waits: the same whatever one side has answered, so that it gives no answer away."""

    kind: Kind
    why: Why
    today: int | None
    target: int | None
    possible: int

    @property
    def saving(self) -> int:
        return 0 if self.today is None or self.target is None else self.today - self.target


def move(
    *, label: Label, counts: bool, today: Path, blockers: Sequence[str], cost: Cost | None, as_is: int | None = None
) -> Move:
    """The move of a part whose label `counts` (sealed, or one side where the team says that is enough) or not.

    Undecided counts at the real-time price. A batch that costs more than real time is never recommended. `as_is` is
    the real-time cost on the model of today where the part is planned on another: until its label counts, the dearer
    of the two counts.
    """
    kind, why = _kind(label if counts else Label.NONE, today, blockers, cost)
    if cost is None:
        return Move(kind, why, None, None, 0)
    spent = spent_on(cost, today)
    if kind is Kind.UNDECIDED:
        safe = max(cost.real_time, as_is or 0)
        least = cost.real_time if cost.batch is None else min(cost.real_time, cost.batch)
        return Move(kind, why, spent, safe, safe - least)
    in_batch = kind in (Kind.MOVE_TO_BATCH, Kind.STAY_BATCH) and cost.batch is not None
    return Move(kind, why, spent, cost.batch if in_batch and cost.batch is not None else cost.real_time, 0)


@dataclass(frozen=True, slots=True)
class Case:
    """One part: whether its label `counts`, what it costs on the model it is planned on, and in real time on that of
    today (`as_is`)."""

    label: Label
    counts: bool
    blockers: Sequence[str]
    cost: Cost | None
    as_is: int | None


def moves(cases: Sequence[Case], *, today: Path, whole: Cost | None, is_split: bool) -> list[Move]:
    """The moves of all parts of one call, whose own cost is `whole`. Where one price is not known, none counts.

    A split call's cost today is its own, shared out over its parts so that they add up to it exactly.
    """
    as_is = [each.as_is for each in cases if each.as_is is not None]
    known = whole is not None and len(as_is) == len(cases) and all(each.cost is not None for each in cases)
    found = [
        move(
            label=each.label,
            counts=each.counts,
            today=today,
            blockers=each.blockers,
            cost=each.cost if known else None,
            as_is=each.as_is if known else None,
        )
        for each in cases
    ]
    if whole is None or not known or not is_split:
        return found
    shares = money.shared_out(spent_on(whole, today), as_is)
    return [replace(each, today=share) for each, share in zip(found, shares, strict=True)]


def spent_on(cost: Cost, today: Path) -> int:
    """What it costs today, on the path it runs on."""
    return cost.batch if today is Path.BATCH and cost.batch is not None else cost.real_time


def _kind(label: Label, today: Path, blockers: Sequence[str], cost: Cost | None) -> tuple[Kind, Why]:
    runs_now = today is Path.REAL_TIME
    if label is Label.NONE:
        return Kind.UNDECIDED, Why.NONE
    if label is Label.WAITING:
        return (Kind.STAY_REAL_TIME if runs_now else Kind.BRING_BACK), Why.NONE
    if blockers:
        return (Kind.CANNOT_MOVE, Why.BLOCKED) if runs_now else (Kind.BRING_BACK, Why.BATCH_BUT_BLOCKED)
    if not runs_now:
        return Kind.STAY_BATCH, Why.NONE
    if cost is not None and cost.batch is None:
        return Kind.CANNOT_MOVE, Why.NO_BATCH_PRICE
    if cost is not None and cost.batch is not None and cost.batch >= cost.real_time:
        return Kind.STAY_REAL_TIME, Why.BATCH_DEARER
    return Kind.MOVE_TO_BATCH, Why.NONE
