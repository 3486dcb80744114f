"""Members of a team: invited, added, given another role, removed."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from inventory.forms import team as forms
from inventory.models import Membership, Person, Stale, Team
from inventory.services.people import invitation, link
from inventory.services.people import team as teams
from inventory.views import _load
from inventory.views._page import Request, page, typed
from inventory.views._stale import differences
from inventory.views.people import _mail

CLOSED = "The team is retired: restore it first."
SWITCHED_OFF = "This person's account is switched off. An administrator can switch it on again."


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: Request, pk: int) -> HttpResponse:
    """The link is shown once, in the answer itself, so that its token is kept nowhere."""
    team = _load.team_to_lead(pk, request.user)
    form = forms.Invite(typed(request))
    context: dict[str, Any] = {"team": team, "form": form}
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("email", "discipline", "role")}
        try:
            token = invitation.invite(team=team, by=request.user.actor, at=timezone.now(), **given)
        except invitation.HasAccount as known:
            return _add(request, team, form, known.person)
        except teams.Closed:
            form.add_error(None, CLOSED)
        else:
            return _invited(request, team, given["email"], token)
    return page(request, "team/invite.html", context, status=422 if form.errors else 200)


@require_POST
def withdraw(request: Request, pk: int, link_pk: int) -> HttpResponse:
    found = _load.invitation_to_lead(pk, link_pk, request.user)
    try:
        invitation.withdraw(invitation=found, by=request.user.actor, at=timezone.now())
    except link.Spent:
        messages.error(request, "The invitation was taken, or had expired: there is nothing to withdraw.")
    else:
        messages.success(request, f"The invitation of {found.email} is withdrawn: its link no longer works.")
    return redirect("team.detail", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: Request, pk: int, member_pk: int) -> HttpResponse:
    """A member's role."""
    found = _load.membership_to_lead(pk, member_pk, request.user)
    form = _role_form(found, typed(request))
    if form.is_valid():
        try:
            teams.change_role(membership=found, by=request.user.actor, at=timezone.now(), **form.cleaned_data)
        except Stale as stale:
            found.version = stale.theirs.version
            return _shown(request, found, form, status=409, differences=differences(form, stale.theirs))
        except teams.NoMember:
            raise Http404 from None
        except teams.LastLead:
            form.add_error("role", _last_lead(found))
        else:
            return redirect("team.detail", pk)
    return _shown(request, found, form, status=422 if form.errors else 200)


@require_POST
def remove(request: Request, pk: int, member_pk: int) -> HttpResponse:
    found = _load.membership_to_lead(pk, member_pk, request.user)
    form = forms.Remove(request.POST)
    if form.is_valid():
        try:
            teams.remove(membership=found, by=request.user.actor, at=timezone.now(), **form.cleaned_data)
        except Stale:
            form.add_error(None, "Somebody else changed this role first: look at it, then remove.")
            return _shown(request, _load.membership_to_lead(pk, member_pk, request.user), form, status=409)
        except teams.NoMember:
            raise Http404 from None
        except teams.LastLead:
            form.add_error(None, _last_lead(found))
        else:
            messages.success(request, f"{found.person.name} is no longer in {found.team.name}.")
            return redirect("team.detail", pk)
    return _shown(request, found, form, status=422)


def _add(request: Request, team: Team, form: forms.Invite, person: Person) -> HttpResponse:
    """Somebody who has an account joins with it, once that is confirmed: there is no second account."""
    context = {"team": team, "form": form, "person": person}
    if not person.is_active:
        form.add_error("email", SWITCHED_OFF)
    elif form.cleaned_data["is_confirmed"]:
        try:
            role = form.cleaned_data["role"]
            teams.add(team=team, person=person, role=role, by=request.user.actor, at=timezone.now())
        except teams.AlreadyMember:
            form.add_error("email", f"{person.name} is in the team already: change the role there.")
        except teams.Closed:
            form.add_error(None, CLOSED)
        except teams.NotActive:
            form.add_error("email", SWITCHED_OFF)
        else:
            messages.success(request, f"{person.name} is in {team.name} now.")
            return redirect("team.detail", team.pk)
    template = "team/invite.html" if form.errors else "team/add.html"
    return page(request, template, context, status=422 if form.errors else 200)


def _invited(request: Request, team: Team, email: str, token: str) -> HttpResponse:
    address = _mail.link_to(request, token)
    answer = page(request, "team/invited.html", {"team": team, "email": email, "link": address})
    told = {"link": address, "team": team.name, "by": request.user.name}
    return _mail.afterwards(answer, partial(_mail.send, email, "invitation", **told))


def _shown(
    request: Request, found: Membership, form: forms.Role | forms.Remove, *, status: int, **told: Any
) -> HttpResponse:
    role_form = form if isinstance(form, forms.Role) else _role_form(found)
    context = {"member": found, "form": form, "role_form": role_form, **told}
    return page(request, "team/member.html", context, status=status)


def _role_form(found: Membership, sent: QueryDict | None = None) -> forms.Role:
    return forms.Role(sent, initial={"version": found.version, "role": found.role})


def _last_lead(found: Membership) -> str:
    return f"{found.person.name} is the only lead of {found.team.name}: make somebody else lead first."
