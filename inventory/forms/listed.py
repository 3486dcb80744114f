"""Which list is asked for as a file, and as what."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.db.models import Model
from django.http import QueryDict

from inventory.domain.digits import is_number
from inventory.exchange import editable
from inventory.exchange.table import KINDS
from inventory.forms import call_list, feature, plan, pricing
from inventory.forms.asking import Form
from inventory.models import ClaudeModel

# Lists of one record, named by its number.
OF_A_RECORD = ("version", "comparison", "scenario_lines", "version_prices", "members")
LISTS = ("calls", "moves", "prices", "features", "doubts", *OF_A_RECORD)  # and those that are plain
LONGEST = 2000  # of an address
MOST_PICKED = 5000
TO_EDIT = {f"edit-{kind}": words for kind, words in editable.KINDS.items()}  # of calls alone


class _Ticks(forms.HiddenInput):
    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        given = data.getlist("pick") if isinstance(data, QueryDict) else []
        return [*given, *str(data.get(name, "")).split(",")]


class Picked(forms.Field):
    """The rows that were ticked, by number: those of the page in `pick`, and those of all pages in the field itself,
    separated by commas, since a form has no room for thousands of fields."""

    widget = _Ticks

    def to_python(self, value: Any) -> list[int]:
        found = sorted({int(each) for each in value if is_number(each)})
        if len(found) > MOST_PICKED:
            raise forms.ValidationError(f"Tick at most {MOST_PICKED:,} rows, or none for all of the list.", "many")
        return found


class Picks(Form):
    """None ticked means all."""

    picked = Picked(required=False)


class Wanted(Picks):
    """`query` is the address of the list, `of` the record it is of. Calls asked for to be edited are cleaned to the
    list `inventory`. `beside` are the names of lists there are beside LISTS."""

    name = forms.ChoiceField()
    kind = forms.ChoiceField(choices=list({**KINDS, **TO_EDIT}.items()))
    query = forms.CharField(required=False, max_length=LONGEST)
    of = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)

    def __init__(self, data: Any, *, beside: Iterable[str] = ()) -> None:
        super().__init__(data)
        self.fields["name"].choices = [(name, name) for name in (*LISTS, *beside)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("kind") in TO_EDIT:
            if found.get("name") != "calls":
                raise forms.ValidationError("Only calls come back from a file.", "kind")
            found |= {"name": "inventory", "kind": str(found["kind"]).removeprefix("edit-")}
        return found


def asked(name: str, query: str, *, sorts: Mapping[str, str], today: date) -> dict[str, Any]:
    """What an address of the list means, as a job keeps it: plain values, records by their number."""
    address = QueryDict(query)
    if name in ("calls", "inventory"):
        found = call_list.read(address, sorts=sorts)
        return {"words": found.search, "filters": found.filters, "sort": found.sort}
    if name == "moves":
        return plain(plan.Filter(address).chosen())
    if name == "features":
        return plain(feature.Filter(address).chosen())
    if name == "doubts":
        chosen = plan.Filter(address).chosen()
        return plain({key: chosen[key] for key in ("team", "doubt") if key in chosen})
    models = list(ClaudeModel.objects.order_by("-released_on", "key"))
    of_prices = pricing.Filter({"on": today.isoformat()} | address.dict(), models=models).chosen(today)
    return {**of_prices, "on": of_prices["on"].isoformat()}


def plain(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Records by their number."""
    return {key: value.pk if isinstance(value, Model) else value for key, value in chosen.items()}
