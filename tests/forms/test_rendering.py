"""Choices are written as Django's own templates would write them, whitespace apart."""

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe

from inventory.forms import rendering

PLAIN = [("", "None"), (1, "One & two"), ('"><b>', "<i>three</i>"), ("safe", mark_safe("a&nbsp;b"))]
GROUPED = [("first", "First"), ("Others <b>", [("x", "X"), ("y", "Y")])]
WIDGETS = (forms.Select, forms.SelectMultiple, forms.RadioSelect, forms.CheckboxSelectMultiple, forms.NullBooleanSelect)
ATTRIBUTES = {"id": "id_a", "class": 'wide "', "required": True, "disabled": False, "data-n": 1000}


def squeezed(html: str) -> str:
    return re.sub(r">\s+<", "><", html.replace("\n", ""))


@pytest.mark.parametrize("attributes", [{}, ATTRIBUTES], ids=["bare", "with attributes"])
@pytest.mark.parametrize("choices", [PLAIN, GROUPED, []], ids=["plain", "grouped", "none"])
@pytest.mark.parametrize("widget", WIDGETS)
@pytest.mark.parametrize("value", [None, "x", 1, ["1", "y"]], ids=str)
def test_it_is_what_django_writes(widget, choices, attributes, value) -> None:
    made = widget() if widget is forms.NullBooleanSelect else widget(choices=choices)
    if widget is forms.NullBooleanSelect and isinstance(value, list):
        value = True
    of_django, ours = (
        made.render("a<", value, attributes, renderer) for renderer in (DjangoTemplates(), rendering.Renderer())
    )
    assert squeezed(ours) == squeezed(of_django)


@pytest.mark.parametrize("widget", [forms.RadioSelect, forms.CheckboxSelectMultiple])
def test_one_option_alone_is_what_django_writes(widget) -> None:
    class Asked(forms.Form):
        a = forms.MultipleChoiceField(choices=PLAIN, widget=widget)

    of_django, ours = (
        [option.tag(wrap_label=wrapped) for option in Asked(renderer=renderer)["a"] for wrapped in (False, True)]
        for renderer in (DjangoTemplates(), rendering.Renderer())
    )
    assert list(map(squeezed, ours)) == list(map(squeezed, of_django))
