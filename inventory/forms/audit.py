"""Filters of the history, from the address."""

import re
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.db.models import Model
from django.utils import timezone

from inventory.domain import audit_words, trace
from inventory.forms.asking import Form
from inventory.forms.text import Line
from inventory.models import Action, Person, Team

M = TypeVar("M", bound=Model)

LARGEST_KEY = 2**63 - 1
_RECORD = re.compile(r"([a-z_]{1,20}):([\w.-]{1,40})", re.ASCII)
_ACTOR = re.compile(r"(command|job|token):([\w.@-]{1,60})", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
SIDES = list(trace.SIDES.items())
ACTORS = list(audit_words.ACTORS.items())
SINCE = [("export", "The last export of the plan"), ("version", "The newest frozen version")]
REVIEWS = [("open", "Not reviewed yet"), ("done", "Reviewed")]
WORDS = {
    "team": "The address names no team that exists: it is left out.",
    "person": "The address names no person that exists: it is left out.",
    "by": "The address names no command, job or token that has done anything: it is left out.",
    "kind": "The address names no kind of action that exists: it is left out.",
    "record": "The address names no record that exists: it is left out.",
    "field": "The address names no field that exists: it is left out.",
    "side": "The address names no side of the line that exists: it is left out.",
    "review": "The address names no state of review that exists: it is left out.",
    "since": "The address names no moment that exists: it is left out.",
}
NO_DAY = "“{given}” is no day: write it like 2026-11-22. It is left out."
TO_COME = "{day} is still to come: it is left out."


class Day(forms.CharField):
    """A day up to today, as 2026-11-22: what is asked about it has happened."""

    widget = forms.DateInput(attrs={"type": "date"})

    def to_python(self, value: Any) -> date | None:  # type: ignore[override]
        given = str(value or "").strip()
        if not given:
            return None
        try:
            day = date.fromisoformat(given) if _DAY.fullmatch(given) else None
        except ValueError:
            day = None
        if day is None or day.year < 1900:
            raise forms.ValidationError(NO_DAY.format(given=given[:40]))
        if day > timezone.localdate():
            raise forms.ValidationError(TO_COME.format(day=f"{day.day} {day:%B %Y}"))
        return day


class Filter(Form):
    """What somebody looks for. A filter that means nothing is said to, and finds everything meanwhile."""

    team = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)
    person = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)
    by = forms.CharField(required=False, max_length=70)
    # Handed over as a function, because Django copies a list, word by word, for every form.
    kind = forms.ChoiceField(required=False, choices=lambda: audit_words.KINDS)
    field = forms.CharField(required=False, max_length=60)
    side = forms.ChoiceField(required=False, choices=[("", ""), *SIDES])
    since = forms.ChoiceField(required=False, choices=[("", ""), *SINCE])
    review = forms.ChoiceField(required=False, choices=[("", ""), *REVIEWS])
    first_day = Day(required=False)
    last_day = Day(required=False)
    record = forms.RegexField(_RECORD, required=False, max_length=61)
    before = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)
    after = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_KEY)

    def __init__(self, data: Any = None, *, fields: list[tuple[str, str]] | None = None) -> None:
        super().__init__(data)
        self.known_fields = fields

    def clean_team(self) -> Team | None:
        return _known(Team, self.cleaned_data["team"])

    def clean_person(self) -> Person | None:
        return _known(Person, self.cleaned_data["person"])

    def clean_by(self) -> str:
        """What acted: one of `ACTORS`, or a command, job or token by its name that stands in the history."""
        given = str(self.cleaned_data["by"])
        named = _ACTOR.fullmatch(given)
        if given in audit_words.ACTORS or not given:
            return given
        if named is None or not Action.objects.filter(actor_kind=named[1], actor_id=named[2]).exists():
            raise forms.ValidationError("does not exist")
        return given

    def clean_record(self) -> tuple[str, str] | None:
        found = _RECORD.fullmatch(self.cleaned_data["record"])
        return (found[1], found[2]) if found else None

    def clean_field(self) -> str:
        given = str(self.cleaned_data["field"])
        if given and given not in dict(self.known_fields or []):
            raise forms.ValidationError("does not exist")
        return given

    def chosen(self) -> dict[str, Any]:
        """The filters that mean something."""
        self.is_valid()
        return {name: found for name, found in self.cleaned_data.items() if found not in (None, "")}

    @property
    def complaints(self) -> list[str]:
        places = "The address names no place that exists: it is left out."
        told = [
            str(errors[0]) if name in ("first_day", "last_day") else WORDS.get(name, places)
            for name, errors in self.errors.items()
        ]
        first, last = self.cleaned_data.get("first_day"), self.cleaned_data.get("last_day")
        if first and last and first > last:
            told.append("The first day is after the last: nothing can be found between them.")
        return told


class Named(Form):
    """The name of a record, or words of it."""

    name = Line(most=200, label="Name", error_messages={"required": "Type a name, or a word of it."})
    before = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY, widget=forms.HiddenInput)


def _known(model: type[M], pk: int | None) -> M | None:
    found = None if pk is None else model._default_manager.filter(pk=pk).first()
    if pk is not None and found is None:
        raise forms.ValidationError("does not exist")
    return found
