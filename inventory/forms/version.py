"""What a new version of the test decides otherwise: which team's, which are ticked, and why a label is kept."""

from typing import Any

from django import forms

from inventory.domain.digits import is_number
from inventory.forms.asking import Form
from inventory.forms.narrowing import Narrowing
from inventory.forms.text import Line
from inventory.models import Team

MOST = 200


class Filter(Narrowing):
    team = forms.ModelChoiceField(Team.objects.none(), required=False, empty_label="All teams")

    def __init__(self, data: object = None, *, teams: list[int] | None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        found = Team.objects.live().order_by("name", "pk")
        self.fields["team"].queryset = found if teams is None else found.filter(pk__in=teams)  # type: ignore[attr-defined]


class Ticked(Form):
    """The parts one has ticked."""

    use_required_attribute = False

    parts = forms.TypedMultipleChoiceField(
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        label="Parts",
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Tick a part first"),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        sent = data.getlist("parts")[:MOST] if data is not None else []
        numbers = [each for each in sent if is_number(each)]
        self.fields["parts"].choices = [(each, each) for each in numbers]  # type: ignore[attr-defined]

    def ticked(self) -> list[int]:
        """What was ticked, also where something else is wrong."""
        return [int(each) for each, _ in self.fields["parts"].choices]  # type: ignore[attr-defined]


class Keeping(Ticked):
    reason = Line(
        most=1000,
        label="Why they stay",
        help_text="Only for keeping: both sides read it in the history",
        error_messages={"required": "Type why these labels stay as they are"},
    )
