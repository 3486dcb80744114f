"""To label: what needs this person, one part after the other, each kept for them while they answer."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from inventory.domain.part import State
from inventory.services import access
from inventory.services.labelling import queue
from inventory.views._page import Request, page
from inventory.views.labelling._queue import KEPT, PASSED, narrowed, passed, places


@require_safe
def shown(request: Request) -> HttpResponse:
    form = narrowed(request, request.GET)
    chosen = form.chosen()
    context = {
        "form": form,
        "queue": queue.shown(person=request.user, at=timezone.now(), **chosen),
        "kept": {name: each.pk for name, each in chosen.items()},
        "places": places(request),
        "answers": request.user.discipline in access.ANSWERING,
        "minutes": queue.lasts().seconds // 60,
    }
    return page(request, "queue/page.html", context)


@require_POST
def take(request: Request) -> HttpResponse:
    form = narrowed(request, request.POST)
    chosen = form.chosen()
    gone_past = passed(request)
    part = queue.take(person=request.user, at=timezone.now(), passed=gone_past, **chosen)
    kept = {name: each.pk for name, each in chosen.items()}
    if part is None:
        request.session.pop(KEPT, None)
        still = queue.left(person=request.user, **chosen)
        told = "You went past what is left here." if still else "Nothing is left here that needs you."
        messages.info(request, told)
        return redirect(f"{reverse('queue.page')}?{urlencode(kept)}")
    request.session[KEPT], request.session[PASSED] = kept, gone_past
    if part.state == State.DISPUTED:
        return redirect("agreement.page", part.pk)
    return redirect("waiting.start", part.pk)


@require_POST
def leave(request: Request) -> HttpResponse:
    queue.leave(person=request.user)
    kept = request.session.pop(KEPT, {})
    messages.info(request, "You have left the queue. Your answers are kept, and the part is free for others.")
    return redirect(f"{reverse('queue.page')}?{urlencode(kept)}")


@require_safe
def keys(request: Request) -> HttpResponse:
    return page(request, "queue/keys.html", {})
