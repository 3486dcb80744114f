"""Parts with the same consumer answered together: choose them, look at each, save those that are ticked."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from inventory.domain import waiting as domain
from inventory.forms import copying as forms
from inventory.models import Part
from inventory.services import access
from inventory.services.labelling import together, waiting
from inventory.views import _load
from inventory.views._page import Request, page, typed
from inventory.views.labelling import _replaced
from inventory.views.labelling._queue import places
from inventory.views.labelling._waiting import SAID, lost_page, side_of

GONE = "Your side has not answered there any more, or it names no consumer now: choose another."


@require_http_methods(["GET", "HEAD", "POST"])
def chosen(request: Request) -> HttpResponse:
    """The consumers with most to answer; with `consumer` in the address its parts, to begin as copies of a model."""
    _answering(request)
    consumer = forms.words(request.GET.get("consumer", ""))
    parts = together.unbegun(request.user, consumer)
    models = together.models(request.user, consumer)
    said = together.outcomes(models, request.user)
    form = forms.Begun(typed(request), parts=[part.pk for part in parts])
    context = {
        "places": [] if consumer else places(request),
        "consumer": consumer,
        "form": form,
        "parts": parts,
        "models": [(each, SAID.get(said.get(each.pk, ""), "")) for each in models],
        "most": together.MOST,
        "ticked": request.POST.getlist("part"),
        "model": request.POST.get("model", ""),
        "groups": [] if consumer else together.groups(request.user),
    }
    if request.method == "POST" and form.is_valid():
        model = next((each for each in models if each.pk == form.cleaned_data["model"]), None)
        if model is not None:
            return _begun(request, model, form.parts())
        form.add_error("model", GONE)
    return page(request, "queue/together.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def drafts(request: Request, pk: int) -> HttpResponse:
    """Each copy of the model with what differs between them; ticked ones are saved."""
    _answering(request)
    model = _load.part_or_lost(pk)
    if isinstance(model, waiting.Lost):
        return lost_page(request, model, request.POST.get("reason", ""))
    if request.method != "POST":
        return _drafts_page(request, model, forms.Confirming())
    form = forms.Confirming(request.POST)
    if not form.is_valid():
        return _drafts_page(request, model, form, status=422)
    if _replaced.is_replaced(request):
        form.add_error(None, _replaced.told())
        return _drafts_page(request, model, form, status=409)
    by: dict[str, Any] = {"person": request.user, "by": request.user.actor, "at": timezone.now()}
    try:
        done = together.confirm(model=model, versions=form.versions(), reason=form.cleaned_data["reason"], **by)
    except together.NothingToSay:
        form.add_error(None, GONE)
        return _drafts_page(request, model, form, status=409)
    if done.parts:
        names = ", ".join(part.name for part in done.parts[:5])
        more = f" and {len(done.parts) - 5} more" if len(done.parts) > 5 else ""
        messages.success(request, f"Saved for {side_of(request)}: {names}{more}.")
    if done.refused:
        return _drafts_page(request, model, form, status=409, refused=done.refused)
    return redirect("queue.page")


def _begun(request: Request, model: Part, parts: list[int]) -> HttpResponse:
    by: dict[str, Any] = {"person": request.user, "by": request.user.actor, "at": timezone.now()}
    try:
        done = together.begin(model=model, parts=parts, **by)
    except together.NothingToSay:
        messages.error(request, f"Nothing was copied. {GONE}")
        return redirect("queue.together")
    for _, name, why in done.refused:
        messages.error(request, f"Not copied: {name} {why}.")
    return redirect("queue.drafts", pk=model.pk)


def _drafts_page(
    request: Request, model: Part, form: forms.Confirming, *, status: int = 200, refused: Any = ()
) -> HttpResponse:
    """First all are ticked; sent again, what was ticked and is still there."""
    sent = {each.partition(":")[0] for each in request.POST.getlist("part")}
    rows = [
        {
            "part": draft.part,
            "walk": draft.walk,
            "said": SAID[draft.walk.verdict.outcome],
            "ticked": request.method != "POST" or str(draft.part.pk) in sent,
        }
        for draft in together.drafts(model, request.user)
    ]
    context = {
        "model": model,
        "model_said": SAID.get(together.outcome(model, request.user), "not saved"),
        "side": side_of(request),
        "rows": rows,
        "form": form,
        "refused": refused,
        "test": domain.CURRENT,
    }
    return page(request, "queue/drafts.html", context, status=status)


def _answering(request: Request) -> None:
    if request.user.discipline not in access.ANSWERING:
        raise Http404
