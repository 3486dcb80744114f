"""Background work: the same `run_job` whether the embedded worker or Celery carries it."""

import logging
import os
import socket
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from celery import shared_task
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from inventory.domain import money
from inventory.domain.audit import Actor
from inventory.exchange import call_file
from inventory.forms.audit import Filter
from inventory.models import Comparison, Frozen, Job, Repricing, Scenario, Team
from inventory.services import action as actions
from inventory.services import (
    comparison,
    demo,
    digest,
    exchange,
    frozen_book,
    history,
    history_file,
    history_table,
    intake,
    listed,
    notice,
    repriced,
    scenario_figures,
    verification,
)
from inventory.services import frozen as freezing
from inventory.services import job as jobs
from inventory.services import reprice as reprices
from inventory.services.labelling import version

log = logging.getLogger(__name__)
SWEEP_EVERY = 15  # seconds
LONG = timedelta(minutes=20)  # for work in one transaction, which cannot renew its lease meanwhile
Handler = Callable[[Job], str | None]


def export_plan(job: Job) -> str:
    """The plan as a workbook, kept as the job's file."""
    with tempfile.TemporaryFile() as file:
        now = timezone.now()
        sums = exchange.export_plan(file, at=now, told=partial(_tell, job)).overall.sums
        file.seek(0)
        name = f"batchline-plan-{timezone.localtime(now):%Y-%m-%d-%H%M}.xlsx"
        jobs.save_file(job, name, iter(partial(file.read, jobs.CHUNK), b""), at=timezone.now())
    tell_head()
    return f"{sums.parts:,} parts: {money.shown(sums.today)} a month today, {money.shown(sums.after)} after."


def export_history(job: Job) -> str:
    """What history was narrowed to; or the whole of it, for checking on another machine."""
    form, now = job.params["format"], timezone.now()
    with tempfile.TemporaryFile() as file:
        if form == history_table.WHOLE:
            walk = history_file.write(file, at=now, told=partial(_tell, job))
            said = f"{walk.actions:,} actions with {walk.changes:,} changes, for manage.py verify_history --file."
        else:
            found = Filter(job.params["asked"], fields=actions.field_choices())
            asked, _ = history.asked(**found.chosen())
            words = ", ".join(f"{name} {value}" for name, value in job.params["asked"].items())
            given = {"form": form, "asked": asked, "said": words, "at": now}
            said = f"{history_table.write(file, told=partial(_tell, job), **given):,} actions."
        file.seek(0)
        name = f"batchline-history-{timezone.localtime(now):%Y-%m-%d-%H%M}.{form}"
        jobs.save_file(job, name, iter(partial(file.read, jobs.CHUNK), b""), at=timezone.now())
    tell_head()
    return said


def export_list(job: Job) -> str:
    """What a list shows on all its pages, or the rows that were ticked, kept as the job's file."""
    now, wanted = timezone.now(), job.params
    found = listed.found(wanted["name"], wanted["asked"], picked=wanted["pick"], on=timezone.localdate(now))
    with tempfile.TemporaryFile() as file:
        listed.write(file, wanted["kind"], found, told=partial(_tell, job))
        file.seek(0)
        name = f"batchline-{wanted['name']}-{timezone.localtime(now):%Y-%m-%d-%H%M}.{wanted['kind']}"
        jobs.save_file(job, name, iter(partial(file.read, jobs.CHUNK), b""), at=timezone.now())
    return f"{found.title}: {found.count:,}."


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
    gone = demo.remove(by=_asked_by(job), at=timezone.now())
    jobs.finish(job, at=timezone.now(), message=gone.told())


def import_inventory(job: Job) -> None:
    """Take in the job's file; rows and the end of the job are one transaction."""
    _take_in(job, check=False)


def check_inventory(job: Job) -> None:
    """Do the same, and take it back."""
    _take_in(job, check=True)


def compare_versions(job: Job) -> str:
    """What the test's current version would decide otherwise about answers to an older one."""
    count = version.work_out(at=timezone.now(), told=partial(_tell, job))
    return f"{count:,} {'part' if count == 1 else 'parts'} would come out otherwise. Nothing was changed."


