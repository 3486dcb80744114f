"""How people get in: the first administrator, new accounts, and one-time links for whoever is locked out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from inventory.domain.audit import Actor
from inventory.models import OneTimeLink, Person
from inventory.services import audit
from inventory.services.people import link
from inventory.services.people import team as teams

STARTING = Actor("command", "serve")
RESETS_AN_HOUR = 5


class EmailTaken(Exception):
    """Another account has this e-mail."""


class NoAccount(Exception):
    """No active account has this e-mail."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A link's token, and whom it lets in: nobody else may be told."""

    person: Person
    token: str


@transaction.atomic
def first_link(*, at: datetime, by: Actor = STARTING) -> str | None:
    """The token of a link that makes the first administrator; None where there is one."""
    if Person.objects.administrators().exists():
        return None
    made, token = link.made(purpose="first", at=at)
    audit.record(kind="people.first_link", by=by, at=at, subject=made, before={}, after=audit.states(made))
    return token


@transaction.atomic
def begin(*, token: str, email: str, name: str, discipline: str, password: str, team: str, at: datetime) -> Person:
    """Use a first link up: its holder becomes administrator, and lead of a first team.

    Raises `Spent`, `EmailTaken`, `team.NameTaken`.
    """
    # Holders of two first links wait here for one another, so that one of them comes too late.
    list(OneTimeLink.objects.select_for_update(no_key=True).filter(purpose="first").order_by("pk"))
    found = link.opened(token, "first", at=at)
    before = audit.states(found)
    link.use(found, at=at)
    person = created(email=email, name=name, discipline=discipline, password=password, at=at, is_administrator=True)
    founded = teams.founded(name=team, lead=person)
    after = audit.states(found, person, *founded)
    audit.record(kind="people.begin", by=person.actor, at=at, subject=person, before=before, after=after)
    return person


def created(
    *, email: str, name: str, discipline: str, password: str, at: datetime, is_administrator: bool = False
) -> Person:
    """A saved account, for a caller that records it. Raises `EmailTaken`."""
    person = Person(
        email=email.lower(), name=name, discipline=discipline, joined_at=at, is_administrator=is_administrator
    )
    person.set_password(password)
    person.password_set_at = at
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError as taken:
        raise EmailTaken from taken
    return person


@transaction.atomic
def sign_in_link(*, email: str, by: Actor, at: datetime) -> str:
    """The token of a link that signs this person in: for whoever is locked out. Raises `NoAccount`."""
    person = Person.objects.active().filter(email=email.strip().lower()).first()
    if person is None:
        raise NoAccount
    made, token = link.made(purpose="sign_in", person=person, email=person.email, at=at)
    audit.record(kind="people.sign_in_link", by=by, at=at, subject=made, before={}, after=audit.states(made))
    return token


@transaction.atomic
def reset_link(*, email: str, by: Actor, at: datetime) -> Sent | None:
    """A link that lets this person set a new password; None for no active account, or after five in an hour."""
    person = Person.objects.active().select_for_update(no_key=True).filter(email=email.lower()).first()
    lately = OneTimeLink.objects.filter(purpose="reset", person=person, created_at__gt=at - timedelta(hours=1))
    if person is None or lately.count() >= RESETS_AN_HOUR:
        return None
    made, token = link.made(purpose="reset", person=person, email=person.email, at=at)
    audit.record(kind="people.reset_link", by=by, at=at, subject=made, before={}, after=audit.states(made))
    return Sent(person, token)


@transaction.atomic
def enter(*, token: str, password: str = "", at: datetime) -> Person:
    """Use a sign-in or reset link up and return who it lets in. A new password ends their sessions and other links.

    Raises `Spent`.
    """
    found = link.opened(token, "sign_in", "reset", at=at)
    if found.person is None:
        raise link.Spent
    person = locked(found.person.pk)
    others = [each for each in link.open_for(person, at=at) if password and each.pk != found.pk]
    before = audit.states(found, person, *others)
    link.use(found, at=at)
    link.close(others, at=at)
    if password:
        set_password(person, password, at=at)
    after = audit.states(found, person, *others)
    audit.record(kind="people.enter", by=person.actor, at=at, subject=person, before=before, after=after)
    return person


def locked(pk: int) -> Person:
    """The person as they are now, held against any other change until the transaction ends."""
    return Person.objects.select_for_update(no_key=True).get(pk=pk)


def set_password(person: Person, password: str | None, *, at: datetime) -> None:
    """Write a new password, or none at all, for a caller that records it: sessions opened with the old one end."""
    person.set_password(password)
    person.password_set_at = at
    person.write("password", "password_set_at")
