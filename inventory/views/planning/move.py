"""One move: its wave, how far it has come, and how it is weighed."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from inventory.domain import effort, status
from inventory.domain.status import Status
from inventory.forms import move as forms
from inventory.models import Part, Stale
from inventory.services import access
from inventory.services.labelling import sheet as sheets
from inventory.services.planning import moving
from inventory.views import _load
from inventory.views._page import Request, page
from inventory.views._stale import differences

CHANGED = "Nothing was saved: somebody changed this move meanwhile. Look, and try again."


@require_safe
def detail(request: Request, pk: int) -> HttpResponse:
    return _page(request, _load.move(pk))


@require_POST
def step(request: Request, pk: int) -> HttpResponse:
    part = _load.move_to_edit(pk, request.user)
    form = forms.Step(request.POST)
    if not form.is_valid():
        return _page(request, part, step=form, status_code=422)
    given, leads = form.cleaned_data, access.may_lead(request.user, part.team_id)
    try:
        moving.set_status(part=part, **given, leads=leads, by=request.user.actor, at=timezone.now())
    except Stale as stale:
        messages.error(request, CHANGED)
        form.data = {**form.data.dict(), "version": str(stale.theirs.version)}  # type: ignore[attr-defined]
        return _page(request, _load.move_to_edit(pk, request.user), step=form, status_code=409)
    except moving.Refused as refused:
        form.add_error("reason" if given["to"] is Status.WALKED_BACK else None, str(refused))
        return _page(request, part, step=form, status_code=422)
    except (moving.LeadsOnly, sheets.Gone):
        raise Http404 from None
    else:
        messages.success(request, f"{part.name}: {status.WORDS[given['to']].lower()}.")
    return redirect("move.detail", pk=pk)


@require_POST
def overrule(request: Request, pk: int) -> HttpResponse:
    part = _load.move_to_lead(pk, request.user)
    form = forms.Overrule.of(part, request.POST)
    if not form.is_valid():
        return _page(request, part, weights=form, status_code=422)
    version = form.cleaned_data["version"]
    try:
        moving.overrule(part=part, version=version, **form.given(), by=request.user.actor, at=timezone.now())
    except Stale as stale:
        return _page(request, part, weights=form, told=differences(form, stale.theirs), status_code=409)
    except sheets.Gone:
        raise Http404 from None
    return redirect("move.detail", pk=pk)


def _page(
    request: Request, part: Part, *, step: forms.Step | None = None, weights: forms.Overrule | None = None,
    told: Any = None, status_code: int = 200,
) -> HttpResponse:  # fmt: skip
    leads = access.may_lead(request.user, part.team_id)
    now = Status(part.status)
    is_staying = stays(part)
    offered = status.steps(now, leads=leads) if access.may_edit(request.user, part.team_id) and not is_staying else []
    context = {
        "part": part,
        "weights": part.weights(),
        "words": status.WORDS[now],
        "is_staying": is_staying,
        "way": [(words, each is now) for each, words in status.WORDS.items() if each in status.WAY or each is now],
        "steps": [(to.value, status.WORDS[to], _is_back(now, to)) for to in offered],
        "form": step or forms.Step(initial={"version": part.version}),
        "may_walk_back": Status.WALKED_BACK in offered,
        "overrule": (weights or forms.Overrule.of(part)) if leads and not (is_staying and _as_derived(part)) else None,
        "differences": told,
        "is_open": weights is not None,
    }
    return page(request, "move/detail.html", context, status=status_code)


def stays(part: Part) -> bool:
    """Where there is nothing to propose: it stays where it runs, and no step was taken."""
    return not part.status and part.kind in effort.STAYING


def _as_derived(part: Part) -> bool:
    return part.effort_set is None and part.risk_set is None and not part.ready_set


def _is_back(now: Status, to: Status) -> bool:
    order = list(status.WORDS)
    return order.index(to) < order.index(now) and now is not Status.WALKED_BACK