def _take_in(job: Job, *, check: bool) -> None:
    file = call_file.read(b"".join(jobs.read_file(job)))
    jobs.renew(job, at=timezone.now() + LONG)
    with transaction.atomic():
        try:
            summary = intake.import_inventory(
                file=file, name=job.file_name, by=_asked_by(job), at=timezone.now(), check=check, person=job.created_by
            )
        except intake.Refused as refusal:
            raise jobs.Refused(refusal.told()) from refusal
        jobs.finish(job, at=timezone.now(), message=summary.told(check=check))


def reprice(job: Job) -> str:
    """Compute and stage; nothing else is written until somebody applies it."""
    on = date.fromisoformat(job.params["on"])
    try:
        found = reprices.stage(job=job, on=on, at=timezone.now(), told=partial(_tell, job))
    except reprices.Outdated as refusal:
        reprices.drop(job)
        raise jobs.Refused("A price changed while this was computed. Ask for it again.") from refusal
    except jobs.Cancelled:
        reprices.drop(job)
        raise
    return repriced.told(found)


def reprice_apply(job: Job) -> None:
    """Amounts, history and the end of the job are one transaction."""
    found = Repricing.objects.filter(pk=job.params["repricing"]).first()
    if found is None or found.action_seq is not None:
        raise jobs.Refused("What was computed is no longer kept. Ask for it again.")
    jobs.renew(job, at=timezone.now() + LONG)
    with transaction.atomic():
        try:
            action = reprices.apply(repricing=found, reason=job.params["reason"], by=_asked_by(job), at=timezone.now())
        except reprices.Outdated as refusal:
            raise jobs.Refused("The prices of today are no longer those this was computed at. Ask again.") from refusal
        jobs.finish(job, at=timezone.now(), message=repriced.done(action))


def freeze_plan(job: Job) -> None:
    """The version, its history and the end of the job are one transaction."""
    team = Team.objects.filter(pk=job.params["team"]).first() if job.params["team"] else None
    jobs.renew(job, at=timezone.now() + LONG)
    with transaction.atomic():
        now = timezone.now()
        note, person = job.params["note"], job.created_by
        try:
            made = freezing.freeze(job=job, team=team, note=note, by=_asked_by(job), at=now, person=person)
        except freezing.NothingToFreeze as refusal:
            raise jobs.Refused("There is nothing to freeze: the plan is empty.") from refusal
        jobs.finish(job, at=timezone.now(), message=f"Frozen as {made}: {made.parts:,} parts.")


def compare_plans(job: Job) -> str:
    """Every line that differs, kept for a page of its own."""
    first = Frozen.objects.get(pk=job.params["first"])
    second = Frozen.objects.get(pk=job.params["second"]) if job.params["second"] else None
    return comparison.told(comparison.work_out(job=job, first=first, second=second, told=partial(_tell, job)))


def work_out_scenario(job: Job) -> str:
    """Nothing of the inventory is written."""
    found = Scenario.objects.select_related("team").filter(pk=job.params["scenario"]).first()
    if found is None:
        raise jobs.Refused("The scenario was deleted meanwhile.")
    now = timezone.now()
    told = partial(_tell, job)
    if not scenario_figures.work_out(found=found, on=timezone.localdate(now), at=now, told=told):
        raise jobs.Refused("Its assumptions were changed meanwhile: another job works them out.")
    return f"“{found.name}” is worked out."


def export_frozen(job: Job) -> str:
    version = Frozen.objects.get(pk=job.params["version"])
    return _kept(job, f"batchline-{version.slug}.xlsx", partial(frozen_book.export_version, version=version))


def export_comparison(job: Job) -> str:
    found = Comparison.objects.select_related("first", "second").filter(pk=job.params["comparison"]).first()
    if found is None:
        raise jobs.Refused("The comparison is no longer kept. Compare again.")
    return _kept(job, f"batchline-{found.slug}.xlsx", partial(frozen_book.export_comparison, found=found))


def _kept(job: Job, name: str, write: Callable[..., int]) -> str:
    """What `write` writes into a file becomes the job's; it returns its rows."""
    with tempfile.TemporaryFile() as file:
        rows = write(file, told=partial(_tell, job))
        file.seek(0)
        jobs.save_file(job, name, iter(partial(file.read, jobs.CHUNK), b""), at=timezone.now())
    return f"{rows:,} rows."


def _tell(job: Job, done: int, total: int) -> None:
    jobs.progress(job, done, total, at=timezone.now())


