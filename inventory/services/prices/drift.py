"""Where a stored amount is not what today's arithmetic comes to, because prices have changed since."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date

from inventory.domain import book as prices
from inventory.models import Call, Part
from inventory.services.prices import pricing


@dataclass(frozen=True, slots=True)
class Drift:
    """Micro-dollars a month as stored and as they would be now; None where not known. `since` is the day of the prices
    that are stored, None where that was not kept."""

    today: int | None
    target: int | None
    now_today: int | None
    now_target: int | None
    since: date | None
    on: date

    @property
    def is_there(self) -> bool:
        return (self.today, self.target) != (self.now_today, self.now_target)


def of(call: Call, parts: Sequence[Part], *, book: prices.Book) -> dict[int, Drift]:
    """By part, those whose amounts differ; none of a retired call, which counts nowhere. The records stay as given."""
    if call.retired_at is not None:
        return {}
    draft, drafted = copy(call), [copy(part) for part in parts]
    pricing.apply(draft, drafted, book=book)
    found = {
        part.pk: Drift(
            part.cost_today, part.cost_target, now.cost_today, now.cost_target, call.priced_on, book.on
        )
        for part, now in zip(parts, drafted, strict=True)
    }  # fmt: skip
    return {pk: drift for pk, drift in found.items() if drift.is_there}
