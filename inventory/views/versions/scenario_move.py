"""Single moves of a scenario: found, ticked, left out of it or taken into it. The inventory is not touched."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from inventory import tasks
from inventory.domain.scenario import LEAVES
from inventory.forms import scenario_move as forms
from inventory.models import Part, Scenario, Stale
from inventory.models.scenario import MOST_CHOSEN
from inventory.services.versions import scenario
from inventory.views import _load
from inventory.views._page import Request, page, typed

ROWS = 50
STALE = "Nothing was changed: somebody changed the scenario meanwhile. What it chooses now stands below: tick again."


@require_http_methods(["GET", "HEAD", "POST"])
def chosen(request: Request, pk: int) -> HttpResponse:
    """The parts of the plan, and what this scenario makes of each."""
    found = _load.scenario_to_change(pk, request.user)
    if request.method == "POST":
        return _choose(request, found)
    return _shown(request, found)


def _choose(request: Request, found: Scenario) -> HttpResponse:
    form = forms.Choose(typed(request))
    if not form.is_valid():
        messages.error(request, f"Nothing was changed. {form.said}")
        return _shown(request, found, status=422)
    given = form.cleaned_data
    parts = list(scenario.parts_of(found).filter(pk__in=given["part"]).select_related("call"))
    if not parts:
        messages.error(request, "Nothing was changed: what was ticked is no part of this plan any more.")
        return _shown(request, found, status=422)
    to = "" if given["to"] == forms.AS_PLANNED else given["to"]
    who: dict[str, Any] = {"by": request.user.actor, "at": timezone.now(), "person": request.user}
    try:
        now = scenario.choose(scenario=found, version=given["version"], parts=parts, to=to, **who)
    except Stale:
        messages.error(request, STALE)
        return _shown(request, _load.scenario_to_change(found.pk, request.user), status=409)
    except scenario.TooManyChosen:
        messages.error(request, f"Nothing was changed: a scenario has {MOST_CHOSEN} single moves at most.")
        return _shown(request, found, status=422)
    if now.version != given["version"] and now.job is not None:
        tasks.start(now.job)
    messages.success(request, _said(len(parts), given["to"]))
    query = request.GET.urlencode()
    return redirect(reverse("scenario.moves", args=[found.pk]) + (f"?{query}" if query else ""))


def _said(count: int, to: str) -> str:
    verb, plural = ("is", "") if count == 1 else ("are", "s")
    done = {"left_out": "left out of this scenario", "taken_in": "taken into this scenario"}.get(
        to, "as in the plan again"
    )
    return f"{count} part{plural} {verb} {done}. Its figures are worked out anew."


def _shown(request: Request, found: Scenario, *, status: int = 200) -> HttpResponse:
    form = forms.Filter(request.GET, scenario=found)
    narrowed = form.chosen()
    parts = scenario.parts_of(found)
    if "words" in narrowed:
        parts = parts.matching(narrowed["words"])
    if "team" in narrowed:
        parts = parts.of_team(narrowed["team"])
    if "kind" in narrowed:
        parts = parts.of_kind(narrowed["kind"])
    if "show" in narrowed:
        parts = parts.filter(pk__in=[*found.left_out, *found.taken_in])
    rows = Paginator(parts.dearest_first().select_related("call", "team", "feature"), ROWS)
    shown = rows.get_page(request.GET.get("page"))
    context = {
        "scenario": found,
        "form": form,
        "is_filtered": bool(narrowed),
        "page": shown,
        "rows": [(part, _as(found, part), part.kind in LEAVES) for part in shown],
        "count": len(found.left_out) + len(found.taken_in),
        "address": request.GET.urlencode(),
        "ticked": request.POST.getlist("part") if status != 200 else [],
    }
    return page(request, "scenario/moves.html", context, fragment="moves" if status == 200 else "", status=status)


def _as(found: Scenario, part: Part) -> str:
    """What it is in this scenario, in words; empty where it is as in the plan."""
    if str(part.pk) in found.left_out:
        return "left out"
    return "taken in" if str(part.pk) in found.taken_in else ""
