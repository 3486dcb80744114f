"""Background jobs: what runs, how far it is, its result."""

import mimetypes
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from inventory.forms.price_row import Confirm
from inventory.models import Job, Person, Repricing, Upload
from inventory.services import access
from inventory.services import job as jobs
from inventory.services.files import listed
from inventory.services.prices import reprice, repriced
from inventory.views import _load
from inventory.views._page import Request, page

PAGE_ROWS = 50


@require_safe
def index(request: Request) -> HttpResponse:
    found = Job.objects.select_related("created_by").order_by("-pk")
    rows = Paginator(found, PAGE_ROWS).get_page(request.GET.get("page"))
    now = timezone.now()
    to_fetch = {job.pk for job in rows if job.has_file(now) and listed.may_fetch(request.user, job)}
    context = {"page": rows, "now": now, "to_fetch": to_fetch, "is_stuck": jobs.is_stuck(rows, at=now)}
    return page(request, "job/list.html", context)


@require_safe
def detail(request: Request, pk: int) -> HttpResponse:
    return shown(request, _load.job(pk))


def shown(request: Request, job: Job, *, confirm: Confirm | None = None, status: int = 200) -> HttpResponse:
    """The page of a job; that of a re-pricing with what was typed to have it applied."""
    may_cancel = not job.is_over and not job.is_final and access.may_cancel(request.user, job)
    now = timezone.now()
    is_kept, may_fetch = job.has_file(now), listed.may_fetch(request.user, job)
    context: dict[str, Any] = {
        "job": job, "has_file": is_kept and may_fetch, "is_for_others": is_kept and not may_fetch,
        "may_cancel": may_cancel, "is_stuck": jobs.is_stuck([job], at=now),
    }  # fmt: skip
    if job.created_by_id == request.user.pk:
        context["upload_pk"] = _upload(job)
    if job.kind == "reprice" and job.state == "done":
        context |= _repricing(job, request.user, confirm or Confirm())
    return page(request, "job/detail.html", context, fragment="progress", status=status)


def _upload(job: Job) -> int | None:
    """The uploaded file it works on, as long as that is kept."""
    if "upload" not in job.params:
        return None
    kept = Upload.objects.filter(pk=job.params["upload"], owner=job.created_by, expires_at__gt=timezone.now())
    return kept.values_list("pk", flat=True).first()


def _repricing(job: Job, person: Person, form: Confirm) -> dict[str, Any]:
    """What it would do; and for an administrator the form that has it applied, or why it cannot be any more."""
    found = Repricing.objects.select_related("applied_by").filter(job=job, ready_at__isnull=False).first()
    if found is None:
        return {}
    by = found.applied_by
    why_not = ""
    if by is not None and by.state not in ("failed", "cancelled"):
        why_not = "It was confirmed, and is applied by a job of its own."
    elif not reprice.is_current(found, on=timezone.localdate()):
        why_not = "These are not the prices of today any more. To change amounts, compute it at today's."
    may_apply = access.may_administer(person) and not why_not
    told = {"repricing": found, "report": repriced.report(found), "form": form}
    return {**told, "may_apply": may_apply, "why_not": why_not, "applied_by": by}


@require_POST
def cancel(request: Request, pk: int) -> HttpResponse:
    job = _load.job_to_cancel(pk, request.user)
    now = jobs.cancel(job=job, by=request.user.actor, at=timezone.now())
    if now.is_final and now.state in ("running", "done"):
        messages.error(request, "It was too late to cancel: the last step had begun.")
    return redirect("job.detail", pk=pk)


@require_safe
def file(request: Request, pk: int) -> HttpResponseBase:
    """The result as a download; a page that says so once its time has passed."""
    job = _load.job_file(pk, request.user)
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
