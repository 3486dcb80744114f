"""The job that exports a list as it is narrowed."""

from functools import partial

from django.utils import timezone

from inventory.models import Comparison, Feature, Job, Team
from inventory.services import job as jobs
from inventory.services.files import listed
from inventory.tasks.handler import FORGOTTEN, dated, kept

NARROWED_AWAY = "The team or feature the list was narrowed to is not there any more. Export it anew from its page."


def export_list(job: Job) -> str:
    """What a list shows on all its pages, or the rows that were ticked, kept as the job's file."""
    now, wanted = timezone.now(), job.params
    try:
        found = listed.found(
            wanted["name"], wanted["asked"], picked=wanted["pick"], on=timezone.localdate(now), person=job.created_by
        )
    except listed.NotYours as refusal:
        raise jobs.Refused("Nothing was exported: you may not see this list any more.") from refusal
    except Comparison.DoesNotExist as gone:
        raise jobs.Refused(FORGOTTEN) from gone
    except (Team.DoesNotExist, Feature.DoesNotExist) as gone:
        raise jobs.Refused(NARROWED_AWAY) from gone
    write = partial(listed.write, kind=wanted["kind"], found=found)
    kept(job, dated(wanted["name"], now, wanted["kind"]), write)
    return f"{found.title}: {found.count:,}."
