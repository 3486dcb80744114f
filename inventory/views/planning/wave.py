"""Waves: a team's arrangement, the form of one, moves put into them, and an arrangement that is proposed first."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inventory.domain import wave as domain
from inventory.domain.status import WORDS
from inventory.forms import wave as forms
from inventory.models import Stale, Team, Wave
from inventory.services.planning import arrangement, board, moving
from inventory.services.planning import wave as waves
from inventory.views import _load
from inventory.views._page import Request, page
from inventory.views._stale import differences
from inventory.views.planning import _arranged

NAME_TAKEN = "The team already has a wave of that name. Choose another, or edit that one."
FIELDS = {"start": "starts_on", "depends on": "after", "ramp": "ramp_months"}
USUAL = {"waves": 3, "apart": 2, "ramp": 1}


@require_safe
def listed(request: Request) -> HttpResponse:
    """The arrangement of one team: the one asked for, else the first the person leads, else the first there is."""
    asked = _arranged.asked(request.GET, request.user)
    if asked.team is None:
        return page(request, "wave/list.html", {"team": None})
    shown = board.board(team=asked.team, only=asked.only, number=request.GET.get("page"))
    context = {"teams": asked.teams, "team": asked.team, "board": shown, "may_lead": asked.team in asked.led}
    context["steps"] = forms.STEPS
    return page(request, "wave/list.html", context)


@require_POST
def put(request: Request, pk: int) -> HttpResponse:
    """Ticked moves into one wave of the team, or out of any."""
    team = _load.team_to_lead(pk, request.user)
    form = forms.Put(request.POST, waves=Wave.objects.live().filter(team=team))
    if not form.is_valid():
        messages.error(request, f"Nothing was moved. {form.said}")
        return redirect(_address(team))
    wave = form.cleaned_data["wave"]
    try:
        count = arrangement.put(
            team=team, versions=form.cleaned_data["part"], wave=wave, by=request.user.actor, at=timezone.now()
        )
    except arrangement.ChangedMeanwhile as refused:
        which = ", ".join(part.name for part in refused.parts) or "some are not there any more"
        messages.error(request, f"Nothing was moved: somebody changed what you ticked meanwhile ({which}). Tick again.")
    except waves.UnderWay as refused:
        names = ", ".join(part.name for part in refused.parts)
        messages.error(request, f"Nothing was moved: what has begun stays in its wave ({names}).")
    except (arrangement.OtherTeam, waves.WaveRetired):
        messages.error(request, "Nothing was moved: that wave is not there any more, or belongs to another team.")
    else:
        where = f"into {wave.name}" if wave else "out of their waves"
        messages.success(request, f"{count} move{'' if count == 1 else 's'} went {where}.")
    return redirect(_address(team))


@require_POST
def step(request: Request, pk: int) -> HttpResponse:
    """The same status for everything that is ticked."""
    team = _load.team_to_lead(pk, request.user)
    form = forms.Together(request.POST)
    if not form.is_valid():
        messages.error(request, f"Nothing was changed. {form.said}")
        return redirect(_address(team))
    given = {"versions": form.cleaned_data["part"], "to": form.cleaned_data["to"]}
    try:
        count = moving.set_together(team=team, **given, by=request.user.actor, at=timezone.now())
    except moving.Refused as refused:
        messages.error(request, f"Nothing was changed. {refused}")
    except (arrangement.ChangedMeanwhile, arrangement.OtherTeam):
        messages.error(request, "Nothing was changed: somebody changed what you ticked meanwhile. Tick again.")
    else:
        messages.success(request, f"{count} move{'' if count == 1 else 's'}: {WORDS[given['to']].lower()}.")
    return redirect(_address(team))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request, pk: int) -> HttpResponse:
    team = _load.team_to_lead(pk, request.user)
    form = forms.New(request.POST or None, team=team)
    if request.method == "POST" and form.is_valid():
        try:
            given, after = form.given(), form.cleaned_data["after"]
            wave = waves.register(team=team, fields=given, after=after, by=request.user.actor, at=timezone.now())
        except (waves.NameTaken, waves.OutOfOrder, waves.WaveRetired, waves.TeamRetired) as refused:
            _tell(form, refused)
        else:
            messages.success(request, f"{wave.name} is planned. Put moves into it.")
            return redirect(_address(team))
    return page(request, "wave/new.html", {"team": team, "form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request, pk: int) -> HttpResponse:
    wave = _load.wave_to_lead(pk, request.user)
    form = forms.Edit(request.POST or None, wave=wave)
    context: dict[str, Any] = {"wave": wave, "form": form}
    if request.method == "POST" and form.is_valid():
        given = {"fields": form.given(), "after": form.cleaned_data["after"], "version": form.cleaned_data["version"]}
        try:
            waves.edit(wave=wave, **given, by=request.user.actor, at=timezone.now())
        except Stale as stale:
            context["differences"] = differences(form, stale.theirs)
            return page(request, "wave/edit.html", context, status=409)
        except (waves.NameTaken, waves.OutOfOrder, waves.WaveRetired) as refused:
            _tell(form, refused)
        else:
            return redirect(_address(wave.team))
    return page(request, "wave/edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: Request, pk: int) -> HttpResponse:
    wave = _load.wave_to_lead(pk, request.user)
    form = forms.Retire(request.POST or None, initial={"version": wave.version})
    context: dict[str, Any] = {"wave": wave, "form": form, "moves": wave.parts.count()}
    if request.method == "POST" and form.is_valid():
        try:
            waves.retire(wave=wave, **form.cleaned_data, by=request.user.actor, at=timezone.now())
        except Stale as stale:
            context["differences"] = differences(form, stale.theirs)
            return page(request, "wave/retire.html", context, status=409)
        except waves.NeededBefore as refused:
            names = ", ".join(each.name for each in refused.waves)
            form.add_error(None, f"Other waves depend on it: {names}. Change what they depend on first.")
        except waves.UnderWay as refused:
            form.add_error(None, f"Moves of it have begun: {', '.join(part.name for part in refused.parts)}.")
        except waves.WaveRetired:
            raise Http404 from None
        else:
            messages.success(request, f"{wave.name} is given up. Its moves are in no wave now.")
            return redirect(_address(wave.team))
    return page(request, "wave/retire.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: Request, pk: int) -> HttpResponse:
    """A GET shows what would be arranged, a POST takes exactly that."""
    team = _load.team_to_lead(pk, request.user)
    first = domain.first_day(domain.month(timezone.localdate()) + 1)
    given = request.POST if request.method == "POST" else request.GET
    form = forms.Propose(given if "waves" in given else {**USUAL, "starts_on": f"{first:%Y-%m}"})
    context: dict[str, Any] = {"team": team, "form": form}
    if not form.is_valid():
        return page(request, "wave/propose.html", context, status=422)
    terms = form.terms()
    if request.method == "POST":
        try:
            token = request.POST.get("token", "")
            made = arrangement.arrange(team=team, terms=terms, token=token, by=request.user.actor, at=timezone.now())
        except arrangement.ChangedMeanwhile:
            messages.error(request, "Nothing was arranged: the proposal is another one now. Look at it again.")
        except (arrangement.NothingToArrange, waves.TeamRetired, waves.NameTaken):
            messages.error(request, "Nothing was arranged: no move is left that is in no wave.")
        else:
            messages.success(
                request, f"{len(made)} wave{'' if len(made) == 1 else 's'} arranged. Change what you like."
            )
            return redirect(_address(team))
    context["proposal"] = arrangement.proposal(team=team, terms=terms)
    return page(request, "wave/propose.html", context)


def _tell(form: Any, refused: Exception) -> None:
    """A refusal at the field it is about."""
    if isinstance(refused, waves.OutOfOrder):
        for problem in refused.problems:
            form.add_error(FIELDS.get(problem.field), f"{problem.row}: {problem.reason}.")
    elif isinstance(refused, waves.NameTaken):
        form.add_error("name", NAME_TAKEN)
    else:
        form.add_error(None, "Something was given up meanwhile: reload the page, your words are still in it.")


def _address(team: Team) -> str:
    return f"{reverse('wave.list')}?team={team.pk}"
