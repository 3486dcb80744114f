"""The upload of a file, with its limit of size."""

from typing import Any

from django import forms

from inventory.exchange.reading import LARGEST_FILE
from inventory.forms.asking import Form

LONGEST_NAME = 120
_CHOOSE = "Choose a CSV file or a workbook (.xlsx)"


class Upload(Form):
    """`file` is cleaned to its name and content. An empty one passes: what belongs in it is told by who reads it."""

    file = forms.FileField(
        label="File of calls",
        help_text="A workbook (.xlsx) or CSV, up to 40 MB and 100,000 rows",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
        error_messages={"required": _CHOOSE, "missing": _CHOOSE, "invalid": _CHOOSE},
    )

    def clean_file(self) -> tuple[str, bytes]:
        found: Any = self.cleaned_data["file"]
        if found.size > LARGEST_FILE:
            raise forms.ValidationError(f"It is larger than {LARGEST_FILE // 2**20} MB: import it in several files.")
        name = "".join(character for character in found.name if character.isprintable())[-LONGEST_NAME:]
        return name or "calls.csv", found.read()
