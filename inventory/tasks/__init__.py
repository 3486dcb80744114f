"""Background work: the same `run_job` whether the embedded worker or Celery carries it."""

import logging
import os
import socket
from functools import partial

from celery import shared_task
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from inventory.domain.audit import Actor
from inventory.models import Job
from inventory.services import job as jobs
from inventory.services import notice
from inventory.services.intake import upload as uploads
from inventory.services.labelling import version
from inventory.services.prices import reprice as reprices
from inventory.services.talk import digest
from inventory.services.versions import comparison
from inventory.tasks import history, inventory, lists, plan, prices
from inventory.tasks.handler import Handler

log = logging.getLogger(__name__)
SWEEP_EVERY = 15  # seconds
AWAY = "The broker that hands out jobs cannot be reached. The job is kept."

HANDLERS: dict[str, Handler] = {
    "export_plan": plan.export_plan,
    "export_history": history.export_history,
    "export_list": lists.export_list,
    "preview_import": inventory.preview_import,
    "import_inventory": inventory.import_inventory,
    "undo_import": inventory.undo_import,
    "load_demo": inventory.load_demo,
    "remove_demo": inventory.remove_demo,
    "compare_versions": inventory.compare_versions,
    "reprice": prices.reprice,
    "reprice_apply": prices.reprice_apply,
    "freeze_plan": plan.freeze_plan,
    "compare_plans": plan.compare_plans,
    "work_out_scenario": plan.work_out_scenario,
    "export_frozen": plan.export_frozen,
    "export_comparison": plan.export_comparison,
}


def start(job: Job) -> None:
    """Have the job carried, once the transaction is committed. A broker that is away costs seconds, never the request:
    the sweeper sends the job again, and the embedded worker finds it by itself."""
    if settings.CELERY_BROKER_URL:
        transaction.on_commit(partial(_try_to_send, job.pk), robust=True)


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


def this_host() -> str:
    return socket.gethostname()[:40]


def this_process() -> str:
    return f"{this_host()}:{os.getpid()}"


def free_dead() -> None:
    """Let others take at once what killed processes of this host held."""
    jobs.free(host=this_host(), is_alive=_is_alive, at=timezone.now())


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's
    return True


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


def _try_to_send(pk: int) -> None:
    try:
        _send(pk)
    except (OperationalError, OSError) as error:
        log.warning("job %s waits: the broker did not take it: %s", pk, error)
        jobs.keep_waiting(pk=pk, message=AWAY)


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
    free_dead()
    for pk in jobs.sweep(at=timezone.now()):
        _send(pk)


@shared_task(name="inventory.clean_up", ignore_result=True)
def clean_up() -> None:
    """Drop expired results, re-pricings nobody applied, old comparisons, notices and sessions; publish the head of the
    history. After an upgrade that brought a version of the test, have it worked out what that changes."""
    jobs.clean_up(at=timezone.now())
    uploads.drop_old(at=timezone.now())
    reprices.drop_old(at=timezone.now())
    comparison.drop_old(at=timezone.now())
    notice.drop_old(at=timezone.now())
    digest.drop_old(at=timezone.now())
    call_command("clearsessions")
    compare_after_upgrade()
    history.tell_head()


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
