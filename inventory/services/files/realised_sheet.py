"""The workbook's sheets of realised savings: the ledger, and month by month what is realised and what is left, as the
page shows them. Months that are over are sums over the ledger; months to come follow the waves from what is left."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from inventory.domain.status import DONE
from inventory.exchange import columns_realised as columns
from inventory.exchange.workbook import Own, Sheet
from inventory.models import Part, Realised
from inventory.services.planning import ledger
from inventory.services.planning.realised import STAYS

AT_ONCE = 1000
WAS, PLANNED = "as it was", "planned"


def begun() -> frozenset[int]:
    """The calls of which a move is done and stands."""
    return frozenset(Realised.objects.standing().order_by().values_list("call_id", flat=True))


def is_done(part: Part, is_begun: bool) -> bool:
    """Whether its saving is no longer to be realised: moved, or what stays of a split of which a part has moved."""
    return part.status in DONE or (is_begun and part.in_split and part.kind in STAYS)


def write(months: Sheet, entries: Sheet, *, on: date) -> None:
    """Both sheets, of all teams."""
    told = ledger.told(today=on)
    entries.extend(_entries())
    moved, verified = _by_month("moved_at"), _by_month("verified_at")
    together = told.overall.saved + told.overall.left
    for each in told.left:
        row: dict[str, Any] = {"month": each.day, "together": together}
        done = together - each.amount
        if each.is_planned:
            share = each.amount / told.overall.left if told.overall.left else 0.0
            row |= {"as": PLANNED, "realised": Own(columns.PLANNED, done), "share": share}
            row["left"] = Own(columns.PLANNED_LEFT, each.amount)
        else:
            sure = sum(saving for month, saving in verified.items() if month <= each.day)
            row |= {"as": WAS, "realised": Own(columns.UP_TO_THEN, done), "left": Own(columns.LEFT, each.amount)}
            row |= {"in_month": Own(columns.IN_MONTH, moved.get(each.day, 0)), "verified": Own(columns.VERIFIED, sure)}
        months.append(row)


def _by_month(moment: str) -> dict[date, int]:
    """What stands, by the first day of the month of that moment."""
    month = TruncMonth(moment, tzinfo=timezone.get_current_timezone())
    rows = Realised.objects.standing().exclude(**{moment: None}).order_by().values(month=month)
    return {row["month"].date(): int(row["saved"]) for row in rows.annotate(saved=Sum("saving"))}


def _entries() -> Iterator[dict[str, Any]]:
    """Newest first, also what was taken back: that counts in no sum."""
    for entry in Realised.objects.newest_first().iterator(chunk_size=AT_ONCE):
        yield {
            "team": entry.team.name, "wave": entry.wave.name if entry.wave else "", "name": entry.name,
            "moved_on": timezone.localdate(entry.moved_at), "now": _now(entry), "counts": _stands(entry),
            "verified_on": _day(entry.verified_at), "ended_on": _day(entry.ended_at), "ended_why": entry.ended_why,
            "priced_on": entry.priced_on, "before": entry.cost_before, "after": entry.cost_after,
            "saving": entry.saving,
        }  # fmt: skip


def _stands(entry: Realised) -> bool:
    return entry.ended_at is None and entry.part is not None and entry.part.is_live


def _now(entry: Realised) -> str:
    """As the page has it."""
    if entry.ended_at:
        return "Taken back"
    if entry.part is None:
        return "Its part is not there any more"
    if not entry.part.is_live:
        return "Its call is retired"
    return "Verified" if entry.verified_at else "Moved"


def _day(moment: datetime | None) -> date | None:
    return timezone.localdate(moment) if moment else None
