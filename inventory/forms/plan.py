"""What the plan is narrowed to. Every choice stands in the address; one that means nothing is left out."""

from typing import Any

from django import forms

from inventory.domain.doubt import WORDS, Doubt
from inventory.domain.line import Side
from inventory.domain.verdict import BLOCKERS
from inventory.forms.narrowing import Narrowing
from inventory.models import Feature, Team
from inventory.models.call import KINDS

ANY = ("", "Any")
SHORT: dict[str, str] = {
    Doubt.MODEL_UNKNOWN: "Price not known",
    Doubt.UNDECIDED: "Not labelled yet",
    Doubt.ONE_SIDED: "One side in",
    Doubt.DISPUTED: "Disputed",
    Doubt.CHECK_NEEDED: "Check needed",
}
DOUBTS = [(code.value, SHORT.get(code, WORDS[code].partition(":")[0])) for code in Doubt]
SIDES = [(Side.WAITS.value, "Somebody waits"), (Side.OPEN.value, "On the line"), (Side.NOBODY.value, "Nobody waits")]
# Blockers are stored in the words they are shown in; a chain of calls is told with its numbers.
REASONS = [
    *((words, words[:1].upper() + words[1:]) for words in BLOCKERS.values()),
    ("calls in a row", "Calls in a row"),
]
SORTS = [
    ("-saving", "Saving, largest first"),
    ("saving", "Saving, smallest first"),
    ("-worth", "Saving for its effort, most first"),
    ("-today", "Today, dearest first"),
    ("-after", "After, dearest first"),
    ("name", "Name"),
]
BY = [("team", "By team"), ("feature", "By feature"), ("kind", "By kind")]


class Filter(Narrowing):
    team = forms.ModelChoiceField(Team.objects.none(), required=False, empty_label="Any")
    feature = forms.ModelChoiceField(Feature.objects.none(), required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label="Move", choices=[ANY, *KINDS], required=False)
    side = forms.ChoiceField(choices=[ANY, *SIDES], required=False)
    doubt = forms.ChoiceField(choices=[ANY, *DOUBTS], required=False)
    blocker = forms.ChoiceField(label="Blocked by", choices=[ANY, *REASONS], required=False)
    sort = forms.ChoiceField(label="Order", choices=SORTS, required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["team"].queryset = Team.objects.order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["feature"].queryset = Feature.objects.select_related("team")  # type: ignore[attr-defined]

    def said(self) -> list[tuple[str, str, str]]:
        """Each narrowing choice as name, label and words, for the chips that take it away again."""
        chosen = {name: value for name, value in self.chosen().items() if name != "sort"}
        return [
            (name, str(self.fields[name].label or name.capitalize()), self._words(name, v))
            for name, v in chosen.items()
        ]

    def _words(self, name: str, value: Any) -> str:
        return (
            str(dict(getattr(self.fields[name], "choices", ())).get(value, value))
            if isinstance(value, str)
            else str(value)
        )
