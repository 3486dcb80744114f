"""Which price rows have priced a call: those are never edited, they end and new ones begin."""

from collections.abc import Collection
from datetime import date

from inventory.models import Call, Part, PriceRow
from inventory.services.prices import pricing


def is_used(row: PriceRow, *, on: date, used_now: Collection[int] | None = None) -> bool:
    """Whether a call may have been priced by it: one is now, or it held once and holds no more. `used_now`: `used` of
    that day, where many rows are asked about."""
    if row.valid_from > on:
        return False
    if row.valid_to is not None and row.valid_to <= on:
        return True
    return row.pk in (used(on=on) if used_now is None else used_now)


def used(*, on: date) -> set[int]:
    """The rows by which calls are priced on that day, retired calls too. Of amounts older than what is kept with them
    nobody knows by what they were priced: today's row counts."""
    book = pricing.book(on)
    groups = Call.objects.order_by().values_list("provider", "model", "geo", "priced_by").distinct()
    own = Part.objects.on_own_model().order_by()
    of_parts = own.values_list("call__provider", "model", "call__geo", "priced_by").distinct()
    rows: set[int] = set()
    for provider, model, geo, mark in (*groups, *of_parts):
        found = book.find(provider, model, geo)
        if found is not None and mark in ("", book.mark(provider, model, geo)):
            rows |= set(found.rows)
    return rows
