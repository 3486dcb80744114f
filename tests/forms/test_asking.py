"""A field that was left empty says what to do about it."""

import pkgutil
from importlib import import_module

import pytest
from django import forms

import inventory.forms
from inventory.forms.asking import Form


class Asking(Form):
    name = forms.CharField()
    team = forms.ChoiceField(choices=[("1", "One")])
    parts = forms.MultipleChoiceField(choices=[("1", "One")])
    on = forms.DateField()
    file = forms.FileField()
    sure = forms.BooleanField()
    label = forms.CharField(error_messages={"required": "Select the label that shall count"})


def test_each_kind_of_field_says_its_own() -> None:
    assert {name: list(said) for name, said in Asking({}).errors.items()} == {
        "name": ["Fill this in."],
        "team": ["Choose one."],
        "parts": ["Tick at least one."],
        "on": ["Choose a day."],
        "file": ["Choose a file."],
        "sure": ["Tick this to go on."],
        "label": ["Select the label that shall count"],
    }


@pytest.mark.parametrize("name", [each.name for each in pkgutil.iter_modules(inventory.forms.__path__)])
def test_every_form_of_ours_says_so(name: str) -> None:
    module = import_module(f"inventory.forms.{name}")
    found = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, forms.Form)]
    assert [each for each in found if each is not forms.Form and not issubclass(each, Form)] == []
