"""Background work: the row is the truth. A worker holds a job by a lease; who takes it over fences the first one out.

`attempts` is the fence: every claim raises it, and each write of a worker names the attempt it holds. A worker that was
thought dead and comes back writes nothing more and hears `Lost`.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from inventory.domain.audit import Actor
from inventory.models import FileChunk, Heartbeat, Job, Person
from inventory.services import audit

LEASE = timedelta(minutes=2)
PAUSE = timedelta(seconds=5)  # before a failed attempt is tried again, times the attempts so far
KEEP = timedelta(days=7)  # how long a result can be fetched
TWICE = timedelta(seconds=5)  # within which the same asked again is the same
ALIVE = timedelta(seconds=60)  # a worker not seen for so long counts as gone
CHUNK = 256 * 1024
TELL_EVERY = 0.5  # seconds between two writes of progress

stopping = threading.Event()  # set when this process was asked to end: jobs are given back at their next progress


class Cancelled(Exception):
    """Somebody asked for the job to stop."""


class Interrupted(Exception):
    """The worker itself was asked to stop; the job goes back to the queue."""


class Lost(Exception):
    """The lease ran out and the job is no longer this worker's."""


class Refused(Exception):
    """Raised by a handler: the job cannot be done, trying again would not help. The text is shown to the person."""


@transaction.atomic
def enqueue(
    *,
    kind: str,
    params: Mapping[str, Any],
    by: Actor,
    at: datetime,
    person: Person | None = None,
    max_attempts: int = 3,
    file: tuple[str, bytes] | None = None,
) -> Job:
    """A new row, with the `file` it works on (name and content; kept and dropped like a result). In the caller's
    transaction. The caller then calls `tasks.start(job)`."""
    job = Job.objects.create(
        kind=kind, params=dict(params), created_by=person, created_at=at, max_attempts=max_attempts
    )
    if file is not None:
        _keep(job, file[0], [file[1]], at)
        job.save(update_fields=["file_name", "file_size", "file_until"])
    audit.record(kind="job.enqueue", by=by, at=at, subject=job, before={}, after=audit.states(job))
    return job


@transaction.atomic
def enqueue_once(*, kind: str, params: Mapping[str, Any], by: Actor, at: datetime, person: Person) -> Job:
    """As `enqueue`; where the same person has asked for the very same, and it still waits to start or was asked for a
    moment ago, that job: a button that is pressed twice is meant once."""
    audit.hold()  # so that the second press sees the first
    same = Job.objects.filter(kind=kind, params=dict(params), created_by=person).exclude(
        state__in=("failed", "cancelled")
    )
    known = same.filter(Q(state="queued") | Q(created_at__gt=at - TWICE)).order_by("-pk").first()
    return known or enqueue(kind=kind, params=params, by=by, at=at, person=person)


@transaction.atomic
def cancel(*, job: Job, by: Actor, at: datetime) -> Job:
    """A queued job ends at once, a running one at its next progress; one that is over stays as it is, and so does one
    in its last step."""
    job = Job.objects.select_for_update(no_key=True).get(pk=job.pk)
    if job.is_over or job.cancel_asked or job.is_final:
        return job
    before = audit.states(job)
    job.cancel_asked = True
    if job.state == "queued":
        job.state, job.finished_at = "cancelled", at
    job.save(update_fields=["cancel_asked", "state", "finished_at"])
    audit.record(kind="job.cancel", by=by, at=at, subject=job, before=before, after=audit.states(job))
    return job


def claim(*, pk: int, worker: str, at: datetime) -> Job | None:
    """Take the job for one lease, by one conditional UPDATE: of any number of workers one gets it, the others None."""
    taken = Job.objects.claimable(at).filter(pk=pk).update(
        state="running", attempts=F("attempts") + 1, claimed_by=worker[:60], lease_until=at + LEASE,
        started_at=Coalesce("started_at", models.Value(at)), done_rows=0, all_rows=None, message="",
        is_final=False,
    )  # fmt: skip
    return Job.objects.get(pk=pk) if taken else None


def claim_next(*, worker: str, at: datetime) -> Job | None:
    """The oldest job that nobody holds, or None."""
    for pk in Job.objects.claimable(at).order_by("pk").values_list("pk", flat=True)[:10]:
        job = claim(pk=pk, worker=worker, at=at)
        if job is not None:
            return job
    return None


def progress(job: Job, done: int, total: int | None = None, *, at: datetime) -> None:
    """Tell how far the work is and renew the lease, at most twice a second: call it as often as convenient.

    Outside a transaction, else nobody sees it. Raises Cancelled, Interrupted or Lost: let them pass.
    """
    if stopping.is_set():
        raise Interrupted
    if time.monotonic() - job.told_at < TELL_EVERY:
        return
    job.told_at = time.monotonic()
    job.done_rows, job.all_rows = done, total
    renew(job, at=at, done_rows=done, all_rows=total, message="", is_final=False)


def renew(job: Job, *, at: datetime, **fields: Any) -> None:
    """Hold the job for one more lease. Raises Cancelled where that was asked, Lost where it is no longer ours."""
    if _held(job).filter(cancel_asked=False).update(lease_until=at + LEASE, **fields):
        return
    if _held(job).exists():
        raise Cancelled
    raise Lost


def pass_on(job: Job, *, at: datetime, total: int, message: str) -> None:
    """The last step begins, which is one transaction: whoever asks for an end from now on is told that it comes too
    late. Either the question or this comes first, on every database. Raises Cancelled or Lost."""
    if stopping.is_set():
        raise Interrupted
    renew(job, at=at, done_rows=total, all_rows=total, message=message, is_final=True)


