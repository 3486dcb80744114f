"""Background jobs: what runs, how far it is, its result."""

import mimetypes

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from inventory.models import Job
from inventory.services import access
from inventory.services import job as jobs
from inventory.views import _load
from inventory.views._page import Request, page

PAGE_ROWS = 50


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    found = Job.objects.select_related("created_by").order_by("-pk")
    rows = Paginator(found, PAGE_ROWS).get_page(request.GET.get("page"))
    return page(request, "job/list.html", {"page": rows, "now": timezone.now()})


@require_safe
def detail(request: Request, pk: int) -> HttpResponse:
    job = _load.job(pk)
    may_cancel = not job.is_over and access.may_cancel(request.user, job)
    context = {"job": job, "may_cancel": may_cancel, "has_file": job.has_file(timezone.now())}
    return page(request, "job/detail.html", context, fragment="progress")


@require_POST
def cancel(request: Request, pk: int) -> HttpResponse:
    job = _load.job_to_cancel(pk, request.user)
    jobs.cancel(job=job, by=request.user.actor, at=timezone.now())
    return redirect("job.detail", pk=pk)


@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The result as a download; a page that says so once its time has passed."""
    job = _load.job(pk)
    if job.state != "done" or not job.file_name:
        raise Http404
    if not job.has_file(timezone.now()):
        return page(request, "job/expired.html", {"job": job}, status=410)
    kind = mimetypes.guess_type(job.file_name)[0] or "application/octet-stream"
    headers = {
        "Content-Disposition": content_disposition_header(True, job.file_name) or "attachment",
        "Content-Length": str(job.file_size),
    }
    return StreamingHttpResponse(jobs.read_file(job), content_type=kind, headers=headers)
