"""What the list of broken seals is narrowed to; a team or feature that is not there narrows nothing."""

from django import forms

from inventory.forms.narrowing import Narrowing
from inventory.forms.queue import FeatureOfTeam
from inventory.models import Feature, Team


class Filter(Narrowing):
    team = forms.ModelChoiceField(Team.objects.none(), required=False, empty_label="All teams")
    feature = FeatureOfTeam(Feature.objects.none(), required=False, empty_label="Every feature")

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["team"].queryset = Team.objects.live().order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["feature"].queryset = Feature.objects.live().select_related("team").order_by("name", "pk")  # type: ignore[attr-defined]
