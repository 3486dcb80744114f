"""What a move asks of people and what may go wrong with it: effort and risk from 1 to 5, each with its reasons.

Both are counted from what is known of the part, a point a reason, and can be overruled with a reason of one's own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inventory.domain.part import State
from inventory.domain.plan import Kind
from inventory.domain.readiness import WORDS, Facts, Ready, standing

LEAST, MOST = 1, 5
MOVING = (Kind.MOVE_TO_BATCH, Kind.BRING_BACK)
STAYING = (Kind.STAY_REAL_TIME, Kind.STAY_BATCH)
NOTHING = "–"
NOT_A_MOVE = "it does not move"
Points = Iterable[tuple[bool, int, str]]


@dataclass(frozen=True, slots=True)
class Weight:
    """`value` as it is shown, `reason` in words. Where it was overruled, `derived` is what it would be otherwise, and
    `by_itself` why; both empty where nobody overruled it."""

    value: str
    reason: str
    derived: str = ""
    by_itself: str = ""

    @property
    def is_overruled(self) -> bool:
        return bool(self.derived)

    def overruled(self, value: str, reason: str) -> "Weight":
        return Weight(value, reason, self.value, self.reason) if value else self


@dataclass(frozen=True, slots=True)
class Weights:
    """The three of one part."""

    effort: Weight
    risk: Weight
    ready: Weight

    @property
    def is_overruled(self) -> bool:
        return any(each.is_overruled for each in (self.effort, self.risk, self.ready))

    @property
    def words(self) -> Sequence[str]:
        """Beside a move in a list: that it is ready is not said where effort and risk are, and what is not known is
        named, because no heading says what it is."""
        known = "readiness not known" if self.ready.value == WORDS[Ready.UNKNOWN] else self.ready.value
        ready = f"{known}, overruled" if self.ready.is_overruled else known
        if self.effort.value == NOTHING:
            return [ready]
        weighed = [f"effort {self.effort.value}", f"risk {self.risk.value}"]
        return weighed if ready == "Ready" else [ready, *weighed]


def weights(facts: Facts) -> Weights:
    """As they follow from the answers and blockers alone. What stays where it is has no readiness either."""
    state, reason = standing(facts)
    ready = NOTHING if facts.kind in STAYING else WORDS[state]
    return Weights(effort(facts), risk(facts), Weight(ready, reason))


def points(facts: Facts) -> int:
    """The effort as a number; 1 for what does not move."""
    return min(MOST, LEAST + sum(cost for applies, cost, _ in _work(facts) if applies))


def worth(saving: int, points: Sequence[int]) -> int:
    """What a call saves for each point of effort of its moves, in whole micro-dollars a month; 0 where none moves."""
    return saving // sum(points) if points else 0


def effort(facts: Facts) -> Weight:
    if facts.kind not in MOVING:
        return Weight(NOTHING, NOT_A_MOVE)
    back = "call it in real time again" if facts.kind is Kind.BRING_BACK else "send it as a batch, collect the results"
    return _weighed(back, _work(facts))


def risk(facts: Facts) -> Weight:
    if facts.kind not in MOVING:
        return Weight(NOTHING, NOT_A_MOVE)
    if facts.kind is Kind.BRING_BACK:
        return Weight(str(LEAST), "it goes back to the safe side")
    return _weighed("both sides say that nobody waits", _doubts(facts))


def _work(facts: Facts) -> Points:
    to_batch = facts.kind is Kind.MOVE_TO_BATCH
    return (
        (facts.in_split, 1, "one call becomes several"),
        (facts.in_split and to_batch, 1, "a hand-over to the reader"),
        (facts.guard and to_batch, 1, "what is late is repeated at full price"),
        (facts.tools is True and to_batch, 1, "each round of its tools is a batch of its own"),
        (facts.streaming is True and to_batch, 1, "it is read as a stream today"),
    )


def _doubts(facts: Facts) -> Points:
    is_settled = facts.state is State.SETTLED
    return (
        (is_settled, 2, "the sides differed, and a lead settled it"),
        (facts.confidence == "low" and not is_settled, 2, "its answers are not sure"),
        (facts.confidence == "medium", 1, "its answers are not quite sure"),
        (facts.one_sided, 1, "one side alone has answered"),
        (facts.guard, 1, "a deadline lies within reach of a slow batch"),
        (facts.in_split and not facts.hand_over, 1, "how the late part reaches its reader is not said"),
        (facts.tools is True, 1, "a chain of tool calls can take a batch for each"),
        (facts.assumed, 1, "its volume and tokens are assumed"),
    )


def _weighed(base: str, points: Points) -> Weight:
    applying = [(cost, reason) for applies, cost, reason in points if applies]
    value = min(MOST, LEAST + sum(cost for cost, _ in applying))
    return Weight(str(value), "; ".join(reason for _, reason in applying) or base)
