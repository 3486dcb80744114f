"""Everything that effort, risk and readiness follow from, as one text: parts that are alike share it, and a copy of the
plan keeps what follows from it once.

Kind, why, state, outcome and confidence, then a letter for each of FLAGS that applies, then the blockers as JSON.
"""

import json

from inventory.domain.part import State
from inventory.domain.plan import Kind, Why
from inventory.domain.readiness import Facts

BETWEEN = "|"
FLAGS = {
    "one_sided": "o", "guard": "g", "priced": "p", "in_split": "s", "hand_over": "h", "runs_in_batch": "b",
    "has_prefix": "c", "tools": "t", "streaming": "r", "assumed": "a",
}  # fmt: skip


def facts(mark: str) -> Facts:
    """What such a text says. That a label is to be checked it says, but not which facts have changed."""
    kind, why, state, outcome, confidence, letters, blockers = mark.split(BETWEEN, 6)
    on = {name: letter in letters for name, letter in FLAGS.items()}
    return Facts(
        kind=Kind(kind), why=Why(why), state=State(state), outcome=outcome, confidence=confidence,
        blockers=json.loads(blockers), one_sided=on["one_sided"], guard=on["guard"], priced=on["priced"],
        in_split=on["in_split"], hand_over="said" if on["hand_over"] else "", runs_in_batch=on["runs_in_batch"],
        has_prefix=on["has_prefix"], tools=on["tools"], streaming=on["streaming"], assumed=on["assumed"],
    )  # fmt: skip
