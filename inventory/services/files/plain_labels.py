"""What is to be labelled or looked over, and how well both sides agree, as rows of a file."""

from collections.abc import Sequence
from typing import Any

from inventory.domain import version as words
from inventory.domain import waiting
from inventory.domain.agreement_figures import Figures
from inventory.domain.part import State
from inventory.exchange.columns import Column, Form
from inventory.models import Part
from inventory.services import access
from inventory.services.files.plain import Asked, Plain, Row
from inventory.services.labelling import check, figures, queue, together, version

OF_PART = (Column("part", "Part", width=30), Column("feature", "Feature", width=26), Column("team", "Team", width=22))
TODAY = Column("today", "Today, $ a month", Form.MONEY)
QUEUE = (*OF_PART, Column("why", "Why it needs you", width=60), TODAY)
CHECK = (
    *OF_PART, Column("changes", "What changed", width=70), Column("missing", "Has to confirm", width=24), TODAY,
    Column("possible", "Possible, $ a month", Form.MONEY),
)  # fmt: skip
VERSIONS = (
    *OF_PART, Column("was", "On its own version", width=26), Column("now", "On the newest version", width=40),
    Column("side", "By one side's answers alone", width=26), TODAY,
)  # fmt: skip
CONSUMERS = (Column("consumer", "Consumer", width=44), Column("parts", "Parts without your answer", Form.WHOLE, 24))
AGREEMENT = (
    Column("by", "By", width=12), Column("name", "Name", width=60), Column("pairs", "Pairs", Form.WHOLE, 10),
    Column("agree", "Agree", Form.SHARE, 10), Column("kappa", "Kappa", Form.NUMBER, 10),
    Column("error", "Kappa, ±", Form.NUMBER, 10), Column("ac1", "AC1", Form.NUMBER, 10),
)  # fmt: skip


def _queue(asked: Asked) -> Any:
    """All that needs them, also what colleagues have in hand just now."""
    found = queue.needing(asked.person)
    if feature := asked.feature:
        found = found.filter(feature=feature)
    elif team := asked.team:
        found = found.of_team(team)
    return found.dearest_first().select_related("feature", "team")


def _queued(found: Sequence[Part], asked: Asked) -> list[Row]:
    side = asked.person.get_discipline_display()
    why = {State.DISPUTED: "Product and engineering differ"}
    return [
        _of(part)
        | {
            "why": f"Check needed. {part.reason}"
            if part.state == State.CHECK_NEEDED
            else why.get(State(part.state), f"{side} has not answered")
        }
        for part in found
    ]


def _check(asked: Asked) -> Any:
    return check.to_check(team=asked.team, feature=asked.feature)


def _checked(found: Sequence[Part], asked: Asked) -> list[Row]:
    return [
        _of(row.part)
        | {
            "changes": "; ".join(
                [*(f"{each.name}: {each.was} → {each.now}" for each in row.changes), *filter(None, [row.because])]
            ),
            "missing": ", ".join(row.missing), "possible": row.part.possible or None,
        }
        for row in check.rows(found, asked.person)
    ]  # fmt: skip


def _differing(asked: Asked) -> Any:
    """Of the teams they decide for: what it is narrowed to, if that is one of them."""
    teams, team = version.teams(asked.person), asked.narrowed.get("team")
    return version.differing(asked.person, teams=[team] if team and (teams is None or team in teams) else teams)


def _differ(found: Sequence[Any], asked: Asked) -> list[Row]:
    rows = []
    for each in found:
        question = waiting.CURRENT.question(each.opens)
        now = f"asks: “{question.title}”" if question else words.WORDS.get(each.now, each.now)
        rows.append(_of(each.part) | {"was": words.WORDS.get(each.was, each.was), "now": now, "side": each.side})
    return rows


def _agreement(asked: Asked) -> list[tuple[str, str, Figures]]:
    report = figures.report(team=asked.team, month=asked.narrowed.get("month", ""))
    return [
        ("all", "All pairs", report.overall),
        *(("question", each.title, each.figures) for each in report.asked),
        *(("team", each.name, each.figures) for each in report.teams),
        *(("month", each.name, each.figures) for each in report.months),
    ]


def _agreed(found: Sequence[tuple[str, str, Figures]], asked: Asked) -> list[Row]:
    return [
        {
            "by": by, "name": name, "pairs": each.count, "agree": each.raw, "kappa": each.kappa,
            "error": None if each.error is None else 2 * each.error, "ac1": each.ac1,
        }
        for by, name, each in found
    ]  # fmt: skip


def _of(part: Part) -> Row:
    return {
        "pk": part.pk, "part": part.name, "feature": part.feature.name, "team": part.team.name,
        "today": part.cost_today,
    }  # fmt: skip


LISTS = {
    "queue": Plain("To label", QUEUE, _queue, _queued, own=True),
    "check": Plain("Check needed", CHECK, _check, _checked),
    "differing": Plain("New version", VERSIONS, _differing, _differ, may=access.leads_some, own=True),
    "consumers": Plain(
        "Same consumer", CONSUMERS, lambda asked: together.groups(asked.person),
        lambda found, asked: [{"consumer": each.consumer, "parts": each.parts} for each in found], own=True,
    ),
    "agreement": Plain("Agreement", AGREEMENT, _agreement, _agreed),
}  # fmt: skip
