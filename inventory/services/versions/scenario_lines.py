"""What each step of a scenario changes of each part: kept chunk by chunk while it is worked out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from inventory.domain.scenario import Figures, Step
from inventory.models import Call, Feature, Part, Scenario, ScenarioLine, Team, bulk

NAMES = (
    "scenario_id", "run", "step", "call_id", "part_id", "team", "feature", "name", "kind", "today", "after", "possible",
    "size",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """The records that calls which are read belong to."""

    teams: dict[int, Team]
    features: dict[int, Feature]

    def put(self, call: Call) -> None:
        call.team, call.feature = self.teams[call.team_id], self.features[call.feature_id]


def names() -> Names:
    return Names(Team.objects.in_bulk(), Feature.objects.in_bulk())


class Lines:
    """Those of one run, which has the number of the moment it began. Memory does not grow with the plan."""

    def __init__(self, found: Scenario, at: datetime) -> None:
        self.scenario, self.run = found, int(at.timestamp() * 10**6)
        self.rows: list[tuple[bulk.Value, ...]] = []
        self.count = 0

    def note(
        self, step: Step, call: Call, parts: Sequence[Part], before: Sequence[Figures], after: Sequence[Figures]
    ) -> None:
        """What it changed of these parts of the call."""
        about = (self.scenario.pk, self.run, step.value, call.pk)
        named = (call.team.name, call.feature.name)
        for part, was, now in zip(parts, before, after, strict=True):
            if was != now:
                change = now.less(was)
                size = abs(change.today) + abs(change.after) + abs(change.possible)
                amounts = (change.today, change.after, change.possible, size)
                self.rows.append((*about, part.pk, *named, part.name[:120], str(part.kind), *amounts))

    def keep(self) -> bool:
        """What was noted so far; False where the scenario was changed or deleted meanwhile."""
        held = Scenario.objects.select_for_update(no_key=True).filter(pk=self.scenario.pk)
        with transaction.atomic():
            if not held.filter(version=self.scenario.version).values("pk"):
                return False
            self.count += bulk.insert(ScenarioLine, self.rows, NAMES)
        self.rows = []
        return True

    def are_all(self) -> bool:
        """Whether nobody else's run has taken them away: a worker that was thought dead may wake up."""
        return self._own().count() == self.count

    def drop(self) -> None:
        self._own().delete()

    def drop_others(self) -> None:
        ScenarioLine.objects.filter(scenario=self.scenario).exclude(run=self.run).delete()

    def _own(self) -> "QuerySet[ScenarioLine]":
        return ScenarioLine.objects.filter(scenario=self.scenario, run=self.run)
