"""The 400, 403, 404 and 500 pages: what happened, and the way back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without context processors: whatever broke may be what they need."""
    return HttpResponse(_PLAIN, status=500)


_PLAIN = (
    "<!doctype html><html lang=en><title>Something broke - Batchline</title><h1>Something broke</h1>"
    "<p>Nothing was half-saved. Go back and try again; if it happens twice, tell whoever runs this installation."
    '<p><a href="/">Home</a>'
)
