"""One-time links: whoever holds one is let in once, until it expires. Only a SHA-256 of the token is kept.

The pieces other services build on, inside their transactions; who asked for a link and why is theirs to record.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from inventory.models import OneTimeLink, Person

LASTS = {
    "first": timedelta(hours=1),
    "invite": timedelta(days=7),
    "sign_in": timedelta(minutes=15),
    "reset": timedelta(hours=1),
}


class Spent(Exception):
    """The link is unknown, used, expired or no longer wanted: which of them is not told apart."""


def made(*, purpose: str, at: datetime, **fields: Any) -> tuple[OneTimeLink, str]:
    """A saved link and its token, which nobody can see again."""
    token = secrets.token_urlsafe(32)
    found = OneTimeLink.objects.create(
        token_hash=_hashed(token), purpose=purpose, created_at=at, expires_at=at + LASTS[purpose], **fields
    )
    return found, token


def opened(token: str, *purposes: str, at: datetime) -> OneTimeLink:
    """The link behind `token`, for any of `purposes` or for all; looking uses nothing up. Raises `Spent`."""
    links = OneTimeLink.objects.open(at).select_related("person", "team")
    found = links.filter(token_hash=_hashed(token), purpose__in=purposes or LASTS).first()
    if found is None or _unwanted(found):
        raise Spent
    return found


def use(found: OneTimeLink, *, at: datetime) -> None:
    """Use the link up. Of two that come at the same time one gets `Spent`: the row itself decides."""
    if OneTimeLink.objects.open(at).filter(pk=found.pk).update(used_at=at) != 1:
        raise Spent
    found.used_at = at


def open_for(person: Person, *, at: datetime) -> list[OneTimeLink]:
    """Every open link that would let this person in."""
    return list(OneTimeLink.objects.open(at).filter(person=person).order_by("pk"))


def close(links: Sequence[OneTimeLink], *, at: datetime) -> None:
    """Make open links worthless."""
    OneTimeLink.objects.open(at).filter(pk__in=[each.pk for each in links]).update(used_at=at)
    for each in links:
        each.used_at = each.used_at or at


def _unwanted(found: OneTimeLink) -> bool:
    """A link outlives neither its account nor its team, and the first one not the first administrator."""
    if found.purpose == "first":
        return Person.objects.administrators().exists()
    if found.purpose == "invite":
        return found.team is None or found.team.retired_at is not None
    return found.person is None or not found.person.is_active


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
