"""Every stored amount at the prices of today: computed aside chunk by chunk, looked at, then applied as one action."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from inventory.domain import audit as domain
from inventory.domain import lots, trace
from inventory.domain.audit import Actor, Stored
from inventory.domain.book import Book
from inventory.models import Action, Call, Job, Part, Person, Repricing, Team
from inventory.models.reprice import PART, put_aside, write_out
from inventory.services import audit
from inventory.services import job as jobs
from inventory.services.prices import behind, pricing, repriced

REPRICE = "pricing.reprice"
CHUNK = 2000  # calls computed, and staged rows read, at once
OF_CALL = ("kind", "cost_today", "cost_target", "worth")
NO_CALL = {"worth": 0}  # what a staged part has none of
NO_PART = {"why": "", "saving": 0, "possible": 0}  # what a staged call has none of
Told = Callable[[int, int], None]


class Outdated(Exception):
    """It was computed at other prices than those of today."""


class NotReady(Exception):
    """Nothing is computed that could be applied."""


class ConfirmedAlready(Exception):
    """`job` applies it, or has."""

    def __init__(self, job: Job) -> None:
        super().__init__(str(job.pk))
        self.job = job


class Overtaken(Exception):
    """Somebody wrote a record while it was being applied. Nothing was; trying again computes it anew."""


def stage(*, job: Job, on: date, at: datetime, told: Told) -> Repricing:
    """Compute what the prices of that day make of every live call, and keep what differs. A killed job goes on behind
    the last chunk that was kept. Raises `Outdated` where a price changes meanwhile, and what `jobs.renew` raises."""
    prices = pricing.last_change() or ""
    found, _ = Repricing.objects.get_or_create(job=job, defaults={"on": on, "prices": prices})
    if found.ready_at is not None:
        return found
    book, teams = pricing.book(found.on), Team.objects.in_bulk()
    total = Call.objects.live().count()
    while calls := _next(found.position):
        told(found.calls, total)
        if (pricing.last_change() or "") != found.prices:
            raise Outdated
        _stage(job, found, calls, book, teams)
    if found.on == timezone.localdate(at) and not found.rows.exists():
        behind.mark(book)
    found.report = repriced.summed(found)
    found.ready_at = at
    found.save(update_fields=["report", "ready_at"])
    return found


def drop_old(*, at: datetime) -> None:
    """Forget what nobody applied while a job's result is kept."""
    Repricing.objects.filter(ready_at__lte=at - jobs.KEEP, action_seq=None).delete()


def drop(job: Job) -> None:
    """Forget what a job has staged."""
    Repricing.objects.filter(job=job).delete()


@transaction.atomic
def confirm(*, repricing: Repricing, reason: str, by: Actor, at: datetime, person: Person) -> Job:
    """Have it applied by a job. Raises `NotReady`, `Outdated` and `ConfirmedAlready`."""
    found = Repricing.objects.select_for_update(no_key=True).get(pk=repricing.pk)
    if found.ready_at is None or not found.rows.exists():
        raise NotReady
    if found.applied_by is not None and found.applied_by.state not in ("failed", "cancelled"):
        raise ConfirmedAlready(found.applied_by)
    if not is_current(found, on=timezone.localdate(at)):
        raise Outdated
    job = jobs.enqueue(
        kind="reprice_apply", params={"repricing": found.pk, "reason": reason}, by=by, at=at, person=person
    )
    found.applied_by = job
    found.save(update_fields=["applied_by"])
    return job


def is_current(repricing: Repricing, *, on: date) -> bool:
    """Whether it was computed at the prices of that day."""
    return repricing.on == on and repricing.prices == (pricing.last_change() or "")


@transaction.atomic
def apply(*, repricing: Repricing, reason: str, by: Actor, at: datetime) -> Action | None:
    """Write what is staged, as one action; None where nothing differs any more. What was written since it was staged
    is computed anew. Raises `NotReady`, `Outdated` and `Overtaken`."""
    found = Repricing.objects.select_for_update(no_key=True).get(pk=repricing.pk)
    if found.ready_at is None or found.action_seq is not None:
        raise NotReady
    if not is_current(found, on=timezone.localdate(at)):
        raise Outdated
    _hold(found)
    book = pricing.book(found.on)
    _compute_anew(found, book)
    changes = _Staged(found)
    if write_out(found) != len(changes.stored):
        raise Overtaken
    action = audit.append(
        kind=REPRICE, by=by, at=at, record="price_book", record_id=found.on.isoformat(),
        title=f"Prices of {found.on.isoformat()}", team_id=None, changes=changes, reason=reason,
    )  # fmt: skip
    behind.mark(book)
    found.action_seq = action.seq if action else None
    found.save(update_fields=["action_seq"])
    found.rows.all().delete()
    return action


def _next(position: int) -> list[Call]:
    return list(Call.objects.live().filter(pk__gt=position).order_by("pk")[:CHUNK])


