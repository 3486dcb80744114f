"""What every answer to a signed-in person carries."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django_htmx.http import HttpResponseClientRedirect

Respond = Callable[[HttpRequest], HttpResponse]


class DataPages:
    """Pages with data are not stored by browsers or proxies; an htmx call of somebody signed out goes to the
    sign-in page as a whole, instead of swapping it into a table cell."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.respond(request)
        response.headers.setdefault("Cache-Control", "no-store")
        if getattr(request, "htmx", False) and response.status_code == 302 and not request.user.is_authenticated:
            return HttpResponseClientRedirect(response.headers["Location"])
        return response
