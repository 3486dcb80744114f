"""Jobs of the history, and its head in the log."""

import logging
from functools import partial

from django.utils import timezone

from inventory.forms.audit import Filter
from inventory.models import Job
from inventory.services.history import action as actions
from inventory.services.history import history, history_file, history_table, verification
from inventory.tasks.handler import dated, kept

log = logging.getLogger(__name__)


def export_history(job: Job) -> str:
    """What history was narrowed to; or the whole of it, for checking on another machine."""
    form, now = job.params["format"], timezone.now()
    name = dated("history", now, form)
    if form == history_table.WHOLE:
        walk = kept(job, name, partial(history_file.write, at=now))
        said = f"{walk.actions:,} actions with {walk.changes:,} changes, for manage.py verify_history --file."
    else:
        found = Filter(job.params["asked"], fields=actions.field_choices())
        asked, _ = history.asked(**found.chosen())
        words = ", ".join(f"{name} {value}" for name, value in job.params["asked"].items())
        if picked := job.params.get("pick", []):
            words = ", ".join(filter(None, (words, f"{len(picked):,} ticked actions")))
        write = partial(history_table.write, form=form, asked=asked, picked=picked, said=words, at=now)
        count = kept(job, name, write)
        said = f"{count:,} actions."
    tell_head()
    return said


def tell_head() -> None:
    """Publish the head of the history in the log: kept elsewhere, `verify_history --against` reads it there."""
    log.info("head of the history %s", verification.published_head())
