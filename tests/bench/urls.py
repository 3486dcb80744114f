"""The app's addresses, and the floor: a signed-in page of one line."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

_LINE = "<!doctype html><title>floor</title><p>{{ user.name }}</p>"


def authpage(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(_LINE).render({"user": request.user}, request))


urlpatterns = [path("authpage", authpage), path("", include("config.urls"))]
