"""What stands added up on the pages of the plan as rows of a file: by team, feature, kind and wave."""

from collections.abc import Sequence
from typing import Any

from inventory.exchange.columns import Column, Form
from inventory.services.files.plain import Asked, Plain, Row
from inventory.services.planning import ledger, plan

TOTALS = (
    Column("by", "By", width=10), Column("name", "Name", width=28), Column("team", "Team", width=22),
    Column("parts", "Parts", Form.WHOLE, 10), Column("unpriced", "Without a known price", Form.WHOLE, 20),
    Column("moving", "Parts that move", Form.WHOLE, 15), Column("sealed", "Decided", Form.PERCENT, 12),
    Column("guess", "First guess", Form.PERCENT, 12), Column("can_move", "Can move", Form.PERCENT, 12),
    Column("today", "Today, $ a month", Form.MONEY), Column("after", "After, $ a month", Form.MONEY),
    Column("saving", "Saves, $ a month", Form.MONEY), Column("saving_a_year", "Saves, $ a year", Form.MONEY),
    Column("one_sided_saving", "Of it on one side's answer, $ a month", Form.MONEY, 32),
    Column("possible", "Possible besides, $ a month", Form.MONEY, 26),
)  # fmt: skip
REALISED = (
    Column("wave", "Wave", width=24), Column("team", "Team", width=22), Column("moves", "Moves", Form.WHOLE, 10),
    Column("saved", "Realised, $ a month", Form.MONEY), Column("verified", "Verified, $ a month", Form.MONEY),
    Column("left", "Still to realise, $ a month", Form.MONEY), Column("ended", "Taken back, $ a month", Form.MONEY),
)  # fmt: skip


def _totals(asked: Asked) -> list[plan.Group]:
    by = asked.narrowed.get("by")
    if by == "feature":
        return plan.named(plan.by_feature(team=asked.team))
    found = plan.totals(team=asked.team, feature=asked.feature)
    return list(found.teams if by == "team" else found.kinds)


def _added_up(found: Sequence[plan.Group], asked: Asked) -> list[Row]:
    """The sums are on the page alone: a file's own sum is made of its rows."""
    own = [column.name for column in TOTALS if column.name not in ("by", "name", "team", "guess")]
    return [
        {"by": asked.narrowed.get("by"), "name": group.name, "team": group.team, "guess": group.guess,
         **{name: getattr(group.sums, name) for name in own}}
        for group in found
    ]  # fmt: skip


def _realised(asked: Asked) -> Any:
    return ledger.told(today=asked.on, team=asked.team).waves


def _of_waves(found: Sequence[ledger.Line], asked: Asked) -> list[Row]:
    own = [column.name for column in REALISED if column.name not in ("wave", "team")]
    return [
        {"wave": each.name, "team": each.team, **{name: getattr(each.sums, name) for name in own}} for each in found
    ]


LISTS = {
    "totals": Plain("Totals", TOTALS, _totals, _added_up),
    "realised": Plain("Realised", REALISED, _realised, _of_waves),
}
