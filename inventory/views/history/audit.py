"""The history: of everything, of one record, and one action opened."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from inventory.domain import effect_words
from inventory.domain import undo as undoing
from inventory.domain.audit import is_reviewable
from inventory.forms import audit as forms
from inventory.forms import listed
from inventory.forms.review import Mark
from inventory.models import Action, Change
from inventory.services import access
from inventory.services.history import action as actions
from inventory.services.history import called, effects, history, history_table, past, taken
from inventory.services.history.history import Line
from inventory.services.history.moment import Moment
from inventory.services.intake import taking, undo
from inventory.services.undoing import putting
from inventory.views import _job
from inventory.views._page import Request, page
from inventory.views.history import _history

ROWS = 50


@require_safe
def index(request: Request) -> HttpResponse:
    return _history.shown(request)


@require_safe
def find(request: Request) -> HttpResponse:
    """Records by any name they had."""
    form = forms.Named(request.GET or None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        found, following = called.find(form.cleaned_data["name"], before=form.cleaned_data["before"])
        context |= {"found": found, "following": following}
    return page(request, "audit/find.html", context)


@require_POST
def export(request: Request) -> HttpResponse:
    """What the address asks for, as a file made by a job."""
    _, form, _ = _history.asked_by(request)
    wanted = request.POST.get("format", "")
    if wanted not in dict(history_table.FORMATS):
        raise Http404
    picks = listed.Picks(request.POST)
    if not picks.is_valid():
        messages.error(request, str(picks.errors["picked"][0]))
        return redirect("audit.list")
    kept = form.cleaned_data.keys() - {"before", "after"}
    asked = {name: request.GET[name] for name in form.fields if name in kept and request.GET.get(name)}
    params = {"format": wanted, "asked": {}}
    if wanted != history_table.WHOLE:
        params = {"format": wanted, "asked": asked, "pick": picks.cleaned_data["picked"]}
    return _job.started(request, "export_history", params)


@require_safe
def record(request: Request, record: str, record_id: str) -> HttpResponse:
    form = forms.Filter({**request.GET.dict(), "record": f"{record}:{record_id}"})
    chosen = form.chosen()
    if "record" not in chosen:
        raise Http404
    places = {name: chosen[name] for name in ("before", "after") if name in chosen}
    found = history.listing(viewer=request.user, asked=history.Asked(record=chosen["record"]), **places)
    name = actions.name(record, record_id)
    if not (found.lines or name):
        raise Http404
    context: dict[str, Any] = {"found": found, "noun": _history.noun(record), "name": name or record_id}
    context |= {"address": _address(record), "record": record, "record_id": record_id}
    context["may_compare"] = record in past.COMPARED and record_id.isdecimal()
    return page(request, "audit/record.html", context, fragment="lines")


@require_safe
def detail(request: Request, seq: int) -> HttpResponse:
    return shown(request, get_object_or_404(Action, seq=min(seq, forms.LARGEST_KEY)))


def shown(request: Request, action: Action, *, mark: Mark | None = None, status: int = 200) -> HttpResponse:
    """One action opened, with what was typed to mark it as reviewed."""
    lines = history.lines([action], request.user)
    if not lines:
        raise Http404
    pages = Paginator(Change.objects.filter(action=action).order_by("position"), ROWS)
    pages.count = action.changes_count  # kept with the action: an import has thousands
    found = pages.get_page(request.GET.get("page"))
    context = {
        "action": action,
        "line": lines[0],
        "page": found,
        "touched": actions.touched(list(found), request.user),
        **_figures(action),
        "mark_form": mark or Mark(),
        "may_review": access.may_review(request.user, action.team_id) and is_reviewable(action.kind),
    }
    context |= _taking_back(request, action, lines[0])
    if action.kind == taking.IMPORT:
        imported = undo.found(action.seq)
        context |= {"imported": imported, "may_undo": imported is not None and undo.may_undo(request.user, imported)}
    return page(request, "audit/detail.html", context, status=status)


def _figures(action: Action) -> dict[str, Any]:
    """What it did to the totals of the plan: before, after and the difference."""
    both = effects.of_action(action)
    if not both:
        return {}
    was, stands = both
    first, second = (Moment(seq, action.at, "") for seq in (action.seq - 1, action.seq))
    found = {"was": was, "stands": stands, "first": first, "second": second}
    return {**found, "figures": effect_words.figures(was, stands, all_of_them=False)}


def _taking_back(request: Request, action: Action, line: Line) -> dict[str, Any]:
    """Whether to offer a look at it, also for one change alone; else why an action of its kind is not taken back."""
    may = putting.might_take_back(request.user, action)
    by_rows = may and putting.is_by_rows(action)
    some_left = may and not by_rows and any(kind == undoing.FIELDS for kind in taken.kinds(line.taken_by))
    return {
        "may_take_back": may and (by_rows or some_left or not line.taken_by),
        "by_rows": by_rows,
        "in_part": by_rows or some_left,
        "instead": undoing.instead(action.kind),
    }


def _address(record: str) -> str:
    """The page of the record itself, where it has one."""
    return {"call": "call.detail", "feature": "feature.detail", "team": "team.detail"}.get(record, "")
