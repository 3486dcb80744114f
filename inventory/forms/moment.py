"""Two moments to compare, and one as of which the inventory is asked for; from the address."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils import timezone

from inventory.forms.asking import Form
from inventory.forms.audit import LARGEST_KEY, Day
from inventory.forms.audit import SINCE as SINCE_OF_ALL
from inventory.models import Action, Team

SINCE = [*SINCE_OF_ALL, ("seal", "When it was last sealed"), ("day", "The end of a day")]
NO_TEAM = "The address names no team that exists: choose one, or all."
NO_ACTION = "No action has this number: choose a day."
DAY_MISSING = "Choose the day to compare with."


class Compare(Form):
    """From `since` (with `day` where that is a day, or after an `action`) to the end of `until`, or to now."""

    since = forms.ChoiceField(label="Compare with", choices=SINCE, required=False)
    day = Day(label="Day", required=False)
    action = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_KEY, widget=forms.HiddenInput)
    until = Day(label="Until the end of", required=False)

    def __init__(self, data: Any, *, may_be_sealed: bool) -> None:
        super().__init__(data)
        choices = SINCE if may_be_sealed else [each for each in SINCE if each[0] != "seal"]
        self.fields["since"].choices = choices  # type: ignore[attr-defined]
        for name in ("day", "until"):
            self.fields[name].widget.attrs["max"] = timezone.localdate().isoformat()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since = given.get("since") or ("day" if given.get("day") else "action" if given.get("action") else "export")
        if since == "day" and not given.get("day") and "day" not in self.errors:
            self.add_error("day", DAY_MISSING)
        return {**given, "since": since}


class ComparePlan(Compare):
    """The same of the plan: of a team, or of all."""

    team = forms.ModelChoiceField(Team.objects.order_by("name", "pk"), label="Team", required=False, empty_label="All")

    def __init__(self, data: Any) -> None:
        super().__init__(data, may_be_sealed=False)
        self.fields["team"].error_messages["invalid_choice"] = NO_TEAM


class AsOf(Form):
    """The end of a day, or right after an `action`. `team` and `feature` by their numbers: one that is there no more
    has calls of then too."""

    day = Day(label="As of the end of", required=False)
    action = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY, widget=forms.HiddenInput)
    team = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_KEY, widget=forms.HiddenInput)
    feature = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_KEY, widget=forms.HiddenInput)
    after = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_KEY, widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["day"].widget.attrs["max"] = timezone.localdate().isoformat()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        seq = given.get("action")
        if "action" in self.errors or (seq is not None and not Action.objects.filter(seq=seq).exists()):
            self.errors.pop("action", None)  # of a field nobody sees
            self.add_error("day", NO_ACTION)
        elif not (given.get("day") or seq or self.errors):
            self.add_error("day", "Choose a day.")
        return {**given, "action": None} if given.get("day") else given

    def moment(self) -> dict[str, Any]:
        """As `services.history.moment.of` takes it: a day, or an action."""
        return {name: self.cleaned_data[name] for name in ("day", "action")}

    def narrowed(self) -> dict[str, int | None]:
        """The numbers of the team and the feature."""
        return {name: self.cleaned_data[name] for name in ("team", "feature")}

    def address(self, *names: str) -> str:
        """What was understood of it."""
        given = [(name, self.cleaned_data[name]) for name in names if self.cleaned_data[name] is not None]
        return urlencode(given)
