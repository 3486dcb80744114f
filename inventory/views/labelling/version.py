"""What a new version of the test decides otherwise: listed, and decided on by leads and administrators."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from inventory.domain import version as words
from inventory.domain import waiting
from inventory.forms import version as forms
from inventory.models import Job
from inventory.services.labelling import version
from inventory.views import _job, _load
from inventory.views._page import Request, page
from inventory.views.labelling._queue import places

ROWS = 50


@require_safe
def listed(request: Request) -> HttpResponse:
    return _shown(request, forms.Keeping())


@require_POST
def work_out(request: Request) -> HttpResponse:
    _load.leader(request.user)
    return _job.started(request, "compare_versions", {"version": waiting.CURRENT.version})


@require_POST
def look_over(request: Request) -> HttpResponse:
    _load.leader(request.user)
    form = forms.Ticked(request.POST)
    parts = _load.parts_to_lead(form.ticked(), request.user)
    if not form.is_valid():
        messages.error(request, "Nothing was changed: tick a part first.")
        return _shown(request, forms.Keeping(), status=422)
    done = version.look_over(parts=parts, by=request.user.actor, at=timezone.now())
    _say(request, done, len(form.ticked()), "put under “check needed”, and both sides are told")
    return redirect("queue.versions")


@require_POST
def keep(request: Request) -> HttpResponse:
    _load.leader(request.user)
    form = forms.Keeping(request.POST)
    parts = _load.parts_to_lead(form.ticked(), request.user)
    if not form.is_valid():
        return _shown(request, form, status=422)
    reason = form.cleaned_data["reason"]
    done = version.keep(parts=parts, reason=reason, by=request.user.actor, at=timezone.now())
    _say(request, done, len(form.ticked()), "kept as they are")
    return redirect("queue.versions")


def _say(request: Request, done: int, asked: int, what: str) -> None:
    if done:
        messages.success(request, f"{done:,} part{'' if done == 1 else 's'}: {what}.")
    if done < asked:
        messages.info(request, f"{asked - done:,} left out: they changed meanwhile, or are not yours to decide on.")


def _shown(request: Request, form: forms.Keeping, *, status: int = 200) -> HttpResponse:
    person = _load.leader(request.user)
    teams = version.teams(person)
    narrowed = forms.Filter(request.GET, teams=teams)
    chosen = narrowed.chosen()
    found = version.differing(person, teams=[chosen["team"].pk] if chosen else teams)
    rows = Paginator(found, ROWS).get_page(request.GET.get("page"))
    last = Job.objects.filter(kind="compare_versions", params__version=waiting.CURRENT.version).order_by("-pk").first()
    context = {
        "places": places(request),
        "filter": narrowed,
        "is_filtered": bool(chosen),
        "form": form,
        "ticked": form.ticked() if form.is_bound else [],
        "page": rows,
        "rows": [_row(each) for each in rows],
        "test": waiting.CURRENT,
        "last": last,
    }
    return page(request, "version/page.html", context, status=status)


def _row(each: Any) -> dict[str, Any]:
    question = waiting.CURRENT.question(each.opens)
    return {
        "part": each.part,
        "side": each.side,
        "was": words.WORDS.get(each.was, each.was),
        "now": words.WORDS.get(each.now, each.now),
        "opens": question.title if question else "",
    }
