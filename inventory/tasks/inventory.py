"""Jobs that bring calls in, take them out and compare their answers with a new version of the test."""

from functools import partial

from django.db import transaction
from django.utils import timezone

from inventory.exchange import call_file
from inventory.models import Job
from inventory.services import demo, intake
from inventory.services import job as jobs
from inventory.services.labelling import version
from inventory.tasks.handler import LONG, asked_by, tell


@transaction.atomic
def load_demo(job: Job) -> None:
    """The sample inventory, once: rows and the end of the job are one transaction. That somebody asked for it, the
    action of the job says."""
    try:
        made = demo.load(at=timezone.now())
    except demo.LoadedAlready as refusal:
        raise jobs.Refused("The sample is loaded already. Remove it first.") from refusal
    except demo.NameTaken as refusal:
        raise jobs.Refused(f"A team is called “{refusal}” already. Rename it, then load the sample.") from refusal
    jobs.finish(job, at=timezone.now(), message=made.told())


@transaction.atomic
def remove_demo(job: Job) -> None:
    gone = demo.remove(by=asked_by(job), at=timezone.now())
    jobs.finish(job, at=timezone.now(), message=gone.told())


def import_inventory(job: Job) -> None:
    """Take in the job's file; rows and the end of the job are one transaction."""
    _take_in(job, check=False)


def check_inventory(job: Job) -> None:
    """Do the same, and take it back."""
    _take_in(job, check=True)


def compare_versions(job: Job) -> str:
    """What the test's current version would decide otherwise about answers to an older one."""
    count = version.work_out(at=timezone.now(), told=partial(tell, job))
    return f"{count:,} {'part' if count == 1 else 'parts'} would come out otherwise. Nothing was changed."


def _take_in(job: Job, *, check: bool) -> None:
    file = call_file.read(b"".join(jobs.read_file(job)))
    jobs.renew(job, at=timezone.now() + LONG)
    with transaction.atomic():
        try:
            summary = intake.import_inventory(
                file=file, name=job.file_name, by=asked_by(job), at=timezone.now(), check=check, person=job.created_by
            )
        except intake.Refused as refusal:
            raise jobs.Refused(refusal.told()) from refusal
        jobs.finish(job, at=timezone.now(), message=summary.told(check=check))
