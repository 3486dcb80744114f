"""Two moments of a call, a part or the plan compared; and the inventory as it stood at one."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from inventory.domain import effect_words
from inventory.forms import moment as forms
from inventory.models import Feature, Team
from inventory.services.history import action as actions
from inventory.services.history import calls_then, effects, history, moment, past, stood
from inventory.services.history.moment import Moment
from inventory.services.prices import explanation
from inventory.views._page import Request, page
from inventory.views.history import _history

NEVER = {
    "export": "The plan was never exported: choose another moment.",
    "version": "No version of the plan is frozen: choose another moment.",
    "seal": "It is not sealed: choose another moment.",
    "action": "No action has this number: choose another moment.",
}
BACKWARDS = "The first moment is after the second: nothing can be compared."


@require_safe
def record(request: Request, record: str, pk: int) -> HttpResponse:
    """A call with its parts, or a part."""
    name = actions.name(record, str(pk)) if record in past.COMPARED and len(str(pk)) < 19 else ""
    if not name:
        raise Http404
    form = forms.Compare(request.GET or None, may_be_sealed=True)
    context: dict[str, Any] = {"form": form, "record": record, "pk": pk, "name": name, "noun": _history.noun(record)}
    first, second, note = _moments(form, record, pk)
    if first and second:
        found = past.compared(record, pk, first, second, request.user)
        context |= {"first": first, "second": second, "found": found}
    return page(request, "moment/record.html", {**context, "note": note})


@require_safe
def plan(request: Request) -> HttpResponse:
    """Totals, teams and features; narrowed to a team where the address names one."""
    form = forms.ComparePlan(request.GET or None)
    first, second, note = _moments(form)
    context: dict[str, Any] = {"form": form, "note": note}
    if first and second:
        team = form.cleaned_data["team"]
        features, left = effects.by_feature(first, second, team=team)
        made = effects.made_most(first, second, team=team)
        was, stands = (effects.at(each, team=team and team.pk) for each in (first, second))
        context |= {
            "first": first,
            "second": second,
            "was": was,
            "stands": stands,
            "team": team,
            "sums": effect_words.figures(was, stands, all_of_them=True),
            "teams": [] if team else effects.by_team(first, second),
            "of_team": f"?{_without_team(request)}team=",
            "features": features,
            "left": left,
            "lines": history.lines(made, request.user),
            "crossings": past.crossings(first, second),
        }
    return page(request, "moment/plan.html", context)


@require_safe
def as_of(request: Request) -> HttpResponse:
    """Totals, and the calls in use then that they add up; of all teams and features or of one."""
    form = forms.AsOf(request.GET or None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        stood, after, narrowed = moment.of(**form.moment()), form.cleaned_data["after"], form.narrowed()
        calls, following = calls_then.calls(stood, after or 0, **narrowed)
        found = effects.at(stood, **narrowed)
        context |= {
            "moment": stood,
            "at": form.address("day", "action"),
            "address": form.address("day", "action", "team", "feature"),
            "about": _about(**narrowed),
            "sums": found,
            "coverage": effect_words.coverage(found),
            "teams": effects.by_team(stood, stood) if not after and not any(narrowed.values()) else [],
            "calls": calls,
            "following": following,
        }
    return page(request, "moment/as_of.html", context)


@require_safe
def call_then(request: Request, pk: int) -> HttpResponse:
    """How the amounts of one call as of a day came about, also where it is there no more."""
    form = forms.AsOf(request.GET or None)
    if len(str(pk)) > 18:
        raise Http404
    if not form.is_valid():
        return redirect("moment.as_of")
    at = moment.of(**form.moment())
    call, parts = stood.call_and_parts(pk, at)
    on = stood.last_changed_on(pk, at)
    if call is None or on is None:
        raise Http404
    told = explanation.of(call, parts, on=on)
    context = {"call": call, "moment": at, "on": on, "told": told, "at": form.address("day", "action")}
    return page(request, "moment/call.html", context)


def _about(team: int | None, feature: int | None) -> str:
    """What it is narrowed to, by the names they had last."""
    asked = ((Feature, feature), (Team, team))
    return ", ".join(effects.names(model, [pk])[pk] for model, pk in asked if pk is not None)


def _without_team(request: Request) -> str:
    """The rest of the address, to be followed by another parameter."""
    kept = request.GET.copy()
    kept.pop("team", None)
    return f"{kept.urlencode()}&" if kept else ""


def _moments(form: forms.Compare, record: str = "", pk: int = 0) -> tuple[Moment | None, Moment | None, str]:
    """Both, or what is wrong with them in words; neither where nothing was asked yet."""
    if not form.is_valid():
        return None, None, ""
    given = form.cleaned_data
    first = _first(given["since"], given, record, pk)
    second = _end(given["until"])
    if first is None:
        return None, None, NEVER[given["since"]]
    if first.seq > second.seq:
        return None, None, BACKWARDS
    return first, second, ""


def _first(since: str, given: dict[str, Any], record: str, pk: int) -> Moment | None:
    if since == "day":
        return moment.of_day(given["day"])
    if since == "action":
        return moment.of_action(given["action"])
    if since == "seal":
        return moment.of_seal(record, pk)
    return moment.of_export() if since == "export" else moment.of_version()


def _end(day: date | None) -> Moment:
    return moment.now() if day is None else moment.of_day(day)
