"""Why a plan comes out otherwise at one time than at another: the difference of each part, reason by reason.

A call's facts are changed one group after the other, from what they were to what they are, and each time it is costed
anew; a reason is what its step adds, in the order of `Reason`. First and last stand the stored amounts themselves, so
that the reasons add up to the whole difference exactly. What no step explains (amounts stored at prices that are not
known any more) is told under price.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from inventory.domain import plan, pricing
from inventory.domain.part import Label, Path
from inventory.domain.plan import Kind
from inventory.domain.pricing import Price, Profile
from inventory.domain.status import MOVING_KINDS


class Reason(StrEnum):
    """In the order in which they are told apart."""

    PRICE = "price"
    RUNS = "runs"
    TOKENS = "tokens"
    VOLUME = "volume"
    LABEL = "label"
    SPLIT = "split"
    WAVE = "wave"
    WEIGHT = "weight"
    NEW = "new"
    GONE = "gone"


class Amounts(NamedTuple):
    """Micro-dollars a month. `planned` is the share of the saving that is agreed and in a wave with a start."""

    today: int = 0
    after: int = 0
    planned: int = 0

    @property
    def saving(self) -> int:
        return self.today - self.after

    def plus(self, other: "Amounts") -> "Amounts":
        return Amounts(self.today + other.today, self.after + other.after, self.planned + other.planned)

    def less(self, other: "Amounts") -> "Amounts":
        return Amounts(self.today - other.today, self.after - other.after, self.planned - other.planned)


NOTHING = Amounts()


@dataclass(frozen=True, slots=True)
class PartThen:
    """A part as it was. `label` is the one that counts, NONE where none did; `amounts` are the stored ones. `agreed` is
    False where the label counts on one side alone, `scheduled` True where it is counted in a wave with a start."""

    id: int
    name: str
    model: str
    profile: Profile
    label: Label
    blockers: tuple[str, ...]
    amounts: Amounts
    agreed: bool
    scheduled: bool
    wave: str = ""
    status: str = ""
    kind: str = ""
    weights: tuple[str, ...] = ()  # effort, risk, readiness as they counted; empty where they were not kept


@dataclass(frozen=True, slots=True)
class CallThen:
    """A call as it was, with its parts. `prices` holds, for every model it or its parts have on either side, the price
    its amounts were stored by; None where there is none."""

    id: int
    name: str
    provider: str
    model: str
    geo: str
    path: Path
    profile: Profile
    is_split: bool
    parts: tuple[PartThen, ...]
    prices: Mapping[str, Price | None]

    @property
    def shape(self) -> tuple[bool, tuple[int, ...]]:
        """What a split changes."""
        return self.is_split, tuple(part.id for part in self.parts)

    @property
    def amounts(self) -> Amounts:
        return added(part.amounts for part in self.parts)


@dataclass(frozen=True, slots=True)
class Line:
    """The difference of one part; of the whole call (`part` None) where it was split otherwise."""

    part: int | None
    name: str
    by: Mapping[Reason, Amounts]
    was: PartThen | None = None
    now: PartThen | None = None

    @property
    def whole(self) -> Amounts:
        return added(self.by.values())

    @property
    def kind(self) -> str:
        """The move as it is later; as it was where it is gone."""
        known = self.now or self.was
        return known.kind if known is not None else Kind.SPLIT


def added(amounts: Iterable[Amounts]) -> Amounts:
    total = NOTHING
    for each in amounts:
        total = total.plus(each)
    return total


def lines(was: CallThen | None, now: CallThen | None) -> list[Line]:
    """Each part that differs, with its reasons; a call that is on one side only is new or gone, part by part."""
    if was is None or now is None:
        known, reason = (now, Reason.NEW) if was is None else (was, Reason.GONE)
        assert known is not None
        sides = [(None, part) if was is None else (part, None) for part in known.parts]
        return [
            Line(part.id, part.name, {reason: _signed(part.amounts, was is None)}, *side)
            for part, side in zip(known.parts, sides, strict=True)
        ]
    if was == now:
        return []
    if was.shape != now.shape:
        return [_resplit(was, now)]
    moved = runs_as(was) != runs_as(now)
    found = [_line(*each, moved) for each in zip(was.parts, now.parts, _changes(was, now), strict=True)]
    return [line for line in found if line.by]


def costed(call: CallThen) -> list[Amounts]:
    """What its parts cost by its facts: the formula of the plan, on the facts given."""
    price = call.prices.get(call.model)
    whole = pricing.priced(call.profile, price)
    cases = []
    for part in call.parts:
        profile = pricing.of_part(call.profile, part.profile) if call.is_split else call.profile
        other = call.is_split and bool(part.model)
        cost = pricing.priced(profile, call.prices.get(part.model) if other else price)
        as_is = pricing.priced(profile, price) if other else cost
        cases.append(plan.Case(part.label, True, part.blockers, cost, as_is.real_time if as_is else None))
    moves = plan.moves(cases, today=call.path, whole=whole, is_split=call.is_split)
    return [_amounts(part, move.today or 0, move.target or 0) for part, move in zip(call.parts, moves, strict=True)]


def _signed(amounts: Amounts, is_new: bool) -> Amounts:
    return amounts if is_new else NOTHING.less(amounts)


def _amounts(part: PartThen, today: int, after: int) -> Amounts:
    return Amounts(today, after, today - after if part.agreed and part.scheduled else 0)


def _changes(was: CallThen, now: CallThen) -> list[dict[Reason, Amounts]]:
    """For each part what each reason adds; those that changed nothing of the call are left out."""
    found: list[dict[Reason, Amounts]] = [{} for _ in was.parts]
    before = reached = None
    for reason, call in _steps(was, now):
        costs = reached if call == before and reached is not None else costed(call)
        if before is not None and call != before and reached is not None:
            for by, later, earlier in zip(found, costs, reached, strict=True):
                by[reason] = later.less(earlier)
        before, reached = call, costs
    for by, old, new in zip(found, was.parts, now.parts, strict=True):
        rest = new.amounts.less(old.amounts).less(added(by.values()))
        by[Reason.PRICE] = by.get(Reason.PRICE, NOTHING).plus(rest)
        by[Reason.WEIGHT] = NOTHING  # costs nothing: told where it changed
    return found


def _steps(was: CallThen, now: CallThen) -> Iterator[tuple[Reason, CallThen]]:
    """The call on its way from what it was to what it is. First as it was, under no name of its own."""
    yield Reason.NEW, was
    priced = replace(was, prices=_newer(was, now))
    yield Reason.PRICE, priced
    runs = replace(
        priced,
        name=now.name, provider=now.provider, model=now.model, geo=now.geo, path=now.path, prices=now.prices,
        profile=_run_as(was.profile, now.profile),
        parts=tuple(
            replace(old, name=new.name, model=new.model, profile=_run_as(old.profile, new.profile))
            for old, new in zip(was.parts, now.parts, strict=True)
        ),
    )  # fmt: skip
    yield Reason.RUNS, runs
    tokens = _profiled(runs, now, lambda old, new: replace(new, requests=old.requests))
    yield Reason.TOKENS, tokens
    volume = _profiled(tokens, now, lambda old, new: new)
    yield Reason.VOLUME, volume
    labelled = tuple(
        replace(new, amounts=old.amounts, scheduled=old.scheduled, wave=old.wave, status=old.status)
        for old, new in zip(was.parts, now.parts, strict=True)
    )
    yield Reason.LABEL, replace(volume, parts=labelled)
    yield (
        Reason.WAVE,
        replace(now, parts=tuple(replace(n, amounts=o.amounts) for o, n in zip(was.parts, now.parts, strict=True))),
    )


def _newer(was: CallThen, now: CallThen) -> dict[str, Price | None]:
    """The later price of each model; the earlier one where the later side does not know it."""
    return {model: now.prices.get(model) or price for model, price in was.prices.items()}


def _run_as(was: Profile, now: Profile) -> Profile:
    """The tokens and the volume of before, in the way of now."""
    return replace(was, fast=now.fast, write_1h=now.write_1h, share_above=now.share_above)


def _profiled(call: CallThen, now: CallThen, made: Callable[[Profile, Profile], Profile]) -> CallThen:
    parts = tuple(
        replace(old, profile=made(old.profile, new.profile)) for old, new in zip(call.parts, now.parts, strict=True)
    )
    return replace(call, profile=made(call.profile, now.profile), parts=parts)


def _line(was: PartThen, now: PartThen, by: Mapping[Reason, Amounts], moved: bool) -> Line:
    """Only what the part itself changes, or what costs something: a sibling's label is no reason of this one. `moved`:
    the call runs otherwise, which is told of each of its parts."""
    kept = {
        reason: found
        for reason, found in by.items()
        if found != NOTHING or changed(reason, was, now) or (moved and reason is Reason.RUNS)
    }
    return Line(now.id, now.name, kept, was, now)


def runs_as(call: CallThen) -> tuple[str, str, str, Path]:
    return call.provider, call.model, call.geo, call.path


def changed(reason: Reason, was: PartThen, now: PartThen) -> bool:
    """Whether the part's own facts of that group differ."""
    one, other = was.profile, now.profile
    if reason is Reason.RUNS:
        return was.model != now.model or _run_as(one, other) != one
    if reason is Reason.TOKENS:
        return replace(_run_as(one, other), requests=other.requests) != other
    if reason is Reason.VOLUME:
        return one.requests != other.requests
    if reason is Reason.LABEL:
        return (was.label, was.blockers, was.agreed) != (now.label, now.blockers, now.agreed)
    if reason is Reason.WEIGHT:
        return weighed_otherwise(was, now)
    return reason is Reason.WAVE and (was.wave, was.status) != (now.wave, now.status)


