"""Which entries of the ledger are listed: those of a team, and those that one of its sums adds up."""

from datetime import date
from typing import Any

from django import forms

from inventory.forms.asking import Form
from inventory.forms.wave import Month
from inventory.models import Feature, Team, Wave

NOW = [("", "All entries"), ("realised", "Realised"), ("verified", "Verified"), ("ended", "Taken back")]
NO_WAVE, ELSEWHERE = "none", "elsewhere"


class Filter(Form):
    """Of the ledger, by what the page says of a sum."""

    team = forms.ModelChoiceField(Team.objects.order_by("name", "pk"), required=False, empty_label="Every team")
    now = forms.ChoiceField(label="The ledger", choices=NOW, required=False)
    wave = forms.CharField(required=False, widget=forms.HiddenInput)
    feature = forms.ModelChoiceField(Feature.objects.select_related("team"), required=False, widget=forms.HiddenInput)
    since = Month(required=False, widget=forms.HiddenInput)  # moved after its end

    def clean_wave(self) -> str:
        value: str = self.cleaned_data["wave"]
        is_number = value.isascii() and value.isdigit() and len(value) < 19
        if value and value not in (NO_WAVE, ELSEWHERE) and not (is_number and Wave.objects.filter(pk=value).exists()):
            raise forms.ValidationError("No such wave.")
        return value

    def chosen(self) -> dict[str, Any]:
        """What was chosen and makes sense, by name."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def said(self) -> str:
        """What the ledger is narrowed to beside the team, in words; empty where it is whole."""
        chosen = self.chosen()
        found = [dict(NOW)[chosen["now"]].lower()] if "now" in chosen else []
        found += [str(chosen["feature"])] if "feature" in chosen else []
        found += [f"moved after {chosen['since']:%B %Y}"] if "since" in chosen else []
        return ", ".join([*found, *([_wave(chosen["wave"])] if "wave" in chosen else [])])


def _wave(value: str) -> str:
    if value in (NO_WAVE, ELSEWHERE):
        return "in no wave" if value == NO_WAVE else "in waves of other teams"
    return f"wave {Wave.objects.values_list('name', flat=True).get(pk=value)}"


class Opened(Form):
    """Which month of the burn-down is opened, and whether what is late is."""

    opened = Month(required=False)
    late = forms.BooleanField(required=False)

    def is_late(self) -> bool:
        self.is_valid()
        return bool(self.cleaned_data.get("late"))

    def chosen(self) -> date | None:
        self.is_valid()
        return self.cleaned_data.get("opened")
