"""Waves of a team: plan one, change it, give it up. None starts before what it depends on, and none in a circle."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from inventory.domain import wave as domain
from inventory.domain.audit import Actor
from inventory.domain.status import NEED_A_WAVE, UNDER_WAY, Status
from inventory.domain.wave import Problem
from inventory.models import Call, Dependency, Part, Stale, Team, Wave
from inventory.services import audit, clash

FIELDS = ("name", "starts_on", "ramp_months", "owner")


class NameTaken(Exception):
    """The team already has a wave of this name; upper and lower case count as the same."""


class TeamRetired(Exception):
    """A retired team plans nothing."""


class OutOfOrder(Exception):
    """It would start before what it depends on, or depend on itself. `problems` name row, field and reason."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


class WaveRetired(Exception):
    """A wave that was given up takes no moves in and cannot be changed."""


class UnderWay(Exception):
    """Moves of it have begun: they stay in their wave. `parts` are those."""

    def __init__(self, parts: Sequence[Part]) -> None:
        super().__init__(", ".join(part.name for part in parts))
        self.parts = parts


class NeededBefore(Exception):
    """Other waves depend on it."""

    def __init__(self, waves: Sequence[Wave]) -> None:
        super().__init__(", ".join(wave.name for wave in waves))
        self.waves = waves


@transaction.atomic
def register(*, team: Team, fields: Mapping[str, Any], after: Iterable[Wave] = (), by: Actor, at: datetime) -> Wave:
    """A new wave of `team` that starts after those named. `fields` are any of FIELDS. Raises `NameTaken`, `OutOfOrder`,
    `TeamRetired` and `WaveRetired`."""
    held()
    wave, links = made(home(team), fields, after)
    in_order()
    audit.record(kind="wave.register", by=by, at=at, subject=wave, before={}, after=audit.states(wave, *links))
    return wave


@transaction.atomic
def edit(
    *, wave: Wave, version: int, fields: Mapping[str, Any], after: Iterable[Wave] | None = None, by: Actor, at: datetime
) -> Wave:
    """Change any of FIELDS and, unless None, what it depends on. No difference: nothing is written.

    Raises `Stale`, `NameTaken`, `OutOfOrder` and `WaveRetired`.
    """
    wave = held()[wave.pk]
    if wave.version != version:
        raise Stale(wave)
    links = list(wave.waits_for.select_related("wave", "on").order_by("pk"))
    before = audit.states(wave, *links)
    for name, value in fields.items():
        setattr(wave, name, value)
    now = links if after is None else _relinked(wave, links, after)
    changed = audit.changed(wave, before)
    if not changed and now == links:
        return wave
    with clash.refused("wave_name_once_in_team", as_=NameTaken):
        wave.write(*changed)
    in_order()
    audit.record(kind="wave.edit", by=by, at=at, subject=wave, before=before, after=audit.states(wave, *now))
    return wave


@transaction.atomic
def retire(*, wave: Wave, version: int, reason: str, by: Actor, at: datetime) -> Wave:
    """Give the wave up: its moves are in none afterwards. Raises `Stale`, `UnderWay`, `NeededBefore`, `WaveRetired`."""
    known = held()
    wave = known[wave.pk]
    if wave.version != version:
        raise Stale(wave)
    if waiting := [each.wave for each in Dependency.objects.filter(on=wave).select_related("wave")]:
        raise NeededBefore(waiting)
    calls, parts = held_parts(Part.objects.filter(wave=wave).values_list("pk", flat=True))
    if begun := [part for part in parts if part.status in UNDER_WAY]:
        raise UnderWay(begun)
    links = list(wave.waits_for.order_by("pk"))
    before = audit.states(wave, *links, *parts)
    for part in parts:
        place(part, None)
    write(parts)
    Dependency.objects.filter(wave=wave).delete()
    wave.retired_at = at
    wave.write("retired_at")
    after = audit.states(wave, *parts)
    audit.record(kind="wave.retire", by=by, at=at, subject=wave, before=before, after=after, reason=reason)
    return wave


