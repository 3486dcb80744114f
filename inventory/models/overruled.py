"""Effort, risk and readiness as somebody overruled them: the columns of a part and of its frozen copy."""

from collections.abc import Mapping
from typing import Any

from inventory.domain import effort, readiness

OVERRULES = ("effort_set", "effort_why", "risk_set", "risk_why", "ready_set", "ready_why")
READIES = [("", "As it follows"), *((ready.value, words) for ready, words in readiness.WORDS.items())]


def overruled(found: effort.Weights, said: Mapping[str, Any]) -> effort.Weights:
    """Those that follow from the facts, or what somebody said in their place: OVERRULES by name."""
    return effort.Weights(
        found.effort.overruled(str(said["effort_set"] or ""), said["effort_why"]),
        found.risk.overruled(str(said["risk_set"] or ""), said["risk_why"]),
        found.ready.overruled(dict(READIES)[said["ready_set"]] if said["ready_set"] else "", said["ready_why"]),
    )
