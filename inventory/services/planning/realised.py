"""Realised savings: an entry when a move is done, ended when that is taken back; and what they add up to."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from inventory.domain.plan import Kind
from inventory.domain.status import DONE, MOVING_KINDS, Status
from inventory.models import Call, Part, Realised
from inventory.services import audit
from inventory.services.prices import pricing

NOT_YET = "Not moved yet after all"
STAYS = (Kind.STAY_REAL_TIME, Kind.STAY_BATCH, Kind.CANNOT_MOVE)


def follow(moves: Sequence[Part], *, to: Status, why: str = "", at: datetime) -> tuple[audit.States, audit.States]:
    """Begin, verify or end the entries of moves that now take this step, before anything else of them changes. Their
    calls are held. What history has of the entries before and after: the caller records it."""
    entries = {each.part_id: each for each in Realised.objects.filter(part__in=[m.pk for m in moves], ended_at=None)}
    before = audit.states(*entries.values())
    begun = []
    if to in DONE:
        begun = _begun([move for move in moves if move.pk not in entries], to, at)
        for each in entries.values():
            each.verified_at = at if to is Status.VERIFIED else None
    else:
        for each in entries.values():
            each.ended_at, each.ended_why = at, why or NOT_YET
    Realised.objects.bulk_update(entries.values(), ["verified_at", "ended_at", "ended_why"], batch_size=500)
    return before, audit.states(*entries.values(), *begun)


def _begun(moves: Sequence[Part], to: Status, at: datetime) -> list[Realised]:
    """New entries of these moves, saved."""
    if not moves:
        return []
    calls = {move.call_id: move.call for move in moves}
    parts: dict[int, list[Part]] = defaultdict(list)
    for part in Part.objects.filter(call__in=calls).order_by("call_id", "position"):
        parts[part.call_id].append(part)
    counted = set(Realised.objects.standing().filter(call_id__in=calls).values_list("call_id", flat=True))
    found = []
    for move in moves:
        others = [] if move.call_id in counted else along(parts[move.call_id])
        counted.add(move.call_id)
        found.append(_entry(move, calls[move.call_id], parts[move.call_id], others, to, at))
    for each in found:
        each.save(force_insert=True)
    return found


def along(siblings: Iterable[Part]) -> list[Part]:
    """What of a split call stays: what it sends twice is sent from the first move on, as waves count it. What is not
    decided may move yet, and is counted then."""
    return [part for part in siblings if part.in_split and part.kind in STAYS and part.status not in DONE]


def _entry(
    move: Part, call: Call, siblings: Sequence[Part], others: Sequence[Part], to: Status, at: datetime
) -> Realised:
    before, after, priced_on = amounts(move, call, siblings, at)
    for part in others:
        if None not in (before, part.cost_today):
            before, after = (before or 0) + (part.cost_today or 0), (after or 0) + (part.cost_target or 0)
    return Realised(
        part=move, call_id=call.pk, team_id=move.team_id, wave_id=move.wave_id, name=move.name, moved_at=at,
        cost_before=before, cost_after=after, saving=(before or 0) - (after or 0), priced_on=priced_on,
        verified_at=at if to is Status.VERIFIED else None,
    )  # fmt: skip


def amounts(move: Part, call: Call, siblings: Sequence[Part], at: datetime) -> tuple[int | None, int | None, Any]:
    """What it cost before the move and what after, a month, and the day of the prices. Where the call is written down
    on its new path already, before is what the same requests would cost on the old one."""
    if move.cost_today is None or move.cost_target is None:
        return None, None, None
    if move.kind in MOVING_KINDS:
        return move.cost_today, move.cost_target, call.priced_on
    book = pricing.book(timezone.localdate(at))
    place = next(i for i, part in enumerate(siblings) if part.pk == move.pk)
    _, costs = pricing.both_ways(call, siblings, book=book)
    if move.kind == Kind.STAY_BATCH:
        before = pricing.as_is(call, siblings, costs, book=book)[place]
    else:
        cost = costs[place]
        before = cost.batch if cost is not None and move.kind == Kind.STAY_REAL_TIME else move.cost_target
    return (None, None, None) if before is None else (before, move.cost_target, call.priced_on)
