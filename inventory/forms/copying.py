"""Which other part's answers are taken over, and what its name is looked for by."""

from django import forms

from inventory.domain.digits import is_number
from inventory.forms.asking import Form
from inventory.forms.call_list import LARGEST_ID
from inventory.forms.text import Line, has_unprintable
from inventory.forms.waiting import LOST, Version

LONGEST = 200
MODEL = "Select whose answers the others shall begin with."
TICK = "Tick at least one part."
REASON = "Type why these are answered alike: it stands in the history of each of them."


class Chosen(Form):
    version = Version()
    source = forms.IntegerField(min_value=1, max_value=LARGEST_ID, error_messages={"required": LOST, "invalid": LOST})


class Begun(Form):
    """The model, and the parts to begin as a copy of it."""

    model = forms.IntegerField(
        label="Whose answers", min_value=1, max_value=LARGEST_ID, error_messages={"required": MODEL, "invalid": MODEL}
    )
    part = forms.MultipleChoiceField(label="Parts", error_messages={"required": TICK})

    def __init__(self, data: object = None, *, parts: list[int]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["part"].choices = [(str(pk), "") for pk in parts]  # type: ignore[attr-defined]
        self.fields["part"].error_messages["invalid_choice"] = (
            "One of them was answered meanwhile, or its consumer was changed: look at the list again."
        )

    def parts(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["part"]]


class Confirming(Form):
    """The ticked parts, each with the version of its sheet as `part:version`, and the reason."""

    reason = Line(most=1000, label="Why do they have the same answers?", error_messages={"required": REASON})

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["part"] = _Versions(label="Parts")

    def versions(self) -> dict[int, int]:
        found: dict[int, int] = self.cleaned_data["part"]
        return found


class _Versions(forms.Field):
    """`12:3` is part 12 at version 3."""

    widget = forms.MultipleHiddenInput
    default_error_messages = {"required": TICK}

    def clean(self, value: object) -> dict[int, int]:
        found = {}
        for each in value if isinstance(value, list) else []:
            pk, _, version = str(each).partition(":")
            if not (is_number(pk) and is_number(version) and len(version) < 10):
                raise forms.ValidationError(LOST)
            found[int(pk)] = int(version)
        if not found:
            raise forms.ValidationError(self.error_messages["required"])
        return found


def words(typed: str) -> str:
    """What is searched; nothing where it cannot be a name."""
    return "" if has_unprintable(typed) else typed.strip()[:LONGEST]
