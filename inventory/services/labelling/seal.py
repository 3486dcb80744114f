"""What a label rests on: kept when it begins to count, measured at every edit, asked for anew where it has changed."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Max

from inventory.domain import seal as domain
from inventory.domain.part import Label, State
from inventory.models import Part, Sheet


def edited(part: Part, was: domain.Facts, *, at: datetime) -> None:
    """After an edit, where the facts were `was` before it: a fact the label rests on breaks the seal, measured against
    its value when the label began to count. Without a label that counts, or did, nothing happens. Saves nothing. `at`
    is `not_before`.

    A label that began to count before such facts were kept rests on what they were before its first edit.
    """
    now = part.rests_on()
    if now == was:
        return
    if part.label:
        part.rested_on = part.rested_on or {"label": part.label, **was}
        if domain.changed(part.rested_on, now):
            breaks(part, at=at)
    elif part.state == State.CHECK_NEEDED and part.rested_on:
        changes = domain.changed(part.rested_on, now)
        if changes != domain.changed(part.rested_on, was):
            part.reason, part.sealed_at = _why(part, changes, is_back=True), at


def not_before(parts: Iterable[Part], at: datetime) -> datetime:
    """When a change of these parts, whose calls are held, happens: `at`, or when a sheet of theirs was saved last where
    that is later. Who waited for a call, or takes in a long file, began before it was saved, and it knew nothing of
    their change: dated by `at` alone, it would confirm what nobody has seen."""
    last = Sheet.objects.filter(part__in=[part.pk for part in parts]).aggregate(last=Max("submitted_at"))["last"]
    return max(at, last) if last else at


def breaks(part: Part, *, at: datetime | None = None, because: str = "") -> None:
    """The label counts no more until each side that answered has saved again, after `at` where that is given.

    Without a label that counts nothing happens. Saves nothing. `at` is `not_before`.
    """
    if part.label:
        _to_check(part, part.rested_on or {"label": part.label}, at, because)


def asks_again(part: Part, *, at: datetime, because: str) -> None:
    """Both sides are to look the part over, whether they had come to a label or not. Saves nothing."""
    _to_check(part, part.rested_on or rests(part), at, because)


def has_to_be_checked(part: Part, before: Mapping[str, object]) -> bool:
    """Whether an action has put the part there, or found one more fact of one that was there already."""
    was = before["state"], before["reason"]
    return part.state == State.CHECK_NEEDED and (part.state, part.reason) != was


def rests(part: Part) -> dict[str, object]:
    """The label that begins to count, with the facts it rests on."""
    return {"label": part.label, **part.rests_on()}


def clear(part: Part, state: State) -> None:
    """Without a label, in that state. Saves nothing."""
    part.state, part.label, part.outcome, part.one_sided = state, Label.NONE, "", False
    part.confidence, part.rule, part.test_version = "", None, None
    part.guard, part.blockers, part.reason, part.sealed_at = False, [], "", None
    part.rested_on, part.kept_on = {}, None


def _to_check(part: Part, rested_on: dict[str, object], at: datetime | None, because: str) -> None:
    sealed_at = part.sealed_at
    clear(part, State.CHECK_NEEDED)
    part.sealed_at = at or sealed_at
    part.rested_on = {**rested_on, "because": because} if because else rested_on
    part.reason = _why(part, part.changes())


def _why(part: Part, changes: tuple[domain.Change, ...], *, is_back: bool = False) -> str:
    kept = part.rested_on
    return domain.reason(kept.get("label", ""), changes, because=kept.get("because", ""), is_back=is_back)
