"""A scenario worked out: every live call costed under its assumptions, step by step, by the plan's own formula.

The plan is set aside in one moment, read from there chunk by chunk and changed in memory alone; nothing of the
inventory is written.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from inventory.domain import scenario as domain
from inventory.domain.scenario import Assumptions, Figures, Result, Sum
from inventory.models import Call, Part, Scenario, Team, staged
from inventory.models.frozen import ALL
from inventory.services.prices import pricing
from inventory.services.versions import plan_now, scenario, scenario_steps
from inventory.services.versions.scenario_steps import Terms

CHUNK = 1000
Told = Callable[[int, int], None]


def work_out(*, found: Scenario, on: date, at: datetime, told: Told) -> bool:
    """Keep its figures at the prices of that day; False where its assumptions were changed meanwhile: then nothing is.

    `told` hears how many calls of how many are through.
    """

    def besides() -> tuple[int, dict[int, Team], _Run]:
        return scenario.last_change(found.team), Team.objects.in_bulk(), _Run(found.assumptions(), on)

    with plan_now.whole(found.team.pk if found.team else ALL, besides) as (seq, teams, run):
        total, done, position = staged.whole_count(), 0, 0
        while chunk := staged.whole_calls(position, CHUNK):
            parts = _parts(chunk, position)
            for call in chunk:
                call.team = teams[call.team_id]
                run.take(call, parts[call.pk])
            position, done = chunk[-1].pk, done + len(chunk)
            told(done, total)
    same = Scenario.objects.filter(pk=found.pk, version=found.version)
    return bool(
        same.update(
            result=run.kept(), result_version=found.version, result_seq=seq, result_on=on, worked_out_at=at
        )
    )  # fmt: skip


def _parts(calls: Sequence[Call], above: int) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = defaultdict(list)
    by_pk = {call.pk: call for call in calls}
    for part in staged.whole_parts(above, calls[-1].pk):
        part.call = by_pk[part.call_id]
        found[part.call_id].append(part)
    return found


class _Run:
    """What has been added up so far: the plan as it is stored, the figures after each step, the largest changes."""

    def __init__(self, given: Assumptions, on: date) -> None:
        book = pricing.book(given.prices_on or on)
        discounted = book if given.discount is None else book.discounted(given.discount)
        self.terms = Terms(given, given.steps(), book, discounted)
        self.plan, self.sums = Sum(), [Sum() for _ in self.terms.steps]
        self.largest: list[tuple[int, int, list[Any]]] = []

    def take(self, call: Call, parts: Sequence[Part]) -> None:
        """One call, whose records are changed on the way: they are never saved."""
        before = [scenario_steps.figures(part) for part in parts]
        for each in before:
            self.plan.add(each)
        after = before
        for total, figures in zip(self.sums, scenario_steps.walked(call, parts, before, self.terms), strict=True):
            after = figures
            for each in figures:
                total.add(each)
        for part, was, now in zip(parts, before, after, strict=True):
            self._note(part, was, now)

    def kept(self) -> dict[str, Any]:
        sums = [(step, total.figures()) for step, total in zip(self.terms.steps, self.sums, strict=True)]
        largest = [row for *_, row in sorted(self.largest, reverse=True)]
        return {**domain.plain(Result(self.plan.figures(), sums)), "largest": largest}

    def _note(self, part: Part, was: Figures, now: Figures) -> None:
        change = now.less(was)
        size = abs(change.today) + abs(change.after)
        if size:
            row = [part.pk, part.call_id, part.name, change.today, change.after]
            keep = heapq.heappush if len(self.largest) < domain.DEAREST else heapq.heappushpop
            keep(self.largest, (size, part.pk, row))
