"""What stood at an earlier moment, played back from history record by record."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from inventory.domain import audit
from inventory.domain.trace import SIDES
from inventory.models import Call, Change, Feature, Part, Person, Trace
from inventory.services.history import action as actions
from inventory.services.history import outcome, replay, touching
from inventory.services.history.action import Touched
from inventory.services.history.moment import Moment

State = dict[str, Any]
Key = tuple[str, str]
ROWS = 50
COMPARED = ("call", "part")


@dataclass(frozen=True, slots=True)
class CallThen:
    pk: int
    name: str
    feature: str
    path: str
    kind: str
    today: int | None
    saving: int | None


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs between two moments, field by field, and in one line."""

    touched: list[Touched]
    summary: str
    today: int
    saving: int


def crossings(first: Moment, second: Moment) -> dict[str, int]:
    """How many actions between the two moved something across the line, by which way."""
    found = Trace.objects.filter(word__in=SIDES, seq__gt=first.seq, seq__lte=second.seq).order_by().values("word")
    return {row["word"]: row["count"] for row in found.annotate(count=Count("pk"))}


def compared(record: str, pk: int, first: Moment, second: Moment, viewer: Person) -> Compared:
    """A part; or a call with every part it had at either moment."""
    keys = family(record, pk)
    was, now = states_at(keys, first), states_at(keys, second)
    deltas = [audit.delta(*key, was.get(key), now.get(key)) for key in keys]
    changes = [
        Change(record=each.record, record_id=each.record_id, before=_text(each.before), after=_text(each.after))
        for each in deltas
        if each is not None
    ]
    touched = actions.touched(changes, viewer)
    of_parts = [[state for key, state in states.items() if key[0] == "part"] for states in (was, now)]
    by_today, by_target = (_sum(of_parts[1], name) - _sum(of_parts[0], name) for name in ("cost_today", "cost_target"))
    return Compared(touched, outcome.summary(record, str(pk), touched), by_today, by_today - by_target)


def states_at(keys: Iterable[Key], moment: Moment) -> dict[Key, State]:
    """Each record that was there at that moment, all its fields: played forward from its creation."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for record, record_id in keys:
        wanted[record].append(record_id)
    found: dict[Key, State] = {}
    for record, ids in wanted.items():
        rows = Change.objects.filter(record=record, record_id__in=ids, action__seq__lte=moment.seq).order_by("pk")
        for record_id, after in rows.values_list("record_id", "after").iterator(chunk_size=2000):
            state = replay.read(after)
            if state is None:
                found.pop((record, record_id), None)
            else:
                found.setdefault((record, record_id), {}).update(state)
    return found


def calls(moment: Moment, after: int = 0) -> tuple[list[CallThen], int | None]:
    """A page of the calls that were in use then, in the order they were registered; and where the next page begins.
    Those that are gone for good since, which only the sample can be, are not among them."""
    found: list[CallThen] = []
    while True:
        pks = list(Call.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:ROWS])
        if not pks:
            return found, None
        then = _then(pks, moment)
        if not then and not _any_before(pks, moment):
            return found, None  # later calls are later registered
        found += then
        after = pks[-1]
        if len(found) >= ROWS:
            return found, after


def _any_before(pks: Sequence[int], moment: Moment) -> bool:
    told = Change.objects.filter(record=Call.RECORD, record_id__in=[str(pk) for pk in pks])
    return told.filter(action__seq__lte=moment.seq).exists()


def _then(pks: Sequence[int], moment: Moment) -> list[CallThen]:
    states = states_at([(Call.RECORD, str(pk)) for pk in pks], moment)
    in_use = {int(key[1]): state for key, state in states.items() if not state.get("retired_at")}
    features = dict(
        Feature.objects.filter(pk__in={state["feature_id"] for state in in_use.values()}).values_list("pk", "name")
    )
    kinds, paths = dict(Call._meta.get_field("kind").flatchoices), dict(Call._meta.get_field("today_path").flatchoices)
    return [
        CallThen(
            pk=pk, name=state["name"], feature=features.get(state["feature_id"], ""),
            path=str(paths.get(state["today_path"], "")), kind=str(kinds.get(state["kind"], "")),
            today=state["cost_today"], saving=_saving(state),
        )
        for pk, state in sorted(in_use.items())
    ]  # fmt: skip


def _saving(state: State) -> int | None:
    today, target = state["cost_today"], state["cost_target"]
    return None if today is None or target is None else today - target


def family(record: str, pk: int) -> list[Key]:
    """The record; of a call also every part it ever had."""
    if record != Call.RECORD:
        return [(record, str(pk))]
    parts = {str(each) for each in Part.objects.filter(call=pk).values_list("pk", flat=True)}
    parts |= set(touching.taken_away(pk))
    return [(record, str(pk)), *((Part.RECORD, each) for each in sorted(parts, key=int))]


def _sum(states: Iterable[State], name: str) -> int:
    return sum(state.get(name) or 0 for state in states if state.get("is_live"))


def _text(state: Any) -> str:
    return "" if state is None else audit.canonical(state)
