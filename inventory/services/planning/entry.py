"""One entry of the ledger opened: what its move cost before and after, worked out from what stood when it was done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils import timezone

from inventory.domain.status import MOVING_KINDS
from inventory.models import Action, Call, Change, Part, Realised
from inventory.services.history import stood
from inventory.services.history.moment import Moment
from inventory.services.planning import realised
from inventory.services.prices import explanation
from inventory.services.prices.explained import Explanations


@dataclass(frozen=True, slots=True)
class Piece:
    """A part, and what of the entry it is: the move itself, or what came along with it. Micro-dollars a month."""

    part: Part
    before: int
    after: int
    is_move: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """`seq` is the action that called it moved, None where history does not tell. `call` and `parts` are as they stood
    then. `pieces` add up to the entry, where what stood then can be added up to it. `corrected` is what the move would
    cost before and after at the prices of that day as they are known now, where that is something else."""

    entry: Realised
    seq: int | None = None
    call: Call | None = None
    pieces: Sequence[Piece] = ()
    explanations: Explanations | None = None
    corrected: tuple[int | None, int | None] | None = None
    own: Mapping[int, Piece] = field(default_factory=dict)


def opened(entry: Realised) -> Opened:
    """A number of queries that does not grow with the ledger; it grows with the history of the call."""
    action = _begun_by(entry)
    if action is None:
        return Opened(entry)
    call, parts = stood.call_and_parts(entry.call_id, Moment(action.seq - 1, None, ""))
    if call is not None:
        call.priced_on = entry.priced_on
    move = next((part for part in parts if part.pk == entry.part_id), None)
    if call is None or move is None:
        return Opened(entry, action.seq)
    told = explanation.of(call, parts, on=entry.priced_on or timezone.localdate(entry.moved_at))
    found = Opened(entry, action.seq, call, explanations=told)
    if entry.cost_before is None or entry.cost_after is None:
        return found
    return _added_up(found, move, call, parts)


def _begun_by(entry: Realised) -> Action | None:
    made = Change.objects.filter(record=Realised.RECORD, record_id=str(entry.pk), before="")
    change = made.select_related("action").order_by("pk").first()
    return None if change is None else change.action


def _added_up(found: Opened, move: Part, call: Call, parts: Sequence[Part]) -> Opened:
    """With the parts that came along where the entry counts them: the first move of a call that is done has them."""
    entry = found.entry
    before, after, _ = realised.amounts(move, call, parts, entry.moved_at)
    if before is None or after is None:
        return found
    own = Piece(move, before, after, is_move=True)
    along = [
        Piece(part, part.cost_today, part.cost_target, is_move=False)
        for part in realised.along(parts)
        if part.cost_today is not None and part.cost_target is not None
    ]
    for pieces in ([own], [own, *along]):
        sums = sum(piece.before for piece in pieces), sum(piece.after for piece in pieces)
        if sums == (entry.cost_before, entry.cost_after):
            by_part = {piece.part.pk: piece for piece in pieces}
            return replace(found, pieces=pieces, own=by_part, corrected=_corrected(found, move))
    return replace(found, corrected=(before, after))


def _corrected(found: Opened, move: Part) -> tuple[int | None, int | None] | None:
    """What it would be at the prices of that day as they are known now, where that differs from what was stored."""
    drift = found.explanations.drifts.get(move.pk) if found.explanations and move.kind in MOVING_KINDS else None
    return None if drift is None else (drift.now_today, drift.now_target)
