"""Labels counted anew, where a team changes its mind about whether one side is enough, or a call its team."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils import timezone

from inventory.domain.part import State
from inventory.models import Call, Part, Team
from inventory.services import audit
from inventory.services.labelling import agreement
from inventory.services.prices import pricing

REST_ON_ONE_SIDE = (State.ONE_SIDE, State.CHECK_NEEDED)


@dataclass(frozen=True, slots=True)
class Affected:
    """Calls with a part that rests on one side's sheet alone, and all their parts."""

    calls: Sequence[Call]
    parts: Sequence[Part]

    @property
    def records(self) -> list[Call | Part]:
        return [*self.calls, *self.parts]


NOTHING = Affected((), ())


def affected(team: Team) -> Affected:
    """Every call of the team is held until the transaction ends: an answer saved meanwhile waits for the setting."""
    of_team = Call.objects.filter(team=team).order_by("pk")
    list(of_team.select_for_update(no_key=True).values_list("pk"))
    resting = Part.objects.filter(team=team, state__in=REST_ON_ONE_SIDE).values("call_id")
    calls = list(of_team.filter(pk__in=resting))
    parts = list(Part.objects.filter(call__in=[call.pk for call in calls]).order_by("call_id", "position"))
    by_pk = {call.pk: call for call in calls}
    for part in parts:
        part.call = by_pk[part.call_id]
    return Affected(calls, parts)


def count_anew(found: Affected, before: audit.States, *, one_side_enough: bool, at: datetime) -> None:
    """Weigh, price and write what the setting changes; the caller records it."""
    weigh_anew(found.parts, one_side_enough=one_side_enough, at=at)
    book = pricing.book(timezone.localdate(at))
    parts = {pk: list(group) for pk, group in groupby(found.parts, key=lambda part: part.call_id)}
    for call in found.calls:
        pricing.apply(call, parts[call.pk], book=book)
    for record in found.records:
        if fields := audit.changed(record, before):
            record.write(*fields)


def weigh_anew(parts: Sequence[Part], *, one_side_enough: bool, at: datetime) -> None:
    """Set state and label of those that rest on one side's sheet alone. Saves nothing."""
    resting = [part for part in parts if part.state in REST_ON_ONE_SIDE]
    sheets = agreement.newest(resting) if resting else {}
    for part in resting:
        agreement.weigh(part, sheets[part.pk], one_side_enough=one_side_enough, at=at)
