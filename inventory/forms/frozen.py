"""What is frozen and why, and which versions are compared."""

from typing import Any

from django import forms

from inventory.domain.digits import is_number
from inventory.forms.asking import Form
from inventory.forms.text import Line
from inventory.models import Frozen, Team

NOW = "now"


class PlanOf(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A team, or the plan of all: that is a choice like any other, so nothing about it is optional."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Team.objects.none(), label="Plan of", empty_label="All teams", **options)

    def clean(self, value: Any) -> Any:
        return None if value in self.empty_values else super().clean(value)


class Scope(Form):
    use_required_attribute = False

    team = PlanOf()

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["team"].queryset = Team.objects.order_by("name", "pk")  # type: ignore[attr-defined]

    def chosen(self) -> Team | None:
        self.is_valid()
        return self.cleaned_data.get("team")


class New(Form):
    use_required_attribute = False

    team = PlanOf()
    note = Line(
        most=500, label="What this version is for", help_text="Such as: as signed in March. It cannot be changed later"
    )

    def __init__(self, data: Any = None, *, teams: Any, team: str) -> None:
        super().__init__(data, initial={"team": team})
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]


class Pair(Form):
    """Two versions of the same plan, or one and the plan as it stands now."""

    first = forms.ModelChoiceField(
        Frozen.objects.none(), error_messages={"required": "Choose a version.", "invalid_choice": "Choose a version."}
    )
    second = forms.CharField(required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["first"].queryset = Frozen.objects.all()  # type: ignore[attr-defined]

    def clean_second(self) -> Frozen | None:
        given = self.cleaned_data["second"]
        if given in ("", NOW):
            return None
        found = Frozen.objects.filter(pk=int(given)).first() if is_number(given) else None
        if found is None:
            raise forms.ValidationError("Choose a version.")
        if found == self.cleaned_data.get("first"):
            raise forms.ValidationError("Choose two that are not the same.")
        return found

    @property
    def said(self) -> str:
        return " ".join(str(error) for errors in self.errors.values() for error in errors)
