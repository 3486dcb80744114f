"""Single moves of a scenario: which parts are shown, and what the ticked ones shall be."""

from typing import Any

from django import forms

from inventory.domain.digits import is_number
from inventory.forms.asking import Form
from inventory.forms.narrowing import Narrowing
from inventory.forms.people import Version
from inventory.models import Scenario, Team
from inventory.models.call import KINDS
from inventory.models.scenario import CHOSEN

MOST_TICKED = 200
SHOW = [("", "Every part"), ("chosen", "Only what is chosen here")]
AS_PLANNED = "as_planned"
TO = [*((name, name) for name in CHOSEN), (AS_PLANNED, AS_PLANNED)]
LOST = "The page lost track of what it showed: reload it and try again."


class Filter(Narrowing):
    """What the list is narrowed to, in the address; what makes no sense narrows nothing."""

    words = forms.CharField(
        label="Search", required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    team = forms.ModelChoiceField(Team.objects.none(), required=False, empty_label="Any")
    kind = forms.ChoiceField(label="Move", choices=[("", "Any"), *KINDS], required=False)
    show = forms.ChoiceField(label="Show", choices=SHOW, required=False)

    def __init__(self, data: Any = None, *, scenario: Scenario) -> None:
        super().__init__(data)
        if scenario.team_id is None:
            self.fields["team"].queryset = Team.objects.order_by("name", "pk")  # type: ignore[attr-defined]
        else:
            del self.fields["team"]


class Choose(Form):
    """Ticked parts, and what they shall be in this scenario."""

    version = Version()
    part = forms.TypedMultipleChoiceField(coerce=int, error_messages={"required": "Tick a part first."})
    to = forms.ChoiceField(choices=TO, error_messages=dict.fromkeys(("required", "invalid_choice"), LOST))

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        sent = data.getlist("part")[:MOST_TICKED]
        numbers = [each for each in sent if is_number(each)]
        self.fields["part"].choices = [(each, each) for each in numbers]  # type: ignore[attr-defined]
        self.fields["part"].error_messages["invalid_choice"] = LOST

    @property
    def said(self) -> str:
        """What is wrong, in one line."""
        return " ".join(dict.fromkeys(str(each) for found in self.errors.values() for each in found))
