"""What the page of one call shows beside the call: its parts on the line with both sides' standing, its doubts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from inventory.domain import doubt, waiting
from inventory.domain.line import Side
from inventory.domain.people import Discipline
from inventory.models import Action, Call, Change, Part, Sheet
from inventory.services import line

LATEST = 5
SIDES = {Discipline.PRODUCT: "Product", Discipline.ENGINEERING: "Engineering"}


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one side has come with the waiting test. What it answered is not told: that may be blind."""

    side: str
    words: str


@dataclass(frozen=True, slots=True)
class Card:
    row: line.Row
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    parts: Sequence[Part]
    cards: Mapping[Side, Sequence[Card]]
    doubts: Sequence[str]

    @property
    def _alone(self) -> list[Part]:
        return [part for part in self.parts if part.one_sided]

    @property
    def one_sided_parts(self) -> int:
        return len(self._alone)

    @property
    def one_sided(self) -> int:
        """What of today's cost is labelled on one side's answer alone."""
        return sum(part.cost_today or 0 for part in self._alone)

    @property
    def one_sided_saving(self) -> int:
        return sum(part.saving for part in self._alone)

    @property
    def possible(self) -> int:
        return sum(part.possible for part in self.parts)


def detail(call: Call) -> Detail:
    """Two queries, whatever the number of parts."""
    parts = list(call.parts.order_by("position"))
    for part in parts:
        part.call = call
    sheets = Sheet.objects.filter(part__in=parts, test_version=waiting.CURRENT.version)
    found = {(part, side): at for part, side, at in sheets.values_list("part_id", "side", "submitted_at")}
    placed = line.rows(parts).items()
    cards = {side: [Card(row, _standings(found, row.part)) for row in rows] for side, rows in placed}
    codes = doubt.ordered(code for part in parts for code in part.doubts)
    return Detail(parts, cards, [doubt.WORDS[code] for code in codes])


def latest(call: Call, parts: Sequence[Part]) -> list[Action]:
    """The last few actions that touched the call or one of its parts, newest first, in two queries."""
    keys_of_parts = [str(part.pk) for part in parts]
    of_call = Q(record=Call.RECORD, record_id=str(call.pk)) | Q(record=Part.RECORD, record_id__in=keys_of_parts)
    touched = Change.objects.filter(of_call).order_by("-pk").values_list("action_id", flat=True)
    keys = list(dict.fromkeys(touched[: LATEST * (1 + len(parts))]))[:LATEST]
    return list(Action.objects.filter(pk__in=keys).order_by("-seq"))


def _standings(found: Mapping[tuple[int, str], datetime | None], part: Part) -> tuple[Standing, ...]:
    return tuple(Standing(name, _standing(found, (part.pk, side))) for side, name in SIDES.items())


def _standing(found: Mapping[tuple[int, str], datetime | None], key: tuple[int, str]) -> str:
    if key not in found:
        return "has not begun"
    return "is in" if found[key] else "has begun"
