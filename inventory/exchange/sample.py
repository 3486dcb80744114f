"""The sample inventory Batchline comes with: realistic features whose calls show every pattern of the line."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("sample.json")
NAMED_AT = ("hop2", "hop1", "first")  # the question at which a sheet names whoever stands at the end


@dataclass(frozen=True, slots=True)
class SampleLabel:
    """The answers of each side that has answered; the two may differ."""

    sheets: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class SamplePart:
    fields: Mapping[str, Any]
    label: SampleLabel | None


@dataclass(frozen=True, slots=True)
class SampleCall:
    fields: Mapping[str, Any]
    label: SampleLabel | None
    parts: Sequence[SamplePart]


@dataclass(frozen=True, slots=True)
class SampleFeature:
    fields: Mapping[str, Any]
    calls: Sequence[SampleCall]


@dataclass(frozen=True, slots=True)
class SampleTeam:
    name: str
    features: Sequence[SampleFeature]


@cache
def teams() -> tuple[SampleTeam, ...]:
    raw = json.loads(FILE.read_text(encoding="utf-8"))
    answers = {name: {**raw["always"], **given} for name, given in raw["answers"].items()}
    return tuple(
        SampleTeam(team["name"], [_feature(feature, answers) for feature in team["features"]]) for team in raw["teams"]
    )


def _feature(raw: Mapping[str, Any], answers: Mapping[str, Any]) -> SampleFeature:
    return SampleFeature(raw["fields"], [_call(call, answers) for call in raw["calls"]])


def _call(raw: Mapping[str, Any], answers: Mapping[str, Any]) -> SampleCall:
    parts = [SamplePart(part["fields"], _label(part, answers)) for part in raw.get("parts", ())]
    fields = {**raw["fields"], "hit_share": Decimal(raw["fields"]["hit_share"])}
    return SampleCall(fields, _label(raw, answers), parts)


def _label(raw: Mapping[str, Any], answers: Mapping[str, Any]) -> SampleLabel | None:
    given = raw.get("label")
    if given is None:
        return None
    sheets = {}
    for side in given["sides"]:
        own = answers[given.get(side, given["answers"])]
        asked = next(question for question in NAMED_AT if question in own)
        sheets[side] = {**own, asked: {**own[asked], "name": given["consumer"]}}
    return SampleLabel(sheets)
