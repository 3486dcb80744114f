"""The job that exports a list as it is narrowed."""

import tempfile
from functools import partial

from django.utils import timezone

from inventory.models import Job
from inventory.services import job as jobs
from inventory.services import listed
from inventory.tasks.handler import tell


def export_list(job: Job) -> str:
    """What a list shows on all its pages, or the rows that were ticked, kept as the job's file."""
    now, wanted = timezone.now(), job.params
    found = listed.found(wanted["name"], wanted["asked"], picked=wanted["pick"], on=timezone.localdate(now))
    with tempfile.TemporaryFile() as file:
        listed.write(file, wanted["kind"], found, told=partial(tell, job))
        file.seek(0)
        name = f"batchline-{wanted['name']}-{timezone.localtime(now):%Y-%m-%d-%H%M}.{wanted['kind']}"
        jobs.save_file(job, name, iter(partial(file.read, jobs.CHUNK), b""), at=timezone.now())
    return f"{found.title}: {found.count:,}."
