"""Which list is asked for as a file, and as what."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.db.models import Model
from django.http import QueryDict

from inventory.exchange import editable
from inventory.exchange.table import KINDS
from inventory.forms import call_list, plan, pricing
from inventory.models import ClaudeModel

OF_A_RECORD = ("version", "comparison")  # lists of one record, named by its number
LISTS = ("calls", "moves", "prices", *OF_A_RECORD)
LONGEST = 2000  # of an address
MOST_PICKED = 1000
TO_EDIT = {f"edit-{kind}": words for kind, words in editable.KINDS.items()}  # of calls alone


class Wanted(forms.Form):
    """`query` is the address of the list, `of` the record it is of, `pick` the rows that were ticked; none ticked means
    all. Calls asked for to be edited are cleaned to the list `inventory`."""

    name = forms.ChoiceField(choices=[(name, name) for name in LISTS])
    kind = forms.ChoiceField(choices=list({**KINDS, **TO_EDIT}.items()))
    query = forms.CharField(required=False, max_length=LONGEST)
    of = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("kind") in TO_EDIT:
            if found.get("name") != "calls":
                raise forms.ValidationError("Only calls come back from a file.", "kind")
            found |= {"name": "inventory", "kind": str(found["kind"]).removeprefix("edit-")}
        return found

    def picked(self) -> list[int]:
        data = self.data
        given = data.getlist("pick")[:MOST_PICKED] if isinstance(data, QueryDict) else []
        return [int(each) for each in given if each.isascii() and each.isdigit() and len(each) < 19]


def asked(name: str, query: str, *, sorts: Mapping[str, str], today: date) -> dict[str, Any]:
    """What an address of the list means, as a job keeps it: plain values, records by their number."""
    address = QueryDict(query)
    if name in ("calls", "inventory"):
        found = call_list.read(address, sorts=sorts)
        return {"words": found.search, "filters": found.filters, "sort": found.sort}
    if name == "moves":
        chosen = plan.Filter(address).chosen()
        return {key: value.pk if isinstance(value, Model) else value for key, value in chosen.items()}
    models = list(ClaudeModel.objects.order_by("-released_on", "key"))
    of_prices = pricing.Filter({"on": today.isoformat()} | address.dict(), models=models).chosen(today)
    return {**of_prices, "on": of_prices["on"].isoformat()}
