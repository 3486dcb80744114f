"""What the parts of a version and the lines of a comparison or a scenario are narrowed to. Every choice stands in the
address; one that makes no sense is left out."""

from collections.abc import Callable
from typing import Any

from django import forms

from inventory.domain.difference import Reason
from inventory.domain.difference_words import WORDS
from inventory.forms.narrowing import Narrowing
from inventory.models.call import KINDS
from inventory.models.scenario import STEPS

ANY = ("", "Any")
COUNTED = [ANY, ("planned", "In plan"), ("unplanned", "Not in plan")]
OF_PARTS = [
    ("", "Saving, largest first"), ("saving", "Saving, smallest first"), ("-today", "Today, dearest first"),
    ("-after", "After, dearest first"), ("name", "Name"),
]  # fmt: skip
OF_LINES = [("", "Largest change first"), ("size", "Smallest change first"), ("name", "Name")]


class Narrowed(Narrowing):
    """`teams` are the names there are; a single one is no choice. `features_of` names those of a team."""

    words = forms.CharField(
        label="Search", required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    team = forms.ChoiceField(required=False)
    feature = forms.ChoiceField(required=False)
    kind = forms.ChoiceField(label="Move", choices=[ANY, *KINDS], required=False)
    sort = forms.ChoiceField(label="Order", required=False)

    def __init__(self, data: Any, *, teams: list[str], features_of: Callable[[str], list[str]]) -> None:
        super().__init__(data)
        team = teams[0] if len(teams) == 1 else data.get("team", "")
        features = features_of(team) if team in teams else []
        for name, found in (("team", teams), ("feature", features)):
            if len(found) < 2:
                del self.fields[name]
            else:
                self.fields[name].choices = [ANY, *((each, each) for each in found)]  # type: ignore[attr-defined]


class Parts(Narrowed):
    counted = forms.ChoiceField(choices=COUNTED, required=False)

    def __init__(self, data: Any, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["sort"].choices = OF_PARTS  # type: ignore[attr-defined]
        self.order_fields(["words", "team", "feature", "kind", "counted", "sort"])


class Lines(Narrowed):
    reason = forms.ChoiceField(choices=[ANY, *((r.value, WORDS[r]) for r in Reason)], required=False)

    def __init__(self, data: Any, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["sort"].choices = OF_LINES  # type: ignore[attr-defined]
        self.fields["kind"].label = "Move, as it is later"
        self.order_fields(["words", "team", "feature", "reason", "kind", "sort"])


class Changes(Narrowed):
    step = forms.ChoiceField(label="Assumption", choices=[ANY, *STEPS], required=False)

    def __init__(self, data: Any, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["sort"].choices = OF_LINES  # type: ignore[attr-defined]
        self.fields["kind"].label = "Move it comes to"
        self.order_fields(["words", "team", "feature", "step", "kind", "sort"])
