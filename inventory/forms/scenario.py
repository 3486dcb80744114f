"""A scenario: its name and what it assumes; which ones are compared."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from inventory.domain import effort
from inventory.domain.scenario import Cache, Start
from inventory.forms.asking import Form
from inventory.forms.frozen import PlanOf, Scope
from inventory.forms.number import Growth, Percent
from inventory.forms.people import Version
from inventory.forms.text import Line
from inventory.models import Scenario
from inventory.models.scenario import CACHES, LABELS, MOST_CHANGE, TYPED

WEIGHTS = [("", "Any"), *((str(n), str(n)) for n in range(effort.LEAST, effort.MOST + 1))]
MOST_COMPARED = 6


def _weight(label: str, **options: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=WEIGHTS, coerce=int, empty_value=None, required=False, **options)


class Assumed(Form):
    """Everything that is not said stays as it is in the plan."""

    name = Line(most=80, label="Name")
    description = Line(most=500, label="What it is for", required=False)
    labels = forms.ChoiceField(
        label="Labels that count",
        choices=LABELS,
        help_text="A label that is to be checked comes out as it was; what was walked back stays in real time",
    )
    most_risk = _weight(
        "Risk at most", help_text="Moves to batch beyond it are left out, and so is what has no label yet"
    )
    most_effort = _weight("Effort at most", help_text="Moves to batch beyond it are left out")
    cache = forms.ChoiceField(label="Cache hits in batch", choices=CACHES, help_text="Also of what runs in batch today")
    cache_share = Percent(
        label="That share, in percent", required=False, help_text="Of the requests in a batch that find the prefix"
    )
    prices_on = forms.DateField(
        label="Prices of",
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d"),
        help_text="Empty: the prices of today. The book has to know prices for that day",
        error_messages={"invalid": "Type a date like 2027-01-01."},
    )
    discount = Percent(
        label="Negotiated discount, in percent",
        required=False,
        help_text="Off the tokens on every platform, in place of what is agreed. Empty: what is agreed",
    )
    volume = Growth(
        most=MOST_CHANGE,
        because="that is ten times as much",
        label="Volume, change in percent",
        required=False,
        help_text="Such as 20 or -15, for every call",
    )

    def clean_discount(self) -> Decimal | None:
        share: Decimal | None = self.cleaned_data["discount"]
        if share is not None and share >= 1:
            raise forms.ValidationError("Type less than 100: something is left to pay.")
        return share

    def clean_prices_on(self) -> date | None:
        day: date | None = self.cleaned_data["prices_on"]
        if day is not None and not 2020 <= day.year <= 2100:
            raise forms.ValidationError("Type a year from 2020 to 2100.")
        return day

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        share = given.get("cache_share")
        if given.get("cache") == Cache.SHARE and share is None and "cache_share" not in self.errors:
            self.add_error("cache_share", "Type the share of requests that find the prefix, such as 60.")
        elif share is not None and given.get("cache") != Cache.SHARE:
            self.add_error("cache", "Choose “This share, everywhere”, or take the share away below.")
        return given

    def given(self) -> dict[str, Any]:
        """The fields of the record, by their names."""
        return {name: self.cleaned_data[name] for name in TYPED}


class New(Assumed):
    use_required_attribute = False

    team = PlanOf(help_text="Cannot be changed later: a scenario is compared with others of the same plan")

    def __init__(self, data: Any = None, *, teams: Any, start: Start | None = None, team: str = "") -> None:
        now: dict[str, Any] = {"team": team}
        if start is not None:
            assumed = {name: getattr(start.assumptions, name) for name in TYPED[2:]}
            now |= {"name": start.name, "description": start.description, **assumed}
            now["volume"] = now["volume"] or ""
        super().__init__(data, initial=now)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        self.order_fields(["name", "description", "team"])


class Edit(Assumed):
    version = Version()

    def __init__(self, data: Any = None, *, scenario: Scenario) -> None:
        now = {name: getattr(scenario, name) for name in (*TYPED, "version")}
        super().__init__(data, initial={**now, "volume": scenario.volume or ""})


class Delete(Form):
    version = Version()


class Chosen(Scope):
    """Which scenarios stand beside the plan; where none is chosen, the first that are worked out."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.sent = set(data.getlist("chosen")) if data is not None else set()

    def picked(self, scenarios: list[Scenario]) -> list[Scenario]:
        named = [each for each in scenarios if str(each.pk) in self.sent]
        return (named or [each for each in scenarios if each.result])[:MOST_COMPARED]
