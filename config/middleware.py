"""What every request must hold to, and what every answer carries."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django_htmx.http import HttpResponseClientRedirect

Respond = Callable[[HttpRequest], HttpResponse]


class ReadableCookies:
    """Refuses what no browser sends: cookies with NUL, which PostgreSQL cannot look up. Text in another charset does
    not come this far: config/wsgi.py."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if any("\0" in value for value in request.COOKIES.values()):
            raise BadRequest("Not readable as UTF-8 text.")
        return self.respond(request)


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
