"""Where the rows of a file belong: teams and features by their names, whatever the capitals."""

from collections.abc import Sequence
from typing import Any

from inventory.exchange import call_row
from inventory.exchange.call_row import GROWTH, CallRow
from inventory.exchange.reading import Problem
from inventory.models import Feature, Person, Team, bulk
from inventory.services import access, audit
from inventory.services.calls.owners import Owners

FIELDS = {GROWTH: "growth", "product_owner": "product_owner_id", "engineering_owner": "engineering_owner_id"}


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
        self.owners = Owners()
        self.changed: dict[int, Feature] = {}
        self._until_now: dict[tuple[int, str], Any] = {}  # what features say by now, before this file
        self._differing: dict[int, set[str]] = {}  # the fields in which those that changed differ
        self._given: dict[int, Person] = {}  # whom rows make owners

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

    def say(self, feature: Feature, row: CallRow) -> tuple[dict[str, str], list[Problem]]:
        """Let the feature be what a row says of it: how it grows, and who owns it. The cells that differ from what it
        was until now, as they were; and those that name nobody."""
        given: dict[str, Any] = {} if row.growth is None else {GROWTH: row.growth}
        problems = []
        for column, text in row.owners.items():
            found = self.owners.found(column, text, feature)
            if isinstance(found, str):
                problems.append(Problem(row.number, column, text, found))
            else:
                given[column] = found and found.pk
                if found:
                    self._given[found.pk] = found
        if problems:
            return {}, problems
        was = {column: self._set(feature, FIELDS[column], value) for column, value in given.items()}
        return {column: self.shown(column, text[0]) for column, text in was.items() if text is not None}, []

    def shown(self, column: str, value: Any) -> str:
        """A value of a feature as a file says it."""
        return call_row.percent(value) if column == GROWTH else self.owners.words(value)

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

    def owners_may_still(self) -> bool:
        """Whether those whom rows make owners are still who they were when the rows were looked at."""
        if not self._given:
            return True
        now = Person.objects.filter(anonymised_at=None).in_bulk(self._given)
        return now.keys() == self._given.keys() and all(
            (now[pk].is_active, now[pk].discipline) == (was.is_active, was.discipline)
            for pk, was in self._given.items()
        )

    def save(self) -> audit.Changes:
        """Write what is new, numbered by now, or otherwise; the lines of history that tell of it. Raises `Stale`."""
        Team.objects.bulk_create(self.new_teams)
        Feature.objects.bulk_create(self.new_features)
        changes = audit.Changes()
        changes.add({}, audit.states(*self.new_teams, *self.new_features))
        for pk, feature in sorted(self.changed.items()):
            fields, after = sorted(self._differing[pk]), audit.states(feature)
            feature.write(*fields)
            key = (feature.RECORD, pk)
            changes.add({key: {**after[key], **{name: self._until_now[pk, name] for name in fields}}}, after)
        return changes

    def _set(self, feature: Feature, field: str, value: Any) -> tuple[Any] | None:
        """What it was until now, where that is something else; nothing of a feature that is new."""
        if feature._state.adding:
            setattr(feature, field, value)
            return None
        until_now = self._until_now.setdefault((feature.pk, field), getattr(feature, field))
        if until_now == value:
            return None
        setattr(feature, field, value)
        self.changed[feature.pk] = feature
        self._differing.setdefault(feature.pk, set()).add(field)
        return (until_now,)

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
