"""What comes in as a whole: a file of calls, and the sample inventory. Each is done by a background job."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from inventory import tasks
from inventory.exchange import call_file
from inventory.exchange.reading import Problem
from inventory.forms import exchange as forms
from inventory.forms import listed
from inventory.services import call_list
from inventory.services import job as jobs
from inventory.views import _load
from inventory.views._page import Request, page

READ_AT_ONCE = 1024 * 1024  # bytes: of a larger file the job tells what is wrong
LISTED = 200  # problems on one page


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: Request) -> HttpResponse:
    """Cells that are wrong by themselves are shown at once; what depends on the inventory is found by the job."""
    person = _load.importer(request.user)
    form = forms.Upload(request.POST, request.FILES) if request.method == "POST" else forms.Upload()
    problems: tuple[Problem, ...] = ()
    if form.is_valid():
        name, data = form.cleaned_data["file"]
        problems = call_file.read(data).problems if len(data) <= READ_AT_ONCE else ()
        if not problems:
            kind = "import_inventory" if "import" in request.POST else "check_inventory"
            return _started(request, kind, file=(name, data))
    context = {
        "form": form,
        "problems": problems[:LISTED],
        "count": len(problems),
        "may_found_teams": person.is_administrator,
        "required": call_file.REQUIRED,
        "optional": call_file.OPTIONAL,
    }
    return page(request, "exchange/import.html", context, status=422 if form.is_bound else 200)


@require_POST
def import_checked(request: Request, pk: int) -> HttpResponse:
    """Import the very file that was checked."""
    job = _load.checked_file(pk, request.user)
    return _started(request, "import_inventory", file=(job.file_name, b"".join(jobs.read_file(job))))


@require_POST
def export_list(request: Request) -> HttpResponse:
    """Any list as a file: what its address narrows it to, or the rows that were ticked."""
    form = listed.Wanted(request.POST)
    if not form.is_valid():
        messages.error(request, "That is no list, or no format, there is. Export it from its own page.")
        return redirect("job.list")
    given = form.cleaned_data
    asked = listed.asked(given["name"], given["query"], sorts=call_list.SORTS, today=timezone.localdate())
    params = {"name": given["name"], "kind": given["kind"], "asked": asked, "pick": form.picked()}
    return _started(request, "export_list", params=params)


@require_POST
def demo_load(request: Request) -> HttpResponse:
    _load.administrator(request.user)
    return _started(request, "load_demo")


@require_POST
def demo_remove(request: Request) -> HttpResponse:
    _load.administrator(request.user)
    return _started(request, "remove_demo")


def _started(
    request: Request, kind: str, file: tuple[str, bytes] | None = None, params: Mapping[str, Any] | None = None
) -> HttpResponse:
    person = request.user
    job = jobs.enqueue(kind=kind, params=params or {}, by=person.actor, at=timezone.now(), person=person, file=file)
    tasks.start(job)
    return redirect("job.detail", pk=job.pk)
