"""One step of a move, and what people overrule of its effort, risk and readiness."""

from typing import Any

from django import forms

from inventory.domain.status import Status
from inventory.forms.asking import Form
from inventory.forms.people import Version
from inventory.forms.text import Line, Lines
from inventory.models import Part
from inventory.models.overruled import READIES

POINTS = [("", "As it follows"), *((number, str(number)) for number in range(1, 6))]


class Step(Form):
    version = Version()
    to = forms.ChoiceField(choices=[(status.value, status.value) for status in Status], required=False)
    reason = Lines(most=500, label="Why", required=False, help_text="Needed for a walk-back; kept in the history")

    def clean_to(self) -> Status:
        return Status(self.cleaned_data["to"])


class Overrule(Form):
    """The three weights, each with its reason."""

    version = Version()
    effort_set = forms.TypedChoiceField(label="Effort", choices=POINTS, coerce=int, empty_value=None, required=False)
    effort_why = Line(most=300, label="Why that effort", required=False)
    risk_set = forms.TypedChoiceField(label="Risk", choices=POINTS, coerce=int, empty_value=None, required=False)
    risk_why = Line(most=300, label="Why that risk", required=False)
    ready_set = forms.ChoiceField(label="Readiness", choices=READIES, required=False)
    ready_why = Line(most=300, label="Why that readiness", required=False)

    @classmethod
    def of(cls, part: Part, data: Any = None) -> "Overrule":
        return cls(data, initial={name: getattr(part, name) for name in cls.base_fields})

    def given(self) -> dict[str, dict[str, Any]]:
        """As the service takes them."""
        names = ("effort", "risk", "ready")
        return {
            "values": {name: self.cleaned_data[f"{name}_set"] or None for name in names},
            "reasons": {name: self.cleaned_data[f"{name}_why"] for name in names},
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in ("effort", "risk", "ready"):
            if given.get(f"{name}_set") and not given.get(f"{name}_why") and f"{name}_why" not in self.errors:
                self.add_error(f"{name}_why", "Say why: what follows by itself is overruled with a reason.")
        return given
