"""The bridge from what a month costs today to what it costs after the plan. Amounts are micro-dollars a month."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from inventory.domain.plan import Kind


class Shape(StrEnum):
    """A total stands on the ground, a change hangs between two totals, a ghost is not counted."""

    TOTAL = "total"
    LESS = "less"
    MORE = "more"
    GHOST = "ghost"


@dataclass(frozen=True, slots=True)
class Step:
    """`amount` is what is written at the step; its bar runs from `low` to `high`, the next one starts at `level`."""

    key: str
    name: str
    parts: int | None
    amount: int
    shape: Shape
    low: int
    high: int
    level: int

    @property
    def is_change(self) -> bool:
        return self.shape in (Shape.LESS, Shape.MORE)


# What moves, in the order in which it is shown; whatever else changes an amount follows as one step.
SHOWN = {Kind.MOVE_TO_BATCH: "Move to batch", Kind.SPLIT: "Split", Kind.BRING_BACK: "Bring back"}
REST = "Counted as real time"


def steps(
    *, today: int, after: int, possible: int, undecided: int, changes: Mapping[str, tuple[int, int]]
) -> list[Step]:
    """Today, each kind of move, after, and apart what is not decided yet.

    `changes` says for each kind how many parts make it and what they add a month (negative where they save); the
    changes add up to `after` less `today`. A split is one step with all that its parts do. What no move explains is
    batch work without a label that counts: its price is the real-time price until somebody decides.
    """
    found = [Step("today", "Today", None, today, Shape.TOTAL, 0, today, today)]
    rest = [changes[kind] for kind in changes if kind not in SHOWN]
    moves = [(kind, name, *changes[kind]) for kind, name in SHOWN.items() if kind in changes]
    if sum(change for _, change in rest):
        moves.append((Kind.UNDECIDED, REST, sum(parts for parts, change in rest if change), sum(c for _, c in rest)))
    level = today
    for key, name, parts, change in moves:
        found.append(hanging(key, name, parts, change, level))
        level += change
    found.append(Step("after", "After", None, after, Shape.TOTAL, 0, after, after))
    if undecided:
        low = max(0, after - possible)
        found.append(Step("open", "Not decided", undecided, possible, Shape.GHOST, low, after, after))
    return found


def hanging(key: str, name: str, parts: int | None, change: int, level: int) -> Step:
    """A change that hangs between the level before it and the one it reaches."""
    reached = level + change
    shape = Shape.MORE if change > 0 else Shape.LESS
    return Step(key, name, parts, change, shape, min(level, reached), max(level, reached), reached)
