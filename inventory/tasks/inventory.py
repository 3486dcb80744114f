"""Jobs that bring calls in, take them out and compare their answers with a new version of the test."""

from functools import partial

from django.db import transaction
from django.utils import timezone

from inventory.domain.audit import Actor
from inventory.models import Action, Job, Upload
from inventory.services import access, demo
from inventory.services import job as jobs
from inventory.services.intake import preview, taking, undo
from inventory.services.intake import upload as uploads
from inventory.services.labelling import version
from inventory.tasks.handler import LONG, asked_by, may_still, tell

WRITING = (
    "All {:,} {} are looked at and now written at once: that cannot be cancelled any more. "
    "Whoever saves meanwhile may wait for seconds."
)
NOT_IMPORTED = "Nothing was imported: some rows no longer fit. The page of the import says which."


@transaction.atomic
def load_demo(job: Job) -> None:
    """The sample inventory, once: rows and the end of the job are one transaction. History names the job, not whoever
    asked for it, who has answered for no side of it; who that was, the action of the job says."""
    may_still(job, access.may_administer)
    try:
        made = demo.load(by=Actor("job", str(job.pk)), at=timezone.now())
    except demo.LoadedAlready as refusal:
        raise jobs.Refused("The sample is loaded already. Remove it first.") from refusal
    except demo.NameTaken as refusal:
        raise jobs.Refused(f"A team is called “{refusal}” already. Rename it, then load the sample.") from refusal
    jobs.finish(job, at=timezone.now(), message=made.told())


@transaction.atomic
def remove_demo(job: Job) -> None:
    may_still(job, access.may_administer)
    gone = demo.remove(by=asked_by(job), at=timezone.now())
    jobs.finish(job, at=timezone.now(), message=gone.told())


def preview_import(job: Job) -> str:
    """What an uploaded file would do, row by row. Writes nothing of the inventory."""
    upload = _upload(job)
    try:
        return preview.look(
            job=job, upload=upload, at=timezone.now(), told=lambda done: jobs.progress(job, done, at=timezone.now())
        )
    except preview.Unreadable as refusal:
        raise jobs.Refused(str(refusal)) from refusal


def import_inventory(job: Job) -> None:
    """Take in what was ticked: worked out row by row, then written at once; rows and the end of the job are one
    transaction."""
    may_still(job, lambda person: True)  # in which teams, every row is asked
    upload = _upload(job)
    total = upload.rows.to_import().count()
    along = taking.Along(
        told=lambda rows: tell(job, rows, total),
        writing=lambda: _last_step(job, total, "rows"),
        heard=lambda: jobs.hear(job),
        done=lambda summary: jobs.finish(job, at=timezone.now(), message=summary.told()),
    )
    try:
        uploads.take_in(upload=upload, by=asked_by(job), at=timezone.now(), along=along)
    except taking.Refused as refusal:
        uploads.refuse(upload=upload, problems=refusal.problems)
        raise jobs.Refused(NOT_IMPORTED) from refusal


def undo_import(job: Job) -> None:
    """Take an import back: worked out record by record, then written at once, with the end of the job."""
    action = Action.objects.get(seq=job.params["seq"])
    found, total = undo.found(action.seq), action.changes_count
    may_still(job, lambda person: found is not None and undo.may_undo(person, found))

    def done(undone: Action | None) -> None:
        count = undone.changes_count if undone else 0
        jobs.finish(job, at=timezone.now(), message=f"Taken back: {count:,} records are as they were before.")

    along = taking.Along(
        told=lambda records: tell(job, min(records, total), total),
        writing=lambda: _last_step(job, total, "records"),
        heard=lambda: jobs.hear(job),
        done=done,
    )
    try:
        undo.undo(action=action, by=asked_by(job), at=timezone.now(), along=along)
    except undo.BuiltOn as refusal:
        raise jobs.Refused("\n".join(["Nothing was taken back.", *refusal.reasons])) from refusal


def _last_step(job: Job, total: int, what: str) -> None:
    """From here on all of it happens or, where the worker dies, none: it cannot be cancelled any more."""
    jobs.pass_on(job, at=timezone.now() + LONG, total=total, message=WRITING.format(total, what))


def compare_versions(job: Job) -> str:
    """What the test's current version would decide otherwise about answers to an older one."""
    count = version.work_out(at=timezone.now(), told=partial(tell, job))
    return f"{count:,} {'part' if count == 1 else 'parts'} would come out otherwise. Nothing was changed."


def _upload(job: Job) -> Upload:
    found = Upload.objects.select_related("owner").filter(pk=job.params.get("upload"), job=job).first()
    if found is None:
        raise jobs.Refused("The file is no longer kept. Upload it again.")
    return found
