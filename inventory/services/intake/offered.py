"""The names a person can choose from where they fill in a file of calls."""

from collections.abc import Sequence

from inventory.models import ClaudeModel, Feature, Person
from inventory.services import access
from inventory.services.calls.owners import OF, Owners

MOST = 5000  # of each


def names(person: Person) -> dict[str, Sequence[str]]:
    """By column: the teams they may import into, the features of those, every model the price book knows, and who may
    own a feature."""
    teams = access.teams_to_edit(person)
    features = Feature.objects.filter(team__in=teams, retired_at=None).order_by("name").values_list("name", flat=True)
    owners = Owners()
    return {
        "team": list(teams.values_list("name", flat=True)[:MOST]),
        "feature": list(features.distinct()[:MOST]),
        "model": list(ClaudeModel.objects.order_by("key").values_list("key", flat=True)[:MOST]),
        **{column: owners.offered(column)[:MOST] for column in OF},
    }
