"""Scenarios: beside each other and the plan; one opened to what made its differences; made, changed and deleted."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inventory import tasks
from inventory.domain import scenario as domain
from inventory.forms import scenario as forms
from inventory.models import Scenario, Stale, Team
from inventory.services import access
from inventory.services.versions import frozen_list, scenario, scenario_explained
from inventory.views import _load
from inventory.views._page import Request, page, typed
from inventory.views._stale import differences
from inventory.views.versions import _frozen_list, _scenario

ROWS = 50
NAME_TAKEN = "There is a scenario of that name already. Choose another, or edit that one."
TOO_MANY = f"There are {scenario.MOST} scenarios of this plan already. Delete one first."


@require_safe
def listed(request: Request) -> HttpResponse:
    form = forms.Chosen(request.GET)
    team = form.chosen()
    found = list(Scenario.objects.of(team))
    picked = form.picked(found)
    context = {
        "form": form,
        "team": team,
        "scenarios": found,
        "picked": [each.pk for each in picked],
        "starts": _scenario.missing(found, today=timezone.localdate()),
        "may_try": access.may_try(request.user, team),
        **_scenario.compared(picked, team=team, today=timezone.localdate()),
    }
    return page(request, "scenario/list.html", context, fragment="compared")


@require_safe
def detail(request: Request, pk: int) -> HttpResponse:
    found = _load.scenario(pk)
    context = {
        "scenario": found,
        "may_change": access.may_change(request.user, found),
        "may_copy": access.may_try(request.user, found.team),
        **_scenario.opened(found, today=timezone.localdate()),
    }
    return page(request, "scenario/detail.html", context, fragment="figures")


@require_safe
def lines(request: Request, pk: int) -> HttpResponse:
    """What a difference adds up: of one assumption, or of all."""
    found = _load.scenario(pk)
    form = _frozen_list.narrowed(found, request.GET)
    chosen = form.chosen()
    rows = frozen_list.changes(found, **chosen)
    pages, sums = Paginator(rows, ROWS), frozen_list.changed(rows)
    pages.count = sums["count"]
    context = {
        "scenario": found,
        "form": form,
        "is_filtered": bool(chosen.keys() - {"sort"}),
        "sums": sums,
        "page": pages.get_page(request.GET.get("page")),
    }
    return page(request, "scenario/lines.html", context, fragment="lines")


@require_safe
def explained(request: Request, pk: int, call_id: int) -> HttpResponse:
    """How the amounts of a line came about, up to the assumption that the address names."""
    found, call = _load.scenario(pk), _load.call(call_id)
    parts = list(call.parts.order_by("position"))
    opened = scenario_explained.opened(found, call, parts, upto=request.GET.get("step", ""))
    if opened is None:
        raise Http404
    return page(request, "scenario/explained.html", {"scenario": found, "call": call, "opened": opened})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request) -> HttpResponse:
    """From nothing, or from one of the starting points that the address names."""
    person = _load.importer(request.user)
    starts = {start.key: start for start in domain.starts(timezone.localdate())}
    given: dict[str, Any] = {"start": starts.get(request.GET.get("start", "")), "team": request.GET.get("team", "")}
    form = forms.New(typed(request), teams=access.teams_to_edit(person), **given)
    if request.method == "POST" and form.is_valid():
        who: dict[str, Any] = {"by": person.actor, "at": timezone.now(), "person": person}
        try:
            made = scenario.register(team=form.cleaned_data["team"], fields=form.given(), **who)
        except scenario.NameTaken:
            form.add_error("name", NAME_TAKEN)
        except scenario.TooMany:
            form.add_error(None, TOO_MANY)
        else:
            return _begun(made)
    return page(request, "scenario/new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request, pk: int) -> HttpResponse:
    found = _load.scenario_to_change(pk, request.user)
    form = forms.Edit(typed(request), scenario=found)
    context: dict[str, Any] = {"scenario": found, "form": form}
    if request.method == "POST" and form.is_valid():
        who: dict[str, Any] = {"by": request.user.actor, "at": timezone.now(), "person": request.user}
        try:
            now = scenario.edit(scenario=found, version=form.cleaned_data["version"], fields=form.given(), **who)
        except Stale as stale:
            context["differences"] = differences(form, stale.theirs)
            return page(request, "scenario/edit.html", context, status=409)
        except scenario.NameTaken:
            form.add_error("name", NAME_TAKEN)
        else:
            return _begun(now)
    return page(request, "scenario/edit.html", context, status=422 if form.errors else 200)


@require_POST
def copy(request: Request, pk: int) -> HttpResponse:
    found = _load.scenario_to_copy(pk, request.user)
    try:
        made = scenario.copy(scenario=found, by=request.user.actor, at=timezone.now(), person=request.user)
    except scenario.TooMany:
        messages.error(request, f"Nothing was copied. {TOO_MANY}")
        return redirect("scenario.detail", pk=pk)
    _begun(made)
    messages.success(request, "Copied. Give it a name and say what it assumes otherwise.")
    return redirect("scenario.edit", pk=made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: Request, pk: int) -> HttpResponse:
    found = _load.scenario_to_change(pk, request.user)
    form = forms.Delete(typed(request), initial={"version": found.version})
    context: dict[str, Any] = {"scenario": found, "form": form, "said": _scenario.said(found)}
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            scenario.delete(scenario=found, version=version, by=request.user.actor, at=timezone.now())
        except Stale as stale:
            context |= {"is_stale": True, "form": forms.Delete(initial={"version": stale.theirs.version})}
            return page(request, "scenario/delete.html", context, status=409)
        messages.success(request, f"{found.name} is deleted. What it assumed stays in the history.")
        return redirect(_address(found.team))
    return page(request, "scenario/delete.html", context, status=422 if form.errors else 200)


@require_POST
def again(request: Request, pk: int) -> HttpResponse:
    """Have it worked out on the plan of now."""
    found = _load.scenario_to_copy(pk, request.user)
    who: dict[str, Any] = {"by": request.user.actor, "at": timezone.now(), "person": request.user}
    return _begun(scenario.ask_again(scenario=found, **who))


def _begun(found: Scenario) -> HttpResponse:
    """Its job carried, if one was started; then its own page, which shows how far that is."""
    if found.job is not None and not found.job.is_over:
        tasks.start(found.job)
    return redirect("scenario.detail", pk=found.pk)


def _address(team: Team | None) -> str:
    return f"{reverse('scenario.list')}?team={team.pk}" if team else reverse("scenario.list")