def weighed_otherwise(was: PartThen, now: PartThen) -> bool:
    """Of what makes the same move at both times; where the move is another one, that says it."""
    same_move = was.kind == now.kind and was.kind in MOVING_KINDS
    return same_move and bool(was.weights and now.weights) and was.weights != now.weights


def _resplit(was: CallThen, now: CallThen) -> Line:
    """One line for the call: what its new prices and its own new facts add while it is cut as before, then the rest."""
    steps = [(Reason.PRICE, replace(was, prices=_newer(was, now)))]
    if not was.is_split:
        priced = steps[0][1]
        runs = replace(
            priced, provider=now.provider, model=now.model, geo=now.geo, path=now.path, prices=now.prices,
            profile=_run_as(was.profile, now.profile),
        )  # fmt: skip
        tokens = replace(runs, profile=replace(now.profile, requests=was.profile.requests))
        steps += [(Reason.RUNS, runs), (Reason.TOKENS, tokens), (Reason.VOLUME, replace(runs, profile=now.profile))]
    reached = [was.amounts, *(added(costed(call)) for _, call in steps)]
    by = {reason: later.less(earlier) for (reason, _), (earlier, later) in zip(steps, pairwise(reached), strict=True)}
    by[Reason.SPLIT] = now.amounts.less(reached[-1])
    return Line(None, now.name, {r: found for r, found in by.items() if found != NOTHING or r is Reason.SPLIT})
