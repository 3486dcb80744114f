"""Starts a re-pricing and has one applied; what it would do is shown on its job's page."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from inventory import tasks
from inventory.forms import price_row as forms
from inventory.services.prices import reprice, repriced
from inventory.views import _job, _load
from inventory.views._page import Request, page
from inventory.views.files import job as job_views

ROWS = 50
OUTDATED = "Nothing was applied: the prices of today are no longer those this was computed at. Compute it again."
NOTHING = "Nothing was applied: there is nothing left of it to apply. Compute it again."


@require_POST
def start(request: Request) -> HttpResponse:
    """Compute what the prices of a day would change. Writes no amount."""
    _load.administrator(request.user)
    form = forms.Reprice(request.POST)
    if not form.is_valid():
        messages.error(request, "Nothing was started. Type the day as 2026-11-22.")
        return redirect("pricing.list")
    return _job.started(request, "reprice", {"on": form.cleaned_data["on"].isoformat()})


@require_safe
def parts(request: Request, pk: int) -> HttpResponse:
    """The parts that one of the sums of a re-pricing adds up: of a team, of a model, or all."""
    found = _load.repricing(pk)
    form = forms.Repriced(request.GET)
    rows = repriced.parts(found, **form.chosen())
    pages = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    context = {"job_pk": pk, "repricing": found, "page": pages, "rows": repriced.named(pages)}
    return page(request, "job/repriced.html", {**context, "total": repriced.together(rows, form.said())})


@require_POST
def confirm(request: Request, pk: int) -> HttpResponse:
    repricing = _load.repricing_to_apply(pk, request.user)
    form = forms.Confirm(request.POST)
    if not form.is_valid():
        return job_views.shown(request, repricing.job, confirm=form, status=422)
    given = {"reason": form.cleaned_data["reason"], "by": request.user.actor, "at": timezone.now()}
    try:
        job = reprice.confirm(repricing=repricing, person=request.user, **given)
    except reprice.ConfirmedAlready as already:
        messages.error(request, "Somebody has confirmed it already: this is the job that applies it.")
        return redirect("job.detail", pk=already.job.pk)
    except (reprice.Outdated, reprice.NotReady) as refusal:
        messages.error(request, OUTDATED if isinstance(refusal, reprice.Outdated) else NOTHING)
        return redirect("job.detail", pk=pk)
    tasks.start(job)
    return redirect("job.detail", pk=job.pk)
