"""The line: where each part stands, and where it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from inventory.domain import money
from inventory.domain.plan import Kind, Why


class Side(StrEnum):
    """Left somebody waits, right nobody does. On the line stands what is not decided, and what is but cannot cross."""

    WAITS = "waits"
    NOBODY = "nobody"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part shall run, and the side it crosses from; None for a part that stays where it is."""

    side: Side
    crosses_from: Side | None = None


def place(kind: Kind, why: Why) -> Place:
    """The place of a part that makes the move `kind` for the reason `why`."""
    if kind is Kind.MOVE_TO_BATCH:
        return Place(Side.NOBODY, Side.WAITS)
    if kind is Kind.STAY_BATCH:
        return Place(Side.NOBODY)
    if kind is Kind.BRING_BACK:
        return Place(Side.WAITS, Side.NOBODY)
    if kind is Kind.STAY_REAL_TIME and why is not Why.BATCH_DEARER:
        return Place(Side.WAITS)
    return Place(Side.OPEN)


def places(side: Side) -> list[tuple[Kind, Why]]:
    """Every move and reason whose place is that side."""
    return [(kind, why) for kind in Kind for why in Why if place(kind, why).side is side]


@dataclass(frozen=True, slots=True)
class Stretch:
    """One side's part of a bar."""

    side: Side
    start: int
    length: int


def bar(*, waits: int, open: int, nobody: int, total: int) -> list[Stretch]:
    """What the sides cost, left to right, as stretches that fill `total` exactly; none where nothing costs anything."""
    found, start = [], 0
    for side, length in zip(
        (Side.WAITS, Side.OPEN, Side.NOBODY), widths([waits, open, nobody], total=total), strict=True
    ):
        if length:
            found.append(Stretch(side, start, length))
        start += length
    return found


def widths(amounts: Sequence[int], *, total: int) -> list[int]:
    """`amounts` as lengths that fill `total` exactly; all zero where there is nothing to draw."""
    return money.shared_out(total, list(amounts)) if any(amounts) else [0] * len(amounts)
