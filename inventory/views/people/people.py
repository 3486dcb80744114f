"""Signing in and out, being locked out, a forgotten password."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inventory.domain.audit import Actor
from inventory.forms import people as forms
from inventory.services.people import people
from inventory.views._page import page, typed
from inventory.views.people import _mail

VISITOR = Actor("visitor", "")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Wrong e-mail, wrong password and a switched-off account get the same answer. Throttled by axes, see settings."""
    onward = _own_address(request)
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(onward)
        return page(request, "people/sign_in.html", {"form": forms.SignIn(), "next": onward})
    form = forms.SignIn(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        person = auth.authenticate(request, email=given["email"], password=given["password"])
        if person is not None:
            auth.login(request, person)
            return HttpResponseRedirect(onward)
        form.add_error(None, "No account has this e-mail and password. Check both, or ask for a new password.")
    return page(request, "people/sign_in.html", {"form": form, "next": onward}, status=422)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    return redirect("people.sign_in")


def locked_out(request: HttpRequest, *_: Any) -> HttpResponse:
    """What axes shows after too many wrong passwords."""
    return page(request, "people/locked_out.html", status=429)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest) -> HttpResponse:
    """Ask for a link to set a new password. Known or not, throttled or not: the same answer in the same time."""
    form = forms.Forgotten(typed(request))
    if request.method != "POST":
        return page(request, "people/reset.html", {"form": form})
    if not form.is_valid():
        return page(request, "people/reset.html", {"form": form}, status=422)
    email = form.cleaned_data["email"]
    return _mail.afterwards(redirect("people.reset_sent"), partial(_mail_reset_link, request, email))


@login_not_required
@require_safe
def reset_sent(request: HttpRequest) -> HttpResponse:
    return page(request, "people/reset_sent.html")


def _mail_reset_link(request: HttpRequest, email: str) -> None:
    """To the address the account has, never to the one that was typed."""
    sent = people.reset_link(email=email, by=VISITOR, at=timezone.now())
    if sent is not None:
        _mail.send(sent.person.email, "reset", link=_mail.link_to(request, sent.token), name=sent.person.name)


def _own_address(request: HttpRequest) -> str:
    """Where to go once signed in: `next` where it is an address of this installation."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=request.is_secure()):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)
