"""The form of one question of the waiting test, built from its declaration, so that a question is worded once."""

from collections.abc import Iterator
from datetime import time
from typing import Any

from django import forms

from inventory.domain import waiting
from inventory.domain.consumer import DAYS, UNITS, Answer
from inventory.domain.question import LARGEST_NUMBER, LONGEST_TEXT, UNIT_MISSING, Field, Question, Test
from inventory.forms.asking import Form
from inventory.forms.number import Whole
from inventory.forms.text import Line

WHY = "Type why: a label that counts is taken back by this."
LOST = "The page lost track of what it showed: reload it and try again."


class One(forms.RadioSelect):
    """Errors link to the first option."""

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return super().id_for_label(id_, index or "0")


class Several(forms.CheckboxSelectMultiple):
    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return super().id_for_label(id_, index or "0")


class Clock(forms.TimeField):
    """A time of day, as `21:00`."""

    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "short"})
    default_error_messages = {"invalid": "Type a time of day, such as 21:00."}

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%H:%M", "%H:%M:%S", "%H.%M"], **options)

    def clean(self, value: Any) -> str:
        found: time | None = super().clean(value)
        return "" if found is None else found.strftime("%H:%M")


class Version(forms.IntegerField):
    """The version of the sheet the page showed; 0 where there was none yet."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(min_value=0, max_value=2**31 - 1, label="Version")
        self.error_messages |= {"required": LOST, "invalid": LOST, "min_value": LOST, "max_value": LOST}


class OfTest(forms.CharField):
    """Which version of the test the page showed. Another one may be in force by the time it is sent."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False)


def version_shown(data: Any) -> Test | None:
    """The version of the test a page was made for that was sent, None where it does not say or nobody knows it."""
    sent = str(data.get("test", ""))
    return waiting.TESTS.get(int(sent)) if sent.isdecimal() and len(sent) < 6 else None


class Choosing(Form):
    """`choice` (or `choices`) and the fields of the question. Nothing is preselected."""

    use_required_attribute = False

    def __init__(self, question: Question, data: Any = None, *, stored: Answer | None = None, prefix: str = "") -> None:
        super().__init__(data, initial=dict(stored or {}), prefix=prefix)
        self.question = question
        self.main = "choices" if question.many else "choice"
        self.fields[self.main] = _options(question)
        for field in question.fields:
            self.fields[field.id] = _field(field)

    def options(self) -> forms.BoundField:
        return self[self.main]

    def extras(self) -> Iterator[tuple[forms.BoundField, Field]]:
        """What is asked beside the options, with its declaration."""
        for field in self.question.fields:
            yield self[field.id], field

    def clean(self) -> dict[str, Any]:
        """Only what the chosen option takes can be wrong or missing; `none of these` goes with nothing else."""
        chosen = self.cleaned_data.get(self.main)
        for field in self.question.fields:
            if field.id in self.errors and not self._concerns(field, chosen):
                del self.errors[field.id]
        for field in self.question.lacking(self.cleaned_data):
            if field.belongs_to(str(chosen)) and field.id not in self.errors:
                self.add_error(field.id, UNIT_MISSING)
        alone = [option.text for option in self.question.options if option.id in self.question.alone]
        if self.question.many and chosen and len(chosen) > 1 and set(chosen) & set(self.question.alone):
            self.add_error(self.main, f"Select “{'” or “'.join(alone)}” alone, or else what applies")
        return self.cleaned_data

    def _concerns(self, field: Field, chosen: str | None) -> bool:
        """Whether an error of this field is one: not where its option was not chosen, or does not need it."""
        if not chosen or not field.belongs_to(chosen):
            return False
        is_missing = self.errors.as_data()[field.id][0].code == "required"
        return chosen in field.needed_for or not is_missing

    def value(self) -> dict[str, Any]:
        """The answer as a sheet keeps it."""
        beside = ("version", "test")
        return self.question.accepted({name: value for name, value in self.cleaned_data.items() if name not in beside})

    def back(self) -> str:
        """`first` or `second` where the option leads back to one of two contradicting answers."""
        chosen = self.cleaned_data.get("choice")
        return next((option.back for option in self.question.options if option.id == chosen), "")

    def said(self) -> str:
        """The answer as typed, in words; empty where nothing valid was chosen."""
        if not self.is_valid():
            return ""
        chosen = self.cleaned_data.get("choice")
        if self.back():
            return next(option.text for option in self.question.options if option.id == chosen)
        return self.question.said(self.value())


class Answering(Choosing):
    """One question a page: with the version of the sheet and of the test it was answered on."""

    def __init__(self, question: Question, data: Any = None, *, stored: Answer | None = None, version: int = 0) -> None:
        super().__init__(question, data, stored=stored)
        self.initial = {**self.initial, "version": version, "test": waiting.CURRENT.version}
        self.fields |= {"version": Version(), "test": OfTest()}

    def renewed(self, version: int) -> None:
        """Carry on from what was saved meanwhile: saving once more is then a decision."""
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data["version"] = str(version)  # type: ignore[index]
        self.data["test"] = str(waiting.CURRENT.version)  # type: ignore[index]


class Saving(Form):
    """Save the whole sheet, as the outcome that was shown."""

    version = Version()
    outcome = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)


class Reopening(Form):
    """Take a saved sheet back, with a reason where a label `counts` that would count no more."""

    version = Version()
    reason = Line(most=1000, label="Why do you change it?", error_messages={"required": WHY})

    def __init__(self, data: Any = None, *, counts: bool = False) -> None:
        super().__init__(data)
        self.fields["reason"].required = counts


def _options(question: Question) -> forms.ChoiceField:
    choices = [(option.id, option.text) for option in question.options]
    errors = {"required": question.missing, "invalid_choice": question.missing, "invalid_list": question.missing}
    if question.many:
        return forms.MultipleChoiceField(choices=choices, widget=Several, label="Answer", error_messages=errors)
    return forms.ChoiceField(choices=choices, widget=One, label="Answer", error_messages=errors)


def _field(field: Field) -> forms.Field:
    """Needed by some options at most: which, `Answering.clean` knows."""
    given: dict[str, Any] = {"label": field.label, "help_text": field.hint, "required": bool(field.needed_for)}
    if field.needed_for:
        given["error_messages"] = {"required": field.missing}
    if field.kind == "number":
        return Whole(least=field.least, most=LARGEST_NUMBER, **given)
    if field.kind == "time":
        return Clock(**given)
    if field.kind == "unit":
        return forms.ChoiceField(choices=[(unit, unit) for unit in UNITS], **given)
    if field.kind == "days":
        days = [(day, day.capitalize()) for day in DAYS]
        return forms.MultipleChoiceField(choices=days, widget=Several(attrs={"class": "day"}), **given)
    return Line(most=LONGEST_TEXT, **given)
