"""What has to be looked over after a seal was broken: for everybody, with who has confirmed already, never what."""

from collections.abc import Iterable
from dataclasses import dataclass

from inventory.domain import seal
from inventory.domain.part import State
from inventory.domain.people import Discipline
from inventory.models import Feature, Part, Person, Team
from inventory.models.part import Parts as Found
from inventory.services import access
from inventory.services.labelling import agreement

SIDES = {Discipline.PRODUCT: "Product", Discipline.ENGINEERING: "Engineering"}


@dataclass(frozen=True, slots=True)
class Row:
    """One part: which facts have changed, why else it is here, whose word is missing, and whether the viewer's is."""

    part: Part
    changes: tuple[seal.Change, ...]
    because: str
    missing: tuple[str, ...]
    is_mine: bool


def to_check(*, team: Team | None = None, feature: Feature | None = None) -> Found:
    """Every live part with a broken seal, the dearest first."""
    found = Part.objects.live().filter(state=State.CHECK_NEEDED).dearest_first()
    if feature is not None:
        found = found.filter(feature=feature)
    elif team is not None:
        found = found.of_team(team)
    return found.with_owners()


def rows(parts: Iterable[Part], person: Person) -> list[Row]:
    """A page of them, in one query more."""
    parts = list(parts)
    sheets = agreement.newest(parts)
    return [_row(part, agreement.counting(part, sheets[part.pk]), person) for part in parts]


def _row(part: Part, confirmed: Iterable[Discipline], person: Person) -> Row:
    missing = [side for side in SIDES if side not in confirmed]
    changes = part.changes()
    because = str(part.rested_on.get("because", "")) or ("" if changes else part.reason)
    is_mine = person.discipline in missing and access.may_answer(person, part.team_id)
    return Row(part, changes, because, tuple(SIDES[side] for side in missing), is_mine)
