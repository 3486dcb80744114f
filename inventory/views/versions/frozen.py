"""Versions of the plan that were frozen: which there are, one of them with its parts and prices, and its workbook."""

from collections.abc import Mapping

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inventory.domain.effort import Weights
from inventory.forms import frozen as forms
from inventory.models import Frozen, FrozenPart
from inventory.models.frozen import ALL
from inventory.services import access
from inventory.services.versions import frozen_explanation, frozen_list
from inventory.views import _job, _load
from inventory.views._page import Request, page, typed
from inventory.views.versions import _frozen_list

ROWS = 50


@require_safe
def listed(request: Request) -> HttpResponse:
    form = forms.Scope(request.GET)
    team = form.chosen()
    versions = Frozen.objects.of(team.pk if team else ALL).newest_first()
    rows = Paginator(versions, ROWS).get_page(request.GET.get("page"))
    context = {"form": form, "team": team, "page": rows, "may_freeze": access.may_freeze(request.user, team)}
    return page(request, "frozen/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request) -> HttpResponse:
    """What it comes to is worked out by a job; it is frozen as it stands then."""
    person = _load.leader(request.user)
    form = forms.New(typed(request), teams=access.teams_to_lead(person), team=request.GET.get("team", ""))
    if request.method == "POST" and form.is_valid():
        team, note = form.cleaned_data["team"], form.cleaned_data["note"]
        return _job.started(request, "freeze_plan", {"team": team.pk if team else None, "note": note})
    return page(request, "frozen/new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def detail(request: Request, pk: int) -> HttpResponse:
    version = _load.frozen(pk)
    form = _frozen_list.narrowed(version, request.GET)
    chosen = form.chosen()
    found = frozen_list.parts(version, **chosen)
    pages, sums = Paginator(found, ROWS), frozen_list.sums(found)
    pages.count = sums["count"]
    rows = pages.get_page(request.GET.get("page"))
    calls, weights = version.calls_of(rows), version.weights_of(rows)
    context = {
        "version": version,
        "form": form,
        "is_filtered": bool(chosen.keys() - {"sort"}),
        "page": rows,
        "sums": sums,
        "rows": [(part, calls[part.call_id], _weighed(part, weights)) for part in rows],
        "address": request.GET.urlencode(),
    }
    return page(request, "frozen/detail.html", context, fragment="parts")


def _weighed(part: FrozenPart, known: Mapping[str, Weights]) -> Weights | None:
    """None where the version was frozen before effort, risk and readiness were kept."""
    found = known.get(part.weighed_by)
    return part.weights(found) if found else None


@require_safe
def prices(request: Request, pk: int) -> HttpResponse:
    version = _load.frozen(pk)
    found = version.prices.order_by("provider", "model", "geo", "pk")
    rows = Paginator(found, ROWS).get_page(request.GET.get("page"))
    return page(request, "frozen/prices.html", {"version": version, "page": rows})


@require_safe
def explained(request: Request, pk: int, call_id: int) -> HttpResponse:
    """How the amounts of a call and its parts came about."""
    version = _load.frozen(pk)
    call = _load.frozen_call(version, call_id)
    context = {"version": version, "call": call, "then": frozen_explanation.of(version, call)}
    return page(request, "frozen/explained.html", context)


@require_POST
def export(request: Request, pk: int) -> HttpResponse:
    return _job.started(request, "export_frozen", {"version": _load.frozen(pk).pk})
