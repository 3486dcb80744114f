"""A page of the waiting test made for a version no longer in force: what happened, what was typed, what next."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from inventory.domain import waiting as domain
from inventory.forms import waiting as forms
from inventory.models import Part
from inventory.views._page import Request, page


def is_replaced(request: Request) -> bool:
    shown = forms.version_shown(request.POST)
    return shown is not None and shown is not domain.CURRENT


def answer(request: Request, part: Part, question: str) -> HttpResponse:
    """Nothing is saved: the question may be worded otherwise now, or not be asked any more."""
    shown = forms.version_shown(request.POST)
    asked = shown.question(question) if shown else None
    typed = forms.Answering(asked, request.POST).said() if asked else ""
    context = {"part": part, "typed": typed, "asked": asked, "shown": shown, "test": domain.CURRENT}
    return page(request, "waiting/replaced.html", context, status=409)


def told() -> str:
    return (
        f"Version {domain.CURRENT.version} of the test has come into force meanwhile. "
        "What you had saved is carried over as far as it fits: look it over."
    )


def sheet(request: Request, part: Part) -> HttpResponse:
    """To the sheet as it is on the version in force: its answers to check, or a question that is open again."""
    version = domain.CURRENT.version
    messages.error(
        request,
        f"Nothing was saved: version {version} of the test has come into force meanwhile. "
        "Your answers are carried over as far as they fit: look them over.",
    )
    return redirect("waiting.start", pk=part.pk)
