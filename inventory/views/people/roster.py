"""Everyone with an account, for administrators: discipline, administrator or not, switched off or on again."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from inventory.forms import people as forms
from inventory.models import Feature, Person, Stale
from inventory.services.people import account as accounts
from inventory.services.people import team as teams
from inventory.views import _load
from inventory.views._page import Request, page
from inventory.views._stale import differences
from inventory.views.people import _mail

ROWS = 50
ONESELF = "Another administrator decides this about you."
LAST = "This is the last administrator: make somebody else one first."


@require_safe
def index(request: Request) -> HttpResponse:
    _load.administrator(request.user)
    form = forms.Find(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    rows = Paginator(Person.objects.matching(words).listed(), ROWS).get_page(request.GET.get("page"))
    return page(request, "people/list.html", {"page": rows, "form": form, "q": words})


@require_safe
def detail(request: Request, pk: int) -> HttpResponse:
    return _shown(request, _load.person_to_administer(pk, request.user))


@require_POST
def discipline(request: Request, pk: int) -> HttpResponse:
    person = _load.person_to_administer(pk, request.user)
    form = forms.Discipline(request.POST)

    def save(**given: Any) -> str:
        accounts.change_discipline(person=person, by=request.user.actor, at=timezone.now(), **given)
        return f"{person.name} now answers for {form.cleaned_data['discipline']}."

    return _saved(request, person, "discipline_form", form, save)


@require_POST
def administrator(request: Request, pk: int) -> HttpResponse:
    person = _load.person_to_administer(pk, request.user)

    def save(**given: Any) -> str:
        changed = accounts.set_administrator(person=person, by=request.user.actor, at=timezone.now(), **given)
        return f"{person.name} is {'now' if changed.is_administrator else 'no longer'} an administrator."

    return _saved(request, person, "administrator_form", forms.Administrator(request.POST), save)


@require_POST
def deactivate(request: Request, pk: int) -> HttpResponse:
    person = _load.person_to_administer(pk, request.user)
    form = forms.Deactivate(request.POST, person=person, owns=Feature.objects.owned_by(person).count())

    def save(version: int, reason: str, heir: Person | None = None) -> str:
        who = {"person": person, "heir": heir, "by": request.user.actor}
        accounts.deactivate(version=version, reason=reason, at=timezone.now(), **who)  # type: ignore[arg-type]
        return f"{person.name} can no longer sign in."

    return _saved(request, person, "deactivate_form", form, save)


@require_POST
def reactivate(request: Request, pk: int) -> HttpResponse:
    """The link goes to the person alone: whoever sees it can sign in as them."""
    person = _load.person_to_administer(pk, request.user)
    tokens: list[str] = []

    def save(version: int) -> str:
        tokens.append(accounts.reactivate(person=person, version=version, by=request.user.actor, at=timezone.now()))
        return f"{person.name} can sign in again, with a new password: the link to set one goes out by mail."

    answer = _saved(request, person, "reactivate_form", forms.Reactivate(request.POST), save)
    if not tokens:
        return answer
    link = _mail.link_to(request, tokens[0])
    return _mail.afterwards(answer, partial(_mail.send, person.email, "reactivated", link=link, name=person.name))


@require_POST
def anonymise(request: Request, pk: int) -> HttpResponse:
    person = _load.person_to_administer(pk, request.user)

    def save(version: int, reason: str, sure: bool) -> str:
        found = accounts.anonymise(
            person=person, version=version, reason=reason, by=request.user.actor, at=timezone.now()
        )
        return f"Whoever this was is now called {found.name}, here and in the history."

    return _saved(request, person, "anonymise_form", forms.Anonymise(request.POST, auto_id="anonymise_%s"), save)


def _saved(request: Request, person: Person, which: str, form: Form, save: Callable[..., str]) -> HttpResponse:
    """Save and say so; or the page again, with what was refused and why."""
    if form.is_valid():
        try:
            said = save(**form.cleaned_data)
        except Stale as stale:
            told = {"differences": differences(form, stale.theirs), which: form, "form": form}
            if not told["differences"]:
                form.add_error(None, "Somebody else changed this account first: look at it, then try again.")
            return _shown(request, stale.theirs, told, status=409)
        except (
            accounts.Oneself,
            accounts.LastAdministrator,
            teams.LastLead,
            teams.NotActive,
            accounts.HeirNeeded,
            accounts.StillActive,
            accounts.Anonymised,
        ) as no:
            form.add_error(None, _worded(no, person))
        else:
            messages.success(request, said)
            return redirect("people.detail", person.pk)
    return _shown(request, person, {which: form, "form": form}, status=422)


def _worded(refusal: Exception, person: Person) -> str:
    match refusal:
        case accounts.Oneself():
            return ONESELF
        case accounts.LastAdministrator():
            return LAST
        case teams.LastLead():
            return f"{person.name} is the only lead of {refusal}: make somebody else lead there first."
        case teams.NotActive():
            return "The account is switched off: switch it on first."
        case accounts.StillActive():
            return "The account is in use: switch it off first."
        case accounts.Anonymised():
            return "Nobody knows any more whose account this was: invite the person anew."
        case _:
            return "Choose somebody active to take over the features."


def _shown(request: Request, person: Any, changed: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    initial = {"version": person.version, "discipline": person.discipline}
    owned = Feature.objects.owned_by(person).select_related("team").order_by("name", "pk")
    context = {
        "person": person,
        "is_me": person == request.user,
        "owned": owned,
        "memberships": person.memberships.select_related("team").order_by("team__name", "pk"),
        "discipline_form": forms.Discipline(initial=initial, auto_id="discipline_%s"),
        "deactivate_form": forms.Deactivate(initial=initial, person=person, owns=len(owned), auto_id="deactivate_%s"),
        "anonymise_form": forms.Anonymise(initial=initial, auto_id="anonymise_%s"),
        **(changed or {}),
    }
    return page(request, "people/detail.html", context, status=status)
