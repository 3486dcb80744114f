"""Which amounts are not by the prices of today, and the note on calls and parts by which prices theirs are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Min, Q

from inventory.domain.book import Book
from inventory.models import Call, Part
from inventory.services.prices import pricing

OF_CALLS = ("provider", "model", "geo", "priced_by")  # what calls priced alike have in common
OF_PARTS = ("call__provider", "model", "call__geo", "priced_by")  # and parts that are planned on a model of their own


@dataclass(frozen=True, slots=True)
class Behind:
    """Calls whose amounts are not by the prices of today. `since` is the oldest day they are by, None where no day is
    known, as for what was stored before days were kept."""

    calls: int
    parts: int
    since: date | None


NONE = Behind(0, 0, None)


def found(*, on: date) -> Behind:
    """How many live calls the prices of that day might price otherwise, and how many parts they have. A call is among
    them for its own model, or for one that a part of it is planned on."""
    book = pricing.book(on)
    calls, parts = Call.objects.live(), Part.objects.live().on_own_model()
    groups = list(calls.order_by().values_list(*OF_CALLS).annotate(since=Min("priced_on")))
    own = list(parts.order_by().values_list(*OF_PARTS).annotate(since=Min("call__priced_on")))
    days = [since for *key, mark, since in (*groups, *own) if mark != book.mark(*key)]
    if not days:
        return NONE
    wanted = _late(groups, OF_CALLS, book)
    if any(mark != book.mark(*key) for *key, mark, _ in own):
        wanted |= Q(pk__in=parts.filter(_late(own, OF_PARTS, book)).values("call"))
    late = calls.filter(wanted)
    since = None if None in days else min(day for day in days if day)
    return Behind(late.count(), Part.objects.live().filter(call__in=late).count(), since)


def _late(groups: Iterable[Sequence[Any]], names: Sequence[str], book: Book) -> Q:
    """Those of the groups whose mark is not that of the book, by the columns `names`; few terms, however many models.
    Matches nothing where none is late."""
    provider_is, model_is, geo_is, mark_is = names
    late: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for provider, model, geo, mark, _ in groups:
        if mark != book.mark(provider, model, geo):
            late[provider, geo, mark].append(model)
    wanted = Q(pk__in=[])
    for (provider, geo, mark), models in late.items():
        wanted |= Q(**{provider_is: provider, geo_is: geo, mark_is: mark, f"{model_is}__in": models})
    return wanted


def mark(book: Book) -> None:
    """Note on live calls and parts that their amounts are by these prices, where they already were the same."""
    calls, parts = Call.objects.live(), Part.objects.live().on_own_model()
    for provider, model, geo, was in list(calls.order_by().values_list(*OF_CALLS).distinct()):
        now = book.mark(provider, model, geo)
        if was != now:
            same = calls.filter(provider=provider, model=model, geo=geo, priced_by=was)
            same.update(priced_by=now, priced_on=book.on)
    for provider, model, geo, was in list(parts.order_by().values_list(*OF_PARTS).distinct()):
        now = book.mark(provider, model, geo)
        if was != now:
            of_calls = Call.objects.filter(provider=provider, geo=geo).values("pk")
            parts.filter(model=model, priced_by=was, call__in=of_calls).update(priced_by=now)
