"""Which action took which back: an undo is an action about the action it takes back, and a redo about its undo."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inventory.domain import undo as domain
from inventory.models import Action, Change
from inventory.models.audit import about

Key = tuple[str, str]  # a record and its id, as history names it
Names = frozenset[str] | None  # of fields; None for the whole record
RECORD = "action"


@dataclass(frozen=True, slots=True)
class Taken:
    """Of one record: by which action last, and which fields."""

    seq: int
    names: Names


def records(action: Action) -> dict[Key, Taken]:
    """What of each record has been taken back, by actions that stand."""
    undos = _about([action.seq])
    redone = {each.pk: int(each.record_id) for each in _about([undo.seq for undo in undos])} if undos else {}
    of: dict[int, dict[Key, Names]] = defaultdict(dict)
    touched = Change.objects.filter(action__in=[*(undo.pk for undo in undos), *redone]) if undos else ()
    for change in touched:
        of[change.action_id][change.record, change.record_id] = _names(change)
    found: dict[Key, Taken] = {}
    for undo in undos:
        again = [of[pk] for pk, seq in redone.items() if seq == undo.seq]
        for key, names in of[undo.pk].items():
            stands = _standing(names, [each[key] for each in again if key in each])
            if stands != frozenset():
                earlier = found[key].names if key in found else frozenset()
                is_all = stands is None or earlier is None or (undo.kind in domain.BY_ROW and not again)
                found[key] = Taken(undo.seq, None if is_all else frozenset().union(stands or (), earlier or ()))
    return found


def _standing(names: Names, again: Sequence[Names]) -> Names:
    """What was taken and not put back."""
    if names is None or None in again:
        return frozenset() if again else names
    return names.difference(*(each or () for each in again))


def _names(change: Change) -> Names:
    """The fields it changed; None where the record came or went."""
    if not change.before or not change.after:
        return None
    try:
        return frozenset(json.loads(change.after))
    except ValueError:
        return None  # `verify_history` names it


def by(actions: Iterable[Action]) -> Mapping[int, list[int]]:
    """For each action by its number, the undos (or the redo) that took something of it back and were not taken back
    themselves. Two queries, however many actions."""
    seqs = [each.seq for each in actions]
    about = {each.seq: int(each.record_id) for each in _about(seqs)} if seqs else {}
    again = {int(each.record_id) for each in _about(about)} if about else set()
    found: dict[int, list[int]] = defaultdict(list)
    for seq, of in sorted(about.items()):
        if seq not in again:
            found[of].append(seq)
    return found


def kinds(seqs: Iterable[int]) -> list[str]:
    """Of the actions with these numbers."""
    wanted = list(seqs)
    return list(Action.objects.filter(seq__in=wanted).values_list("kind", flat=True)) if wanted else []


def root(action: Action) -> Action:
    """What was first done: of an undo the action it took back."""
    if action.kind not in domain.TAKING:
        return action
    return Action.objects.get(seq=int(action.record_id))


def _about(seqs: Iterable[int]) -> list[Action]:
    """In their order."""
    found = about(RECORD, [str(seq) for seq in seqs])
    return list(Action.objects.filter(seq__in=found, kind__in=domain.KINDS).order_by("seq")) if found else []
