"""Invitations into a team, by one-time link."""

from datetime import datetime

from django.db import models, transaction

from inventory.domain.audit import Actor
from inventory.models import Membership, OneTimeLink, Person, Team
from inventory.services import audit
from inventory.services.people import link, people
from inventory.services.people import team as teams


class HasAccount(Exception):
    """The invited e-mail has an account: no second one is made, the person joins with theirs."""

    def __init__(self, person: Person) -> None:
        super().__init__(person.pk)
        self.person = person


@transaction.atomic
def invite(*, team: Team, email: str, discipline: str, role: str, by: Actor, at: datetime) -> str:
    """The token of a link into the team; an open one for the same e-mail is withdrawn.

    Raises `HasAccount`, `Closed`.
    """
    email = email.lower()
    if Team.objects.select_for_update(no_key=True).get(pk=team.pk).retired_at is not None:
        raise teams.Closed
    person = Person.objects.filter(email=email).first()
    if person is not None:
        raise HasAccount(person)
    older = list(open_for(team, at=at).filter(email=email))
    before = audit.states(*older)
    OneTimeLink.objects.filter(pk__in=[each.pk for each in older]).delete()
    made, token = link.made(purpose="invite", team=team, email=email, discipline=discipline, role=role, at=at)
    audit.record(kind="people.invite", by=by, at=at, subject=made, before=before, after=audit.states(made))
    return token


def open_for(team: Team, *, at: datetime) -> models.QuerySet[OneTimeLink]:
    """Invitations into the team that nobody has taken yet."""
    return OneTimeLink.objects.open(at).filter(purpose="invite", team=team).order_by("email", "pk")


@transaction.atomic
def withdraw(*, invitation: OneTimeLink, by: Actor, at: datetime) -> None:
    """Delete an invitation nobody has taken. Raises `Spent` where somebody was faster."""
    before = audit.states(invitation)
    deleted, _ = OneTimeLink.objects.open(at).filter(pk=invitation.pk, purpose="invite").delete()
    if not deleted:
        raise link.Spent
    audit.record(kind="people.withdraw", by=by, at=at, subject=invitation, before=before, after={})


def account_of(invitation: OneTimeLink) -> Person | None:
    """Whoever has made an account with the invited e-mail since."""
    return Person.objects.active().filter(email=invitation.email).first()


@transaction.atomic
def accept(*, token: str, name: str, password: str, at: datetime) -> Person:
    """Use the invitation up and make the account it is for. Raises `Spent`, `EmailTaken`."""
    found, team = _opened(token, at)
    before = audit.states(found)
    link.use(found, at=at)
    person = people.created(email=found.email, name=name, discipline=found.discipline, password=password, at=at)
    joined = Membership.objects.create(team=team, person=person, role=found.role)
    after = audit.states(found, person, joined)
    audit.record(kind="people.join", by=person.actor, at=at, subject=person, before=before, after=after)
    return person


@transaction.atomic
def join(*, token: str, at: datetime) -> Membership:
    """Use the invitation up for the account its e-mail has by now; a role already held stays. Raises `Spent`."""
    found, team = _opened(token, at)
    person = account_of(found)
    if person is None:
        raise link.Spent
    before = audit.states(found)
    link.use(found, at=at)
    joined, is_new = Membership.objects.get_or_create(team=team, person=person, defaults={"role": found.role})
    after = audit.states(found, joined) if is_new else audit.states(found)
    audit.record(kind="people.join", by=person.actor, at=at, subject=person, before=before, after=after)
    return joined


def _opened(token: str, at: datetime) -> tuple[OneTimeLink, Team]:
    found = link.opened(token, "invite", at=at)
    if found.team is None:
        raise link.Spent
    return found, found.team
