"""A frozen version and a comparison as workbooks: the same figures and words as the pages."""

from array import array
from collections.abc import Callable, Iterator
from typing import IO, Any

from inventory.domain.difference_words import MEANS, WORDS
from inventory.exchange import columns_frozen as columns
from inventory.exchange.workbook import Book
from inventory.models import ComparedLine, Comparison, Frozen
from inventory.models.frozen import SUMS
from inventory.services.files import frozen_rows
from inventory.services.files.exchange import PROVIDERS
from inventory.services.versions import comparison, plan_then

AT_ONCE = 1000
Told = Callable[[int, int], None]


def export_version(file: IO[bytes], *, version: Frozen, told: Told) -> int:
    """Its sums, every part as it was, and the prices; how many parts."""
    with Book() as book:
        book.sheet("Version", columns.FACTS).extend(_facts(version))
        parts, done = book.sheet("Parts", columns.PARTS), 0
        for done, row in enumerate(_parts(version), 1):
            parts.append(row)
            if done % AT_ONCE == 0:
                told(done, version.parts)
        book.sheet("Prices", columns.PRICES).extend(_prices(version))
        book.save(file)
    return done


def export_comparison(file: IO[bytes], *, found: Comparison, told: Told) -> int:
    """What the two come to, the reasons with what they add up to, and every line; how many lines."""
    total = found.lines.count()
    with Book() as book:
        book.sheet("Summary", columns.REASONS).extend(_reasons(found))
        lines, done = book.sheet("Lines", columns.LINES), 0
        for done, line in enumerate(_lines(found), 1):
            lines.append(frozen_rows.line(line))
            if done % AT_ONCE == 0:
                told(done, total)
        book.save(file)
    return done


def _lines(found: Comparison) -> Iterator[ComparedLine]:
    """Lot by lot: what is told meanwhile is written, which fails on SQLite while a query is open that began before
    somebody else wrote."""
    keys = array("q", found.lines.largest_first().values_list("pk", flat=True).iterator())
    for start in range(0, len(keys), AT_ONCE):
        lot = found.lines.in_bulk(keys[start : start + AT_ONCE])
        yield from (lot[pk] for pk in keys[start : start + AT_ONCE])


def _facts(version: Frozen) -> Iterator[dict[str, Any]]:
    yield {"what": str(version).capitalize(), "text": version.note}
    yield {"what": "Frozen", "text": f"{version.frozen_at:%Y-%m-%d %H:%M} UTC"}
    for name in SUMS[:5]:
        yield {"what": name.capitalize(), "number": getattr(version, name)}
    for name, words in columns.OF_SUMS.items():
        yield {"what": words, "amount": getattr(version, name)}


def _parts(version: Frozen) -> Iterator[dict[str, Any]]:
    """By call. The calls of one lot are read together with its parts."""
    position, kept = 0, plan_then.kept_weights(version)
    while calls := list(version.call_rows.filter(call_id__gt=position).order_by("call_id")[:AT_ONCE]):
        between = {"call_id__gt": position, "call_id__lte": calls[-1].call_id}
        found = version.part_rows.filter(**between).order_by("call_id", "position")
        yield from frozen_rows.parts(found, {call.call_id: call for call in calls}, kept)
        position = calls[-1].call_id


def _prices(version: Frozen) -> Iterator[dict[str, Any]]:
    for price in version.prices.order_by("provider", "model", "geo", "pk"):
        own = {
            "provider": PROVIDERS.get(price.provider, price.provider),
            "model": price.model,
            "geo": price.geo,
            "on": price.on,
        }
        for row in price.rows or [{}]:
            yield {**row, **own, "discount": price.discount}


def _reasons(found: Comparison) -> Iterator[dict[str, Any]]:
    was, now = comparison.sums(found)
    second = found.second or "the plan as it stood"
    for name, amounts in ((found.first, was), (second, now)):
        yield {"name": str(name).capitalize(), **_amounts(amounts)}
    for reason, count, amounts in comparison.by_reason(found):
        yield {"name": WORDS[reason], "means": MEANS[reason], "lines": count, **_amounts(amounts)}
    yield {"name": "Together", **_amounts(now.less(was))}


def _amounts(found: Any) -> dict[str, int]:
    return {name: getattr(found, name) for name in ("today", "after", "saving", "planned")}