def hear(job: Job) -> None:
    """Within that transaction, now and then: raises Interrupted where this process was asked to end."""
    if stopping.is_set():
        raise Interrupted


def finish(job: Job, *, at: datetime, message: str = "") -> None:
    """Done. A handler that writes records calls it in the same transaction: both happen, or neither. Raises Lost."""
    _end(job, "done", at, message, lease_until=None)


def finish_cancelled(job: Job, *, at: datetime) -> None:
    _end(job, "cancelled", at, "", lease_until=None)


def fail(job: Job, *, at: datetime, message: str, final: bool = False) -> None:
    """Back to the queue after a pause, or failed for good when `final` or the last attempt. Raises Lost."""
    if final or job.attempts >= job.max_attempts:
        _end(job, "failed", at, message, lease_until=None)
    else:
        _put(job, state="queued", message=message, lease_until=at + PAUSE * job.attempts, is_final=False)


def release(job: Job) -> None:
    """Back to the queue at once, one more attempt allowed: its worker is going away in good order."""
    _put(job, state="queued", max_attempts=F("max_attempts") + 1, lease_until=None, is_final=False, done_rows=0,
         all_rows=None)  # fmt: skip


def free(*, host: str, is_alive: Callable[[int], bool], at: datetime) -> None:
    """Let go of what processes of this host held that are gone: nobody need wait for their leases. A mistake costs
    the work, not its effect: `attempts` fences it."""
    held = Job.objects.filter(state="running", lease_until__gt=at, claimed_by__startswith=f"{host}:")
    for job in held.order_by("pk"):
        number = job.claimed_by.removeprefix(f"{host}:")
        if number.isdecimal() and not is_alive(int(number)):
            _held(job).update(lease_until=at)


def keep_waiting(*, pk: int, message: str) -> None:
    """Say why a job that nobody has taken yet waits."""
    Job.objects.filter(pk=pk, state="queued").update(message=message)


def sweep(*, at: datetime) -> list[int]:
    """End what can no longer be carried; the numbers of the jobs whose worker died or that nobody has fetched."""
    left = Job.objects.filter(state="running", lease_until__lte=at)
    left.filter(cancel_asked=True).update(state="cancelled", finished_at=at, lease_until=None)
    left.filter(attempts__gte=F("max_attempts")).update(
        state="failed", finished_at=at, lease_until=None, message="The worker died at every attempt; not tried again."
    )
    return list(Job.objects.claimable(at).order_by("pk").values_list("pk", flat=True)[:1000])


@transaction.atomic
def save_file(job: Job, name: str, chunks: Iterable[bytes], *, at: datetime) -> None:
    """Keep the result, replacing that of an earlier attempt. Raises Lost before anything is replaced.

    Hand over finished bytes (read from a temporary file): on SQLite nobody else can write meanwhile.
    """
    if not _held(job).update(lease_until=at + LEASE):
        raise Lost
    FileChunk.objects.filter(job=job).delete()
    _keep(job, name, chunks, at)
    _held(job).update(file_name=name, file_size=job.file_size, file_until=job.file_until)


def read_file(job: Job) -> Iterator[bytes]:
    """The result piece by piece, one in memory at a time. Empty once it has expired."""
    pieces = FileChunk.objects.filter(job=job)
    for position in range(pieces.count()):
        yield bytes(pieces.values_list("data", flat=True).get(position=position))


def beat(*, worker: str, at: datetime) -> None:
    """This worker is alive and takes jobs."""
    Heartbeat.objects.update_or_create(worker=worker[:60], defaults={"seen_at": at})


def is_carried(*, at: datetime) -> bool:
    """Was any worker alive within the last ALIVE?"""
    return Heartbeat.objects.filter(seen_at__gt=at - ALIVE).exists()


def is_stuck(found: Iterable[Job], *, at: datetime) -> bool:
    """Whether any of them waits to start while no worker is alive. Asks only where one waits."""
    return any(job.state == "queued" for job in found) and not is_carried(at=at)


def clean_up(*, at: datetime) -> int:
    """Drop results whose time has passed; their jobs stay. Returns how many jobs lost their file."""
    old = Job.objects.filter(file_until__lte=at, chunks__position=0).distinct()
    pks = list(old.values_list("pk", flat=True))
    FileChunk.objects.filter(job_id__in=pks).delete()
    Heartbeat.objects.filter(seen_at__lte=at - KEEP).delete()
    return len(pks)


def _keep(job: Job, name: str, chunks: Iterable[bytes], at: datetime) -> None:
    size = 0
    for position, data in enumerate(_pieces(chunks)):
        FileChunk.objects.create(job=job, position=position, data=data)
        size += len(data)
    job.file_name, job.file_size, job.file_until = name, size, at + KEEP


def _held(job: Job) -> models.QuerySet[Job]:
    """The row, as long as it is this attempt's."""
    return Job.objects.filter(pk=job.pk, state="running", attempts=job.attempts)


def _end(job: Job, state: str, at: datetime, message: str, **fields: Any) -> None:
    _put(job, state=state, finished_at=at, message=message, **fields)


def _put(job: Job, *, state: str, **fields: Any) -> None:
    if not _held(job).update(state=state, **fields):
        raise Lost
    job.state = state


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of CHUNK, so that every database takes them and none is held whole."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) >= CHUNK:
            yield bytes(waiting[:CHUNK])
            del waiting[:CHUNK]
    if waiting:
        yield bytes(waiting)
