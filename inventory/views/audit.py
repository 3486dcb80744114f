"""The history: of everything, of one record, and one action opened."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from inventory.domain import audit_words
from inventory.forms import audit as forms
from inventory.models import Action, Change, Person, Team
from inventory.services import action as actions
from inventory.services import history, verification
from inventory.views._page import Request, page

ROWS = 50


@require_safe
def index(request: Request) -> HttpResponse:
    form = forms.Filter(request.GET)
    chosen = form.chosen()
    record = chosen.get("record")
    context = {
        "found": history.listing(viewer=request.user, **chosen),
        "form": form,
        "chosen": chosen,
        "about": f"{_noun(record[0])} {actions.name(*record)}" if record else "",
        "teams": Team.objects.order_by("name", "pk").values_list("pk", "name"),
        "people": Person.objects.order_by("name", "pk").values_list("pk", "name"),
        "kinds": audit_words.KINDS,
        "head": verification.published_head(),
    }
    return page(request, "audit/list.html", context, fragment="lines")


@require_safe
def record(request: Request, record: str, record_id: str) -> HttpResponse:
    form = forms.Filter({**request.GET.dict(), "record": f"{record}:{record_id}"})
    chosen = form.chosen()
    found = history.listing(viewer=request.user, **chosen) if "record" in chosen else None
    name = actions.name(record, record_id) if found else ""
    if found is None or not (found.lines or name):
        raise Http404
    context = {
        "found": found,
        "noun": _noun(record),
        "name": name or record_id,
        "address": _address(record),
    }
    return page(request, "audit/record.html", {**context, "record_id": record_id}, fragment="lines")


@require_safe
def detail(request: Request, seq: int) -> HttpResponse:
    action = get_object_or_404(Action, seq=min(seq, forms.LARGEST_KEY))
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
    }
    return page(request, "audit/detail.html", context)


def _noun(record: str) -> str:
    return audit_words.RECORDS.get(record, record.replace("_", " "))


def _address(record: str) -> str:
    """The page of the record itself, where it has one."""
    return {"call": "call.detail", "feature": "feature.detail", "team": "team.detail"}.get(record, "")
