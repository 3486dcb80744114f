"""One move: how far it has come, and how people weigh it where they know better than what was derived."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from inventory.domain.audit import Actor
from inventory.domain.plan import Kind
from inventory.domain.status import DONE, MEMBERS_MAY, Status, refusal
from inventory.models import Part, Stale, Team
from inventory.services import audit
from inventory.services.labelling import part_notice, seal
from inventory.services.labelling import sheet as sheets
from inventory.services.planning import arrangement, realised
from inventory.services.planning import wave as waves
from inventory.services.prices import pricing

OVERRULED = ("effort", "risk", "ready")


class Refused(Exception):
    """The step may not be taken; says why."""


class LeadsOnly(Exception):
    """Members may propose a move and take that back; every other step is a lead's."""


class ReasonNeeded(Exception):
    """What is overruled is overruled with a reason. `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@transaction.atomic
def set_status(*, part: Part, to: Status, version: int, reason: str = "", leads: bool, by: Actor, at: datetime) -> Part:
    """Take one step. What is moved enters the ledger of realised savings, and leaves it when that is taken back. A
    walk-back breaks the seal as well: somebody missed the result, so the label is asked for anew and the part counts at
    the real-time price until then.

    Raises `Stale`, `Refused`, `LeadsOnly` and `sheet.Gone`.
    """
    call, parts, part = sheets.locked(part)
    now = Status(part.status)
    if part.version != version:
        raise Stale(part)
    if not leads and (now, to) not in MEMBERS_MAY:
        raise LeadsOnly
    if why_not := refusal(now, to, kind=Kind(part.kind), in_wave=part.wave_id is not None, reason=reason):
        raise Refused(why_not)
    before = audit.states(call, *parts)
    was, entries = realised.follow([part], to=to, why=reason, at=at) if {now, to} & DONE else ({}, {})
    part.status = to
    if to is Status.WALKED_BACK:
        since = seal.not_before([part], at)
        seal.breaks(part, at=since, because=f"The move was walked back: {reason}")
        sheets.store(call, parts, before, at)
    else:
        part.write("status")
    kind = "move.walk_back" if to is Status.WALKED_BACK else "move.set_status"
    after = {**audit.states(call, *parts), **entries}
    audit.record(kind=kind, by=by, at=at, subject=part, before={**before, **was}, after=after, reason=reason)
    part_notice.to_check([part], before, by=by, at=at)
    return part


@transaction.atomic
def set_together(*, team: Team, versions: Mapping[int, int], to: Status, by: Actor, at: datetime) -> int:
    """The same step for many moves of `team`, as one action; how many took it. A walk-back is told one by one.

    `versions` are the parts as the page showed them. Raises `Refused`, and `arrangement.ChangedMeanwhile` and
    `arrangement.OtherTeam`; nothing is written then.
    """
    _, found = waves.held_parts(versions)
    arrangement.check(team, found, versions)
    parts = [part for part in found if part.status != to]
    before = audit.states(*parts)
    for part in parts:
        if to is Status.WALKED_BACK:
            raise Refused(f"{part.name}: say on its own page why it was walked back.")
        if why_not := refusal(Status(part.status), to, kind=Kind(part.kind), in_wave=bool(part.wave_id), reason=""):
            raise Refused(f"{part.name}: {why_not}")
    concerned = [part for part in parts if {Status(part.status), to} & DONE]
    was, entries = realised.follow(concerned, to=to, at=at)
    for part in parts:
        part.status = to
    waves.write(parts)
    after = {**audit.states(*parts), **entries}
    audit.record(kind="move.set_together", by=by, at=at, subject=team, before={**before, **was}, after=after)
    return len(parts)


@transaction.atomic
def overrule(
    *, part: Part, version: int, values: Mapping[str, int | str | None], reasons: Mapping[str, str], by: Actor,
    at: datetime,
) -> Part:  # fmt: skip
    """Say effort, risk and readiness otherwise than they follow, each with its reason; nothing given goes back to what
    follows. No difference: nothing is written. Raises `Stale`, `ReasonNeeded` and `sheet.Gone`."""
    call, parts, part = sheets.locked(part)
    if part.version != version:
        raise Stale(part)
    before = audit.states(call, part)
    for name in OVERRULED:
        value, reason = values.get(name) or None, reasons.get(name, "").strip()
        if value is not None and not reason:
            raise ReasonNeeded(name)
        setattr(part, f"{name}_set", (value or "") if name == "ready" else value)
        setattr(part, f"{name}_why", reason if value is not None else "")
    if fields := audit.changed(part, before):
        part.write(*fields)
    pricing.weigh(call, parts)
    if fields := audit.changed(call, before):
        call.write(*fields)
    audit.record(kind="move.overrule", by=by, at=at, subject=part, before=before, after=audit.states(call, part))
    return part
