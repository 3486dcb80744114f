"""Which team's agreement, and of which month; what means nothing narrows nothing."""

from collections.abc import Sequence
from typing import Any

from django import forms

from inventory.models import Team


class Filter(forms.Form):
    team = forms.ModelChoiceField(Team.objects.none(), required=False, empty_label="Every team")
    month = forms.ChoiceField(required=False)

    def __init__(self, data: Any = None, *, months: Sequence[str]) -> None:
        super().__init__(data)
        self.fields["team"].queryset = Team.objects.order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["month"].choices = [("", "Every month"), *((each, each) for each in months)]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """What was understood, by name."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
