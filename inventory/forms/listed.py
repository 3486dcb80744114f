"""Which list is asked for as a file, and as what."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from inventory.exchange.table import KINDS
from inventory.forms import call_list, plan, pricing
from inventory.models import ClaudeModel

LISTS = ("calls", "moves", "prices")
LONGEST = 2000  # of an address
MOST_PICKED = 1000


class Wanted(forms.Form):
    """`query` is the address of the list, `pick` the rows that were ticked; none ticked means all."""

    name = forms.ChoiceField(choices=[(name, name) for name in LISTS])
    kind = forms.ChoiceField(choices=list(KINDS.items()))
    query = forms.CharField(required=False, max_length=LONGEST)

    def picked(self) -> list[int]:
        data = self.data
        given = data.getlist("pick")[:MOST_PICKED] if isinstance(data, QueryDict) else []
        return [int(each) for each in given if each.isascii() and each.isdigit() and len(each) < 19]


def calls(address: Mapping[str, str], *, sorts: Mapping[str, str]) -> dict[str, Any]:
    asked = call_list.read(address, sorts=sorts)
    return {"words": asked.search, "filters": asked.filters, "sort": asked.sort}


def moves(address: Mapping[str, str]) -> dict[str, Any]:
    return plan.Filter(address).chosen()


def prices(address: Mapping[str, str], today: date) -> dict[str, Any]:
    models = list(ClaudeModel.objects.order_by("-released_on", "key"))
    given = {"on": today.isoformat(), **{name: address[name] for name in address}}
    return pricing.Filter(given, models=models).chosen(today)
