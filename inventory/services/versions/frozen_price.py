"""The prices the stored amounts are by: found again in the book of the day that each call was priced on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max

from inventory.domain.book import Found
from inventory.domain.pricing import Price
from inventory.models import PriceRow
from inventory.models.staged import live_calls, live_parts
from inventory.services.prices import pricing

Key = tuple[str, str, str, str]  # provider, model, geography, and the mark of what is priced by it
COPIED = (
    "platform", "platform_id", "endpoint", "above", "valid_from", "valid_to", *PriceRow.PRICES, "derived", "source",
    "source_address", "as_of", "confidence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Used:
    key: Key
    on: date
    found: Found | None

    @property
    def price(self) -> Price | None:
        return self.found.price if self.found else None


def used(scope: int, *, on: date) -> list[Used]:
    """Every price that live calls of the scope, or their parts planned on another model, are by. `on` stands for the
    day of calls whose day is not known."""
    days: dict[Key, date] = {}
    for *names, day in _groups(scope):
        key = (names[0], names[1], names[2], names[3])
        days[key] = max(days.get(key, date.min), day or on)
    return [
        Used(key, day, pricing.book(day).find(key[0], key[1], key[2]))
        for key, day in sorted(days.items(), key=lambda each: (each[1], each[0]))
    ]


def rows(found: list[Used]) -> dict[int, dict[str, Any]]:
    """The rows they are made of, as plain values, by their number."""
    wanted = {pk for each in found if each.found for pk in each.found.rows}
    return {row.pk: _plain(row) for row in PriceRow.objects.filter(pk__in=wanted).order_by("pk")}


def _groups(scope: int) -> Iterator[tuple[Any, ...]]:
    calls = live_calls(scope).order_by()
    yield from calls.values_list("provider", "model", "geo", "priced_by").annotate(day=Max("priced_on"))
    names = ("call__provider", "model", "call__geo", "priced_by")
    yield from live_parts(scope).exclude(model="").order_by().values_list(*names).annotate(day=Max("call__priced_on"))


def _plain(row: PriceRow) -> dict[str, Any]:
    return {name: _text(getattr(row, name)) for name in COPIED}


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
