"""Render a page, or only the fragment of it that htmx asked for."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails

from inventory.models import Person


class Request(HttpRequest):
    """A request as it reaches a view: signed in, with what htmx says of itself."""

    htmx: HtmxDetails
    user: Person


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    fragment: str = "",
    status: int = 200,
) -> HttpResponse:
    """`template`, or `template#fragment` when htmx asks for a part of it."""
    if fragment and wants_part(request):
        template = f"{template}#{fragment}"
    return render(request, template, context, status=status)


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page: a boosted request and the browser's Back want the whole of it."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def typed(request: HttpRequest) -> QueryDict | None:
    """What was sent, for a form that is bound exactly when something was: even an empty POST is one."""
    return request.POST if request.method == "POST" else None
