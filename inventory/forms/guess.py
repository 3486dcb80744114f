"""Which team's or feature's guess is held against the audit; what means nothing narrows nothing."""

from typing import Any

from django import forms

from inventory.models import Feature, Team

BY = [("", "By feature"), ("team", "By team"), ("none", "Without a guess")]


class Filter(forms.Form):
    team = forms.ModelChoiceField(Team.objects.none(), required=False, empty_label="Every team")
    feature = forms.ModelChoiceField(Feature.objects.none(), required=False, widget=forms.HiddenInput)
    by = forms.ChoiceField(choices=BY, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["team"].queryset = Team.objects.order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["feature"].queryset = Feature.objects.live().select_related("team")  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """What was chosen and makes sense, by name."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
