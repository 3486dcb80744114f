"""What people change about their own account, and what administrators decide about others'.

Names, e-mails and passwords change here, but only that they did goes into the history.
"""

from datetime import datetime
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.db import IntegrityError, transaction
from django.db.models import Q

from inventory.domain.audit import Actor
from inventory.models import Feature, OneTimeLink, Person
from inventory.services import audit
from inventory.services.people import link, people, team


class Oneself(Exception):
    """Nobody decides this about themselves."""


class LastAdministrator(Exception):
    """Somebody has to be able to administer the installation."""


class StillActive(Exception):
    """Only an account that is switched off is anonymised."""


class Anonymised(Exception):
    """Nobody knows any more whose account this was."""


class HeirNeeded(Exception):
    """The person owns features: somebody else, and active, has to take them over."""


@transaction.atomic
def edit(*, person: Person, version: int, name: str, email: str, by: Actor, at: datetime) -> Person:
    """A new e-mail makes links mailed to the old one worthless. Raises `Stale`, `EmailTaken`."""
    found = people.locked(person.pk)
    email = email.lower()
    if (found.name, found.email) == (name, email):
        return found
    links = link.open_for(found, at=at) if found.email != email else []
    before = audit.states(found, *links)
    found.version, found.name, found.email, found.named_at = version, name, email, at
    try:
        with transaction.atomic():
            found.write("name", "email", "named_at")
    except IntegrityError as taken:
        raise people.EmailTaken from taken
    link.close(links, at=at)
    after = audit.states(found, *links)
    audit.record(kind="people.edit", by=by, at=at, subject=found, before=before, after=after)
    return found


@transaction.atomic
def change_password(*, person: Person, password: str, by: Actor, at: datetime) -> Person:
    """Ends every session opened with the old password, and makes links that let this person in worthless."""
    found = people.locked(person.pk)
    links = link.open_for(found, at=at)
    before = audit.states(found, *links)
    people.set_password(found, password, at=at)
    link.close(links, at=at)
    after = audit.states(found, *links)
    audit.record(kind="people.change_password", by=by, at=at, subject=found, before=before, after=after)
    return found


@transaction.atomic
def change_discipline(*, person: Person, version: int, discipline: str, reason: str, by: Actor, at: datetime) -> Person:
    """For administrators, never about themselves: so that nobody looks at both sides. Raises `Stale`, `Oneself`."""
    if by == person.actor:
        raise Oneself
    found = people.locked(person.pk)
    return _changed(
        found, version, {"discipline": discipline}, kind="people.change_discipline", reason=reason, by=by, at=at
    )


@transaction.atomic
def set_administrator(*, person: Person, version: int, is_administrator: bool, by: Actor, at: datetime) -> Person:
    """Raises `Stale`, `LastAdministrator`, `NotActive`."""
    held = _held(person)
    found = held[person.pk]
    if is_administrator and not found.is_active:
        raise team.NotActive
    if not is_administrator and _administering(held) == {found.pk}:
        raise LastAdministrator
    return _changed(
        found, version, {"is_administrator": is_administrator}, kind="people.set_administrator", by=by, at=at
    )


@transaction.atomic
def deactivate(
    *, person: Person, version: int, heir: Person | None, reason: str = "", by: Actor, at: datetime
) -> Person:
    """Take the way in away: sessions end, password and links are worthless; their features go to `heir`.

    Raises `Stale`, `Oneself`, `LastAdministrator`, `LastLead`, `HeirNeeded`.
    """
    if by == person.actor:
        raise Oneself
    held = _held(person, heir)
    found = held[person.pk]
    if not found.is_active:
        return found
    if _administering(held) == {found.pk}:
        raise LastAdministrator
    only_lead_of = team.led_only_by(found)
    if only_lead_of:
        raise team.LastLead(only_lead_of)
    features = list(Feature.objects.select_for_update(no_key=True).owned_by(found).order_by("pk"))
    links = link.open_for(found, at=at)
    before = audit.states(found, *features, *links)
    found.version, found.is_active = version, False
    found.write("is_active")
    people.set_password(found, None, at=at)
    link.close(links, at=at)
    _hand_over(features, found, held.get(heir.pk) if heir else None)
    after = audit.states(found, *features, *links)
    audit.record(kind="people.deactivate", by=by, at=at, subject=found, before=before, after=after, reason=reason)
    return found


@transaction.atomic
def reactivate(*, person: Person, version: int, by: Actor, at: datetime) -> str:
    """Let the person in again: the token returned lets them set the password they then need.

    Raises `Stale`, `Anonymised`.
    """
    found = people.locked(person.pk)
    if found.anonymised_at is not None:
        raise Anonymised
    before = audit.states(found)
    found.version, found.is_active = version, True
    found.write("is_active")
    made, token = link.made(purpose="reset", person=found, email=found.email, at=at)
    after = audit.states(found, made)
    audit.record(kind="people.reactivate", by=by, at=at, subject=found, before=before, after=after)
    return token


@transaction.atomic
def anonymise(*, person: Person, version: int, reason: str = "", by: Actor, at: datetime) -> Person:
    """Take name and e-mail away for good, wherever they are kept. History has only the number, and still verifies.

    What people typed into texts stays. Raises `Stale`, `StillActive`.
    """
    found = people.locked(person.pk)
    if found.anonymised_at is not None:
        return found
    if found.is_active:
        raise StillActive
    before = audit.states(found)
    known_as = found.email
    found.version, found.is_administrator = version, False
    found.name, found.email = f"Former member {found.pk}", f"former-member-{found.pk}@anonymised.invalid"
    found.last_login, found.named_at, found.anonymised_at = None, at, at
    found.write("name", "email", "last_login", "is_administrator", "named_at", "anonymised_at")
    OneTimeLink.objects.filter(Q(person=found) | Q(email__iexact=known_as)).update(email="")
    for kept in (AccessAttempt, AccessLog, AccessFailureLog):
        kept.objects.filter(username__iexact=known_as).delete()
    audit.record(
        kind="people.anonymise", by=by, at=at, subject=found, before=before, after=audit.states(found), reason=reason
    )
    return found


def _changed(
    found: Person, version: int, values: dict[str, Any], *, kind: str, reason: str = "", by: Actor, at: datetime
) -> Person:
    before = audit.states(found)
    found.version = version
    for name, value in values.items():
        setattr(found, name, value)
    fields = audit.changed(found, before)
    if fields:
        found.write(*fields)
    audit.record(kind=kind, by=by, at=at, subject=found, before=before, after=audit.states(found), reason=reason)
    return found


def _held(person: Person, heir: Person | None = None) -> dict[int, Person]:
    """Both, and everyone who can administer, until the transaction ends: two who demote each other wait here. In one
    order and before any feature, as whoever makes one of them an owner holds them."""
    wanted = Q(pk__in=[each.pk for each in (person, heir) if each]) | Q(is_administrator=True, is_active=True)
    return {each.pk: each for each in Person.objects.select_for_update(no_key=True).filter(wanted).order_by("pk")}


def _administering(held: dict[int, Person]) -> set[int]:
    return {pk for pk, each in held.items() if each.is_administrator and each.is_active}


def _hand_over(features: list[Feature], leaving: Person, heir: Person | None) -> None:
    if not features:
        return
    if heir is None or heir.pk == leaving.pk or not heir.is_active:
        raise HeirNeeded
    for feature in features:
        before = audit.states(feature)
        if feature.product_owner_id == leaving.pk:
            feature.product_owner_id = heir.pk
        if feature.engineering_owner_id == leaving.pk:
            feature.engineering_owner_id = heir.pk
        feature.write(*audit.changed(feature, before))
