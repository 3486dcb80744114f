import pytest

from inventory.domain.part import State
from inventory.domain.plan import Kind, Why
from inventory.domain.readiness import Facts, words

SEALED = State.AGREED


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (Facts(Kind.MOVE_TO_BATCH, Why.NONE, SEALED), "ready"),
        (Facts(Kind.MOVE_TO_BATCH, Why.NONE, SEALED, guard=True), "ready; what is late is repeated at full price"),
        (
            Facts(Kind.MOVE_TO_BATCH, Why.NONE, SEALED, in_split=True),
            "ready if the late part reaches its reader: say how",
        ),
        (Facts(Kind.MOVE_TO_BATCH, Why.NONE, SEALED, in_split=True, hand_over="by e-mail"), "ready"),
        (Facts(Kind.MOVE_TO_BATCH, Why.NONE, State.ONE_SIDE, one_sided=True), "ready; on one side's answer alone"),
        (Facts(Kind.MOVE_TO_BATCH, Why.NONE, SEALED, priced=False), "ready; price not known, not counted"),
        (Facts(Kind.STAY_BATCH, Why.NONE, SEALED), "in batch already"),
        (Facts(Kind.STAY_REAL_TIME, Why.NONE, SEALED), "somebody waits"),
        (
            Facts(Kind.STAY_REAL_TIME, Why.BATCH_DEARER, SEALED, has_prefix=True, dearer=212_400_000),
            "batch would cost $212.40 more: its prefix is cached",
        ),
        (Facts(Kind.STAY_REAL_TIME, Why.BATCH_DEARER, SEALED), "batch would cost more"),
        (Facts(Kind.BRING_BACK, Why.NONE, SEALED), "somebody waits for it now"),
        (
            Facts(Kind.BRING_BACK, Why.BATCH_BUT_BLOCKED, SEALED, blockers=["tokens must be streamed"]),
            "runs in batch, but tokens must be streamed",
        ),
        (
            Facts(Kind.CANNOT_MOVE, Why.BLOCKED, SEALED, blockers=["zero retention", "a chain"]),
            "zero retention; a chain",
        ),
        (Facts(Kind.CANNOT_MOVE, Why.NO_BATCH_PRICE, SEALED), "no batch is offered for this model there"),
        (Facts(Kind.UNDECIDED, Why.NONE, State.UNLABELLED), "not labelled yet"),
        (Facts(Kind.UNDECIDED, Why.NONE, State.ONE_SIDE), "one side in, the other has still to answer"),
        (Facts(Kind.UNDECIDED, Why.NONE, State.DISPUTED), "the two sides disagree"),
        (Facts(Kind.UNDECIDED, Why.NONE, State.CHECK_NEEDED), "check needed: a fact it rests on has changed"),
        (Facts(Kind.UNDECIDED, Why.NONE, State.UNLABELLED, outcome="hybrid"), "two readers: split it"),
        (
            Facts(Kind.UNDECIDED, Why.NONE, State.UNLABELLED, runs_in_batch=True),
            "not labelled yet; in batch today, counted as real time",
        ),
    ],
)
def test_each_part_says_whether_it_is_ready_or_why_not(facts: Facts, said: str) -> None:
    assert words(facts) == said


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("why", Why)
@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.SPLIT])
def test_every_combination_says_something(kind: Kind, why: Why, state: State) -> None:
    assert words(Facts(kind, why, state))
