"""The names a person can choose from where they fill in a file of calls."""

from collections.abc import Sequence
from dataclasses import dataclass

from inventory.models import ClaudeModel, Feature, Person
from inventory.services import access

MOST = 5000  # of each


@dataclass(frozen=True, slots=True)
class Names:
    teams: Sequence[str]
    features: Sequence[str]
    models: Sequence[str]


def names(person: Person) -> Names:
    """The teams they may import into, the features of those, and every model the price book knows."""
    teams = access.teams_to_edit(person)
    features = Feature.objects.filter(team__in=teams, retired_at=None).order_by("name").values_list("name", flat=True)
    return Names(
        list(teams.values_list("name", flat=True)[:MOST]),
        list(features.distinct()[:MOST]),
        list(ClaudeModel.objects.order_by("key").values_list("key", flat=True)[:MOST]),
    )
