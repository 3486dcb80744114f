"""The same answers as another call: chosen among those one's own side has answered."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from inventory.forms import copying as forms
from inventory.models import Part, Stale
from inventory.services.labelling import copying, queue, waiting
from inventory.views import _load
from inventory.views._page import Request, page
from inventory.views.labelling import _replaced
from inventory.views.labelling._waiting import REFUSED, SUBMITTED, held_by, lost_page, side_of, what_is_left

ROWS = 20
NOT_IN = "Your side has not answered there, or has taken its answers back. Choose another call."
STALE = "A colleague of your side has answered here meanwhile. Look at it, and choose again if you still want to copy."


@require_http_methods(["GET", "HEAD", "POST"])
def shown(request: Request, pk: int) -> HttpResponse:
    part = _load.part_to_answer(pk, request.user)
    if isinstance(part, waiting.Lost):
        return lost_page(request, part)
    if request.method == "POST":
        return _copied(request, part)
    if waiting.walk(part=part, side=side_of(request)).is_in:
        return redirect("waiting.start", pk=pk)
    return _page(request, part)


def _copied(request: Request, part: Part) -> HttpResponse:
    form = forms.Chosen(request.POST)
    if not form.is_valid():
        return _page(request, part, status=422, notice=str(next(iter(form.errors.values()))[0]))
    if _replaced.is_replaced(request):
        return _page(request, part, status=409, notice=_replaced.told())
    if held := queue.holder(part=part, person=request.user, at=timezone.now()):
        return _page(request, part, status=409, notice=held_by(held))
    source = Part.objects.filter(pk=form.cleaned_data["source"]).first()
    by: dict[str, Any] = {"person": request.user, "by": request.user.actor, "at": timezone.now()}
    try:
        if source is None:
            raise copying.NotIn
        copying.copy(part=part, side=side_of(request), source=source, version=form.cleaned_data["version"], **by)
    except copying.NotIn:
        return _page(request, part, status=409, notice=NOT_IN)
    except Stale:
        return _page(request, part, status=409, notice=STALE)
    except tuple(REFUSED) as refused:
        return _page(request, part, status=409, notice=REFUSED[type(refused)])
    except waiting.Gone:
        return lost_page(request, what_is_left(part))
    queue.renew(person=request.user, part=part, at=timezone.now())
    messages.info(request, f"The answers are copied from {source.name}. They count once you have confirmed them.")
    return redirect("waiting.start", pk=part.pk)


def _page(request: Request, part: Part, *, status: int = 200, notice: str = "") -> HttpResponse:
    walk = waiting.walk(part=part, side=side_of(request))
    words = forms.words(request.GET.get("q", ""))
    found = copying.sources(part=part, side=side_of(request), words=words)
    context = {
        "part": part,
        "side": side_of(request),
        "walk": walk,
        "words": words,
        "page": Paginator(found, ROWS).get_page(request.GET.get("page")),
        "notice": SUBMITTED if walk.is_in and not notice else notice,
    }
    return page(request, "waiting/copy.html", context, status=status)
