"""What the jobs of an import do: each takes the job, and ends it in the transaction of what it has written."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from inventory.domain.audit import Actor
from inventory.models import Action, Job, Upload
from inventory.services import job as jobs
from inventory.services.intake import preview, taking, undo
from inventory.services.intake import upload as uploads

LONG = timedelta(minutes=30)  # in one transaction the lease cannot be renewed meanwhile
NOT_IMPORTED = "Nothing was imported: some rows no longer fit. The page of the import says which."


def look(job: Job) -> str:
    """What an uploaded file would do, row by row. Writes nothing of the inventory."""
    upload = _upload(job)
    try:
        return preview.look(
            job=job, upload=upload, at=timezone.now(), told=lambda done: jobs.progress(job, done, at=timezone.now())
        )
    except preview.Unreadable as refusal:
        raise jobs.Refused(str(refusal)) from refusal


def take_in(job: Job) -> None:
    """Import what was ticked."""
    upload = _upload(job)
    jobs.renew(job, at=timezone.now() + LONG)
    try:
        with transaction.atomic():
            summary = uploads.take_in(upload=upload, by=upload.owner.actor, at=timezone.now())
            jobs.finish(job, at=timezone.now(), message=summary.told())
    except taking.Refused as refusal:
        uploads.refuse(upload=upload, problems=refusal.problems)
        raise jobs.Refused(NOT_IMPORTED) from refusal


def take_back(job: Job) -> None:
    action = Action.objects.get(seq=job.params["seq"])
    by = job.created_by.actor if job.created_by else Actor("job", str(job.pk))
    jobs.renew(job, at=timezone.now() + LONG)
    with transaction.atomic():
        try:
            undone = undo.undo(action=action, by=by, at=timezone.now())
        except undo.BuiltOn as refusal:
            raise jobs.Refused("\n".join(["Nothing was taken back.", *refusal.reasons])) from refusal
        count = undone.changes_count if undone else 0
        jobs.finish(job, at=timezone.now(), message=f"Taken back: {count:,} records are as they were before.")


def _upload(job: Job) -> Upload:
    found = Upload.objects.select_related("owner").filter(pk=job.params.get("upload"), job=job).first()
    if found is None:
        raise jobs.Refused("The file is no longer kept. Upload it again.")
    return found
