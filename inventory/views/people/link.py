"""What the holder of a one-time link finds: looking uses nothing up, sending the form does."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from inventory.forms import people as forms
from inventory.models import OneTimeLink, Person
from inventory.services.people import invitation, people
from inventory.services.people import link as links
from inventory.services.people import team as teams
from inventory.views._page import page, typed

BACKEND = settings.AUTHENTICATION_BACKENDS[-1]


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Unknown, used and expired links get one answer, which says how to get another."""
    at = timezone.now()
    try:
        found = links.opened(token, at=at)
        return _PAGES[found.purpose](request, token, found, at)
    except links.Spent:
        return page(request, "people/spent.html", status=410)


def _first(request: HttpRequest, token: str, found: OneTimeLink, at: datetime) -> HttpResponse:
    form = forms.Begin(typed(request))
    if form.is_valid():
        try:
            person = people.begin(token=token, at=at, **_given(form))
        except people.EmailTaken:
            form.add_error("email", "Somebody else has an account with this e-mail.")
        except teams.NameTaken:
            form.add_error("team", "A team has this name already.")
        else:
            return _signed_in(request, person)
    return _shown(request, "people/begin.html", form)


def _invited(request: HttpRequest, token: str, found: OneTimeLink, at: datetime) -> HttpResponse:
    context: dict[str, Any] = {"team": found.team, "link": found}
    if invitation.account_of(found) is not None:
        return _join(request, token, at, context)
    form = forms.Accept(typed(request), person=Person(email=found.email))
    if form.is_valid():
        try:
            person = invitation.accept(token=token, at=at, **_given(form))
        except people.EmailTaken:
            form.add_error(None, "An account with this e-mail was made meanwhile. Open the link again.")
        else:
            return _signed_in(request, person)
    return _shown(request, "people/accept.html", form, context)


def _join(request: HttpRequest, token: str, at: datetime, context: dict[str, Any]) -> HttpResponse:
    """The account is there: it joins the team, but the link does not sign in, as others may have seen it."""
    if request.method == "POST":
        joined = invitation.join(token=token, at=at)
        return redirect("team.detail", joined.team_id)
    return page(request, "people/join.html", context)


def _enter(request: HttpRequest, token: str, found: OneTimeLink, at: datetime) -> HttpResponse:
    """A reset needs a new password; a sign-in link leaves the old one, unless a new one is typed."""
    is_reset = found.purpose == "reset"
    form = forms.NewPassword(typed(request), person=found.person, is_optional=not is_reset)
    if form.is_valid():
        return _signed_in(request, people.enter(token=token, password=form.cleaned_data["password"], at=at))
    return _shown(request, "people/enter.html", form, {"person": found.person, "is_reset": is_reset})


_PAGES = {"first": _first, "invite": _invited, "sign_in": _enter, "reset": _enter}


def _signed_in(request: HttpRequest, person: Person) -> HttpResponse:
    login(request, person, backend=BACKEND)
    return redirect(settings.LOGIN_REDIRECT_URL)


def _given(form: Form) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "again"}


def _shown(request: HttpRequest, template: str, form: Form, context: dict[str, Any] | None = None) -> HttpResponse:
    return page(request, template, {**(context or {}), "form": form}, status=422 if form.errors else 200)
