"""A scenario worked out: every live call costed under its assumptions, step by step, by the plan's own formula.

Calls are read chunk by chunk and changed in memory alone; nothing of the inventory is written.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence, Set
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from inventory.domain import scenario as domain
from inventory.domain.book import Book
from inventory.domain.part import Label, State
from inventory.domain.plan import Kind, Why
from inventory.domain.scenario import Assumptions, Figures, Result, Step, Sum
from inventory.domain.status import Status
from inventory.models import Call, Part, Scenario, Team
from inventory.services import pricing, scenario

CHUNK = 1000
Told = Callable[[int, int], None]
BATCH = (Kind.MOVE_TO_BATCH, Kind.STAY_BATCH, Kind.BRING_BACK)


def work_out(*, found: Scenario, on: date, at: datetime, told: Told) -> bool:
    """Keep its figures at the prices of that day; False where its assumptions were changed meanwhile: then nothing is.

    `told` hears how many calls of how many are through.
    """
    seq = scenario.last_change(found.team)
    run = _Run(found.assumptions(), on)
    calls = Call.objects.live() if found.team is None else Call.objects.live().filter(team=found.team)
    total, done, position = calls.count(), 0, 0
    teams = Team.objects.in_bulk()
    while chunk := list(calls.filter(pk__gt=position).order_by("pk")[:CHUNK]):
        parts = _parts(chunk)
        for call in chunk:
            call.team = teams[call.team_id]
            run.take(call, parts[call.pk])
        position, done = chunk[-1].pk, done + len(chunk)
        told(min(done, total), total)
    same = Scenario.objects.filter(pk=found.pk, version=found.version)
    return bool(
        same.update(
            result=run.kept(), result_version=found.version, result_seq=seq, result_on=on, worked_out_at=at
        )
    )  # fmt: skip


def _parts(calls: Sequence[Call]) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = defaultdict(list)
    by_pk = {call.pk: call for call in calls}
    for part in Part.objects.live().filter(call__in=list(by_pk)).order_by("call_id", "position"):
        part.call = by_pk[part.call_id]
        found[part.call_id].append(part)
    return found


class _Run:
    """What has been added up so far: the plan as it is stored, the figures after each step, the largest changes."""

    def __init__(self, given: Assumptions, on: date) -> None:
        self.given, self.steps = given, given.steps()
        self.plan, self.sums = Sum(), [Sum() for _ in self.steps]
        self.book = pricing.book(given.prices_on or on)
        self.discounted = self.book if given.discount is None else self.book.discounted(given.discount)
        self.largest: list[tuple[int, int, list[Any]]] = []

    def take(self, call: Call, parts: Sequence[Part]) -> None:
        """One call, whose records are changed on the way: they are never saved."""
        if not parts:
            return  # retired between two queries
        before = [_figures(part) for part in parts]
        for each in before:
            self.plan.add(each)
        after = before
        for total, figures in zip(self.sums, _walked(call, parts, before, self), strict=True):
            after = figures
            for each in figures:
                total.add(each)
        for part, was, now in zip(parts, before, after, strict=True):
            self._note(part, was, now)

    def kept(self) -> dict[str, Any]:
        sums = [(step, total.figures()) for step, total in zip(self.steps, self.sums, strict=True)]
        largest = [row for *_, row in sorted(self.largest, reverse=True)]
        return {**domain.plain(Result(self.plan.figures(), sums)), "largest": largest}

    def _note(self, part: Part, was: Figures, now: Figures) -> None:
        change = now.less(was)
        size = abs(change.today) + abs(change.after)
        if size:
            row = [part.pk, part.call_id, part.name, change.today, change.after]
            keep = heapq.heappush if len(self.largest) < domain.DEAREST else heapq.heappushpop
            keep(self.largest, (size, part.pk, row))


def _walked(call: Call, parts: Sequence[Part], stored: Sequence[Figures], run: _Run) -> Iterator[list[Figures]]:
    """The figures of each part after each step."""
    figures, factor, book = list(stored), Decimal(1), run.book
    decided = {part.pk for part in parts if part.kind != Kind.UNDECIDED}
    left: frozenset[int] = frozenset()
    for step in run.steps:
        if step is Step.VOLUME:
            factor, is_changed = 1 + run.given.volume, True
        elif step is Step.MOVES:
            left = _leave_out(call, parts, book, run.given, decided)
            is_changed = bool(left)
        else:
            book = run.discounted if step is Step.DISCOUNT else book
            is_changed = _assume(step, call, parts, book, run.given)
            if is_changed:
                pricing.apply(call, parts, book=book)
        if is_changed:
            figures = [_figures(part, factor, part.pk in left) for part in parts]
        yield figures


def _assume(step: Step, call: Call, parts: Sequence[Part], book: Book, given: Assumptions) -> bool:
    """Change the records as the step says; whether there is anything to cost anew."""
    if step is Step.PRICES:
        marks = {call.model: call.priced_by} | {part.model: part.priced_by for part in parts if part.model}
        return any(mark != book.mark(call.provider, model, call.geo) for model, mark in marks.items())
    if step is Step.CACHE:
        for record in (call, *parts):
            record.batch_hit_share = given.hit_share or Decimal(0)
        return any(record.cacheable_prefix for record in (call, *parts))
    if step is Step.LABELS:
        changed = [_relabel(part, given) for part in parts]
        return any(changed)
    return True


def _relabel(part: Part, given: Assumptions) -> bool:
    before = (part.label, part.state)
    part.label, part.state = domain.labelled(
        given.labels, label=Label(part.label), state=State(part.state), one_sided=part.one_sided,
        was=str(part.rested_on.get("label", "")), status=Status(part.status),
    )  # fmt: skip
    return (part.label, part.state) != before


def _leave_out(call: Call, parts: Sequence[Part], book: Book, given: Assumptions, decided: Set[int]) -> frozenset[int]:
    """Which moves are beyond what is assumed: they count as if somebody waited. A split call of which nothing moves any
    more stays as it runs today."""
    left = {part.pk for part in parts if _is_beyond(part, given, part.pk in decided)}
    if not left:
        return frozenset()
    for part in parts:
        if part.pk in left:
            part.label = Label.WAITING
    pricing.apply(call, parts, book=book)
    if call.is_split and not any(part.kind in BATCH for part in parts):
        for part in parts:
            part.cost_target = part.cost_today
    return frozenset(left)


def _is_beyond(part: Part, given: Assumptions, is_decided: bool) -> bool:
    if part.kind != Kind.MOVE_TO_BATCH:
        return False
    risk = part.weights().risk.value
    return domain.is_left_out(
        given, kind=Kind(part.kind), risk=int(risk) if risk.isdecimal() else 0, effort=part.points,
        is_decided=is_decided,
    )  # fmt: skip


def _figures(part: Part, factor: Decimal = Decimal(1), left_out: bool = False) -> Figures:
    return domain.of_part(
        Kind(part.kind), Why(part.why), today=part.cost_today, after=part.cost_target, possible=part.possible,
        doubts=part.doubts, left_out=left_out, factor=factor,
    )  # fmt: skip
