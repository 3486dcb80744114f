"""The WSGI application, for gunicorn or any other server."""

import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
REFUSED = b"Batchline reads UTF-8 text only.\n"


class Utf8Only:
    """Refuses what no browser sends: text that says it is in another charset. Some bring in halves of surrogate pairs,
    which no page can show; over others Django fails while it reads the address, before any middleware could answer."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if _charset(environ.get("CONTENT_TYPE", "")) in ("", "utf-8", "utf8"):
            return self.application(environ, start_response)
        length = ("Content-Length", str(len(REFUSED)))
        start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8"), length])
        return [REFUSED]


def _charset(content_type: str) -> str:
    """As Django reads it; `?` where it cannot."""
    try:
        return parse_header_parameters(content_type)[1].get("charset", "").lower()
    except ValueError:
        return "?"


application = Utf8Only(get_wsgi_application())
