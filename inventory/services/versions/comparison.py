"""Two versions of the plan, or one and the plan as it stands, line by line with the reason for each difference.

Worked out chunk by chunk: both sides are read for the same calls, and what differs is kept. Memory does not grow with
the plan, and a killed job goes on behind its last chunk.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from inventory.domain import money
from inventory.domain.difference import NOTHING, Amounts, CallThen, Line, Reason, lines
from inventory.domain.difference_words import said
from inventory.models import ComparedLine, Comparison, Frozen, Job
from inventory.services import job as jobs
from inventory.services.versions import plan_now, plan_then

PLACES = {reason: place for place, reason in enumerate(Reason)}
Told = Callable[[int, int], None]
Sides = tuple[plan_then.Side, plan_then.Side]


class OtherScope(Exception):
    """Versions of one team's plan and of another's are no two versions of the same."""


def find(first: Frozen, second: Frozen | None) -> Comparison | None:
    """One that is worked out already: two frozen versions never change. Raises `OtherScope`."""
    if second is None:
        return None
    if first.scope != second.scope:
        raise OtherScope
    return Comparison.objects.filter(first=first, second=second, ready_at__isnull=False).order_by("-pk").first()


def work_out(*, job: Job, first: Frozen, second: Frozen | None, told: Told) -> Comparison:
    """Keep every line that differs. Raises what `jobs.renew` raises.

    The plan as it stands is set aside first, in one moment. That is lost with a killed worker: then it is set aside
    anew, and the comparison begins from its start.
    """
    found, _ = Comparison.objects.get_or_create(job=job, defaults={"first": first, "second": second})
    if found.ready_at is not None:
        return found
    if second is not None:
        return _finished(job, found, (plan_then.frozen(first), plan_then.frozen(second)), told)
    _begin_again(found)
    with plan_now.set_aside(first.scope, at=timezone.now()) as standing:
        return _finished(job, found, (plan_then.frozen(first), plan_then.now(standing)), told)


def _begin_again(found: Comparison) -> None:
    with transaction.atomic():
        found.lines.all().delete()
        found.position, found.calls, found.sums = 0, 0, {}
        found.save(update_fields=["position", "calls", "sums"])


def _finished(job: Job, found: Comparison, sides: Sides, told: Told) -> Comparison:
    total = max(side.calls.count() for side in sides)
    while upto := _upto(sides, found.position):
        told(min(found.calls, total), total)
        _chunk(job, found, sides, upto)
    found.sums = {**found.sums, "reasons": _reasons(found)}
    found.ready_at = timezone.now()
    found.save(update_fields=["sums", "ready_at"])
    return found


def drop_old(*, at: datetime) -> None:
    """Those with a plan that has gone on since, after the time a job's result is kept."""
    Comparison.objects.filter(second=None, ready_at__lte=at - jobs.KEEP).delete()


def sums(found: Comparison) -> tuple[Amounts, Amounts]:
    """What the two sides add up to."""
    first, second = (Amounts(*found.sums.get(name, NOTHING)) for name in ("first", "second"))
    return first, second


def told(found: Comparison) -> str:
    """For the page of the job."""
    was, now = sums(found)
    change = now.less(was)
    shown = [money.shown(amount, sign=True) for amount in (change.today, change.after, change.saving)]
    return f"A month: {shown[0]} today, {shown[1]} after, {shown[2]} of saving."


def by_reason(found: Comparison) -> list[tuple[Reason, int, Amounts]]:
    """Each reason there is, with its lines and what they add up to."""
    return [(Reason(reason), count, Amounts(*amounts)) for reason, count, *amounts in found.sums.get("reasons", [])]


def _upto(sides: Sides, position: int) -> int:
    """The last call of the next chunk; 0 at the end. No side may have more calls in it than are read at once."""
    ids = [side.after(position) for side in sides]
    full = [found[-1] for found in ids if len(found) == plan_then.CHUNK]
    return min(full) if full else max((found[-1] for found in ids if found), default=0)


def _chunk(job: Job, found: Comparison, sides: Sides, upto: int) -> None:
    """One chunk and how far it brings the job: both, or neither."""
    first, second = (side.read(found.position, upto) for side in sides)
    totals, rows = list(sums(found)), list[ComparedLine]()
    for call_id in sorted(first.keys() | second.keys()):
        was, now = plan_then.pair(first.get(call_id), second.get(call_id), sides)
        about = (second.get(call_id) or first[call_id])[0]
        totals = [total.plus(side.amounts if side else NOTHING) for total, side in zip(totals, (was, now), strict=True)]
        for line in lines(was, now):
            rows += _rows(found, call_id, about, line, was, now)
    with transaction.atomic():
        jobs.renew(job, at=timezone.now())
        ComparedLine.objects.bulk_create(rows, batch_size=500)
        found.position = upto
        found.calls += len(first.keys() | second.keys())
        found.sums = {"first": list(totals[0]), "second": list(totals[1])}
        found.save(update_fields=["position", "calls", "sums"])


def _rows(
    found: Comparison, call_id: int, told: plan_then.Row, line: Line, was: CallThen | None, now: CallThen | None
) -> Iterator[ComparedLine]:
    whole = line.whole
    size = abs(whole.today) + abs(whole.after) + abs(whole.planned)
    for reason, amounts in line.by.items():
        yield ComparedLine(
            comparison=found, call_id=call_id, part_id=line.part, team=told["team"], feature=told["feature"],
            name=line.name[:120], kind=line.kind, reason=reason, place=PLACES[reason],
            said=said(reason, line, was, now),
            today=amounts.today, after=amounts.after, planned=amounts.planned, size=size,
        )  # fmt: skip


def _reasons(found: Comparison) -> list[list[Any]]:
    """Reason, lines, and what they add a month: today, after, in plan."""
    rows = found.lines.order_by().values_list("reason").annotate(
        Count("pk"), Sum("today"), Sum("after"), Sum("planned")
    )  # fmt: skip
    kept = [[reason, count, *map(int, amounts)] for reason, count, *amounts in rows]
    return sorted(kept, key=lambda row: PLACES[Reason(row[0])])
