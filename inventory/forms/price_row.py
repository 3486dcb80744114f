"""A dated price as people type it, its end, and a file of such rows."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from inventory.exchange.price_rows import BASE, BATCH, CONFIDENCE, FAST, LONGEST
from inventory.forms.asking import Form
from inventory.forms.number import Dollars, Whole
from inventory.forms.people import Version
from inventory.forms.text import Line, Lines
from inventory.models import ClaudeModel, PriceRow, Team
from inventory.models.call import PROVIDERS
from inventory.models.pricing import PLATFORMS, PRICE_NAMES

LARGEST_FILE = 2 * 1024 * 1024
GROUPS = (
    ("Which price", ("model", "platform", "platform_id", "endpoint", "above")),
    ("When it holds", ("valid_from", "valid_to", "retires_on")),
    ("In real time", BASE),
    ("In a batch", BATCH),
    ("In fast mode", FAST),
    ("Where it is from", ("us_multiplier", "source", "source_address", "as_of", "confidence", "note", "reason")),
)
ALL_OR_NONE = (
    (BATCH, "Type every batch price or none: half a price is none."),
    (FAST, "Type both prices of fast mode or neither."),
)


def _day(label: str, **options: Any) -> forms.DateField:
    wrong = "Type a date like 2026-11-22."
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": f"{wrong} Every price says from which day it holds.", "invalid": wrong},
        **options,
    )


class Price(Form):
    """Every field of a row; `prices` in dollars per million tokens."""

    model = forms.ChoiceField(label="Model")
    platform = forms.ChoiceField(label="Platform", choices=[(n, words) for n, words in PROVIDERS if n in PLATFORMS])
    platform_id = Line(most=120, label="Id there", help_text="As the platform calls the model")
    endpoint = Line(most=60, label="Endpoint", required=False)
    above = Whole(
        most=LONGEST,
        label="For prompts of more than, in tokens",
        help_text="0 for every prompt; the limit where longer prompts have a price of their own",
        error_messages={"required": "Type the limit of the band: 0 where the price is for every prompt."},
    )
    valid_from = _day("From", help_text="The row that holds without an end until now ends here")
    valid_to = _day("Until, not counting that day", required=False)
    retires_on = _day("The platform stops offering it on", required=False)
    us_multiplier = forms.DecimalField(
        label="In the US only, times", required=False, min_value=0, max_value=10, max_digits=7, decimal_places=4
    )
    source = Line(most=300, label="Source", help_text="Where you read it")
    source_address = Line(most=300, label="Address of the source", required=False)
    as_of = _day("Read on")
    confidence = forms.ChoiceField(label="Confidence", choices=[(each, each.capitalize()) for each in CONFIDENCE])
    note = Lines(most=4000, label="Note", required=False)
    reason = Lines(most=500, label="Why", help_text="Kept in the history")

    def __init__(self, *args: Any, models: Sequence[ClaudeModel], **options: Any) -> None:
        super().__init__(*args, **options)
        self.models = {model.key: model for model in models}
        self.fields["model"].choices = [(model.key, model.name) for model in models]  # type: ignore[attr-defined]
        for name in (*BASE, *BATCH, *FAST):
            self.fields[name] = Dollars(label=PRICE_NAMES[name], required=name in BASE)
        self.order_fields([name for _, names in GROUPS for name in names])

    def clean_source_address(self) -> str:
        address = str(self.cleaned_data["source_address"])
        if address and not address.startswith(("https://", "http://")):
            raise forms.ValidationError("Begin with https:// or http://.", "address")
        return address

    def clean(self) -> dict[str, Any]:
        read = super().clean() or self.cleaned_data
        if read.get("input") == 0:
            self.add_error("input", "Type more than 0: cache prices are multiples of it.")
        for names, told in ALL_OR_NONE:
            if any(read.get(name) is not None for name in names):
                for name in names:
                    if name not in self.errors and read.get(name) is None:
                        self.add_error(name, told)
        start, end = read.get("valid_from"), read.get("valid_to")
        if start and end and end <= start:
            self.add_error("valid_to", f"Choose a day after {start}: it is the first on which it no longer holds.")
        return read

    def given(self) -> dict[str, Any]:
        """The fields of the record, by their names."""
        names = ("version", "reason", "model")
        read = {name: value for name, value in self.cleaned_data.items() if name not in names}
        return {**read, "model": self.models[self.cleaned_data["model"]]}

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(heading, [self[name] for name in names if name in self.fields]) for heading, names in GROUPS]


class Correct(Price):
    version = Version()

    @staticmethod
    def of(row: PriceRow) -> dict[str, Any]:
        names = [name for _, group in GROUPS for name in group if name not in ("reason", "model")]
        return {"version": row.version, "model": row.model.key, **{name: getattr(row, name) for name in names}}


def like(row: PriceRow, *, today: date) -> dict[str, Any]:
    """A new price of the same id, from a day on that is still to be typed."""
    kept = ("version", "valid_from", "valid_to", "source", "source_address", "note", "confidence")
    return {n: v for n, v in Correct.of(row).items() if n not in kept} | {"as_of": today, "confidence": "high"}


class End(Form):
    version = Version()
    on = _day("From this day on it no longer holds")
    reason = Lines(most=500, label="Why", help_text="Kept in the history")


class Upload(Form):
    """`file` is cleaned to its name and content."""

    file = forms.FileField(
        label="File of prices",
        help_text="CSV or .xlsx with the columns of the book's own file, up to 2 MB",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
        error_messages=dict.fromkeys(("required", "missing", "invalid"), "Choose a CSV file or a workbook (.xlsx)"),
    )
    reason = Lines(most=500, label="Why", help_text="Kept in the history")

    def clean_file(self) -> tuple[str, bytes]:
        found: Any = self.cleaned_data["file"]
        if found.size > LARGEST_FILE:
            raise forms.ValidationError(f"It is larger than {LARGEST_FILE // 2**20} MB: import it in several files.")
        return "".join(each for each in found.name if each.isprintable())[-120:] or "prices.csv", found.read()


class Reprice(Form):
    on = _day("At the prices of")


class Repriced(Form):
    """Which of the parts that a re-pricing changes; what means nothing narrows nothing."""

    team = forms.ModelChoiceField(Team.objects.order_by("name", "pk"), required=False)
    model = forms.CharField(required=False, max_length=120)

    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        return {name: value.pk if isinstance(value, Team) else value for name, value in found.items()}

    def said(self) -> str:
        found = [str(value) for value in (self.cleaned_data.get(name) for name in ("team", "model")) if value]
        return ", ".join(found) or "All"


class Confirm(Form):
    reason = Lines(most=500, label="Why", help_text="Kept in the history")
