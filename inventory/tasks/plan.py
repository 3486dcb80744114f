"""Jobs of the plan: its workbook, its versions, what they differ in, its scenarios."""

from functools import partial

from django.db import transaction
from django.utils import timezone

from inventory.domain import money
from inventory.models import Comparison, Frozen, Job, Scenario, Team
from inventory.models.frozen import ALL
from inventory.services import access
from inventory.services import job as jobs
from inventory.services.files import exchange, frozen_book
from inventory.services.versions import comparison, plan_now, scenario_figures
from inventory.services.versions import frozen as freezing
from inventory.tasks.handler import FORGOTTEN, LONG, asked_by, dated, kept, may_still, tell
from inventory.tasks.history import tell_head

DELETED = "The scenario was deleted meanwhile."


def export_plan(job: Job) -> str:
    """The plan as a workbook, kept as the job's file."""
    now = timezone.now()
    sums = kept(job, dated("plan", now, "xlsx"), partial(exchange.export_plan, at=now)).overall.sums
    tell_head()
    return f"{sums.parts:,} parts: {money.shown(sums.today)} a month today, {money.shown(sums.after)} after."


def freeze_plan(job: Job) -> None:
    """The plan is set aside first; then the version, its history and the end of the job are one transaction."""
    team = Team.objects.filter(pk=job.params["team"]).first() if job.params["team"] else None
    if job.params["team"] and team is None:
        raise jobs.Refused("The team was removed meanwhile: nothing was frozen.")
    may_still(job, lambda person: access.may_freeze(person, team))
    jobs.renew(job, at=timezone.now() + LONG)
    scope, given = team.pk if team else ALL, {"note": job.params["note"], "person": job.created_by}
    now = timezone.now()
    with plan_now.set_aside(scope, at=now) as standing, transaction.atomic():
        try:
            made = freezing.freeze(job=job, standing=standing, team=team, by=asked_by(job), at=now, **given)
        except freezing.NothingToFreeze as refusal:
            raise jobs.Refused("There is nothing to freeze: the plan is empty.") from refusal
        jobs.finish(job, at=timezone.now(), message=f"Frozen as {made}: {made.parts:,} parts.")


def compare_plans(job: Job) -> str:
    """Every line that differs, kept for a page of its own."""
    first = Frozen.objects.get(pk=job.params["first"])
    second = Frozen.objects.get(pk=job.params["second"]) if job.params["second"] else None
    return comparison.told(comparison.work_out(job=job, first=first, second=second, told=partial(tell, job)))


def work_out_scenario(job: Job) -> str:
    """Nothing of the inventory is written."""
    found = Scenario.objects.select_related("team").filter(pk=job.params["scenario"]).first()
    if found is None:
        raise jobs.Refused(DELETED)
    now = timezone.now()
    told = partial(tell, job)
    if not scenario_figures.work_out(found=found, on=timezone.localdate(now), at=now, told=told):
        if not Scenario.objects.filter(pk=found.pk).exists():
            raise jobs.Refused(DELETED)
        raise jobs.Refused("Its assumptions were changed meanwhile: another job works them out.")
    return f"“{found.name}” is worked out."


def export_frozen(job: Job) -> str:
    version = Frozen.objects.get(pk=job.params["version"])
    rows = kept(job, f"batchline-{version.slug}.xlsx", partial(frozen_book.export_version, version=version))
    return f"{rows:,} rows."


def export_comparison(job: Job) -> str:
    found = Comparison.objects.select_related("first", "second").filter(pk=job.params["comparison"]).first()
    if found is None:
        raise jobs.Refused(FORGOTTEN)
    rows = kept(job, f"batchline-{found.slug}.xlsx", partial(frozen_book.export_comparison, found=found))
    return f"{rows:,} rows."
