"""Whether a move can be made, or why not, in words for the person who would make it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from inventory.domain import money
from inventory.domain.part import State
from inventory.domain.plan import Kind, Why

OPEN = {
    State.UNLABELLED: "not labelled yet",
    State.ONE_SIDE: "one side in, the other has still to answer",
    State.DISPUTED: "the two sides disagree",
    State.CHECK_NEEDED: "check needed: a fact it rests on has changed",
}
NOTHING_BLOCKS = "its label counts, and nothing blocks it"


class Ready(StrEnum):
    READY = "ready"
    READY_IF = "ready_if"
    NOT_READY = "not_ready"
    UNKNOWN = "unknown"


WORDS: dict[Ready, str] = {
    Ready.READY: "Ready",
    Ready.READY_IF: "Ready if",
    Ready.NOT_READY: "Not ready",
    Ready.UNKNOWN: "Not known",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the plan knows of one part. `dearer` is what batch would cost more a month, where that is the reason,
    `changed` what a label that is to be checked no longer rests on.

    `confidence`, `tools` and `streaming` are empty or None where nobody has said.
    """

    kind: Kind
    why: Why
    state: State
    outcome: str = ""
    one_sided: bool = False
    guard: bool = False
    blockers: Sequence[str] = ()
    priced: bool = True
    in_split: bool = False
    hand_over: str = ""
    runs_in_batch: bool = False
    has_prefix: bool = False
    dearer: int | None = None
    changed: str = ""
    confidence: str = ""
    tools: bool | None = None
    streaming: bool | None = None
    assumed: bool = False


def standing(facts: Facts) -> tuple[Ready, str]:
    """One of the four states, and its reason in words."""
    if facts.kind is Kind.UNDECIDED:
        known = facts.state in (State.DISPUTED, State.CHECK_NEEDED)
        return (Ready.NOT_READY if known else Ready.UNKNOWN), _open(facts)
    if facts.kind is Kind.CANNOT_MOVE:
        return Ready.NOT_READY, _reason(facts)
    if facts.kind is Kind.MOVE_TO_BATCH and (conditions := _conditions(facts)):
        return Ready.READY_IF, "; ".join(conditions)
    return Ready.READY, _reason(facts).removeprefix("ready").removeprefix("; ") or NOTHING_BLOCKS


def _conditions(facts: Facts) -> list[str]:
    """What has to be done or known before it moves."""
    found = []
    if facts.in_split and not facts.hand_over:
        found.append("somebody says how the late part reaches its reader")
    if facts.one_sided:
        found.append("the other side answers too")
    if facts.confidence == "low" and facts.state is not State.SETTLED:
        found.append("somebody looks over the answers that are not sure")
    if not facts.priced:
        found.append("its price gets known")
    return found


def words(facts: Facts) -> str:
    """One line: ready, ready if, or why not; after it what one should know besides."""
    said = [_reason(facts)]
    if facts.one_sided:
        said.append("on one side's answer alone")
    if not facts.priced:
        said.append("price not known, not counted")
    return "; ".join(said)


def _reason(facts: Facts) -> str:
    if facts.kind is Kind.UNDECIDED:
        return _open(facts)
    if facts.kind is Kind.MOVE_TO_BATCH:
        return _ready(facts)
    if facts.kind is Kind.STAY_BATCH:
        return "in batch already"
    if facts.kind is Kind.STAY_REAL_TIME:
        return _dearer(facts) if facts.why is Why.BATCH_DEARER else "somebody waits"
    blocked = "; ".join(facts.blockers) or "something rules batch out"
    if facts.why is Why.NO_BATCH_PRICE:
        return "no batch is offered for this model there"
    if facts.kind is Kind.BRING_BACK:
        return f"runs in batch, but {blocked}" if facts.why is Why.BATCH_BUT_BLOCKED else "somebody waits for it now"
    return blocked


def _open(facts: Facts) -> str:
    reason = OPEN.get(facts.state, "no label that counts yet")
    if facts.state is State.CHECK_NEEDED and facts.changed:
        reason = f"check needed: {facts.changed[:1].lower()}{facts.changed[1:]}"
    if facts.outcome == "hybrid":
        reason = "two readers: split it"
    elif facts.outcome == "undecided":
        reason = "nobody knows who uses it: at full price until somebody follows the output"
    return f"{reason}; in batch today, counted as real time" if facts.runs_in_batch else reason


def _ready(facts: Facts) -> str:
    if facts.in_split and not facts.hand_over:
        return "ready if the late part reaches its reader: say how"
    return "ready; what is late is repeated at full price" if facts.guard else "ready"


def _dearer(facts: Facts) -> str:
    more = "more" if facts.dearer is None else f"{money.shown(facts.dearer)} more"
    return f"batch would cost {more}: its prefix is cached" if facts.has_prefix else f"batch would cost {more}"
