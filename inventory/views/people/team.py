"""Teams: list, one team with its members and invitations, and what leads and administrators change."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inventory.forms import team as forms
from inventory.models import Stale, Team
from inventory.services import access
from inventory.services.people import invitation
from inventory.services.people import team as teams
from inventory.views import _load
from inventory.views._page import Request, page, typed
from inventory.views._stale import differences

ROWS = 50
TAKEN = "A team has this name already."


@require_safe
def index(request: Request) -> HttpResponse:
    is_retired = request.GET.get("retired") == "1"
    found = Team.objects.retired() if is_retired else Team.objects.live()
    context = {
        "page": Paginator(found.listed(), ROWS).get_page(request.GET.get("page")),
        "is_retired": is_retired,
        "may_administer": access.may_administer(request.user),
    }
    return page(request, "team/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request) -> HttpResponse:
    _load.administrator(request.user)
    form = forms.New(typed(request))
    if form.is_valid():
        try:
            made = teams.register(by=request.user.actor, at=timezone.now(), **form.cleaned_data)
        except teams.NameTaken:
            form.add_error("name", TAKEN)
        else:
            return redirect("team.detail", made.pk)
    return page(request, "team/new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def detail(request: Request, pk: int) -> HttpResponse:
    team = _load.team(pk)
    may_lead = access.may_lead(request.user, team)
    context = {
        "team": team,
        "members": team.memberships.listed(),
        "may_lead": may_lead,
        "may_administer": access.may_administer(request.user),
        "invitations": invitation.open_for(team, at=timezone.now()) if may_lead else None,
    }
    return page(request, "team/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request, pk: int) -> HttpResponse:
    team = _load.team_to_lead(pk, request.user)
    now = {name: getattr(team, name) for name in forms.Edit.base_fields}
    form = forms.Edit(typed(request), initial=now)
    context: dict[str, Any] = {"team": team, "form": form}
    if form.is_valid():
        try:
            teams.edit(team=team, by=request.user.actor, at=timezone.now(), **form.cleaned_data)
        except Stale as stale:
            context["differences"] = differences(form, stale.theirs)
            return page(request, "team/edit.html", context, status=409)
        except teams.NameTaken:
            form.add_error("name", TAKEN)
        else:
            return redirect("team.detail", pk)
    return page(request, "team/edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: Request, pk: int) -> HttpResponse:
    team = _load.team_to_administer(pk, request.user)
    form = forms.Retire(typed(request), initial={"version": team.version})
    context: dict[str, Any] = {"team": team, "form": form}
    if form.is_valid():
        try:
            teams.retire(team=team, by=request.user.actor, at=timezone.now(), **form.cleaned_data)
        except Stale as stale:
            context["differences"] = differences(form, stale.theirs)
            return page(request, "team/retire.html", context, status=409)
        except teams.NotEmpty:
            form.add_error(None, "The team has features: retire them, or move them to another team, first.")
        else:
            messages.success(request, f"{team.name} is retired.")
            return redirect("team.list")
    return page(request, "team/retire.html", context, status=422 if form.errors else 200)


@require_POST
def restore(request: Request, pk: int) -> HttpResponse:
    team = _load.team_to_administer(pk, request.user)
    form = forms.Restore(request.POST)
    if form.is_valid():
        try:
            teams.restore(team=team, by=request.user.actor, at=timezone.now(), **form.cleaned_data)
        except Stale:
            messages.error(request, "Somebody else changed this team first: look at it again.")
    return redirect("team.detail", pk)
