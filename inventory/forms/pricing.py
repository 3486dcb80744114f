"""Which prices to show."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django import forms

from inventory.forms.asking import Form
from inventory.models import ClaudeModel, Discount, PriceRow
from inventory.models.call import PROVIDERS
from inventory.models.pricing import PLATFORMS

ALL = "all"
NAMES = dict(PROVIDERS)


class Filter(Form):
    platform = forms.ChoiceField(
        required=False, choices=[*((name, NAMES[name]) for name in PLATFORMS), (ALL, "Every platform")]
    )
    model = forms.ChoiceField(required=False)
    on = forms.DateField(required=False, label="Valid on", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, models: Sequence[ClaudeModel], **options: Any) -> None:
        super().__init__(*args, **options)
        named = [(model.key, model.name) for model in models]
        self.fields["model"].choices = [("", "Every model"), *named]  # type: ignore[attr-defined]

    def chosen(self, today: date) -> dict[str, Any]:
        """What to list; a filter that cannot be read is left out, and says so beside its field."""
        self.is_valid()
        platform = self.cleaned_data.get("platform") or PLATFORMS[0]
        return {
            "platform": "" if platform == ALL else platform,
            "model": self.cleaned_data.get("model") or "",
            "on": self.cleaned_data.get("on") or today,
        }


def by_platform(rows: Iterable[PriceRow]) -> list[tuple[str, list[PriceRow]]]:
    """Rows that follow each other on one platform, under its name."""
    return [(NAMES[name], list(group)) for name, group in groupby(rows, key=lambda row: row.platform)]


def named(discounts: Iterable[Discount]) -> list[tuple[str, Discount]]:
    """Each with its platform's name."""
    return [(NAMES[discount.platform], discount) for discount in discounts]
