"""Which team's agreement, and of which month; what means nothing narrows nothing."""

from collections.abc import Sequence
from typing import Any

from django import forms

from inventory.forms.narrowing import Narrowing
from inventory.models import Team


class Filter(Narrowing):
    team = forms.ModelChoiceField(Team.objects.none(), required=False, empty_label="Every team")
    month = forms.ChoiceField(required=False)

    def __init__(self, data: Any = None, *, months: Sequence[str]) -> None:
        super().__init__(data)
        self.fields["team"].queryset = Team.objects.order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["month"].choices = [("", "Every month"), *((each, each) for each in months)]  # type: ignore[attr-defined]
