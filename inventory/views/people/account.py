"""One's own account: name, e-mail, password."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from inventory.forms import notice as notice_forms
from inventory.forms import people as forms
from inventory.models import NoticeChoices, Person, Stale
from inventory.services import notice
from inventory.services.people import account as accounts
from inventory.services.people import people
from inventory.views._page import Request, page, typed
from inventory.views._stale import Difference, differences


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: Request) -> HttpResponse:
    person = request.user
    form = forms.Account(typed(request), person=person, initial=_initial(person))
    context = _context(person, form, _choices(person))
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("version", "name", "email")}
        try:
            accounts.edit(person=person, by=person.actor, at=timezone.now(), **given)
        except Stale as stale:
            context["differences"] = differences(form, stale.theirs)
            return page(request, "people/account.html", context, status=409)
        except people.EmailTaken:
            form.add_error("email", "Somebody else has an account with this e-mail.")
        else:
            messages.success(request, "Saved.")
            return redirect("people.account")
    return page(request, "people/account.html", context, status=422 if form.errors else 200)


@require_POST
def notices(request: Request) -> HttpResponse:
    """By which ways the person is told of what."""
    person = request.user
    form = _choices(person, request.POST)
    context = _context(person, forms.Account(person=person, initial=_initial(person)), form)
    if form.is_valid():
        chosen, version = form.chosen(), form.cleaned_data["version"]
        try:
            notice.choose(person=person, version=version, chosen=chosen, by=person.actor, at=timezone.now())
        except Stale as stale:
            context["notice_differences"] = _notice_differences(form, stale)
            return page(request, "people/account.html", context, status=409)
        messages.success(request, "Saved.")
        return redirect("people.account")
    return page(request, "people/account.html", context, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def password(request: Request) -> HttpResponse:
    """Every other session of the person ends; this one goes on under a new id."""
    person = request.user
    form = forms.ChangePassword(typed(request), person=person)
    if form.is_valid():
        given = form.cleaned_data["password"]
        changed = accounts.change_password(person=person, password=given, by=person.actor, at=timezone.now())
        update_session_auth_hash(request, changed)
        messages.success(request, "Your password is changed. You are signed out everywhere else.")
        return redirect("people.account")
    return page(request, "people/password.html", {"form": form}, status=422 if form.errors else 200)


def _initial(person: Person) -> dict[str, Any]:
    return {name: getattr(person, name) for name in ("version", "name", "email")}


def _choices(person: Person, data: Any = None) -> notice_forms.Choices:
    found = notice.choices(person)
    return notice_forms.Choices(data, told=found.told, initial={"version": found.version}, auto_id="id_notice_%s")


def _context(person: Person, form: forms.Account, choices: notice_forms.Choices) -> dict[str, Any]:
    memberships = person.memberships.select_related("team").order_by("team__name", "pk")
    return {"form": form, "choices": choices, "memberships": memberships}


def _notice_differences(form: notice_forms.Choices, stale: Stale) -> list[Difference]:
    theirs = stale.theirs
    assert isinstance(theirs, NoticeChoices)
    form.data = {**form.data.dict(), "version": str(theirs.version)}  # type: ignore[attr-defined]
    return [Difference(*each) for each in notice_forms.differing(form.chosen(), theirs.told)]
