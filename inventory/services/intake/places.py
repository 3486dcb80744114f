"""Where the rows of a file belong: teams and features by their names, whatever the capitals."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from inventory.exchange.call_file import CallRow
from inventory.exchange.reading import Problem
from inventory.models import Feature, Person, Team, bulk
from inventory.services import access, audit


class Places:
    """Those nobody has yet are made as they are named, have their numbers once `number` and are in the database once
    `save` was called. `person` is whose rights count; without one, none do."""

    def __init__(self, person: Person | None) -> None:
        self.person = person
        self.teams = {team.name.lower(): team for team in Team.objects.order_by("-pk")}
        self.features: dict[tuple[str, str], Feature] = {}
        self.looked_up: set[int] = set()
        self.new_teams: list[Team] = []
        self.new_features: list[Feature] = []
        self.grown: dict[int, Feature] = {}
        self.rates: dict[int, Decimal] = {}  # at which features grow by now, before this file

    def look_up(self, rows: Sequence[CallRow]) -> None:
        """Fetch the features of the teams that these rows name: one query for all."""
        teams = {team for row in rows if (team := self.teams.get(row.team.lower())) and team.pk}
        fresh = [team for team in teams if team.pk not in self.looked_up]
        if not fresh:
            return
        self.looked_up |= {team.pk for team in fresh}
        for feature in Feature.objects.filter(team__in=fresh).select_related("team").order_by("-pk"):
            self.features[feature.team.name.lower(), feature.name.lower()] = feature

    def of(self, row: CallRow) -> Feature | Problem | None:
        """The feature of a row that was looked up, or why it cannot be; None where the row names none."""
        name = row.team.lower()
        if not name:
            return None
        team = self.teams.get(name)
        if refusal := self._refusal(team):
            return Problem(row.number, "team", row.team, refusal)
        if not row.feature:
            return None
        if team is None:
            team = self.teams[name] = Team(name=row.team)
            self.new_teams.append(team)
        return self._feature(row, team)

    def grow(self, feature: Feature, growth: Decimal | None) -> Decimal | None:
        """Let the feature grow at what a row says of it; the rate until now where that is another one."""
        if growth is None:
            return None
        if feature._state.adding:
            feature.growth = growth
            return None
        until_now = self.rates.setdefault(feature.pk, feature.growth)
        if until_now == growth:
            return None
        feature.growth = growth
        self.grown[feature.pk] = feature
        return until_now

    def number(self) -> None:
        """Give those nobody has yet the numbers they will have."""
        for new in (self.new_teams, self.new_features):
            fresh: list[Any] = [each for each in new if each.pk is None]
            if fresh:
                for each, pk in zip(fresh, bulk.reserve(type(fresh[0]), len(fresh)), strict=True):
                    each.pk = pk
        for feature in self.new_features:
            if feature.team_id is None:
                feature.team = feature.team  # its number is known now

    def save(self) -> audit.Changes:
        """Write what is new, numbered by now, or grows otherwise; the lines of history that tell of it. Raises
        `Stale`."""
        Team.objects.bulk_create(self.new_teams)
        Feature.objects.bulk_create(self.new_features)
        changes = audit.Changes()
        changes.add({}, audit.states(*self.new_teams, *self.new_features))
        for pk, feature in self.grown.items():
            after = audit.states(feature)
            feature.write("growth")
            key = (feature.RECORD, pk)
            changes.add({key: {**after[key], "growth": self.rates[pk]}}, after)
        return changes

    def _feature(self, row: CallRow, team: Team) -> Feature | Problem:
        key = (row.team.lower(), row.feature.lower())
        found = self.features.get(key)
        if found is None:
            found = self.features[key] = Feature(team=team, name=row.feature)
            self.new_features.append(found)
        if found.retired_at is not None:
            return Problem(
                row.number, "feature", row.feature, "is retired. Restore the feature first, or name another one"
            )
        return found

    def _refusal(self, team: Team | None) -> str:
        if team is None:
            if self.person is None or access.may_administer(self.person):
                return ""
            return "does not exist. Only an administrator can bring in new teams: check the name, or ask one"
        if team.retired_at is not None:
            return "is retired. Restore the team first, or name another one"
        if self.person is not None and team.pk and not access.may_edit(self.person, team):
            return "is not your team. Ask one of its members to import these rows"
        return ""
