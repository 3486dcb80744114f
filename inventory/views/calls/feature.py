"""The list of features, the line of one, and the forms that register, change, retire and restore it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inventory.forms import feature as forms
from inventory.models import Feature, Part, Stale
from inventory.services import access
from inventory.services.calls import feature as features
from inventory.services.calls import line
from inventory.services.planning import plan
from inventory.views import _load
from inventory.views._page import Request, page
from inventory.views._stale import differences

ROWS = 50


@require_safe
def index(request: Request) -> HttpResponse:
    form = forms.Filter(request.GET or None)
    chosen = form.chosen() if form.is_bound else {}
    found = Paginator(features.listing(**chosen), ROWS).get_page(request.GET.get("page"))
    figures = line.figures(found)
    context = {
        "form": form,
        "page": found,
        "rows": [(feature, figures[feature.pk]) for feature in found],
        "is_filtered": bool(chosen.get("words") or chosen.get("team") or chosen.get("retired")),
        "may_register": access.teams_to_edit(request.user).exists(),
    }
    return page(request, "feature/list.html", context, fragment="rows")


@require_safe
def detail(request: Request, pk: int) -> HttpResponse:
    feature = _load.feature(pk)
    parts = Part.objects.live().filter(feature=feature).select_related("call").in_line_order()
    found = Paginator(parts, ROWS).get_page(request.GET.get("page"))
    figures = line.figures([feature])[feature.pk]
    context = {
        "feature": feature,
        "figures": figures,
        "is_audited": figures.audited is not None and figures.waits.parts + figures.nobody.parts > 0,
        "sureness": plan.sureness(feature=feature),
        "page": found,
        "line": line.rows(found),
        "retired_calls": feature.calls.retired().count(),
        "may_edit": (may_edit := access.may_edit(request.user, feature.team_id)),
        "may_guess": may_edit and feature.first_guess is None and not features.guess_is_frozen(feature),
        "may_answer": access.may_answer(request.user, feature.team_id),
    }
    return page(request, "feature/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request) -> HttpResponse:
    teams = access.teams_to_edit(request.user)
    if not teams:
        raise Http404
    form = forms.New(request.POST or None, teams=teams, initial={"team": request.GET.get("team") or teams[0].pk})
    if request.method == "POST" and form.is_valid():
        given = form.given()
        try:
            feature = features.register(team=given.pop("team"), fields=given, by=request.user.actor, at=timezone.now())
        except features.NameTaken:
            form.add_error("name", NAME_TAKEN)
        except features.TeamRetired:
            form.add_error("team", TEAM_RETIRED)
        except features.OwnerGone:
            form.add_error(None, OWNER_GONE)
        else:
            messages.success(request, f"{feature.name} is registered. Now add the calls in it.")
            return redirect("feature.detail", pk=feature.pk)
    status = 422 if form.errors else 200
    return page(request, "feature/new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request, pk: int) -> HttpResponse:
    feature = _load.feature_to_edit(pk, request.user)
    form = forms.Edit(
        request.POST or None,
        feature=feature,
        teams=access.teams_to_edit(request.user),
        is_frozen=features.guess_is_frozen(feature),
    )
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, feature, form)
        except Stale as stale:
            context = {"feature": feature, "form": form, "differences": differences(form, stale.theirs)}
            return page(request, "feature/edit.html", context, status=409)
        except features.NameTaken:
            form.add_error("name", NAME_TAKEN)
        except features.TeamRetired:
            form.add_error("team", TEAM_RETIRED)
        except features.OwnerGone:
            form.add_error(None, OWNER_GONE)
        except features.GuessFrozen:
            form.add_error("first_guess", forms.FROZEN)
        else:
            return redirect("feature.detail", pk=feature.pk)
    status = 422 if form.errors else 200
    return page(request, "feature/edit.html", {"feature": feature, "form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: Request, pk: int) -> HttpResponse:
    feature = _load.feature_to_edit(pk, request.user)
    form = forms.Retire(request.POST or None, initial={"version": feature.version})
    context = {"feature": feature, "form": form, "live": feature.calls.live().count()}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            features.retire(feature=feature, **given, by=request.user.actor, at=timezone.now())
        except Stale as stale:
            context["differences"] = differences(form, stale.theirs)
            return page(request, "feature/retire.html", context, status=409)
        except features.HasLiveCalls as refused:
            form.add_error("with_calls", f"It has {refused.count:,} calls in use: tick this, or retire them first.")
        else:
            messages.success(request, f"{feature.name} is retired. It can be restored.")
            return redirect("feature.detail", pk=feature.pk)
    return page(request, "feature/retire.html", context, status=422 if form.errors else 200)


@require_POST
def restore(request: Request, pk: int) -> HttpResponse:
    feature = _load.feature_to_edit(pk, request.user)
    form = forms.Restore(request.POST)
    try:
        if form.is_valid():
            features.restore(feature=feature, **form.cleaned_data, by=request.user.actor, at=timezone.now())
            messages.success(request, f"{feature.name} is back, with the calls that were retired with it.")
        else:
            messages.error(request, "Nothing was restored: the page lost track of what it showed. Try again.")
    except Stale:
        messages.error(request, "Nothing was restored: somebody changed this feature meanwhile. Look, and try again.")
    except features.TeamRetired:
        messages.error(request, f"Nothing was restored: restore the team {feature.team.name} first.")
    return redirect("feature.detail", pk=feature.pk)


NAME_TAKEN = "This team already has a feature of that name. Choose another, or edit that one."
OWNER_GONE = "Who shall own it was deactivated meanwhile. Choose somebody else."
TEAM_RETIRED = "This team was retired meanwhile. Choose another."


def _save(request: Request, feature: Feature, form: forms.Edit) -> None:
    read: dict[str, Any] = form.cleaned_data
    version, reason = read["version"], read["reason"]
    features.edit(
        feature=feature, version=version, fields=form.given(), by=request.user.actor, at=timezone.now(), reason=reason
    )
