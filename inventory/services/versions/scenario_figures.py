"""A scenario worked out: every live call costed under its assumptions, step by step, by the plan's own formula.

The plan is set aside in one moment, read from there chunk by chunk and changed in memory alone; nothing of the
inventory is written.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from inventory.domain import scenario as domain
from inventory.domain.scenario import Assumptions, Figures, Result, Sum
from inventory.models import Call, Part, Scenario, staged
from inventory.models.frozen import ALL
from inventory.services.versions import plan_now, scenario, scenario_lines, scenario_steps

CHUNK = 1000
Told = Callable[[int, int], None]


def work_out(*, found: Scenario, on: date, at: datetime, told: Told) -> bool:
    """Keep its figures at the prices of that day, with what each step changes of each part; False where its assumptions
    were changed meanwhile: then nothing is.

    `told` hears how many calls of how many are through.
    """

    def besides() -> tuple[int, scenario_lines.Names, _Run]:
        lines = scenario_lines.Lines(found, at)
        return scenario.last_change(found.team), scenario_lines.names(), _Run(found.assumptions(), on, lines)

    with plan_now.whole(found.team.pk if found.team else ALL, besides) as (seq, names, run):
        total, done, position = staged.whole_count(), 0, 0
        while chunk := staged.whole_calls(position, CHUNK):
            parts = _parts(chunk, position)
            for call in chunk:
                names.put(call)
                run.take(call, parts[call.pk])
            if not run.lines.keep():
                run.lines.drop()
                return False
            position, done = chunk[-1].pk, done + len(chunk)
            told(done, total)
    return _kept(found, run, {"result_seq": seq, "result_on": on, "worked_out_at": at})


def _kept(found: Scenario, run: "_Run", beside: Mapping[str, Any]) -> bool:
    """The figures and the lines they add up: both, or neither."""
    same = Scenario.objects.filter(pk=found.pk, version=found.version)
    with transaction.atomic():
        if run.lines.are_all() and same.update(result=run.kept(), result_version=found.version, **beside):
            run.lines.drop_others()
            return True
        run.lines.drop()
    return False


def _parts(calls: Sequence[Call], above: int) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = defaultdict(list)
    by_pk = {call.pk: call for call in calls}
    for part in staged.whole_parts(above, calls[-1].pk):
        part.call = by_pk[part.call_id]
        found[part.call_id].append(part)
    return found


class _Run:
    """What has been added up so far: the plan as it is stored, the figures after each step, the largest changes."""

    def __init__(self, given: Assumptions, on: date, lines: scenario_lines.Lines) -> None:
        self.terms = scenario_steps.terms(given, on)
        self.plan, self.sums = Sum(), [Sum() for _ in self.terms.steps]
        self.largest: list[tuple[int, int, list[Any]]] = []
        self.lines = lines

    def take(self, call: Call, parts: Sequence[Part]) -> None:
        """One call, whose records are changed on the way: they are never saved."""
        before = [scenario_steps.figures(part) for part in parts]
        for each in before:
            self.plan.add(each)
        after, walked = before, scenario_steps.walked(call, parts, before, self.terms)
        for step, total, figures in zip(self.terms.steps, self.sums, walked, strict=True):
            self.lines.note(step, call, parts, after, figures)
            after = figures
            for each in figures:
                total.add(each)
        for part, was, now in zip(parts, before, after, strict=True):
            self._note(part, was, now)

    def kept(self) -> dict[str, Any]:
        sums = [(step, total.figures()) for step, total in zip(self.terms.steps, self.sums, strict=True)]
        largest = [row for *_, row in sorted(self.largest, reverse=True)]
        return {**domain.plain(Result(self.plan.figures(), sums)), "largest": largest, "run": self.lines.run}

    def _note(self, part: Part, was: Figures, now: Figures) -> None:
        change = now.less(was)
        size = abs(change.today) + abs(change.after)
        if size:
            row = [part.pk, part.call_id, part.name, change.today, change.after]
            keep = heapq.heappush if len(self.largest) < domain.DEAREST else heapq.heappushpop
            keep(self.largest, (size, part.pk, row))
