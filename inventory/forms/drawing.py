"""How fields are drawn: the plain ones as Django's templates draw them, but without these, which take longer than all
else of a small form and are filled in once more for every option of a select."""

from collections.abc import Callable, Iterator
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape as escape
from django.utils.safestring import SafeString

Widget = dict[str, Any]  # as a widget's own `get_context` describes it
PLACE = "django/forms/widgets/"


class Drawing(DjangoTemplates):
    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        draw = DRAWN.get(template_name)
        if draw is None:
            return super().render(template_name, context, request)
        return SafeString("".join(draw(context["widget"])))


def _input(widget: Widget) -> Iterator[str]:
    yield f'<input type="{widget["type"]}" name="{escape(widget["name"])}"'
    if widget["value"] is not None:
        yield f' value="{escape(widget["value"])}"'
    yield from _attributes(widget)
    yield ">"


def _textarea(widget: Widget) -> Iterator[str]:
    yield f'<textarea name="{escape(widget["name"])}"'
    yield from _attributes(widget)
    yield f">\n{escape(widget['value'] or '')}</textarea>"


def _select(widget: Widget) -> Iterator[str]:
    yield f'<select name="{escape(widget["name"])}"'
    yield from _attributes(widget)
    yield ">"
    for group, options, _ in widget["optgroups"]:
        if group:
            yield f'\n  <optgroup label="{escape(group)}">'
        for option in options:
            yield f'\n  <option value="{escape(option["value"])}"'
            yield from _attributes(option)
            yield f">{escape(option['label'])}</option>"
        if group:
            yield "\n  </optgroup>"
    yield "\n</select>"


def _attributes(widget: Widget) -> Iterator[str]:
    for name, value in widget["attrs"].items():
        if value is True:
            yield f" {name}"
        elif value is not False:
            yield f' {name}="{escape(value)}"'


DRAWN: dict[str, Callable[[Widget], Iterator[str]]] = {
    **{f"{PLACE}{kind}.html": _input for kind in ("text", "number", "email", "password", "hidden", "date", "checkbox")},
    f"{PLACE}textarea.html": _textarea,
    f"{PLACE}select.html": _select,
}
