"""What the address says of the parts of a version, and of the lines of a comparison."""

from functools import partial
from typing import Any

from django.http import QueryDict

from inventory.forms import frozen_list as forms
from inventory.models import Comparison, Frozen
from inventory.services.versions import frozen_list
from inventory.views import _load


def narrowed(of: Frozen | Comparison, query: QueryDict) -> forms.Narrowed:
    form = forms.Parts if isinstance(of, Frozen) else forms.Lines
    return form(query, teams=frozen_list.teams(of), features_of=partial(frozen_list.features, of))


def asked(name: str, pk: int, query: QueryDict) -> dict[str, Any]:
    """The same for a job: plain values. A record that is not there answers as everywhere."""
    of = _load.frozen(pk) if name == "version" else _load.comparison(pk)
    return {"of": pk, **narrowed(of, query).chosen()}
