"""The list of calls: narrowed, sorted, one page of it, and how many all pages hold and cost."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet, Sum

from inventory.domain import audit, line, money
from inventory.domain.doubt import Doubt
from inventory.domain.part import Label, State
from inventory.domain.plan import Kind, Why
from inventory.models import Call, ChainHead, ClaudeModel, Feature, Part, Team, search
from inventory.models.call import KINDS, Calls
from inventory.models.part import STATES, Parts

PAGE = 50
FEW = 1000
KEPT_FOR = 3600  # seconds
# Amounts that are not known count as nothing here, on every database.
SORTS = {"name": "name", "requests": "requests", "today": "cost_rank", "saves": "saving_rank", "new": "id"}
_COLUMNS = {"team": "team_id", "feature": "feature_id", "kind": "kind", "provider": "provider", "figures": "figures"}
_KINDS = {str(kind): words.lower() for kind, words in KINDS}
_STATES = {str(state): words.lower() for state, words in STATES}
_SAID_BY_STATE = frozenset((Doubt.UNDECIDED, Doubt.ONE_SIDED, Doubt.DISPUTED, Doubt.CHECK_NEEDED))


@dataclass(frozen=True, slots=True)
class Row:
    """A call as the list shows it, in words: the template only puts them in their places."""

    pk: int
    name: str
    feature_id: int
    feature: str
    team: str
    model: str
    side: str
    kind: str
    state: str
    doubts: int
    requests: str
    today: str
    saves: str
    retired: bool


@dataclass(frozen=True, slots=True)
class Total:
    """What all pages hold together: calls, those of known price, and what these cost a month in micro-dollars."""

    calls: int
    priced: int
    today: int

    @property
    def unpriced(self) -> int:
        return self.calls - self.priced


@dataclass(frozen=True, slots=True)
class Listing:
    total: Total
    rows: list[Row] = field(default_factory=list)
    number: int = 1


def listing(*, words: str, filters: Mapping[str, str], sort: str, number: int) -> Listing:
    """Page `number` (the last one, where there are fewer) of what matches; `sort` is a key of SORTS, `-` before it
    turns it round. Six queries at most, whatever the number of calls."""
    narrowed = _narrowed(filters)
    total_of, walked = _searched(narrowed, words)
    total = _total(total_of, words, filters)
    number = max(1, min(number, -(-total.calls // PAGE)))
    start = (number - 1) * PAGE
    keys = list(walked.order_by(*_order(sort)).values_list("pk", flat=True)[start : start + PAGE])
    return Listing(total, _rows(keys), number)


def has_any() -> bool:
    return Call.objects.exists()


def teams() -> QuerySet[Team, tuple[int, str]]:
    return Team.objects.filter(retired_at=None).order_by("name", "pk").values_list("pk", "name")


def features(team: str) -> QuerySet[Feature, tuple[int, str]]:
    return Feature.objects.live().filter(team=team).order_by("name", "pk").values_list("pk", "name")


def models() -> QuerySet[ClaudeModel, tuple[str, str]]:
    return ClaudeModel.objects.order_by("-released_on", "name", "pk").values_list("key", "name")


def _narrowed(filters: Mapping[str, str]) -> Calls:
    """`filters` hold names and values that were checked; `show` is live (the default), retired or all."""
    show = filters.get("show", "live")
    calls = {"live": Call.objects.live, "retired": Call.objects.retired}.get(show, Call.objects.all)()
    parts = Part.objects.live() if show == "live" else Part.objects.all()
    for name, value in filters.items():
        if name in _COLUMNS:
            calls = calls.filter(Q((_COLUMNS[name], value)))
        elif name == "model":
            calls = calls.filter(model__in=_ids_of(value))
        elif name in _OF_PARTS:
            calls = calls.filter(pk__in=_OF_PARTS[name](parts, value).values("call_id"))
    return calls


def _ids_of(model: str) -> list[str]:
    """A model of the price book under every id a platform has for it; any other name only as it stands."""
    known = ClaudeModel.objects.filter(key=model).values_list("aliases", flat=True).first()
    return [model, *(known or [])]


def _labelled(parts: QuerySet[Part], label: str) -> QuerySet[Part]:
    if label == "both":
        waiting = parts.filter(label=Label.WAITING).values("call_id")
        return parts.filter(label=Label.NOT_WAITING, call__in=waiting)
    return parts.filter(label="" if label == "none" else label)


_OF_PARTS: Mapping[str, Callable[[Parts, str], QuerySet[Part]]] = {
    "label": _labelled,
    "state": lambda parts, state: parts.filter(state=state),
    "doubt": lambda parts, code: parts.doubtful("" if code == "any" else code),
}


def _searched(calls: Calls, words: str) -> tuple[Calls, Calls]:
    """The matching calls twice: asked through the index for the total, and to be walked in order for a page.

    Few matches are looked up by their ids. Where there are many, the next fifty in any order are never far.
    """
    if not words:
        return calls, calls
    subquery, left = search.matched(words)
    if subquery is None:
        return calls.matching(words), calls.matching(words)
    keys = list(Call.objects.filter(pk__in=subquery).values_list("pk", flat=True)[: FEW + 1])
    rest = calls.matching(" ".join(left))
    if len(keys) <= FEW:
        return rest.filter(pk__in=keys), rest.filter(pk__in=keys)
    return rest.filter(pk__in=subquery), calls.matching(words)


def _total(calls: Calls, words: str, filters: Mapping[str, str]) -> Total:
    """Counted once for each state of history: every write moves its head, so that what is kept is never out of date."""
    head = ChainHead.objects.values_list("seq", flat=True).first() or 0
    asked = audit.canonical([words.lower().split(), dict(filters)])
    key = f"calls:{head}:{hashlib.sha256(asked.encode()).hexdigest()}"
    kept = cache.get(key)
    if kept is None:
        kept = calls.aggregate(calls=Count("pk"), priced=Count("cost_today"), today=Sum("cost_today"))
        cache.set(key, kept, KEPT_FOR)
    return Total(kept["calls"], kept["priced"], int(kept["today"] or 0))


def _order(sort: str) -> tuple[str, str]:
    minus, column = ("-", sort[1:]) if sort.startswith("-") else ("", sort)
    return f"{minus}{SORTS[column]}", f"{minus}id"


def _rows(keys: Sequence[int]) -> list[Row]:
    shown = (
        "pk", "name", "feature_id", "feature__name", "team__name", "model", "kind", "requests", "cost_today",
        "cost_target", "retired_at",
    )  # fmt: skip
    found = {row[0]: row for row in Call.objects.filter(pk__in=keys).values_list(*shown)}
    parts: dict[int, list[_Told]] = {}
    for told in (
        Part.objects.filter(call__in=keys).order_by("position").values_list("call_id", "why", "state", "doubts")
    ):
        parts.setdefault(told[0], []).append(_Told(*told[1:]))
    return [_row(found[key], parts.get(key, [])) for key in keys if key in found]


class _Told(NamedTuple):
    why: str
    state: str
    doubts: list[str]


def _row(told: tuple[Any, ...], parts: Sequence[_Told]) -> Row:
    pk, name, feature_id, feature, team, model, kind, requests, today, target, retired_at = told
    saved = 0 if today is None or target is None else today - target
    return Row(
        pk=pk, name=name, feature_id=feature_id, feature=feature, team=team, model=model,
        side=line.place(Kind(kind), Why(parts[0].why) if parts else Why.NONE).side, kind=_KINDS[kind],
        state=_state(parts), doubts=len({code for part in parts for code in part.doubts} - _SAID_BY_STATE),
        requests=f"{requests:,}", today="not known" if today is None else money.shown(today),
        saves=money.shown(saved) if saved else "–", retired=retired_at is not None,
    )  # fmt: skip


def _state(parts: Sequence[_Told]) -> str:
    if len(parts) == 1:
        return _STATES[parts[0].state]
    sealed = sum(State(part.state).is_sealed for part in parts)
    return f"{len(parts)} parts, {sealed} sealed"
