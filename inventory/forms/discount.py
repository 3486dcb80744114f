"""A discount negotiated with a platform."""

from decimal import Decimal
from typing import Any

from django import forms

from inventory.forms.asking import Form
from inventory.forms.number import Percent
from inventory.forms.pricing import NAMES
from inventory.forms.text import Lines
from inventory.models.pricing import PLATFORMS

SET_ALREADY = (
    "A discount is set for this platform from this day already. Take that one back first, or choose another day."
)


class Discount(Form):
    platform = forms.ChoiceField(label="Platform", choices=[(name, NAMES[name]) for name in PLATFORMS])
    share = Percent(label="Discount, in percent of the list price", help_text="0 ends the one that holds before")
    on_fees = forms.BooleanField(label="The fees of tools are discounted too", required=False)
    valid_from = forms.DateField(
        label="Holds from",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Type a date, such as 2026-11-22."},
    )
    reason = Lines(most=500, label="Why", help_text="Which agreement it is from; kept in the history")

    def clean_share(self) -> Decimal:
        share: Decimal = self.cleaned_data["share"]
        if share == 1:
            raise forms.ValidationError("Type less than 100: what is free needs no price.", "all")
        return share


class Withdraw(Form):
    reason: Any = Lines(most=500, label="Why", help_text="Kept in the history")
