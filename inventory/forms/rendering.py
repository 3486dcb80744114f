"""Choices as HTML: the same elements and attributes as Django's own templates, whitespace apart.

Those include one to four more for each option: a third of the time of a page with a form."""

from collections.abc import Callable
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

FOLDER = "django/forms/widgets/"


class Renderer(DjangoTemplates):
    """Django's, but for choices."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> SafeString:
        write = _WRITERS.get(template_name)
        if write is None:
            return mark_safe(super().render(template_name, context, request))
        return mark_safe(write(context["widget"]))


def _select(widget: dict[str, Any]) -> str:
    options = "".join(map(_group, widget["optgroups"]))
    return f'<select name="{_text(widget["name"])}"{_attributes(widget)}>{options}</select>'


def _group(group: tuple[str | None, list[dict[str, Any]], int]) -> str:
    name, options, _ = group
    written = "".join(
        f'<option value="{_text(each["value"])}"{_attributes(each)}>{_text(each["label"])}</option>' for each in options
    )
    return f'<optgroup label="{_text(name)}">{written}</optgroup>' if name else written


def _several(widget: dict[str, Any]) -> str:
    """Radio buttons or boxes, one below the other."""
    about = widget["attrs"]
    own = "".join(f' {name}="{_text(about[name])}"' for name in ("id", "class") if about.get(name))
    groups = [
        f"<div><label>{_text(name)}</label>{_boxes(options)}</div>" if name else _boxes(options)
        for name, options, _ in widget["optgroups"]
    ]
    return f"<div{own}>{''.join(groups)}</div>"


def _boxes(options: list[dict[str, Any]]) -> str:
    return "".join(f"<div>{_box(each)}</div>" for each in options)


def _box(option: dict[str, Any]) -> str:
    value = "" if option["value"] is None else f' value="{_text(option["value"])}"'
    box = f'<input type="{option["type"]}" name="{_text(option["name"])}"{value}{_attributes(option)}>'
    if not option.get("wrap_label"):
        return box
    of = option["attrs"].get("id")
    aimed = f' for="{_text(of)}"' if of else ""
    return f"<label{aimed}>{box} {_text(option['label'])}</label>"


def _attributes(widget: dict[str, Any]) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{_text(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _text(value: Any) -> str:
    return conditional_escape(value)


_WRITERS: dict[str, Callable[[dict[str, Any]], str]] = {
    FOLDER + "select.html": _select,
    FOLDER + "radio.html": _several,
    FOLDER + "checkbox_select.html": _several,
    FOLDER + "radio_option.html": _box,
    FOLDER + "checkbox_option.html": _box,
}
