"""What a scenario makes of one call, assumption by assumption, with the arithmetic of where they lead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from inventory.domain.scenario import Figures, Step
from inventory.models import Call, Part, Scenario, ScenarioLine
from inventory.models.scenario import STEPS
from inventory.services.prices import explanation
from inventory.services.prices.explained import Explained, Share
from inventory.services.versions import scenario_steps

WORDS = dict(STEPS)


@dataclass(frozen=True, slots=True)
class Change:
    """What one assumption changes of a part, micro-dollars a month."""

    step: str
    words: str
    gained: Figures


@dataclass(frozen=True, slots=True)
class Told:
    """One part: as the plan has it, each change in order, and what that comes to, of which `explained` is the
    arithmetic before volume is assumed."""

    part: Part
    plan: Figures
    changes: Sequence[Change]
    reached: Figures
    explained: Explained
    share: Share | None


@dataclass(frozen=True, slots=True)
class Opened:
    """`upto` is the assumption it ends with, `factor` what volume multiplies every amount by. `is_kept` says whether
    the call comes to the lines that are kept: it does not once its facts have changed."""

    upto: str
    on: date
    parts: Sequence[Told]
    factor: Decimal
    is_kept: bool


def opened(found: Scenario, call: Call, parts: Sequence[Part], *, upto: str) -> Opened | None:
    """Up to and with that assumption, or all where it is none of them. None for a call of which no line is kept. The
    records are changed, and never saved."""
    lines = list(ScenarioLine.objects.of(found).filter(call_id=call.pk))
    if not lines or found.result_on is None:
        return None
    terms = scenario_steps.terms(found.assumptions(), found.result_on)
    last = terms.steps.index(Step(upto)) if upto in terms.steps else len(terms.steps) - 1
    before, stages = [scenario_steps.figures(part) for part in parts], list[list[Figures]]()
    for figures in scenario_steps.walked(call, parts, before, terms):
        stages.append(list(figures))
        if len(stages) > last:
            break  # the records stand as that assumption left them
    steps = terms.steps[: last + 1]
    is_discounted = Step.DISCOUNT in steps
    told = explanation.of(call, parts, on=terms.book.on, assumed=terms.discounted if is_discounted else None)
    rows = [
        Told(part, before[n], _changes(steps, [before[n], *(stage[n] for stage in stages)]), stages[-1][n], explained,
             told.shares.get(part.pk))
        for n, (part, explained) in enumerate(told.parts)
    ]  # fmt: skip
    factor = 1 + terms.given.volume if Step.VOLUME in steps else Decimal(1)
    return Opened(steps[-1], terms.book.on, rows, factor, _is_kept(lines, rows))


def _changes(steps: Sequence[Step], stages: Sequence[Figures]) -> list[Change]:
    return [
        Change(step.value, WORDS[step.value], now.less(was))
        for step, was, now in zip(steps, stages, stages[1:], strict=False)
    ]


def _is_kept(lines: Sequence[ScenarioLine], rows: Sequence[Told]) -> bool:
    kept = {(line.part_id, line.step): (line.today, line.after, line.possible) for line in lines}
    return all(
        kept.get((row.part.pk, each.step), (0, 0, 0)) == (each.gained.today, each.gained.after, each.gained.possible)
        for row in rows
        for each in row.changes
    )
