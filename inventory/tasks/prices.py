"""Jobs of re-pricing: what it comes to, and applying it."""

from datetime import date
from functools import partial

from django.db import transaction
from django.utils import timezone

from inventory.models import Job, Repricing
from inventory.services import access
from inventory.services import job as jobs
from inventory.services.prices import reprice as reprices
from inventory.services.prices import repriced
from inventory.tasks.handler import LONG, asked_by, may_still, tell


def reprice(job: Job) -> str:
    """Compute and stage; nothing else is written until somebody applies it."""
    on = date.fromisoformat(job.params["on"])
    try:
        found = reprices.stage(job=job, on=on, at=timezone.now(), told=partial(tell, job))
    except reprices.Outdated as refusal:
        reprices.drop(job)
        raise jobs.Refused("A price changed while this was computed. Ask for it again.") from refusal
    except jobs.Cancelled:
        reprices.drop(job)
        raise
    return repriced.told(found)


def reprice_apply(job: Job) -> None:
    """Amounts, history and the end of the job are one transaction."""
    may_still(job, access.may_administer)
    found = Repricing.objects.filter(pk=job.params["repricing"]).first()
    if found is None or found.action_seq is not None:
        raise jobs.Refused("What was computed is no longer kept. Ask for it again.")
    jobs.renew(job, at=timezone.now() + LONG)
    with transaction.atomic():
        try:
            action = reprices.apply(repricing=found, reason=job.params["reason"], by=asked_by(job), at=timezone.now())
        except reprices.Outdated as refusal:
            raise jobs.Refused("The prices of today are no longer those this was computed at. Ask again.") from refusal
        jobs.finish(job, at=timezone.now(), message=repriced.done(action))
