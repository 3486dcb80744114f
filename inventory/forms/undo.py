"""Taking an action back: which rows of it, and why."""

from typing import Any

from django import forms

from inventory.forms.asking import Form
from inventory.forms.text import Lines

NONE_TICKED = "Tick what to take back."


class TakeBack(Form):
    """`stamp` is what was looked at. Rows are ticked only where the page has ticks, and says so by `ticks`;
    fields by `field_ticks`."""

    stamp = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = Lines(most=500, label="Why", help_text="Kept in the history")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        given["keys"] = None if "ticks" not in self.data else self.ticked
        given["fields"] = None if "field_ticks" not in self.data else self.ticked_fields
        if [] in (given["keys"], given["fields"]):
            raise forms.ValidationError(NONE_TICKED)
        return given

    @property
    def ticked(self) -> list[str]:
        return self._list("row")

    @property
    def ticked_fields(self) -> list[str]:
        return self._list("field")

    def _list(self, name: str) -> list[str]:
        found: list[str] = self.data.getlist(name) if hasattr(self.data, "getlist") else []
        return found
