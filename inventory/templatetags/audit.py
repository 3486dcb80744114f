"""What the history pages show fast: fifty lines and a few hundred options a page."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory.domain import money as amounts
from inventory.domain.effect import Figures
from inventory.forms.adding import parameters
from inventory.services.history.history import Line
from inventory.services.history.moment import Moment

register = template.Library()

FIGURES = {"today": "today", "saving": "saved", "possible": "possible", "after": "after"}


@register.filter
def moment(at: datetime) -> str:
    """`2026-11-22 09:00` in the installation's time zone."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


@register.filter
def iso(at: datetime) -> str:
    return at.isoformat()


@register.simple_tag
def told(
    lines: Iterable[Line], tickable: Collection[int] = (), ticked: Collection[int] = (), *, picks: bool = False
) -> SafeString:
    """Lines of the history, those that `tickable` names with the box that marks them as reviewed; with
    `picks`, each with the box that exports it. No template of its own: it would take as long as finding the lines."""
    rows = (
        f"<li><time>{moment(line.at)}</time>\n<div>{_said(line, tickable, ticked, picks)}</div>\n"
        f'<p class="num">{escape(line.effect)}</p></li>\n'
        for line in lines
    )
    return SafeString(f'<ol class="history">\n{"".join(rows)}</ol>')


def _picked(line: Line, picks: bool) -> str:
    if not picks:
        return ""
    given = f'form="export-history" name="pick" value="{line.seq}" aria-label="Tick action {line.seq}"'
    return f'<input type="checkbox" class="pick" {given}> '


def _said(line: Line, tickable: Collection[int], ticked: Collection[int], picks: bool) -> str:
    box = _picked(line, picks)
    if tickable and line.seq in tickable:
        name, checked = escape(f"Reviewed: {line.text}"), " checked" if ticked and line.seq in ticked else ""
        box = f'<input type="checkbox" form="mark" name="seq" value="{line.seq}" aria-label="{name}"{checked}> '
    came = f'<span class="outcome">: {escape(line.outcome)}</span>' if line.outcome else ""
    aside = "".join(
        f' <span class="muted">({each})</span>'
        for each in (escape(line.hidden), line.one_sided and "counts on one side's answer alone")
        if each
    )
    by = ", ".join(f'<a href="/history/{seq}">action {seq:,}</a>' for seq in line.taken_by)
    aside += f' <span class="muted">(taken back by {by})</span>' if by else ""
    below = f'<p class="muted small">✓ {escape(line.reviewed)}</p>' if line.reviewed else ""
    below += f'<p class="muted">“{escape(line.reason)}”</p>' if line.reason else ""
    return f'<p>{box}<a href="/history/{line.seq}">{escape(line.text)}</a>{came}{aside}</p>\n{below}'


@register.simple_tag
def stood(figures: Figures, name: str, moment: Moment, *, of: str = "", **narrowed: Any) -> SafeString:
    """A sum of the plan at a moment that opens to what it adds up, and stays closed where nothing is in it. What
    narrows it is a team or feature; `by` and `key` stand for what a table groups by, `of` says whose it is."""
    shown, key = amounts.shown(getattr(figures, name)), narrowed.pop("key", None)
    if not figures.parts:
        return SafeString(shown)
    if by := narrowed.pop("by", ""):
        narrowed[by] = key
    label = f"{shown} {FIGURES[name]}: {'the calls' if moment.address else 'the parts'} it adds up{of and f', {of}'}"
    query = "&".join(each for each in (moment.address, urlencode(parameters(**narrowed))) if each)
    into = f"/history/as-of?{query}#calls" if moment.address else f"/plan/sum{query and f'?{query}'}"
    return format_html('<a class="opens-amount" href="{}" aria-label="{}">{}</a>', into, label, shown)


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
