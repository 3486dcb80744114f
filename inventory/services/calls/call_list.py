"""The list of calls: narrowed, sorted, one page of it, and how many all pages hold and cost."""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from inventory.domain import audit, line, money
from inventory.domain.doubt import Doubt
from inventory.domain.part import Label, State
from inventory.domain.plan import Kind, Why
from inventory.models import Call, ClaudeModel, Feature, Part, Team, search
from inventory.models.call import KINDS, Calls
from inventory.models.part import Parts
from inventory.models.part_words import STATES
from inventory.services import unchanged

PAGE = 50
FEW = 2000  # so many matches are looked up one by one
# Amounts that are not known count as nothing here, on every database.
SORTS = {"name": "name", "requests": "requests", "today": "cost_rank", "saves": "saving_rank", "new": "id"}
_COLUMNS = {"team": "team_id", "feature": "feature_id", "kind": "kind", "provider": "provider", "figures": "figures"}
_KINDS = {str(kind): words.lower() for kind, words in KINDS}
_STATES = {str(state): words.lower() for state, words in STATES}
_SAID_BY_STATE = frozenset((Doubt.UNDECIDED, Doubt.ONE_SIDED, Doubt.DISPUTED, Doubt.CHECK_NEEDED))


class Row(NamedTuple):
    """A call in the words of the list, a tuple because the page unpacks fifty of them: that is most of its work."""

    pk: str
    name: str
    belongs: str
    side: str
    kind: str
    state: str
    model: str
    requests: str
    today: str
    saves: str


@dataclass(frozen=True, slots=True)
class Total:
    """What all pages hold together: calls, those of known price, and what these cost a month in micro-dollars; of that,
    what is labelled on one side's answer alone, in how many parts."""

    calls: int
    priced: int
    today: int
    one_sided_parts: int
    one_sided: int

    @property
    def unpriced(self) -> int:
        return self.calls - self.priced


@dataclass(frozen=True, slots=True)
class Listing:
    total: Total
    rows: Sequence[Row]
    page: Page[int]  # of the numbers from 0: only for counting pages


def listing(*, words: str, filters: Mapping[str, str], sort: str, number: int) -> Listing:
    """Page `number` (the last one, where there are fewer) of what matches; `sort` is a key of SORTS, `-` before it
    turns it round. Seven queries at most, whatever the number of calls."""
    counted, walked = _matching(words, filters)
    total = _total(counted, words, filters)
    page = Paginator(range(total.calls), PAGE).get_page(number)
    start = (page.number - 1) * PAGE
    keys = list(walked.order_by(*_order(sort)).values_list("pk", flat=True)[start : start + PAGE])
    return Listing(total, _rows(keys), page)


def every(*, words: str, filters: Mapping[str, str], sort: str) -> "array[int]":
    """The numbers of all that match, in order; eight bytes a call."""
    counted, _ = _matching(words, filters)
    return array("q", counted.order_by(*_order(sort)).values_list("pk", flat=True).iterator())


def figures(keys: Sequence[int]) -> list[dict[str, Any]]:
    """What the list shows of these calls, as numbers where it shows numbers; amounts in micro-dollars."""
    told, parts = _told(keys)
    return [_figures(told[key], parts.get(key, [])) for key in keys if key in told]


def _figures(told: tuple[Any, ...], parts: Sequence["_Told"]) -> dict[str, Any]:
    _, name, feature, team, model, kind, requests, today, target, _ = told
    return {
        "call": name, "feature": feature, "team": team, "model": model, "move": _KINDS[kind], "requests": requests,
        "label": _state(parts) + _doubts(parts), "today": today,
        "saves": None if today is None or target is None else today - target,
    }  # fmt: skip


def has_any() -> bool:
    return Call.objects.exists()


def options(name: str, team: str) -> Iterable[tuple[object, str]]:
    """Values and words of a filter where they depend on the records, the features of one team only."""
    if name == "team":
        return Team.objects.live().order_by("name", "pk").values_list("pk", "name")
    if name == "feature" and team:
        return Feature.objects.live().filter(Q(("team_id", team))).order_by("name", "pk").values_list("pk", "name")
    if name == "model":
        return ClaudeModel.objects.order_by("-released_on", "name", "pk").values_list("key", "name")
    return ()


def _matching(words: str, filters: Mapping[str, str]) -> tuple[Calls, Calls]:
    """The matching calls twice: to be counted, and to be walked in order until a page is full.

    Where few calls match a condition both look them up by their ids. Where many do, counting asks the index for all
    of them and walking asks each call it meets: the next fifty are never far.
    """
    counted, walked = _shown(filters), _shown(filters)
    parts = Part.objects.live() if filters.get("show", "live") == "live" else Part.objects.all()
    for name in filters.keys() & _OF_PARTS.keys():
        found = _OF_PARTS[name](parts, filters[name])
        few = _few(found.order_by().values_list("call_id", flat=True))
        if few is None:
            counted = counted.filter(pk__in=found.values("call_id"))
            walked = walked.filter(Exists(found.filter(call=OuterRef("pk"))))
        else:
            counted, walked = counted.filter(pk__in=few), walked.filter(pk__in=few)
    if words:
        few = search.few(words, FEW)
        if few is None:
            counted, walked = search.narrowed(counted, words), walked.matching(words)
        else:
            counted, walked = counted.filter(pk__in=few), walked.filter(pk__in=few)
    return counted, walked


