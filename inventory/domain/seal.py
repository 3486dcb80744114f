"""The facts a label rests on: which of them have changed since it began to count, and how that is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Facts = Mapping[str, Any]
HOLDS_UP_TO = Decimal("0.2")  # a volume that has moved by a larger share since the sealing breaks the seal

NAMES: Mapping[str, str] = {
    "model": "Model",
    "requests": "Volume",
    "consumer": "Who uses it first",
    "reaches": "How it reaches them",
    "read_when": "When it is read",
    "deadline": "Latest it may arrive",
}
FACTS = tuple(NAMES)
LABELS: Mapping[str, str] = {"waiting": "somebody waits", "not_waiting": "nobody waits"}
NOT_SAID = "not said"


@dataclass(frozen=True, slots=True)
class Change:
    """One fact, as it was when the label began to count and as it is now, in words."""

    name: str
    was: str
    now: str

    def __str__(self) -> str:
        return f"{self.name} {self.was} → {self.now}"


def changed(was: Facts, now: Facts) -> tuple[Change, ...]:
    """The facts that differ by more than a seal holds: one that is back at its sealed value is not among them."""
    return tuple(_change(name, was[name], now[name]) for name in FACTS if name in was and _differs(name, was, now))


def said(changes: Sequence[Change]) -> str:
    """`Volume 1,000 → 2,500 requests a month; Model a → b`."""
    return "; ".join(str(change) for change in changes)


def reason(label: str, changes: Sequence[Change], *, because: str = "", is_back: bool = False) -> str:
    """Why a label has to be looked over: what it was, what has changed since, and whatever else was found."""
    told = [f"It was “{LABELS[label]}”."] if label in LABELS else []
    if changes:
        told.append(f"Changed since: {said(changes)}.")
    if because:
        told.append(because)
    if is_back and not changes:
        told.append("What had changed is as it was again, and somebody has still to confirm it.")
    elif not changes and not because:
        told.append("A fact it rested on has changed since.")
    return " ".join(told)


def _differs(name: str, was: Facts, now: Facts) -> bool:
    if name != "requests":
        return bool(was[name] != now[name])
    return bool(abs(now[name] - was[name]) > HOLDS_UP_TO * was[name])


def _change(name: str, was: Any, now: Any) -> Change:
    if name == "requests":
        return Change(NAMES[name], f"{was:,}", f"{now:,} requests a month")
    quoted = [str(each) if name == "model" else f"“{each}”" for each in (was, now)]
    return Change(NAMES[name], *(words if each else NOT_SAID for words, each in zip(quoted, (was, now), strict=True)))
