"""Have a job done for whoever asks, and lead to its page."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from inventory import tasks
from inventory.services import job as jobs
from inventory.views._page import Request


def started(request: Request, kind: str, params: Mapping[str, Any] | None = None) -> HttpResponse:
    """A button that is pressed twice starts one."""
    person = request.user
    job = jobs.enqueue_once(kind=kind, params=params or {}, by=person.actor, at=timezone.now(), person=person)
    if job.state == "queued":
        tasks.start(job)
    return redirect("job.detail", pk=job.pk)
