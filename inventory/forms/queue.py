"""What the queue is narrowed to; a team or feature that is not there narrows nothing."""

from django import forms

from inventory.forms.narrowing import Narrowing
from inventory.models import Feature, Team


class FeatureOfTeam(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Two teams may have features of one name."""

    def label_from_instance(self, obj: Feature) -> str:
        return f"{obj.name} · {obj.team.name}"


class Filter(Narrowing):
    team = forms.ModelChoiceField(Team.objects.none(), required=False, empty_label="All my teams")
    feature = FeatureOfTeam(Feature.objects.none(), required=False, empty_label="Every feature")

    def __init__(self, data: object = None, *, teams: list[int]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        mine = Team.objects.live().filter(pk__in=teams).order_by("name", "pk")
        features = Feature.objects.live().filter(team__in=teams).select_related("team").order_by("name", "pk")
        self.fields["team"].queryset = mine  # type: ignore[attr-defined]
        self.fields["feature"].queryset = features  # type: ignore[attr-defined]
