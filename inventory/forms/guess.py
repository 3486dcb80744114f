"""Which team's or feature's guess is held against the audit; what means nothing narrows nothing."""

from typing import Any

from django import forms

from inventory.forms.narrowing import Narrowing
from inventory.models import Feature, Team

BY = [("", "By feature"), ("team", "By team"), ("none", "Without a guess")]


class Filter(Narrowing):
    team = forms.ModelChoiceField(Team.objects.none(), required=False, empty_label="Every team")
    feature = forms.ModelChoiceField(Feature.objects.none(), required=False, widget=forms.HiddenInput)
    by = forms.ChoiceField(choices=BY, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["team"].queryset = Team.objects.order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["feature"].queryset = Feature.objects.live().select_related("team")  # type: ignore[attr-defined]
