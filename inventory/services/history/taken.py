"""Which action took which back: an undo is an action about the action it takes back, and a redo about its undo."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import QuerySet

from inventory.domain import undo as domain
from inventory.models import Action, Change

Key = tuple[str, str]  # a record and its id, as history names it
RECORD = "action"


def records(action: Action) -> dict[Key, int]:
    """By record, the number of the action that has taken back what this one did to it, and stands."""
    undos = list(_about([action.seq]).order_by("seq"))
    redone = {each.pk: int(each.record_id) for each in _about([undo.seq for undo in undos])} if undos else {}
    of: dict[int, set[Key]] = defaultdict(set)
    touched = Change.objects.filter(action__in=[*(undo.pk for undo in undos), *redone]) if undos else ()
    for change in touched:
        of[change.action_id].add((change.record, change.record_id))
    found: dict[Key, int] = {}
    for undo in undos:
        again = set().union(*(of[pk] for pk, seq in redone.items() if seq == undo.seq))
        found.update(dict.fromkeys(of[undo.pk] - again, undo.seq))
    return found


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


def root(action: Action) -> Action:
    """What was first done: of an undo the action it took back."""
    if action.kind not in domain.TAKING:
        return action
    return Action.objects.get(seq=int(action.record_id))


def _about(seqs: Iterable[int]) -> QuerySet[Action]:
    return Action.objects.filter(record=RECORD, record_id__in=[str(seq) for seq in seqs], kind__in=domain.KINDS)
