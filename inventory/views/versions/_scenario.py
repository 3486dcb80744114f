"""What the pages of scenarios show: figures beside each other, and what each assumption changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from inventory.domain import money
from inventory.domain import scenario as domain
from inventory.domain.scenario import Figures, Result, Start, Step
from inventory.models import Part, Scenario, Team
from inventory.models.scenario import STEPS
from inventory.services.planning import plan
from inventory.services.versions import scenario

MONEY = ("today", "after", "saving", "saving_a_year", "possible")
ROWS = (
    ("today", "Today, a month"), ("after", "After, a month"), ("saving", "Saves a month"),
    ("saving_a_year", "Saves a year"), ("share", "Can move, of today's spend"), ("moving", "Parts that move"),
    ("left_out", "Moves left out"), ("taken_in", "Single moves taken in"), ("undecided", "Parts not decided"),
    ("possible", "Possible besides, a month"), ("doubtful", "Parts with doubts"),
    ("unpriced", "Parts without a known price"),
)  # fmt: skip
# What a difference in money is called where it opens; a year is twelve months of the one above it.
OPENS = {"today": "today", "after": "after", "saving": "saved", "possible": "possible"}
NAMED = 5  # single moves that are told by name
WORDS = dict(STEPS)


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure as it is shown, and its difference to the plan; empty where there is none."""

    shown: str
    change: str = ""
    pk: int | None = None
    name: str = ""


def missing(found: Sequence[Scenario], *, today: date) -> list[Start]:
    """The starting points of which there is no scenario yet."""
    names = {each.name.lower() for each in found}
    return [start for start in domain.starts(today) if start.name.lower() not in names]


def compared(picked: Sequence[Scenario], *, team: Team | None, today: date) -> dict[str, Any]:
    """A row a figure, a column a scenario, and first the plan as it stands."""
    stands = _standing(team)
    results = [(each, each.found()) for each in picked]
    rows = []
    for name, words in ROWS:
        cells = [Cell(_shown(name, getattr(stands, name)))]
        for each, result in results:
            if result is None:
                cells.append(Cell("–"))
                continue
            value, before = getattr(result.last, name), getattr(result.plan, name)
            cells.append(Cell(_shown(name, value), _change(name, value, before), each.pk, name))
        rows.append((words, cells))
    return {"columns": [(each, each.job, why) for each, why in _outdated(picked, team, today)], "rows": rows}


def opened(found: Scenario, *, today: date) -> dict[str, Any]:
    """Its figures, what each assumption adds to them, and the parts it changes most."""
    result = found.found()
    context: dict[str, Any] = {"job": found.job, "said": said(found)}
    if result is None:
        return context
    (_, why), *_ = _outdated([found], found.team, today)
    largest = [(call, name, today, after, today - after) for _, call, name, today, after in found.result["largest"]]
    steps = _told(result)
    return {
        **context,
        "result": result,
        "outdated": why,
        "heads": [WORDS[step] for step, _ in steps],
        "figures": [_row(name, words, result, steps, opens=bool(found.run)) for name, words in ROWS],
        "largest": largest,
    }


def _told(result: Result) -> list[tuple[Step, Figures]]:
    """The steps that have a column: prices only where they change something, as nobody had to assume them."""
    return [(step, figures) for step, figures in result.steps if step is not Step.PRICES or figures != result.plan]


def _row(
    name: str, words: str, result: Result, steps: Sequence[tuple[Step, Figures]], *, opens: bool
) -> dict[str, Any]:
    """One figure: in the plan, what each assumption adds to it, and under all of them."""
    reached = [getattr(each, name) for each in (result.plan, *(figures for _, figures in steps))]
    return {
        "name": name,
        "words": words,
        "was": _shown(name, reached[0]),
        "word": OPENS.get(name, "") if opens else "",
        "steps": [
            (step.value, WORDS[step], _change(name, after, before))
            for (step, _), (before, after) in zip(steps, pairwise(reached), strict=True)
        ],
        "now": _shown(name, reached[-1]),
        "change": _change(name, reached[-1], reached[0]),
    }


def said(found: Scenario) -> list[tuple[str, str]]:
    """What it assumes, in words."""
    told = []
    if found.prices_on:
        told.append(("Prices", f"those of {found.prices_on:%Y-%m-%d}"))
    if found.discount is not None:
        told.append(("Negotiated discount", f"{_percent(found.discount)} off the tokens on every platform"))
    if found.volume:
        told.append(("Volume", f"{'+' if found.volume > 0 else '−'}{_percent(abs(found.volume))}"))
    if found.cache != domain.Cache.AS_NOW:
        share = f"{_percent(found.cache_share)} of requests" if found.cache_share is not None else "none"
        told.append(("Cache hits in batch", share))
    if found.labels != domain.Labels.AS_NOW:
        told.append(("Labels that count", found.get_labels_display().lower()))
    if found.most_risk is not None:
        told.append(("Moves left out", f"with a risk above {found.most_risk}, and what has no label yet"))
    if found.most_effort is not None:
        told.append(("Moves left out", f"with an effort above {found.most_effort}"))
    for words, named in (("Single moves left out", found.left_out), ("Single moves taken in", found.taken_in)):
        if named:
            told.append((words, _names(list(named.values()))))
    return told


def _names(named: Sequence[str]) -> str:
    """The first of them by name, and how many more."""
    more = f" and {len(named) - NAMED:,} more" if len(named) > NAMED else ""
    return ", ".join(named[:NAMED]) + more


def _outdated(found: Sequence[Scenario], team: Team | None, today: date) -> list[tuple[Scenario, str]]:
    if not found:
        return []
    last, newest = scenario.last_change(team), scenario.newest_prices(today)
    return [(each, scenario.outdated(each, last=last, newest=newest)) for each in found]


def _standing(team: Team | None) -> Figures:
    """The plan as it stands, from its stored sums."""
    sums = plan.totals(team=team).overall.sums
    parts = Part.objects.live() if team is None else Part.objects.live().of_team(team)
    return Figures(
        parts=sums.parts, today=sums.today, after=sums.after, possible=sums.possible, nobody=sums.nobody,
        moving=sums.moving, undecided=sums.undecided_parts, doubtful=parts.doubtful().count(), unpriced=sums.unpriced,
    )  # fmt: skip


def _shown(name: str, value: int | None) -> str:
    if value is None:
        return "–"
    if name == "share":
        return f"{value} %"
    return money.shown(value) if name in MONEY else f"{value:,}"


def _change(name: str, value: int | None, before: int | None) -> str:
    if value is None or before is None or value == before:
        return ""
    if name == "share":
        return f"{_sign(value - before)} points"
    return _signed(name, value - before)


def _signed(name: str, value: int) -> str:
    return money.shown(value, sign=True) if name in MONEY else _sign(value)


def _sign(value: int) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{abs(value):,}"


def _percent(share: Any) -> str:
    return f"{(share * 100).normalize():f} %"
