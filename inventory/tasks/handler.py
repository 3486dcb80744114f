"""What every handler of a job uses. A handler calls `jobs.progress` as it goes, may be run again from the start after a
crash, and returns a line for the person who waits for it."""

import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from django.utils import timezone

from inventory.domain.audit import Actor
from inventory.models import Job, Person
from inventory.services import job as jobs

T = TypeVar("T")
Handler = Callable[[Job], str | None]
FORGOTTEN = "The comparison is no longer kept. Compare again."
NOT_ANY_MORE = "Nothing was done: whoever asked for it has lost the right to it since."
LONG = timedelta(minutes=20)  # for work in one transaction, which cannot renew its lease meanwhile


def tell(job: Job, done: int, total: int) -> None:
    jobs.progress(job, done, total, at=timezone.now())


def asked_by(job: Job) -> Actor:
    return job.created_by.actor if job.created_by else Actor("job", str(job.pk))


def may_still(job: Job, allowed: Callable[[Person], bool]) -> None:
    """A job waits, and whoever asked for it may have lost the right to it by then. What nobody asked for is the
    installation's own. Raises `jobs.Refused`."""
    person = job.created_by
    if person is not None and not (person.is_active and allowed(person)):
        raise jobs.Refused(NOT_ANY_MORE)


def kept(job: Job, name: str, write: Callable[..., T]) -> T:
    """What `write` writes into a file becomes the job's, under `name`; returns what `write` returns."""
    with tempfile.TemporaryFile() as file:
        found = write(file, told=partial(tell, job))
        file.seek(0)
        jobs.save_file(job, name, iter(partial(file.read, jobs.CHUNK), b""), at=timezone.now())
    return found


def dated(what: str, at: datetime, ending: str) -> str:
    """The name of a file that says when it was written."""
    return f"batchline-{what}-{timezone.localtime(at):%Y-%m-%d-%H%M}.{ending}"