class _Known(dict[int, Wave]):
    def __missing__(self, pk: int) -> Wave:
        raise WaveRetired


def held() -> Mapping[int, Wave]:
    """Every wave in use as it is now, held until the transaction ends, so that two changes cannot make a circle between
    them. A wave that is not among them raises `WaveRetired`. Whoever holds waves and calls holds the waves first."""
    rows = Wave.objects.live().select_for_update(of=("self",), no_key=True).select_related("team").order_by("pk")
    return _Known({wave.pk: wave for wave in rows})


def held_parts(pks: Iterable[int]) -> tuple[list[Call], list[Part]]:
    """These parts in order as they are now, with their calls held until the transaction ends."""
    wanted = list(pks)
    of_parts = Part.objects.filter(pk__in=wanted).values("call_id")
    calls = list(Call.objects.select_for_update(no_key=True).filter(pk__in=of_parts).order_by("pk"))
    return calls, list(Part.objects.filter(pk__in=wanted).select_related("call", "team").order_by("pk"))


def place(part: Part, wave: Wave | None) -> None:
    """Into a wave, or out of any. What was in none is proposed by it; what was planned needs a wave to stay so. Saves
    nothing."""
    part.wave = wave
    if wave is not None and part.status == Status.NONE:
        part.status = Status.PROPOSED
    elif wave is None and part.status in NEED_A_WAVE:
        part.status = Status.AGREED


def write(parts: Sequence[Part]) -> None:
    """Wave and status of parts whose calls are held, so that no version can be stale."""
    for part in parts:
        part.version += 1
    Part._base_manager.bulk_update(parts, ["wave", "status", "version"], batch_size=500)


def home(team: Team) -> Team:
    """The team, held until the transaction ends: it is not retired meanwhile. After the waves, before the calls."""
    found = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    if found.retired_at is not None:
        raise TeamRetired
    return found


def made(team: Team, fields: Mapping[str, Any], after: Iterable[Wave]) -> tuple[Wave, list[Dependency]]:
    """A wave and what it depends on, saved but not recorded yet. Waves and the team are held."""
    wave = Wave(team=team, **fields)
    with clash.refused("wave_name_once_in_team", as_=NameTaken):
        wave.save(force_insert=True)
    return wave, _linked(wave, after)


def in_order() -> None:
    """Raises `OutOfOrder` as the waves are now."""
    waves = Wave.objects.live().prefetch_related("waits_for").order_by("pk")
    if found := domain.problems([told(wave) for wave in waves]):
        raise OutOfOrder(found)


def told(wave: Wave) -> domain.Wave:
    """As the domain wants it; reads what it depends on, unless that was fetched with it."""
    after = frozenset(link.on_id for link in wave.waits_for.all())
    return domain.Wave(wave.pk, wave.name, wave.starts, wave.ramp_months, after)


def _relinked(wave: Wave, links: Sequence[Dependency], after: Iterable[Wave]) -> list[Dependency]:
    wanted = {each.pk: each for each in after}
    gone = [link.pk for link in links if link.on_id not in wanted]
    kept = [link for link in links if link.on_id in wanted]
    Dependency.objects.filter(pk__in=gone).delete()
    there = {link.on_id for link in kept}
    return [*kept, *_linked(wave, [each for pk, each in wanted.items() if pk not in there])]


def _linked(wave: Wave, after: Iterable[Wave]) -> list[Dependency]:
    """A wave on itself is a circle: told as one, before the database would."""
    found = []
    for on in after:
        if on.retired_at is not None:
            raise WaveRetired
        if on.pk == wave.pk:
            name = wave.name
            raise OutOfOrder(
                [Problem(name, "depends on", f"the waves depend on each other in a circle: {name} → {name}")]
            )
        found.append(Dependency.objects.create(wave=wave, on=on))
    return found
