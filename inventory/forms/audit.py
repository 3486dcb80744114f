"""Filters of the history, from the address."""

import re
from typing import Any, TypeVar

from django import forms
from django.db.models import Model

from inventory.models import Person, Team

M = TypeVar("M", bound=Model)

LARGEST_KEY = 2**63 - 1
_RECORD = re.compile(r"([a-z_]{1,20}):([\w.-]{1,40})", re.ASCII)


class Filter(forms.Form):
    """What somebody looks for. A filter that means nothing is said to, and finds everything meanwhile."""

    team = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)
    person = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)
    kind = forms.RegexField(r"^[a-z_]+\.[a-z_]+$", required=False, max_length=40)
    record = forms.RegexField(_RECORD, required=False, max_length=61)
    before = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)
    after = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_KEY)

    def clean_team(self) -> Team | None:
        return _known(Team, self.cleaned_data["team"])

    def clean_person(self) -> Person | None:
        return _known(Person, self.cleaned_data["person"])

    def clean_record(self) -> tuple[str, str] | None:
        found = _RECORD.fullmatch(self.cleaned_data["record"])
        return (found[1], found[2]) if found else None

    def chosen(self) -> dict[str, Any]:
        """The filters that mean something."""
        self.full_clean()
        return {name: found for name, found in self.cleaned_data.items() if found not in (None, "")}

    @property
    def complaints(self) -> list[str]:
        words = {"team": "team", "person": "person", "kind": "kind of action", "record": "record"}
        return [f"The address names no {words.get(name, 'place')} that exists: it is left out." for name in self.errors]


def _known(model: type[M], pk: int | None) -> M | None:
    found = None if pk is None else model._default_manager.filter(pk=pk).first()
    if pk is not None and found is None:
        raise forms.ValidationError("does not exist")
    return found
