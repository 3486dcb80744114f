"""Moments in history as the number of the last action before them: what is asked "since" or "as of" one of them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max
from django.utils import timezone

from inventory.domain import audit as links
from inventory.models import Action, Change, Frozen, Job, Part
from inventory.models.frozen import ALL
from inventory.services import audit

# An action carries the time its work began, and stands in the chain where it ended: a job may take so long meanwhile.
SLACK = timedelta(minutes=30)


class NotYet(Exception):
    """A day that is still to come."""


@dataclass(frozen=True, slots=True)
class Moment:
    """`seq` is the last action before it, 0 for none; `at` is None for the moment of now."""

    seq: int
    at: datetime | None
    words: str
    day: date | None = None

    @property
    def address(self) -> str:
        """What asks for the inventory as of it; empty for now."""
        if self.at is None:
            return ""
        return f"action={self.seq}" if self.day is None else f"day={self.day.isoformat()}"


def now() -> Moment:
    return Moment(audit.head().seq, None, "now")


def of_day(day: date) -> Moment:
    """The end of that day in the installation's time zone; for today, now. Raises `NotYet`."""
    today = timezone.localdate()
    if day > today:
        raise NotYet
    if day == today:
        return now()
    return Moment(until(end_of(day)), end_of(day), f"the end of {day.day} {day:%B %Y}", day)


def of_export() -> Moment | None:
    """When the last export of the plan that was finished began; None where none was made."""
    done = Job.objects.filter(kind="export_plan", state="done").order_by("-started_at", "-pk").first()
    if done is None or done.started_at is None:
        return None
    at = done.started_at
    return Moment(until(at), at, f"the last export of the plan, {_shown(at)}")


def of_version(team: int | None = None) -> Moment | None:
    """When the newest version of the plan was frozen: of that team or of all, or of anybody's where neither is. What a
    later commit will rest on; None where none was frozen."""
    found = Frozen.objects.filter(scope__in=[team or ALL, ALL]).newest_first().first()
    found = found or Frozen.objects.newest_first().first()
    frozen = found and Action.objects.filter(record=Frozen.RECORD, record_id=str(found.pk)).order_by("seq").first()
    if found is None or not frozen:
        return None
    return Moment(frozen.seq, found.frozen_at, f"{found}, frozen {_shown(found.frozen_at)}")


def of_seal(record: str, pk: int) -> Moment | None:
    """When the part, or a part of the call, was last sealed; None where none is."""
    parts = Part.objects.exclude(sealed_at=None).order_by("-sealed_at", "-pk")
    found = parts.filter(pk=pk) if record == Part.RECORD else parts.filter(call=pk)
    part = found.first()
    if part is None or part.sealed_at is None:
        return None
    sealed = Change.objects.filter(
        record=Part.RECORD, record_id=str(part.pk), after__contains=f'"sealed_at":"{links.instant(part.sealed_at)}"'
    )
    seq = sealed.aggregate(last=Max("action__seq"))["last"]
    return Moment(seq, part.sealed_at, f"when it was sealed, {_shown(part.sealed_at)}") if seq else None


def of_action(seq: int) -> Moment | None:
    """When that action was done."""
    at = Action.objects.filter(seq=seq).values_list("at", flat=True).first()
    return None if at is None else Moment(seq, at, f"action {seq:,}")


def of(*, day: date | None, action: int | None) -> Moment:
    """The end of that day, or right after that action, which is known."""
    found = of_action(action) if day is None and action is not None else None
    return found or (now() if day is None else of_day(day))


def until(at: datetime) -> int:
    """The last action that began before `at`, by two short looks into the index by time."""
    rows = Action.objects.filter(at__lt=at)
    latest = rows.order_by("-at", "-seq").values_list("at", flat=True).first()
    if latest is None:
        return 0
    return int(rows.filter(at__gte=latest - SLACK).aggregate(last=Max("seq"))["last"])


def end_of(day: date) -> datetime:
    """The first moment of the next day."""
    return start_of(day + timedelta(days=1))


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001  made aware at once


def _shown(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
