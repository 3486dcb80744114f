"""What a list is narrowed to, as its address says."""

from typing import Any

from inventory.forms.asking import Form


class Narrowing(Form):
    """What makes no sense narrows nothing: an address may be old, or typed."""

    def chosen(self) -> dict[str, Any]:
        """What was understood, by name."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
