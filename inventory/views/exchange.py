"""The sample inventory: loaded and removed as background jobs, by administrators."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from inventory import tasks
from inventory.services import job as jobs
from inventory.views import _load
from inventory.views._page import Request


@require_POST
def demo_load(request: Request) -> HttpResponse:
    return _started(request, "load_demo")


@require_POST
def demo_remove(request: Request) -> HttpResponse:
    return _started(request, "remove_demo")


def _started(request: Request, kind: str) -> HttpResponse:
    person = _load.administrator(request.user)
    job = jobs.enqueue(kind=kind, params={}, by=person.actor, at=timezone.now(), person=person)
    tasks.start(job)
    return redirect("job.detail", pk=job.pk)
