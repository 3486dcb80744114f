"""Whose waves an address asks for, for their page and for its file."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from inventory.domain.digits import is_number
from inventory.models import Person, Team
from inventory.services import access


@dataclass(frozen=True, slots=True)
class Asked:
    """`team` is the one asked for, else the first of `led`, else the first there is. `only` is the number of one wave,
    or of what `board` shows beside the waves; None for all."""

    teams: Sequence[Team]
    led: Sequence[Team]
    team: Team | None
    only: int | None


def asked(address: QueryDict, person: Person) -> Asked:
    teams = list(Team.objects.live().order_by("name", "pk"))
    led = [team for team in teams if access.may_lead(person, team)]
    named = [team for team in teams if str(team.pk) == address.get("team", "")]
    team = next(iter(named or led or teams), None)
    only = address.get("wave", "")
    return Asked(teams, led, team, int(only) if is_number(only.removeprefix("-")) else None)
