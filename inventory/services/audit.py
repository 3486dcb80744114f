"""The only place that writes history. Called inside the transaction of the write it tells of: both or neither."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from django.db import models

from inventory.domain import audit
from inventory.domain.audit import Actor, Delta
from inventory.models import Action, ChainHead, Change

Key = tuple[str, int]
States = Mapping[Key, Mapping[str, Any]]
BATCH = 1000


class Recorded(Protocol):
    """A model the history keeps: its name there, and which fields."""

    RECORD: Any
    HISTORY: Any
    pk: Any


def states(*records: Recorded) -> dict[Key, dict[str, Any]]:
    """The full kept state of each record, taken before and after a write."""
    return {(r.RECORD, r.pk): {name: getattr(r, name) for name in r.HISTORY} for r in records}


def changed(record: Recorded, before: States) -> list[str]:
    """Names of the kept fields of `record` that differ from its state in `before`."""
    was = before[(record.RECORD, record.pk)]
    return [n for n in record.HISTORY if audit.canonical(was[n]) != audit.canonical(getattr(record, n))]


def record(
    *, kind: str, by: Actor, at: datetime, subject: Recorded, before: States, after: States, reason: str = "", title: str = ""
) -> Action | None:
    """Append one action with the difference between two sets of states; None, and nothing written, where none differs.

    Keys only in `after` were created, keys only in `before` deleted. Must run inside a transaction.
    """
    deltas = list(_deltas(before, after))
    if not deltas:
        return None
    stored = [(d.record, d.record_id, _text(d.before), _text(d.after)) for d in deltas]
    head, _ = ChainHead.objects.select_for_update().get_or_create(pk=1, defaults={"hash": audit.GENESIS})
    team_id = getattr(subject, "team_id", None) or (subject.pk if subject.RECORD == "team" else None)
    action = Action(
        seq=head.seq + 1, at=at, actor_kind=by.kind, actor_id=by.id, kind=kind, record=subject.RECORD,
        record_id=str(subject.pk), title=(title or _title(subject))[:200], team_id=team_id, reason=reason,
        changes_count=len(stored), schema=audit.SCHEMA, previous=head.hash, **_effect(before, after),
    )  # fmt: skip
    action.hash = audit.link(head.hash, chained(action), stored)
    action.save(force_insert=True)
    rows = (Change(action=action, position=i, record=r, record_id=n, before=b, after=a) for i, (r, n, b, a) in enumerate(stored))
    Change.objects.bulk_create(rows, batch_size=BATCH)
    ChainHead.objects.filter(pk=1).update(seq=action.seq, hash=action.hash)
    return action


def chained(action: Action) -> dict[str, Any]:
    """The fields of an action its link covers."""
    kept = (
        "seq", "actor_kind", "actor_id", "kind", "record", "record_id", "title", "team_id", "reason",
        "effect_today", "effect_saving", "effect_possible", "changes_count", "schema",
    )  # fmt: skip
    return {"at": audit.instant(action.at), **{name: getattr(action, name) for name in kept}}


def _deltas(before: States, after: States) -> Iterable[Delta]:
    for key in (*before, *(k for k in after if k not in before)):
        found = audit.delta(*key, before.get(key), after.get(key))
        if found is not None:
            yield found


def _text(state: Mapping[str, Any] | None) -> str:
    return "" if state is None else audit.canonical(state)


def _title(subject: Recorded) -> str:
    """How the record was called then. People are shown by their living name, never by one kept here."""
    return "" if subject.RECORD in ("person", "membership", "link") else str(subject)


def _effect(before: States, after: States) -> dict[str, int]:
    """What the write did to the monthly totals: only live parts count, as in every total."""
    was, now = _totals(before), _totals(after)
    return {f"effect_{name}": now[name] - was[name] for name in now}


def _totals(found: States) -> dict[str, int]:
    parts = [s for (name, _), s in found.items() if name == "part" and s["is_live"]]
    today = sum(p["cost_today"] or 0 for p in parts)
    target = sum(p["cost_target"] or 0 for p in parts)
    return {"today": today, "saving": today - target, "possible": sum(p["possible"] for p in parts)}


def history_of(name: str, pk: int) -> models.QuerySet[Action]:
    """Actions that touched one record, newest first."""
    touched = Change.objects.filter(record=name, record_id=str(pk)).values("action_id")
    return Action.objects.filter(models.Q(pk__in=touched)).order_by("-seq")
