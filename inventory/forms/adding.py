"""Which sum of the plan is to be opened. All of it stands in the address; what means nothing is left out."""

from typing import Any

from django import forms

from inventory.forms.asking import Form
from inventory.forms.plan import SIDES
from inventory.models import Call, Feature, Team, Wave
from inventory.models.call import KINDS

# In words, as the page says what it is narrowed to.
OF = {
    "undecided": "not decided", "not_moving": "decided, does not move", "rest": "counted as real time",
    "one_sided": "on one side's answer alone", "agreed": "not on one side's answer alone",
    "guessed": "of features with a first guess", "left": "still to be realised",
    "still": "moved already, still written down as it ran before", "mine": "needs your answer",
    "unanswered": "your side has not answered",
}  # fmt: skip
WAVES = {
    "none": "in no wave", "open": "moves in no wave", "stays": "stays, cannot move or is undecided",
    "elsewhere": "in waves of other teams", "dated": "in a wave with a start", "undated": "in no wave with a start",
}  # fmt: skip


class Sum(Form):
    team = forms.ModelChoiceField(Team.objects.order_by("name", "pk"), required=False)
    feature = forms.ModelChoiceField(Feature.objects.order_by("name", "pk"), required=False)
    call = forms.ModelChoiceField(Call.objects.order_by("name", "pk"), required=False)
    kind = forms.ChoiceField(choices=KINDS, required=False)
    side = forms.ChoiceField(choices=SIDES, required=False)
    growth = forms.DecimalField(max_digits=7, decimal_places=6, required=False)  # of its feature, a month
    wave = forms.CharField(required=False)
    of = forms.MultipleChoiceField(choices=list(OF.items()), required=False)

    def clean_wave(self) -> str:
        value: str = self.cleaned_data["wave"]
        is_number = value.isascii() and value.isdigit() and len(value) < 19
        if value and value not in WAVES and not (is_number and Wave.objects.filter(pk=value).exists()):
            raise forms.ValidationError("No such wave.")
        return value

    def chosen(self) -> dict[str, Any]:
        """What was understood, by name."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}

    def said(self) -> list[str]:
        """What it is narrowed to, in words."""
        chosen = self.chosen()
        found = [str(chosen[name]) for name in ("team", "feature", "call") if name in chosen]
        found += [words[chosen[name]].lower() for name, words in _WORDS.items() if name in chosen]
        found += [f"growing by {(100 * chosen['growth']).normalize():f} % a month"] if "growth" in chosen else []
        found += [OF[name] for name in chosen.get("of", ())]
        return [*found, *([WAVES.get(chosen["wave"]) or _wave(chosen["wave"])] if "wave" in chosen else [])]


_WORDS = {"kind": {str(kind): words for kind, words in KINDS}, "side": dict(SIDES)}


def _wave(pk: str) -> str:
    return f"wave {Wave.objects.values_list('name', flat=True).get(pk=pk)}"


def parameters(**narrowed: Any) -> list[tuple[str, Any]]:
    """As they stand in an address: records by their number, what is empty left out; several of `of` by a comma."""
    given = [(name, getattr(value, "pk", value)) for name, value in narrowed.items()]
    pairs = [(name, each) for name, value in given for each in (value.split(",") if name == "of" else [value])]
    return [(name, value) for name, value in pairs if value not in (None, "")]
