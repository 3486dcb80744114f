"""What a write does to the figures of each feature: what every part of it adds before and after.

Coverage is how much of the inventory has a label that counts: of the parts, and of what they cost today. An answer that
stands alone is no label, so that coverage gives nothing away.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

Where = tuple[int, int]  # the numbers of a team and of its feature
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figures:
    """Of live parts. Amounts are micro-dollars a month; `covered` is what those with a label cost today."""

    today: int = 0
    saving: int = 0
    possible: int = 0
    parts: int = 0
    labelled: int = 0
    covered: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(a + b for a, b in zip(self.all, other.all, strict=True)))

    def __sub__(self, other: "Figures") -> "Figures":
        return Figures(*(a - b for a, b in zip(self.all, other.all, strict=True)))

    def __bool__(self) -> bool:
        return any(self.all)

    @property
    def all(self) -> tuple[int, ...]:
        return (self.today, self.saving, self.possible, self.parts, self.labelled, self.covered)

    @property
    def after(self) -> int:
        """What is spent once every move is made: what a commit would rest on."""
        return self.today - self.saving

    @property
    def of_parts(self) -> Decimal | None:
        """The share of parts that have a label; None where there are none."""
        return Decimal(self.labelled) / self.parts if self.parts else None

    @property
    def of_spend(self) -> Decimal | None:
        return Decimal(self.covered) / self.today if self.today else None


NAMES = tuple(field.name for field in fields(Figures))


def of_part(state: State) -> Figures:
    """What one part adds to every total."""
    if not state.get("is_live"):
        return Figures()
    today, target, has_label = state["cost_today"] or 0, state["cost_target"] or 0, state["label"] != ""
    return Figures(today, today - target, state["possible"], 1, int(has_label), today if has_label else 0)


def gained(before: Iterable[State], after: Iterable[State]) -> dict[Where, Figures]:
    """By feature, what parts in these two states differ by; nothing of those that come out even."""
    found: dict[Where, Figures] = defaultdict(Figures)
    for state in before:
        found[state["team_id"], state["feature_id"]] -= of_part(state)
    for state in after:
        found[state["team_id"], state["feature_id"]] += of_part(state)
    return {where: figures for where, figures in found.items() if figures}
