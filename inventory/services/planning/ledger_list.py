"""The ledger as a list: every entry, or those that one of its sums adds up. Micro-dollars a month."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from inventory.domain import wave as months
from inventory.models import Feature, Realised, Team, Wave
from inventory.models.realised import Ledger
from inventory.services.planning.ledger import NO_WAVE

ELSEWHERE = "elsewhere"
NOW: Mapping[str, Callable[[Ledger], Ledger]] = {
    "realised": lambda found: found.standing(),
    "verified": lambda found: found.standing().exclude(verified_at=None),
    "ended": lambda found: found.exclude(ended_at=None),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """`now` is a key of NOW, `wave` the number of one, NO_WAVE or ELSEWHERE. `since` is a day of the month after whose
    end they were moved."""

    team: Team | None = None
    feature: Feature | None = None
    now: str = ""
    wave: str = ""
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Entries:
    """What entries of the ledger add up to."""

    count: int
    before: int
    after: int
    saving: int


ALL = Asked()


def entries(asked: Asked = ALL) -> QuerySet[Realised]:
    """The ledger itself, newest first, also what was taken back; or those a sum adds up."""
    found = Realised.objects.of_team(asked.team)
    found = NOW[asked.now](found) if asked.now else found
    if asked.feature is not None:
        found = found.filter(part__feature=asked.feature)
    if asked.wave == NO_WAVE:
        found = found.filter(wave=None)
    elif asked.wave == ELSEWHERE:
        found = found.exclude(wave=None).exclude(wave__in=Wave.objects.live().filter(team=asked.team))
    elif asked.wave:
        found = found.filter(wave=int(asked.wave))
    if asked.since is not None:
        found = found.filter(moved_at__gte=_end_of(asked.since))
    return found.newest_first()


def _end_of(month: date) -> datetime:
    """The first moment of the next one."""
    after = months.first_day(months.month(month) + 1)
    return timezone.make_aware(datetime(after.year, after.month, after.day))  # noqa: DTZ001  made aware at once


def together(found: QuerySet[Realised]) -> Entries:
    """What these entries add up to."""
    sums = found.order_by().aggregate(
        count=Count("pk"), before=Sum("cost_before"), after=Sum("cost_after"), saving=Sum("saving")
    )
    return Entries(**{name: int(amount or 0) for name, amount in sums.items()})
