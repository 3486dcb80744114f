"""One's own account: name, e-mail, password."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from inventory.forms import people as forms
from inventory.models import Stale
from inventory.services import account as accounts
from inventory.services import people
from inventory.views._page import Request, page, typed
from inventory.views._stale import differences


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: Request) -> HttpResponse:
    person = request.user
    form = forms.Account(
        typed(request), person=person, initial={n: getattr(person, n) for n in ("version", "name", "email")}
    )
    context = {"form": form, "memberships": person.memberships.select_related("team").order_by("team__name", "pk")}
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
