"""A call and its parts as they stood at a moment, made again of what history kept. None of them is saved."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from inventory.models import Action, Call, Change, Part
from inventory.services.history import past, replay, touching
from inventory.services.history.moment import Moment


def call_and_parts(pk: int, moment: Moment) -> tuple[Call | None, list[Part]]:
    """None where there was no such call. The day of its prices is not kept in history: `priced_on` is empty."""
    keys = {*past.family(Call.RECORD, pk), *((Part.RECORD, key) for key in touching.gone_with(pk))}
    states = past.states_at(keys, moment)
    known = states.get((Call.RECORD, str(pk)))
    if known is None:
        return None, []
    call = Call(pk=pk)
    replay.put(call, known)
    parts = [_part(call, int(key), state) for (record, key), state in states.items() if record == Part.RECORD]
    return call, sorted((part for part in parts if part.call_id == call.pk), key=lambda part: part.position)


def last_changed_on(pk: int, moment: Moment) -> date | None:
    """The day on which that call was last changed before the moment, and so its amounts made."""
    own = Change.objects.filter(record=Call.RECORD, record_id=str(pk)).values("action")
    last = Action.objects.filter(pk__in=own, seq__lte=moment.seq).order_by("-seq").values_list("at", flat=True).first()
    return None if last is None else timezone.localdate(last)


def _part(call: Call, pk: int, state: Mapping[str, Any]) -> Part:
    part = Part(pk=pk)
    replay.put(part, state)
    if part.call_id == call.pk:
        part.call = call
    return part
