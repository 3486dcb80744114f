"""What somebody says of a file they have uploaded: what its headings mean, and how it writes numbers and days."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from inventory.exchange import call_row
from inventory.exchange.manner import DAYS, DECIMALS, Manner
from inventory.forms.asking import Form
from inventory.models import Upload

LEFT_OUT = ("", "Leave out")
NEEDED = [(name, name) for name in call_row.REQUIRED]
MAY_BE = [(name, name) for name in call_row.OPTIONAL]


class Columns(Form):
    """One choice for each heading, beside what stands in its first rows."""

    def __init__(self, *args: Any, upload: Upload, likely: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.headings = list(upload.headings)
        for place, heading in enumerate(self.headings):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=upload.titles[place],
                choices=[LEFT_OUT, ("Every file needs", NEEDED), ("There may be", MAY_BE)],
                required=False,
                initial=likely.get(heading, ""),
            )
        self.samples = [[row[place] for row in upload.samples] for place in range(len(self.headings))]

    def rows(self) -> list[tuple[forms.BoundField, list[str]]]:
        return [(self[f"column_{place}"], samples) for place, samples in enumerate(self.samples)]

    def chosen(self) -> dict[str, str]:
        return {heading: self.cleaned_data[f"column_{place}"] for place, heading in enumerate(self.headings)}

    def clean(self) -> dict[str, Any]:
        read = super().clean() or self.cleaned_data
        used = [column for column in read.values() if column]
        for place in range(len(self.headings)):
            name = f"column_{place}"
            if read.get(name) and used.count(read[name]) > 1:
                self.add_error(name, f"Two headings cannot both be {read[name]}: leave one out.")
        lacking = [name for name in call_row.REQUIRED if name not in used]
        if lacking and not self.errors:
            said = (
                f"Say which heading is {', '.join(lacking)}: every file needs {'it' if len(lacking) == 1 else 'them'}."
            )
            raise forms.ValidationError(said, "lacking")
        return read


class Answer(Form):
    """Asked only for what the file leaves open. What fits every sample is chosen already."""

    def __init__(self, *args: Any, unclear: Sequence[Mapping[str, Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.samples: dict[str, list[Mapping[str, Any]]] = {}
        for each in unclear:
            self.samples.setdefault(each["what"], []).append(each)
        for what, ways, label in (
            ("decimals", DECIMALS, "How does this file write numbers?"),
            ("days", DAYS, "How does this file write days?"),
        ):
            if what in self.samples:
                fitting = [way for way in ways if all(each["ways"].get(way) for each in self.samples[what])]
                self.fields[what] = forms.ChoiceField(
                    label=label,
                    choices=list(ways.items()),
                    widget=forms.RadioSelect,
                    initial=fitting[0] if len(fitting) == 1 else None,
                    error_messages={"required": "Choose one: nothing is guessed."},
                )

    def questions(self) -> list[tuple[forms.BoundField, list[tuple[Mapping[str, Any], list[str]]], list[str]]]:
        """Each with its samples, and what each would be by each way."""
        return [
            (
                self[what],
                [(each, [each["ways"].get(way) or "cannot be read" for way in ways]) for each in self.samples[what]],
                [words.partition(":")[0] for words in ways.values()],
            )
            for what, ways in (("decimals", DECIMALS), ("days", DAYS))
            if what in self.samples
        ]


def said(data: Mapping[str, Any]) -> Manner:
    """What was answered, where a form had such a question."""
    decimals, days = str(data.get("decimals", "")), str(data.get("days", ""))
    return Manner(decimals if decimals in DECIMALS else "", days if days in DAYS else "")
