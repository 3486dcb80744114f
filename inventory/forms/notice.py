"""By which ways a person is told of what: a row for each event, a box for each way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from inventory.domain import notice
from inventory.domain.notice import Event, Told, Way
from inventory.forms.asking import Form
from inventory.forms.people import Version
from inventory.models.notice import EVENTS

WAYS = {Way.APP: "In the app", Way.MAIL: "By e-mail"}


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    boxes: list[forms.BoundField]


class Choices(Form):
    version = Version()

    def __init__(self, *args: Any, told: Told, **options: Any) -> None:
        super().__init__(*args, **options)
        for event, title in EVENTS:
            for way, said in WAYS.items():
                box = forms.BooleanField(required=False, initial=way in told[event], label=f"{title}: {said.lower()}")
                self.fields[_name(event, way)] = box

    @property
    def rows(self) -> list[Row]:
        return [Row(title, [self[_name(event, way)] for way in WAYS]) for event, title in EVENTS]

    def chosen(self) -> dict[str, str]:
        return {event: notice.kept(w for w in WAYS if self.cleaned_data.get(_name(event, w))) for event in Event}


def said(ways: frozenset[str]) -> str:
    return ", ".join(WAYS[way].lower() for way in WAYS if way in ways) or "not at all"


def differing(chosen: Mapping[str, str], told: Told) -> list[tuple[str, str, str]]:
    """Title, what was chosen, what was saved meanwhile."""
    mine = notice.told(chosen)
    return [(title, said(mine[e]), said(told[e])) for e, title in EVENTS if mine[e] != told[e]]


def _name(event: str, way: str) -> str:
    return f"{event}_{way}"