def _stage(job: Job, found: Repricing, calls: Sequence[Call], book: Book, teams: Mapping[int, Team]) -> None:
    """One chunk and how far it brings the job: both, or neither."""
    between = Q(call__gt=found.position, call__lte=calls[-1].pk)
    parts = list(Part.objects.live().filter(between).order_by("call_id", "position"))
    rows = list(_differing(calls, parts, book, teams))
    with transaction.atomic():
        jobs.renew(job, at=timezone.now())
        put_aside(found, rows)
        found.position = calls[-1].pk
        found.calls += len(calls)
        found.parts += len(parts)
        found.save(update_fields=["position", "calls", "parts"])


def _differing(
    calls: Sequence[Call], parts: Sequence[Part], book: Book, teams: Mapping[int, Team]
) -> Iterator[dict[str, Any]]:
    """The staged rows of these calls: of every call and part whose amounts differ."""
    of_call: dict[int, list[Part]] = defaultdict(list)
    for part in parts:
        of_call[part.call_id].append(part)
    for call in calls:
        own = of_call[call.pk]
        if not own:
            continue  # retired between two queries
        call.team = teams[call.team_id]
        records: list[Call | Part] = [call, *own]
        before = [_amounts_of(call, OF_CALL), *(_amounts_of(part, PART) for part in own)]
        pricing.apply(call, own, book=book)
        for record, was in zip(records, before, strict=True):
            now = _amounts_of(record, tuple(was))
            if was != now:
                yield _row(call, record, was, now)


def _amounts_of(record: Call | Part, names: Sequence[str]) -> dict[str, Any]:
    """As the columns hold them: plain texts, not members of enumerations."""
    found = {name: getattr(record, name) for name in names}
    found["kind"] = str(found["kind"])
    if "why" in found:
        found["why"] = str(found["why"])
        found["doubts"] = [str(code) for code in found["doubts"]]
    return found


def _row(call: Call, record: Call | Part, was: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """One staged row; `before` and `after` as `audit.Changes` would keep them."""
    is_part = isinstance(record, Part)
    names = [name for name in now if now[name] != was[name]]
    by_today, by_target = (_difference(was, now, name) if is_part else 0 for name in ("cost_today", "cost_target"))
    return NO_CALL | NO_PART | now | {
        "record": record.RECORD, "record_id": record.pk, "call_id": call.pk, "team_id": call.team_id,
        "model": call.model, "version": record.version, "was": was["kind"], "priced_by": record.priced_by,
        "doubts": json.dumps(now.get("doubts", [])), "by_today": by_today, "by_saving": by_today - by_target,
        "by_possible": _difference(was, now, "possible") if is_part else 0,
        "before": domain.canonical({name: was[name] for name in names}),
        "after": domain.canonical({name: now[name] for name in names}),
    }  # fmt: skip


def _difference(was: dict[str, Any], now: dict[str, Any], name: str) -> int:
    return int(now[name] or 0) - int(was[name] or 0)


def _hold(found: Repricing) -> None:
    """The calls it touches, in the order everybody holds them: whoever edits one waits, and is then told."""
    held = Call.objects.select_for_update(no_key=True).filter(pk__in=found.rows.values("call_id"))
    for _ in held.order_by("pk").values_list("pk").iterator(chunk_size=CHUNK):
        pass


def _compute_anew(found: Repricing, book: Book) -> None:
    """Calls of which anything was written since they were staged."""
    late = list(found.rows.all().outrun().order_by("call_id").values_list("call_id", flat=True).distinct())
    for pks in lots.of(late):
        found.rows.filter(call_id__in=pks).delete()
        calls = list(Call.objects.live().filter(pk__in=pks).order_by("pk"))
        parts = list(Part.objects.live().filter(call__in=pks).order_by("call_id", "position"))
        teams = Team.objects.in_bulk({call.team_id for call in calls})
        put_aside(found, _differing(calls, parts, book, teams))


class _Lines:
    """The staged lines of history, read in one order however often: never all in memory."""

    def __init__(self, found: Repricing) -> None:
        self.rows = found.rows.order_by("pk")
        self.count = self.rows.count()

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Stored]:
        columns = ("record", "record_id", "before", "after")
        for record, pk, before, after in self.rows.values_list(*columns).iterator(chunk_size=CHUNK):
            yield record, str(pk), before, after


class _Staged:
    def __init__(self, found: Repricing) -> None:
        self.stored = _Lines(found)
        self.effect = repriced.effect(found)
        self.words = set(_words(found))
        self.gained = repriced.gained(found)
        self.names: tuple[audit.Name, ...] = ()  # prices call nothing by another name


def _words(found: Repricing) -> Iterator[str]:
    """What the action will be found by, without reading every line: the fields of each record, and the crossings."""
    for record, names in (("call", OF_CALL), ("part", PART)):
        of_record = found.rows.filter(record=record)
        yield from (f"{record}.{name}" for name in names if of_record.filter(after__contains=f'"{name}":').exists())
    for was, now in found.rows.filter(record="part").values_list("was", "kind").order_by().distinct():
        yield from filter(None, [trace.crossing(was, now)])
