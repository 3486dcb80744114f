"""Text as people type it: nothing that a database, a page or a workbook cannot hold."""

import unicodedata
from typing import Any

from django import forms


def has_unprintable(text: str) -> bool:
    """Control characters other than tab and line break, and halves of a surrogate pair."""
    return any(unicodedata.category(character) in ("Cc", "Cs") and character not in "\t\n\r" for character in text)


class Line(forms.CharField):
    """One line, at most `most` characters."""

    def __init__(self, *, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.most = most
        self.widget.attrs.setdefault("maxlength", most)

    def to_python(self, value: Any) -> str:
        text = self.arranged(super().to_python(value) or "")
        if has_unprintable(text):
            raise forms.ValidationError("Take out the control characters: they cannot be kept.", "unprintable")
        if len(text) > self.most:
            raise forms.ValidationError(f"Shorten it to {self.most:,} characters: it has {len(text):,}.", "too_long")
        return text

    def arranged(self, text: str) -> str:
        return " ".join(text.split())


class Lines(Line):
    """Several lines, at most `most` characters."""

    widget = forms.Textarea(attrs={"rows": 3})

    def arranged(self, text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n")
