"""Takes an action back: what that would do, then doing it. An import is taken back as a whole, by a job."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from inventory.forms.undo import TakeBack
from inventory.services.history import history
from inventory.services.intake import taking, undo
from inventory.services.undoing import built, putting, shown
from inventory.services.undoing.look import Look
from inventory.views import _job, _load
from inventory.views._page import Request, page, typed

LOOKED_AT_ONCE = 5000  # records; of a larger import the job finds what was built on it
CHANGED = "Something of it has changed since you looked. This is how it is now; nothing was taken back."


@require_http_methods(["GET", "HEAD", "POST"])
def of_import(request: Request, seq: int) -> HttpResponse:
    found = _load.import_to_undo(seq, request.user)
    reasons = undo.reasons(found.action) if found.action.changes_count <= LOOKED_AT_ONCE else []
    if request.method == "POST" and not reasons:
        return _job.started(request, "undo_import", {"seq": seq})
    context = {"found": found, "reasons": reasons}
    return page(request, "intake/undo.html", context, status=409 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def of_action(request: Request, seq: int) -> HttpResponse:
    found = _load.action_to_take_back(seq, request.user)
    if found.action.kind == taking.IMPORT:
        return redirect("intake.undo", seq)
    form = TakeBack(typed(request))
    if request.method == "POST" and not found.why_not and form.is_valid():
        try:
            made = putting.take_back(action=found.action, **form.cleaned_data, by=request.user.actor, at=timezone.now())
        except putting.ChangedMeanwhile:
            return _looked_at(request, _load.action_to_take_back(seq, request.user), form, said=CHANGED)
        except putting.Refused as refused:
            return _looked_at(request, built.look(found.action), form, said=f"Nothing was taken back. {refused}")
        messages.success(request, f"Action {seq:,} is taken back.")
        return redirect("audit.detail", made.seq)
    return _looked_at(request, found, form)


def _looked_at(request: Request, found: Look, form: TakeBack, *, said: str = "") -> HttpResponse:
    """The page with what is so now: what was ticked and typed stays."""
    lines = history.lines([found.action], request.user)
    if not lines:
        raise Http404
    named = shown.row_of(found, request.GET.get("row", ""))
    context: dict[str, Any] = {"found": found, "line": lines[0], "form": form, "said": said}
    context["rows"] = shown.rows(found, request.user, first=[named])
    context["has_ticks"] = not found.why_not and found.way.by_rows and 1 < len(found.rows) <= shown.MOST
    context["ticked"] = form.ticked if form.is_bound else [named] if named else [row.key for row in found.open]
    context["has_field_ticks"] = not found.why_not and any(each.has_fields for each in context["rows"])
    context |= {"all_fields": "field_ticks" not in form.data, "ticked_fields": form.ticked_fields}
    context["left_out"] = shown.left_out(found)
    context["others"] = len(found.rows) - len(found.open)
    status = 409 if said or found.why_not and form.is_bound else 422 if form.errors else 200
    return page(request, "undo/page.html", context, status=status)