def _few(keys: QuerySet[Any, int]) -> list[int] | None:
    """The ids, or None where there are many."""
    found = list(keys[: FEW + 1])
    return found if len(found) <= FEW else None


def _shown(filters: Mapping[str, str]) -> Calls:
    """Narrowed by what stands in the calls themselves: live ones unless `show` is retired or all."""
    calls = {"retired": Call.objects.retired, "all": Call.objects.all}.get(filters.get("show", ""), Call.objects.live)()
    for name in filters.keys() & _COLUMNS.keys():
        calls = calls.filter(Q((_COLUMNS[name], filters[name])))
    return calls.filter(model__in=_ids_of(filters["model"])) if "model" in filters else calls


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


def _total(calls: Calls, words: str, filters: Mapping[str, str]) -> Total:
    """Of each list counted once until the next action: it takes as long as the list has calls."""

    def counted() -> dict[str, Any]:
        found = calls.aggregate(calls=Count("pk"), priced=Count("cost_today"), today=Sum("cost_today"))
        return found | _one_sided(calls, filters)

    kept = unchanged.once(f"calls:{audit.canonical([words.lower().split(), dict(filters)])}", counted)
    return Total(
        kept["calls"], kept["priced"], int(kept["today"] or 0), kept["one_sided_parts"], int(kept["one_sided"] or 0)
    )


def _one_sided(calls: Calls, filters: Mapping[str, str]) -> dict[str, Any]:
    """The parts of these calls that count on one side's answer alone; found by their state, which has an index."""
    parts = Part.objects.live() if filters.get("show", "live") == "live" else Part.objects.all()
    found = parts.filter(state=State.ONE_SIDE, one_sided=True, call__in=calls.order_by().values("pk"))
    return found.aggregate(one_sided_parts=Count("pk"), one_sided=Sum("cost_today"))


def _order(sort: str) -> tuple[str, str]:
    minus, column = ("-", sort[1:]) if sort.startswith("-") else ("", sort)
    return f"{minus}{SORTS[column]}", f"{minus}id"


def _rows(keys: Sequence[int]) -> list[Row]:
    found, parts = _told(keys)
    return [_row(found[key], parts.get(key, [])) for key in keys if key in found]


def _told(keys: Sequence[int]) -> tuple[dict[int, tuple[Any, ...]], dict[int, list["_Told"]]]:
    """The calls by their numbers, and what is told of their parts."""
    shown = (
        "pk", "name", "feature__name", "team__name", "model", "kind", "requests", "cost_today", "cost_target",
        "retired_at",
    )  # fmt: skip
    found = {row[0]: row for row in Call.objects.filter(pk__in=keys).values_list(*shown)}
    parts: dict[int, list[_Told]] = {}
    of_parts = ("call_id", "why", "state", "one_sided", "doubts")
    for told in Part.objects.filter(call__in=keys).order_by("position").values_list(*of_parts):
        parts.setdefault(told[0], []).append(_Told(*told[1:]))
    return found, parts


class _Told(NamedTuple):
    why: str
    state: str
    one_sided: bool
    doubts: list[str]


def _row(told: tuple[Any, ...], parts: Sequence[_Told]) -> Row:
    pk, name, feature, team, model, kind, requests, today, target, retired_at = told
    saved = 0 if today is None or target is None else today - target
    return Row(
        pk=str(pk), name=name, belongs=f"{feature} · {team}{' · retired' if retired_at else ''}", model=model,
        side=line.place(Kind(kind), Why(parts[0].why) if parts else Why.NONE).side.value, kind=_KINDS[kind],
        state=_state(parts) + _doubts(parts), requests=f"{requests:,}",
        today="not known" if today is None else money.shown(today), saves=money.shown(saved) if saved else "–",
    )  # fmt: skip


def _state(parts: Sequence[_Told]) -> str:
    if len(parts) == 1:
        return "labelled by one side only" if parts[0].one_sided else _STATES[parts[0].state]
    sealed = sum(State(part.state).is_sealed for part in parts)
    one_sided = sum(part.one_sided for part in parts)
    return f"{len(parts)} parts, {sealed} sealed" + (f", {one_sided} by one side only" if one_sided else "")


def _doubts(parts: Sequence[_Told]) -> str:
    """How many, without those that the state tells already."""
    codes = {code for part in parts for code in part.doubts} - _SAID_BY_STATE
    return f", {len(codes)} doubt{'s' if len(codes) > 1 else ''}" if codes else ""