def _asked_by(job: Job) -> Actor:
    return job.created_by.actor if job.created_by else Actor("job", str(job.pk))


# What each kind of job does. A handler calls `jobs.progress` as it goes, may be run again from the start after a crash,
# and returns a line for the person who waits for it.
HANDLERS: dict[str, Handler] = {
    "export_plan": export_plan,
    "export_history": export_history,
    "export_list": export_list,
    "import_inventory": import_inventory,
    "check_inventory": check_inventory,
    "load_demo": load_demo,
    "remove_demo": remove_demo,
    "compare_versions": compare_versions,
    "reprice": reprice,
    "reprice_apply": reprice_apply,
    "freeze_plan": freeze_plan,
    "compare_plans": compare_plans,
    "work_out_scenario": work_out_scenario,
    "export_frozen": export_frozen,
    "export_comparison": export_comparison,
}


def start(job: Job) -> None:
    """Have the job carried, once the transaction is committed. A broker that is away costs seconds, never the request:
    the sweeper sends the job again, and the embedded worker finds it by itself."""
    if settings.CELERY_BROKER_URL:
        transaction.on_commit(partial(_send, job.pk), robust=True)


def run_job(pk: int, worker: str = "") -> bool:
    """Claim and carry one job. False where somebody else has it, or it is over: then nothing happens."""
    job = jobs.claim(pk=pk, worker=worker or this_process(), at=timezone.now())
    if job is None:
        return False
    carry(job)
    return True


def carry(job: Job) -> None:
    """Run the handler of a claimed job and write down how it ended."""
    try:
        _run(job)
    except jobs.Lost:
        log.warning("job %s was taken over by another worker", job.pk)


def this_process() -> str:
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


def _run(job: Job) -> None:
    try:
        message = HANDLERS[job.kind](job)
        if job.state == "running":
            jobs.finish(job, at=timezone.now(), message=message or "")
    except jobs.Lost:
        raise
    except jobs.Cancelled:
        jobs.finish_cancelled(job, at=timezone.now())
    except jobs.Interrupted:
        jobs.release(job)
    except jobs.Refused as refusal:
        jobs.fail(job, at=timezone.now(), message=str(refusal), final=True)
    except Exception as error:
        log.exception("job %s failed at attempt %s", job.pk, job.attempts)
        jobs.fail(job, at=timezone.now(), message=f"Something broke ({type(error).__name__}).")


def _send(pk: int) -> None:
    # A message nobody took in time is dropped, as the sweeper has sent another: a long queue stays one message a job.
    carry_job.apply_async((pk,), retry=False, expires=SWEEP_EVERY * 4)


@shared_task(name="inventory.carry_job", ignore_result=True, acks_late=True, reject_on_worker_lost=True)
def carry_job(pk: int) -> None:
    run_job(pk)


@shared_task(name="inventory.sweep", ignore_result=True)
def sweep() -> None:
    """Send again what was lost on the way, and say that a worker takes messages."""
    jobs.beat(worker=this_process(), at=timezone.now())
    for pk in jobs.sweep(at=timezone.now()):
        _send(pk)


@shared_task(name="inventory.clean_up", ignore_result=True)
def clean_up() -> None:
    """Drop expired results, re-pricings nobody applied, old comparisons, notices and sessions; publish the head of the
    history. After an upgrade that brought a version of the test, have it worked out what that changes."""
    jobs.clean_up(at=timezone.now())
    reprices.drop_old(at=timezone.now())
    comparison.drop_old(at=timezone.now())
    notice.drop_old(at=timezone.now())
    digest.drop_old(at=timezone.now())
    call_command("clearsessions")
    compare_after_upgrade()
    tell_head()


def tell_head() -> None:
    """Publish the head of the history in the log: kept elsewhere, `verify_history --against` reads it there."""
    log.info("head of the history %s", verification.published_head())


def compare_after_upgrade() -> None:
    job = version.start_if_due(by=Actor("command", "work"), at=timezone.now())
    if job is not None:
        start(job)


@shared_task(name="inventory.send_digests", ignore_result=True)
def send_digests() -> None:
    """The mail of the day, a few people at a time. Several workers at once do no harm."""
    found = digest.send_due(at=timezone.now())
    if found.sent or found.failed:
        log.info("digests: %s sent, %s failed", found.sent, found.failed)
