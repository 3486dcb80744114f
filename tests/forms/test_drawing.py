"""Fields are drawn as Django draws them, only quicker."""

from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from inventory.forms.drawing import DRAWN, Drawing

NASTY = '"it\'s" <b>&amp;</b>'
CHOICES = [("", "Any"), (3, NASTY), ("Together", [(NASTY, SafeString("<i>safe</i>")), (5, "five")])]
ATTRIBUTES = {"id": "id_field", "required": True, "disabled": False, "maxlength": 20, "aria-label": NASTY}
WIDGETS = (
    forms.TextInput(), forms.NumberInput(), forms.EmailInput(), forms.PasswordInput(render_value=True),
    forms.HiddenInput(), forms.DateInput(), forms.CheckboxInput(), forms.Textarea(attrs={"rows": 3}),
    forms.Select(choices=CHOICES),
)  # fmt: skip


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
@pytest.mark.parametrize("value", [None, "", 3, 0, "3", NASTY, SafeString("<i>safe</i>"), True])
def test_a_field_is_drawn_as_django_draws_it(widget: forms.Widget, value: Any) -> None:
    ours = widget.render("a<b", value, ATTRIBUTES, Drawing())
    theirs = widget.render("a<b", value, ATTRIBUTES, DjangoTemplates())
    assert parse_html(ours) == parse_html(theirs)
    assert isinstance(ours, SafeString)


def test_every_kind_that_is_drawn_here_is_held_against_django() -> None:
    assert {widget.template_name for widget in WIDGETS} == DRAWN.keys()
    assert import_string(settings.FORM_RENDERER) is Drawing


def test_what_is_not_drawn_here_has_djangos_template() -> None:
    widget = forms.RadioSelect(choices=CHOICES)
    assert widget.render("name", 3, None, Drawing()) == widget.render("name", 3, None, DjangoTemplates())
