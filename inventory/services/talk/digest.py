"""The mail of the day: what each person wants to hear of by mail and has not read, in one letter.

At most one letter a person and day, and nothing is lost: a row for person and day is made before the letter goes out,
by one worker alone; the notices count as told only after it has gone. A worker killed in between leaves the row, so no
second letter follows that day, and the notices, so they stand in tomorrow's: then one may be told twice, rather than
never. A letter the server did not take is tried again later that day, each time after a longer pause.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.template.loader import render_to_string
from django.utils import timezone

from inventory.domain.notice import Event, Way
from inventory.models import Digest, Notice, Person
from inventory.models.notice import EVENTS
from inventory.services import notice
from inventory.services.labelling import part_notice

log = logging.getLogger(__name__)
PAUSE = timedelta(minutes=15)  # before a letter is tried again, times the tries so far
LONGEST = 100  # notices in one letter
SECONDS = 20.0  # a round may take: whoever sends has other periodic work
KEPT = timedelta(days=30)


@dataclass(slots=True)
class Sent:
    """What became of the letters of one round."""

    sent: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    notices: Sequence[Notice]


def send_due(*, at: datetime) -> Sent:
    """From DIGEST_HOUR on, in the installation's time zone: what happened before it. To be called often."""
    hour = timezone.localtime(at).replace(hour=settings.DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return send(at=at, before=hour, seconds=SECONDS) if hour <= at else Sent()


def send(*, at: datetime, before: datetime, seconds: float = float("inf")) -> Sent:
    """A letter to everybody who has heard of something `before` then and got none today. Ends early where the mail
    server does not answer or the time is up: the next round goes on."""
    found, until = Sent(), time.monotonic() + seconds
    for person in _due(at, before):
        if time.monotonic() > until:
            break
        if not _is_mine(person, at):
            continue
        notices = _wanted(person, before)
        if not notices:
            Digest.objects.filter(person=person, on=timezone.localdate(at)).delete()
            continue
        try:
            _letter(person, notices).send()
        except (SMTPRecipientsRefused, SMTPDataError) as error:
            found.failed += _failed(person, at, error)
        except OSError as error:  # every other error of smtplib, and of the network: the next letter would meet it too
            found.failed += _failed(person, at, error)
            break
        except Exception as error:
            log.exception("the digest of person %s cannot be written", person.pk)
            found.failed += _failed(person, at, error)
        else:
            found.sent += _gone(person, notices[0].pk, at)
    return found


def drop_old(*, at: datetime) -> int:
    return Digest.objects.filter(on__lt=timezone.localdate(at - KEPT)).delete()[0]


def _due(at: datetime, before: datetime) -> list[Person]:
    """Active people with something to tell, who got no letter today and for whom none is on its way."""
    unsent = Notice.objects.to_mail().filter(person=OuterRef("pk"), at__lt=before)
    today = Digest.objects.filter(person=OuterRef("pk"), on=timezone.localdate(at))
    closed = today.filter(Q(again_at=None) | Q(again_at__gt=at))
    return list(Person.objects.active().filter(Exists(unsent), ~Exists(closed)).order_by("pk"))


def _is_mine(person: Person, at: datetime) -> bool:
    """Of any number of workers one gets it: by making the row, or by taking up a letter that failed."""
    on = timezone.localdate(at)
    row, is_new = Digest.objects.get_or_create(person=person, on=on)
    if is_new:
        return True
    again = Digest.objects.filter(pk=row.pk, again_at__lte=at)
    return bool(again.update(again_at=None, tries=F("tries") + 1))


def _wanted(person: Person, before: datetime) -> list[Notice]:
    """What there is to tell, asked now: of an event they no longer want by mail they hear nothing more, nor of what
    asked something of them and is done."""
    told = notice.choices(person).told
    off = [event for event in Event if Way.MAIL not in told[event]]
    mine = Notice.objects.of(person).to_mail().filter(at__lt=before)
    mine.filter(event__in=off).update(to_mail=False)
    mine.filter(pk__in=part_notice.over(person, mine)).update(to_mail=False)
    return list(mine.select_related("by").order_by("-pk")[: LONGEST + 1])


def _letter(person: Person, notices: Sequence[Notice]) -> EmailMessage:
    told = notices[:LONGEST]
    groups = [Group(title, found) for event, title in EVENTS if (found := [n for n in told if n.event == event])]
    context = {"person": person, "groups": groups, "is_cut": len(notices) > LONGEST, "site": settings.SITE_URL}
    text = render_to_string("mail/digest.txt", context).strip()
    subject, _, body = text.partition("\n")
    return EmailMessage(" ".join(subject.split()), body.strip() + "\n", None, [person.email])


def _failed(person: Person, at: datetime, error: Exception) -> int:
    log.error("the digest of person %s could not be sent and is tried again: %s", person.pk, type(error).__name__)
    mine = Digest.objects.filter(person=person, on=timezone.localdate(at))
    return mine.update(again_at=at + PAUSE * mine.values_list("tries", flat=True).get())


@transaction.atomic
def _gone(person: Person, last: int, at: datetime) -> int:
    """More than the letter could hold has been told of as well: it says where the rest is."""
    Notice.objects.of(person).filter(to_mail=True, pk__lte=last).update(to_mail=False)
    return Digest.objects.filter(person=person, on=timezone.localdate(at)).update(sent_at=at)
