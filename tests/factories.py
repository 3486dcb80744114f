"""Plain typed functions that make records, with defaults one can ignore. They write rows directly: no action, no price."""

from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password

from inventory.models import Call, ClaudeModel, Feature, Membership, Part, Person, PriceRow, Team
from inventory.models.call import PROFILE

AT = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
_numbers = count(1)


def make_team(*, name: str = "", **fields: Any) -> Team:
    return Team.objects.create(name=name or f"Team {next(_numbers)}", **fields)


def make_person(
    *,
    name: str = "",
    discipline: str = "product",
    team: Team | None = None,
    role: str = "member",
    **fields: Any,
) -> Person:
    number = next(_numbers)
    person = Person(
        name=name or f"Person {number}",
        email=f"person{number}@example.test",
        discipline=discipline,
        joined_at=AT,
        **fields,
    )
    person.password = _hashed("correct horse battery")
    person.save()
    if team is not None:
        Membership.objects.create(team=team, person=person, role=role)
    return person


@cache
def _hashed(password: str) -> str:
    """Once a process: those that run on the settings of a production would spend most of their time on it."""
    return make_password(password)


def make_feature(*, team: Team | None = None, name: str = "", **fields: Any) -> Feature:
    return Feature.objects.create(team=team or make_team(), name=name or f"Feature {next(_numbers)}", **fields)


def make_call(*, feature: Feature | None = None, **fields: Any) -> Call:
    """An unsplit call with its one part."""
    call = call_of(feature or make_feature(), **fields)
    call.save()
    make_part(call=call)
    return call


def make_part(*, call: Call, **fields: Any) -> Part:
    """A part with the call's own profile."""
    part = part_of(call, **{"position": call.parts.count(), **fields})
    part.save()
    return part


def call_of(feature: Feature, **fields: Any) -> Call:
    """A call not yet saved, for those who make hundreds and save them at once."""
    number = next(_numbers)
    given = {
        "key": f"call-{number}", "name": f"Call {number}", "provider": "anthropic", "model": "claude-sonnet-5-5",
        "today_path": "real_time", "requests": 1000, "uncached_input": 6000, "cacheable_prefix": 2000, "output": 800,
    }  # fmt: skip
    return Call(feature=feature, team=feature.team, **{**given, **fields})


def part_of(call: Call, **fields: Any) -> Part:
    """A part with the call's own profile, not yet saved."""
    profile = {name: getattr(call, name) for name in PROFILE}
    return Part(call=call, **{"name": call.name, "team": call.team, "feature": call.feature, **profile, **fields})


def make_price(*, model: str = "claude-sonnet-5-5", **fields: Any) -> PriceRow:
    """$2 in, $10 out, half of that in batch; cached prefix 1.25 or 2 times to write, a tenth to read."""
    known, _ = ClaudeModel.objects.get_or_create(
        key=model, defaults={"name": model, "family": "test", "status": "active", "aliases": [model]}
    )
    rates = {"input": 2_000_000, "output": 10_000_000, "write_5m": 2_500_000, "write_1h": 4_000_000, "read": 200_000}
    given = {
        "platform": "anthropic", "platform_id": model, "valid_from": date(2026, 1, 1), "as_of": date(2026, 11, 1),
        "source": "a test", "confidence": "high", **rates, **{f"batch_{name}": rate // 2 for name, rate in rates.items()},
    }  # fmt: skip
    return PriceRow.objects.create(model=known, **{**given, **fields})
