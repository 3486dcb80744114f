"""Waves, the ledger, the plan in time, first guesses and scenarios as rows of a file."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from inventory.domain import wave as months
from inventory.domain.guess import Audit
from inventory.domain.schedule import Term
from inventory.exchange.columns import Column, Form
from inventory.models import Realised, Scenario
from inventory.services.files.plain import Asked, Plain, Row, each, name_of
from inventory.services.planning import board, guess, ledger_list, schedule

FEATURE, TEAM = Column("feature", "Feature", width=26), Column("team", "Team", width=22)
TODAY = Column("today", "Today, $ a month", Form.MONEY)
WAVES = (
    Column("wave", "Wave", width=24), Column("starts_on", "Starts", Form.DAY, 12),
    Column("ramp_months", "Ramp, months", Form.WHOLE, 12), Column("owner", "Owner", width=22),
    Column("part", "Part", width=30), FEATURE, Column("move", "Move", width=16),
    Column("ready", "Readiness", width=14), Column("ready_why", "Readiness, why", width=44),
    Column("status", "Status", width=14), Column("effort", "Effort", width=8), Column("risk", "Risk", width=8),
    Column("saves", "Saves, $ a month", Form.MONEY), Column("for_its_effort", "For its effort, $ a month", Form.MONEY),
)  # fmt: skip
LEDGER = (
    Column("move", "Move", width=30), TEAM, Column("wave", "Wave", width=22),
    Column("moved_at", "Moved", Form.MOMENT, 17), Column("verified_at", "Verified", Form.MOMENT, 17),
    Column("ended_at", "Taken back", Form.MOMENT, 17), Column("ended_why", "Why it was taken back", width=40),
    Column("priced_on", "Prices of", Form.DAY, 12), Column("before", "Before, $ a month", Form.MONEY),
    Column("after", "After, $ a month", Form.MONEY), Column("saves", "Saves, $ a month", Form.MONEY),
)  # fmt: skip
TIME = (
    Column("month", "Month", Form.DAY, 12), Column("baseline", "As it runs, $", Form.MONEY),
    Column("planned", "With the waves, $", Form.MONEY), Column("saves", "Saves, $", Form.MONEY),
)  # fmt: skip
GUESSES = (
    Column("by", "By", width=10), Column("name", "Name", width=28), TEAM, TODAY,
    Column("guess", "First guess", Form.PERCENT, 12), Column("audited", "Can move", Form.PERCENT, 12),
    Column("not_decided", "Not decided", Form.PERCENT, 12), Column("staying", "Somebody waits", Form.PERCENT, 16),
    Column("gap", "Difference, $ a month", Form.MONEY),
)  # fmt: skip
NO_GUESS = (
    FEATURE, TEAM, Column("product_owner", "Product owner", width=22),
    Column("engineering_owner", "Engineering owner", width=22), Column("late", "Too late to give one", Form.TRUTH, 20),
)  # fmt: skip
FIGURES = (
    TODAY, Column("after", "After, $ a month", Form.MONEY), Column("saving", "Saves, $ a month", Form.MONEY),
    Column("saving_a_year", "Saves, $ a year", Form.MONEY),
    Column("share", "Can move, of today's spend", Form.PERCENT, 24), Column("moving", "Parts that move", Form.WHOLE),
    Column("left_out", "Moves left out", Form.WHOLE), Column("taken_in", "Single moves taken in", Form.WHOLE),
    Column("undecided", "Parts not decided", Form.WHOLE),
    Column("possible", "Possible besides, $ a month", Form.MONEY, 26),
    Column("doubtful", "Parts with doubts", Form.WHOLE), Column("unpriced", "Parts without a known price", Form.WHOLE),
)  # fmt: skip
SCENARIOS = (
    Column("scenario", "Scenario", width=28), Column("description", "What it is for", width=44),
    Column("by", "Made by", width=22), Column("worked_out_at", "Worked out", Form.MOMENT, 17), *FIGURES,
)  # fmt: skip


def _waves(asked: Asked) -> list[tuple[board.Column, int]]:
    team = asked.team
    return board.everything(team, only=asked.narrowed.get("wave")) if team else []


def _in_waves(found: Sequence[tuple[board.Column, int]], asked: Asked) -> list[Row]:
    read = board.read(pk for _, pk in found)
    return [_in_wave(column, read[pk]) for column, pk in found if pk in read]


def _in_wave(column: board.Column, row: board.Row) -> Row:
    part, wave, ready = row.part, column.wave, row.weights.ready
    own = {name: getattr(wave, name) for name in ("starts_on", "ramp_months")} if wave else {}
    moves = {
        "ready": ready.value, "ready_why": ready.reason, "status": part.get_status_display(),
        "for_its_effort": row.for_its_effort,
    }  # fmt: skip
    return {
        "pk": part.pk, "wave": column.name, **own, "owner": name_of(wave.owner) if wave else "", "part": part.name,
        "feature": part.feature.name, "move": "comes along" if row.along else part.get_kind_display().lower(),
        **({} if row.along else moves), "effort": row.weights.effort.value, "risk": row.weights.risk.value,
        "saves": part.saving,
    }  # fmt: skip


def _entries(asked: Asked) -> Any:
    own = {name: str(asked.narrowed[name]) for name in ("now", "wave") if name in asked.narrowed}
    since = date.fromisoformat(asked.narrowed["since"]) if "since" in asked.narrowed else None
    return ledger_list.entries(ledger_list.Asked(asked.team, asked.feature, since=since, **own))


def _entry(entry: Realised) -> Row:
    own = {name: getattr(entry, name) for name in ("moved_at", "verified_at", "ended_at", "ended_why", "priced_on")}
    return {
        "pk": entry.pk, "move": entry.name, "team": entry.team.name, "wave": entry.wave.name if entry.wave else "",
        **own, "before": entry.cost_before, "after": entry.cost_after,
        "saves": None if entry.cost_before is None else entry.saving,
    }  # fmt: skip


def _time(asked: Asked) -> list[Row]:
    term = Term(asked.narrowed.get("first", months.month(asked.on) + 1), asked.narrowed.get("months", months.MONTHS))
    told = schedule.told(term=term, team=asked.team)
    return [
        {"month": day, "baseline": month.baseline, "planned": month.planned, "saves": month.saving}
        for day, month in told.days
    ]


def _guesses(asked: Asked) -> list[Row]:
    report = guess.report(team=asked.team, feature=asked.feature)
    rows = report.teams if asked.narrowed.get("by") == "team" else report.features
    by = "team" if asked.narrowed.get("by") == "team" else "feature"
    found = [{"pk": row.key, "by": by, "name": row.name, "team": row.team, **_audit(row.audit)} for row in rows]
    return [*found, {"by": "all", "name": "Together", **_audit(report.overall)}] if len(found) > 1 else found


def _audit(audit: Audit) -> Row:
    return {name: getattr(audit, name) for name in ("today", "guess", "audited", "not_decided", "staying", "gap")}


def _no_guess(feature: Any) -> Row:
    owners = {name: name_of(getattr(feature, name)) for name in ("product_owner", "engineering_owner")}
    return {"pk": feature.pk, "feature": feature.name, "team": feature.team.name, **owners, "late": feature.is_late}


def _scenario(found: Scenario) -> Row:
    result = found.found()
    figures = {column.name: getattr(result.last, column.name) for column in FIGURES} if result else {}
    return {
        "pk": found.pk, "scenario": found.name, "description": found.description,
        "by": name_of(found.created_by, "a command"), "worked_out_at": found.worked_out_at, **figures,
    }  # fmt: skip


LISTS = {
    "waves": Plain("Waves", WAVES, _waves, _in_waves),
    "ledger": Plain("Ledger", LEDGER, _entries, each(_entry)),
    "time": Plain("Month by month", TIME, _time, lambda found, asked: found),
    "guesses": Plain("First guess and audit", GUESSES, _guesses, lambda found, asked: found),
    "no_guess": Plain("Without a guess", NO_GUESS, lambda asked: guess.without(team=asked.team), each(_no_guess)),
    "scenarios": Plain("Scenarios", SCENARIOS, lambda asked: Scenario.objects.of(asked.team), each(_scenario)),
}
