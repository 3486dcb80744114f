"""What the page of one call shows beside the call: its parts on the line with both sides' standing, its doubts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from inventory.domain import doubt
from inventory.domain.line import Side
from inventory.domain.origin import Mix, mix
from inventory.domain.part import State
from inventory.domain.people import Discipline
from inventory.models import Action, Call, Change, Part, Sheet
from inventory.services.calls import line
from inventory.services.labelling import agreement

LATEST = 5
Sheets = Mapping[int, dict[Discipline, Sheet]]
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
    sureness: Mix

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
    found = agreement.newest(parts)
    placed = line.rows(parts).items()
    cards = {side: [Card(row, _standings(found, row.part)) for row in rows] for side, rows in placed}
    codes = doubt.ordered(code for part in parts for code in part.doubts)
    return Detail(parts, cards, [doubt.WORDS[code] for code in codes], mix([(call.figures, call.cost_today or 0)]))


def latest(call: Call, parts: Sequence[Part]) -> list[Action]:
    """The last few actions that touched the call or one of its parts, newest first, in one query."""
    keys_of_parts = [str(part.pk) for part in parts]
    of_call = Q(record=Call.RECORD, record_id=str(call.pk)) | Q(record=Part.RECORD, record_id__in=keys_of_parts)
    touched = Change.objects.filter(of_call).order_by("-pk").select_related("action").defer("before", "after")
    found = {change.action_id: change.action for change in touched[: LATEST * (1 + len(parts))]}
    return sorted(list(found.values())[:LATEST], key=lambda action: -action.seq)


def _standings(found: Sheets, part: Part) -> tuple[Standing, ...]:
    sheets = found.get(part.pk, {})
    counting = agreement.counting(part, sheets)
    return tuple(Standing(name, _standing(part, sheets.get(side), side in counting)) for side, name in SIDES.items())


def _standing(part: Part, sheet: Sheet | None, counts: bool) -> str:
    if sheet is None:
        return "has not begun"
    if counts:
        return "has confirmed" if part.state == State.CHECK_NEEDED else "is in"
    if part.state == State.CHECK_NEEDED:
        return "has not confirmed yet"
    return "has to look it over" if sheet.submitted_at else "has begun"
