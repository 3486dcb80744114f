"""What the address says of the parts of a version, and of the lines of a comparison or a scenario."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.http import QueryDict

from inventory.forms import frozen_list as forms
from inventory.models import Comparison, Frozen, Scenario
from inventory.services.versions import frozen_list
from inventory.services.versions.frozen_list import Listed
from inventory.views import _load

FORMS: Mapping[type[Listed], type[forms.Narrowed]] = {
    Frozen: forms.Parts,
    Comparison: forms.Lines,
    Scenario: forms.Changes,
}
LISTS: Mapping[str, Callable[[int], Listed]] = {
    "version": _load.frozen,
    "comparison": _load.comparison,
    "scenario_lines": _load.scenario,
}


def narrowed(of: Listed, query: QueryDict) -> forms.Narrowed:
    return FORMS[type(of)](query, teams=frozen_list.teams(of), features_of=partial(frozen_list.features, of))


def asked(name: str, pk: int, query: QueryDict) -> dict[str, Any]:
    """The same for a job: plain values. A record that is not there answers as everywhere."""
    return {"of": pk, **narrowed(LISTS[name](pk), query).chosen()}
