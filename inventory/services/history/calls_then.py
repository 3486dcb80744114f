"""The calls that were in use at an earlier moment, page by page, played back from history."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import StrIndex, Substr

from inventory.models import Action, Call, Change, Feature, Part, Trace
from inventory.services.history import effects, past, touching
from inventory.services.history.moment import Moment

ROWS = 50
# What deletes calls: they are never deleted but with what registered them.
DELETING = ("exchange.demo_remove", "exchange.undo_import", *touching.UNDOING)
OF_CALL = re.compile(r'"call_id":(\d+)')
Own = Mapping[str, int]  # the fields that narrow, by the numbers they had then


@dataclass(frozen=True, slots=True)
class CallThen:
    """Micro-dollars a month, None where the price was not known."""

    pk: int
    name: str
    feature: str
    path: str
    kind: str
    today: int | None
    saving: int | None
    possible: int
    is_gone: bool = False  # its registration was taken back since

    @property
    def after(self) -> int | None:
        return None if self.today is None or self.saving is None else self.today - self.saving


@dataclass(frozen=True, slots=True)
class Beside:
    """What the tables of now do not tell: `calls` are the numbers, in order, of those that were deleted or left that
    team or feature since, `parts` what was deleted, by its call."""

    calls: Sequence[int]
    parts: Mapping[int, Sequence[str]]


def calls(
    moment: Moment, after: int = 0, *, team: int | None = None, feature: int | None = None
) -> tuple[list[CallThen], int | None]:
    """A page of the calls that were in use then, in the order they were registered; and where the next page begins.
    Those whose registration was taken back since are among them, as the totals of then count them. `team` and `feature`
    are the numbers of those they belonged to then."""
    own = effects.own(team, feature)
    return _page(moment, after, _beside(moment, own), own)


def every(moment: Moment, *, team: int | None = None, feature: int | None = None) -> list[CallThen]:
    """All pages."""
    own = effects.own(team, feature)
    beside, found = _beside(moment, own), list[CallThen]()
    following: int | None = 0
    while following is not None:
        some, following = _page(moment, following, beside, own)
        found += some
    return found


def _page(moment: Moment, after: int, beside: Beside, own: Own) -> tuple[list[CallThen], int | None]:
    found: list[CallThen] = []
    known = Call.objects.filter(**own)
    while True:
        there = known.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:ROWS]
        begin = bisect_right(beside.calls, after)
        pks = sorted({*there, *beside.calls[begin : begin + ROWS]})[:ROWS]
        if not pks:
            return found, None
        then = _then(pks, moment, beside, own)
        if not then and not _any_before(pks, moment):
            return found, None  # later calls are later registered
        found += then
        after = pks[-1]
        if len(found) >= ROWS:
            return found, after


def _beside(moment: Moment, own: Own) -> Beside:
    deleting = Action.objects.filter(kind__in=DELETING, seq__gt=moment.seq)
    deleted = Change.objects.filter(action__in=deleting, record=Call.RECORD, after="")
    for name, pk in own.items():
        deleted = _which_was(deleted, name, pk)
    gone = {int(each) for each in deleted.values_list("record_id", flat=True)}
    return Beside(sorted(gone.union(*(_moved(moment, *each) for each in own.items()))), _parts_gone(moment))


def _moved(moment: Moment, name: str, pk: int) -> set[int]:
    """The calls that went from that team, or feature, to another since."""
    moving = Trace.objects.filter(word=f"{Call.RECORD}.{name}", seq__gt=moment.seq).values("seq")
    moved = Change.objects.filter(action__in=Action.objects.filter(seq__in=moving), record=Call.RECORD)
    return {int(each) for each in _which_was(moved, name, pk).values_list("record_id", flat=True)}


def _which_was(changes: "QuerySet[Change]", name: str, pk: int) -> "QuerySet[Change]":
    """Those of records that were in it before."""
    return changes.filter(Q(before__contains=f'"{name}":{pk},') | Q(before__contains=f'"{name}":{pk}}}'))


def _parts_gone(moment: Moment) -> Mapping[int, Sequence[str]]:
    """The parts deleted since by their call. Of what they were only that is read: there may be many."""
    split = Q(seq__in=Trace.objects.filter(word=touching.SPLIT, seq__gt=moment.seq).values("seq"))
    kinds = Q(kind__in={*DELETING, *touching.SPLITTING})
    deleting = Action.objects.filter(kinds | split, seq__gt=moment.seq)
    deleted = Change.objects.filter(action__in=deleting, record=Part.RECORD, after="")
    told = deleted.annotate(of=Substr("before", StrIndex("before", Value('"call_id":')), 30))
    found: dict[int, list[str]] = defaultdict(list)
    for record_id, of in told.values_list("record_id", "of").iterator(chunk_size=2000):
        if named := OF_CALL.match(of):
            found[int(named[1])].append(record_id)
    return found


def _any_before(pks: Sequence[int], moment: Moment) -> bool:
    told = Change.objects.filter(record=Call.RECORD, record_id__in=[str(pk) for pk in pks])
    return told.filter(action__seq__lte=moment.seq).exists()


def _then(pks: Sequence[int], moment: Moment, beside: Beside, own: Own) -> list[CallThen]:
    states = past.states_at([(Call.RECORD, str(pk)) for pk in pks], moment)
    in_use = {int(key[1]): state for key, state in states.items() if not state.get("retired_at")}
    in_use = {pk: state for pk, state in in_use.items() if all(state[name] == key for name, key in own.items())}
    possible = _possible(in_use, moment, beside)
    there = set(Call.objects.filter(pk__in=in_use).values_list("pk", flat=True))
    features = effects.names(Feature, {state["feature_id"] for state in in_use.values()})
    kinds, paths = dict(Call._meta.get_field("kind").flatchoices), dict(Call._meta.get_field("today_path").flatchoices)
    return [
        CallThen(
            pk=pk, name=state["name"], feature=features.get(state["feature_id"], ""),
            path=str(paths.get(state["today_path"], "")), kind=str(kinds.get(state["kind"], "")),
            today=state["cost_today"], saving=_saving(state), possible=possible[pk], is_gone=pk not in there,
        )
        for pk, state in sorted(in_use.items())
    ]  # fmt: skip


def _possible(calls: Mapping[int, Any], moment: Moment, beside: Beside) -> Mapping[int, int]:
    """By call, what its parts of then could save besides."""
    there = Part.objects.filter(call__in=list(calls)).values_list("pk", flat=True)
    keys = [str(pk) for pk in there] + [key for pk in calls for key in beside.parts.get(pk, ())]
    found: dict[int, int] = defaultdict(int)
    for state in past.states_at([(Part.RECORD, key) for key in dict.fromkeys(keys)], moment).values():
        found[state["call_id"]] += state["possible"] if state["is_live"] else 0
    return found


def _saving(state: Mapping[str, Any]) -> int | None:
    today, target = state["cost_today"], state["cost_target"]
    return None if today is None or target is None else today - target
