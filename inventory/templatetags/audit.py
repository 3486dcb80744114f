"""What the history pages show fast: fifty lines and a few hundred options a page."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def moment(at: datetime) -> str:
    """`2026-11-22 09:00` in the installation's time zone."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


@register.filter
def iso(at: datetime) -> str:
    return at.isoformat()


@register.simple_tag
def options(choices: Sequence[tuple[object, str]], chosen: object, empty: str) -> SafeString:
    """The options of a select; `empty` is the one that filters nothing. Values are numbers or words of ours."""
    rows = [f'<option value="">{escape(empty)}</option>']
    for value, text in choices:
        rows.append(f'<option value="{value}"{" selected" if value == chosen else ""}>{escape(text)}</option>')
    return SafeString("".join(rows))


@register.simple_tag(takes_context=True)
def at_place(context: template.RequestContext, **places: object) -> str:
    """The query of this address at another place, every filter kept; one set to None is taken away."""
    given = context["request"].GET.copy()
    for name in ("before", "after", *places):
        given.pop(name, None)
    for name, value in places.items():
        if value is not None:
            given[name] = str(value)
    return str(given.urlencode())
