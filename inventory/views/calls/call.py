"""The list of calls, the page of one, and the forms that register, change, retire and restore it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import push_url

from inventory.domain import doubt, example
from inventory.domain.doubt import Doubt
from inventory.domain.example import Example
from inventory.forms import call as forms
from inventory.forms import call_list as list_forms
from inventory.models import Call, ClaudeModel, Feature, Part, Person, Stale
from inventory.services import access
from inventory.services.calls import call as calls
from inventory.services.calls import call_detail, call_list
from inventory.services.history import history
from inventory.services.prices import explanation, pricing, retirement
from inventory.views import _load
from inventory.views._page import Request, page, typed, wants_part
from inventory.views._stale import differences
from inventory.views.calls import _seals
from inventory.views.talk import _talk


@require_safe
def index(request: Request) -> HttpResponse:
    asked = list_forms.read(request.GET, sorts=call_list.SORTS)
    found = call_list.listing(words=asked.search, filters=asked.filters, sort=asked.sort, number=asked.page)
    is_whole = not wants_part(request)
    shown = list_forms.FILTERS if is_whole else ["feature"]
    team = asked.filters.get("team", "")
    context = {
        "asked": asked,
        "found": found,
        "page": found.page,
        "columns": list_forms.columns(asked),
        "selects": {name: list_forms.select(name, asked, call_list.options(name, team)) for name in shown},
        "is_whole": is_whole,
        "is_empty": is_whole and not found.total.calls and not asked.chosen and not call_list.has_any(),
        "may_register": is_whole and access.teams_to_edit(request.user).exists(),
    }
    response = page(request, "call/list.html", context, fragment="results")
    query = asked.query(page=str(found.page.number) if found.page.number > 1 else "")
    return push_url(response, f"?{query}" if query else request.path)


@require_safe
def detail(request: Request, pk: int) -> HttpResponse:
    call = _load.call(pk)
    found = call_detail.detail(call)
    context = {
        "call": call,
        "detail": found,
        "lines": history.lines(call_detail.latest(call, found.parts), request.user, with_reviews=False),
        "shown": _talk.shown(request, call, parts=found.parts),
        "may_edit": access.may_edit(request.user, call.team_id),
        "may_answer": access.may_answer(request.user, call.team_id) and call.retired_at is None,
    }
    return page(request, "call/detail.html", context)


@require_safe
def explained(request: Request, pk: int) -> HttpResponse:
    """How the cost of a call comes about, or what it would cost on the model the address names: apart, because few ask
    and it takes the whole price book."""
    call, on = _load.call(pk), timezone.localdate()
    parts: Sequence[Part] = list(call.parts.order_by("position"))
    model = _load.model(request.GET.get("model", ""))
    if model is not None:
        call, parts = retirement.on_model(call, parts, model, pricing.book(on))
    context = {
        "call": call,
        "model": model,
        "explanations": explanation.of(call, parts, on=on),
        "may_administer": access.may_administer(request.user),
    }
    return page(request, "call/explained.html", context, fragment="explained")


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request) -> HttpResponse:
    features = _features(request.user)
    if not features:
        raise Http404
    like = example.example(request.GET.get("pattern", ""))
    initial = {"feature": request.GET.get("feature", ""), "name": like.call_name if like else ""}
    form = forms.Details(typed(request), features=features, like=like, initial=initial)
    if request.method == "POST" and form.is_valid() and "work_out" not in request.POST:
        given = form.given()
        try:
            call = calls.register(feature=given.pop("feature"), fields=given, by=request.user.actor, at=timezone.now())
        except calls.KeyTaken:
            form.add_error("key", forms.KEY_TAKEN)
        except calls.NameTaken:
            form.add_error("name", forms.NAME_TAKEN)
        except calls.FeatureRetired:
            form.add_error("feature", forms.FEATURE_RETIRED)
        else:
            return _registered(request, call, like)
    return _form(request, "call/new.html", form, _patterns(request, like))


def _registered(request: Request, call: Call, like: Example | None) -> HttpResponse:
    """On to the call; where it was started from a pattern on to the split of that, or to the waiting test."""
    if like is not None and like.split:
        messages.success(request, f"{call.name} is registered. It has two readers: say what each of them needs.")
        return redirect(f"{reverse('part.split', args=[call.pk])}?{urlencode({'pattern': like.split})}")
    messages.success(request, f"{call.name} is registered. Now answer, for your side, whether a person waits.")
    if like is not None and access.may_answer(request.user, call.team_id):
        return redirect("waiting.start", pk=call.parts.get().pk)
    return redirect("call.detail", pk=call.pk)


def _patterns(request: Request, like: Example | None) -> dict[str, Any]:
    """The patterns to start from, each with the address that keeps the feature; none once something was typed."""
    feature = request.GET.get("feature", "")
    one, two = example.to_start_from() if request.method != "POST" else ((), ())
    return {
        "like": like,
        "patterns": one,
        "patterns_of_two": two,
        "kept": urlencode({"feature": feature} if feature else {}),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request, pk: int) -> HttpResponse:
    call = _load.call_to_edit(pk, request.user)
    form = forms.Edit(typed(request), call=call, features=_features(request.user, call.feature))
    if request.method == "POST" and form.is_valid() and "work_out" not in request.POST:
        try:
            with _seals.told(request, call):
                _save(request, call, form)
        except Stale as stale:
            differing = {"differences": differences(form, stale.theirs)}
            return _form(request, "call/edit.html", form, {"call": call, **differing}, status=409)
        except calls.KeyTaken:
            form.add_error("key", forms.KEY_TAKEN)
        except calls.FeatureRetired:
            form.add_error("feature", forms.FEATURE_RETIRED)
        except calls.PartsFallShort as short:
            form.add_error(None, forms.falls_short(short.gaps))
        else:
            return redirect("call.detail", pk=call.pk)
    return _form(request, "call/edit.html", form, {"call": call})


@require_POST
def cost(request: Request) -> HttpResponse:
    """What the call would cost as typed so far; saves nothing. Whatever cannot be read yet is left out."""
    form = forms.Figures(request.POST)
    form.is_valid()
    context = _cost(form)
    has_share = context["cost"].above is not None
    context |= {"form": form, "swaps_share": has_share != ("share_shown" in request.POST)}
    return page(request, "call/cost.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: Request, pk: int) -> HttpResponse:
    call = _load.call_to_edit(pk, request.user)
    form = forms.Retire(typed(request), initial={"version": call.version})
    context: dict[str, Any] = {"call": call, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            calls.retire(call=call, **form.cleaned_data, by=request.user.actor, at=timezone.now())
        except Stale as stale:
            context["differences"] = differences(form, stale.theirs)
            return page(request, "call/retire.html", context, status=409)
        messages.success(request, f"{call.name} is retired. It can be restored.")
        return redirect("call.detail", pk=call.pk)
    return page(request, "call/retire.html", context, status=422 if form.errors else 200)


@require_POST
def restore(request: Request, pk: int) -> HttpResponse:
    call = _load.call_to_edit(pk, request.user)
    form = forms.Restore(request.POST)
    try:
        if form.is_valid():
            calls.restore(call=call, **form.cleaned_data, by=request.user.actor, at=timezone.now())
            messages.success(request, f"{call.name} is back, with its labels, at the prices of today.")
        else:
            messages.error(request, "Nothing was restored: the page lost track of what it showed. Try again.")
    except Stale:
        messages.error(request, "Nothing was restored: somebody changed this call meanwhile. Look, and try again.")
    except calls.FeatureRetired:
        messages.error(request, f"Nothing was restored: restore the feature {call.feature.name} first.")
    return redirect("call.detail", pk=call.pk)


def _features(person: Person, current: Feature | None = None) -> list[Feature]:
    """Where the person may put a call: live features of their teams, and the one it is in."""
    offered = Feature.objects.live().filter(team__in=access.teams_to_edit(person)).select_related("team")
    found = list(offered.order_by("team__name", "name", "pk"))
    return found if current is None or current in found else [current, *found]


def _save(request: Request, call: Call, form: forms.Edit) -> None:
    read: dict[str, Any] = form.cleaned_data
    version, reason = read["version"], read["reason"]
    calls.edit(call=call, version=version, fields=form.given(), by=request.user.actor, at=timezone.now(), reason=reason)


def _form(
    request: Request, template: str, form: forms.Details, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The form with what it would cost as it stands."""
    worked_out = _cost(form)
    context |= worked_out | {
        "form": form,
        "groups": forms.groups(form),
        "folded": forms.FOLDED,
        "models": ClaudeModel.objects.order_by("-released_on", "key"),
    }
    return page(request, template, context, status=422 if form.errors and status == 200 else status)


def _cost(form: forms.Figures) -> dict[str, Any]:
    fields = form.given() if form.is_bound else form.initial
    found = pricing.preview(fields, on=timezone.localdate())
    is_known = found.today is not None
    said_with_date = (Doubt.MODEL_RETIRED, Doubt.MODEL_RETIRES)
    return {
        "cost": found,
        "explained": explanation.of_draft(fields, on=timezone.localdate()) if is_known else None,
        "is_retired": Doubt.MODEL_RETIRED in found.doubts,
        "doubts": [doubt.WORDS[code] for code in found.doubts if code not in said_with_date],
    }
