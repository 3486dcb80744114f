"""The 400, 403, 404, 500 and 503 pages: what happened, and the way back."""

import sys

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without context processors: whatever broke may be what they need. Where it is the database that did not answer
    in time or could not write, trying again helps."""
    if isinstance(sys.exception(), OperationalError):
        return HttpResponse(_BUSY, status=503, headers={"Retry-After": "5"})
    return HttpResponse(_PLAIN, status=500)


_BUSY = (
    "<!doctype html><html lang=en><title>The database is busy - Batchline</title><h1>The database is busy</h1>"
    "<p>It is used by many at once, full or away, and nothing was saved. Wait a moment, then reload this page: the "
    "browser sends again what you typed. If it stays so, tell whoever runs this installation."
    '<p><a href="/">Home</a>'
)
_PLAIN = (
    "<!doctype html><html lang=en><title>Something broke - Batchline</title><h1>Something broke</h1>"
    "<p>Nothing was half-saved. Go back and try again; if it happens twice, tell whoever runs this installation."
    '<p><a href="/">Home</a>'
)
