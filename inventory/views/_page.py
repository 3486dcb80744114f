"""Render a page, or only the fragment of it that htmx asked for."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails

from inventory.models import Person


class Request(HttpRequest):
    """A request as it reaches a view: signed in, with what htmx says of itself."""

    htmx: HtmxDetails
    user: Person  # type: ignore[assignment]


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    fragment: str = "",
    status: int = 200,
) -> HttpResponse:
    """`template`, or `template#fragment` when htmx asks for a part of it (a boosted request is a whole page)."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    if fragment and htmx and not htmx.boosted:
        template = f"{template}#{fragment}"
    return render(request, template, context, status=status)


def typed(request: HttpRequest) -> QueryDict | None:
    """What was sent, for a form that is bound exactly when something was: even an empty POST is one."""
    return request.POST if request.method == "POST" else None
