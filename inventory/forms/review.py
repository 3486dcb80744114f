"""Marking actions as reviewed."""

from typing import Any

from django import forms

from inventory.forms.asking import Form
from inventory.forms.audit import LARGEST_KEY
from inventory.forms.text import Lines

NONE_TICKED = "Tick what you reviewed, or choose all that is found."


class Mark(Form):
    """The ticked actions, or all that is found up to the newest that was shown; and a note."""

    note = Lines(most=500, label="Note", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    upto = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_KEY, widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="review_%s")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        given["seqs"] = None if "all" in self.data else self._ticked()
        if given["seqs"] == []:
            raise forms.ValidationError(NONE_TICKED)
        if given["seqs"] is None and given.get("upto") is None:
            raise forms.ValidationError("The page lost track of what it showed: reload it and try again.")
        return given

    @property
    def ticked(self) -> set[int]:
        return set(self._ticked())

    def _ticked(self) -> list[int]:
        """What is no number is nobody's action."""
        told = self.data.getlist("seq") if hasattr(self.data, "getlist") else []
        return [int(each) for each in told if each.isascii() and each.isdecimal() and len(each) < 19]
