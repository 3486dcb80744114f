"""What stood at an earlier moment, played back from history record by record."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from inventory.domain import audit, audit_words
from inventory.domain.trace import SIDES
from inventory.models import Action, Call, Change, Feature, Part, Person, Trace
from inventory.services.history import action as actions
from inventory.services.history import effects, outcome, replay, touching
from inventory.services.history.action import Touched
from inventory.services.history.moment import Moment

State = dict[str, Any]
Key = tuple[str, str]
ROWS = 50
COMPARED = ("call", "part")
# What deletes calls: they are never deleted but with what registered them.
DELETING = (
    "exchange.demo_remove", "exchange.undo_import",
    *(kind for kind in audit_words.SENTENCES if kind.startswith("undo.")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CallThen:
    pk: int
    name: str
    feature: str
    path: str
    kind: str
    today: int | None
    saving: int | None
    is_gone: bool = False  # its registration was taken back since


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
    Those whose registration was taken back since are among them, as the totals of then count them."""
    return _page(moment, after, _gone(moment))


def every(moment: Moment) -> list[CallThen]:
    """All pages."""
    gone, found = _gone(moment), list[CallThen]()
    following: int | None = 0
    while following is not None:
        some, following = _page(moment, following, gone)
        found += some
    return found


def _page(moment: Moment, after: int, gone: Sequence[int]) -> tuple[list[CallThen], int | None]:
    found: list[CallThen] = []
    while True:
        there = list(Call.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:ROWS])
        begin = bisect_right(gone, after)
        pks = sorted({*there, *gone[begin : begin + ROWS]})[:ROWS]
        if not pks:
            return found, None
        then = _then(pks, moment, there)
        if not then and not _any_before(pks, moment):
            return found, None  # later calls are later registered
        found += then
        after = pks[-1]
        if len(found) >= ROWS:
            return found, after


def _gone(moment: Moment) -> list[int]:
    """The numbers of the calls deleted since, in order; one that was put back again is there."""
    deleting = Action.objects.filter(kind__in=DELETING, seq__gt=moment.seq)
    deleted = Change.objects.filter(action__in=deleting, record=Call.RECORD, after="")
    return sorted({int(each) for each in deleted.values_list("record_id", flat=True)})


def _any_before(pks: Sequence[int], moment: Moment) -> bool:
    told = Change.objects.filter(record=Call.RECORD, record_id__in=[str(pk) for pk in pks])
    return told.filter(action__seq__lte=moment.seq).exists()


def _then(pks: Sequence[int], moment: Moment, there: Collection[int]) -> list[CallThen]:
    states = states_at([(Call.RECORD, str(pk)) for pk in pks], moment)
    in_use = {int(key[1]): state for key, state in states.items() if not state.get("retired_at")}
    features = effects.names(Feature, {state["feature_id"] for state in in_use.values()})
    kinds, paths = dict(Call._meta.get_field("kind").flatchoices), dict(Call._meta.get_field("today_path").flatchoices)
    return [
        CallThen(
            pk=pk, name=state["name"], feature=features.get(state["feature_id"], ""),
            path=str(paths.get(state["today_path"], "")), kind=str(kinds.get(state["kind"], "")),
            today=state["cost_today"], saving=_saving(state), is_gone=pk not in there,
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
