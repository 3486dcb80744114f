"""Effort, risk and readiness: what each is counted from, in words, and how it is overruled."""

from dataclasses import replace

import pytest

from inventory.domain import effort
from inventory.domain.part import State
from inventory.domain.plan import Kind, Why
from inventory.domain.readiness import Facts, Ready, standing

PLAIN = Facts(Kind.MOVE_TO_BATCH, Why.NONE, State.AGREED, confidence="high")


def test_a_plain_move_is_easy_safe_and_ready() -> None:
    found = effort.weights(PLAIN)
    assert (found.effort.value, found.effort.reason) == ("1", "send it as a batch, collect the results")
    assert (found.risk.value, found.risk.reason) == ("1", "both sides say that nobody waits")
    assert (found.ready.value, found.ready.reason) == ("Ready", "its label counts, and nothing blocks it")


def test_each_reason_adds_to_the_effort_up_to_five() -> None:
    hard = replace(PLAIN, in_split=True, guard=True, tools=True, streaming=True)
    assert effort.weights(hard).effort.value == "5"
    assert effort.points(hard) == 5
    assert effort.weights(replace(PLAIN, guard=True, tools=True)).effort == effort.Weight(
        "3", "what is late is repeated at full price; each round of its tools is a batch of its own"
    )


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ({"confidence": "medium"}, "2"), ({"confidence": "low"}, "3"), ({"one_sided": True}, "2"), ({"guard": True}, "2"),
        ({"state": State.SETTLED, "confidence": "low"}, "3"), ({"in_split": True}, "2"),
        ({"in_split": True, "hand_over": "by mail"}, "1"), ({"assumed": True}, "2"),
        ({"confidence": "low", "one_sided": True, "guard": True, "tools": True, "assumed": True}, "5"),
    ],
)  # fmt: skip
def test_each_doubt_adds_to_the_risk(change: dict[str, object], value: str) -> None:
    assert effort.weights(replace(PLAIN, **change)).risk.value == value  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [Kind.UNDECIDED, Kind.STAY_BATCH, Kind.STAY_REAL_TIME, Kind.CANNOT_MOVE])
def test_what_does_not_move_has_neither(kind: Kind) -> None:
    found = effort.weights(replace(PLAIN, kind=kind))
    assert (found.effort.value, found.risk.value) == ("–", "–")
    assert (found.ready.value == "–") == (kind in (Kind.STAY_BATCH, Kind.STAY_REAL_TIME))


def test_bringing_back_is_no_risk() -> None:
    found = effort.weights(replace(PLAIN, kind=Kind.BRING_BACK, guard=True, streaming=True))
    assert (found.effort.value, found.risk.value) == ("1", "1")


@pytest.mark.parametrize(
    ("change", "state", "reason"),
    [
        ({"in_split": True}, Ready.READY_IF, "somebody says how the late part reaches its reader"),
        ({"one_sided": True, "priced": False}, Ready.READY_IF, "the other side answers too; its price gets known"),
        ({"confidence": "low"}, Ready.READY_IF, "somebody looks over the answers that are not sure"),
        ({"kind": Kind.UNDECIDED, "state": State.UNLABELLED}, Ready.UNKNOWN, "not labelled yet"),
        (
            {"kind": Kind.UNDECIDED, "state": State.ONE_SIDE},
            Ready.UNKNOWN,
            "one side in, the other has still to answer",
        ),
        ({"kind": Kind.UNDECIDED, "state": State.DISPUTED}, Ready.NOT_READY, "the two sides disagree"),
        (
            {"kind": Kind.CANNOT_MOVE, "blockers": ["tokens must be streamed"]},
            Ready.NOT_READY,
            "tokens must be streamed",
        ),
        ({"kind": Kind.STAY_BATCH}, Ready.READY, "in batch already"),
    ],
)
def test_readiness_has_four_states_each_with_its_reason(change: dict[str, object], state: Ready, reason: str) -> None:
    assert standing(replace(PLAIN, **change)) == (state, reason)  # type: ignore[arg-type]


def test_an_overrule_says_what_it_replaced() -> None:
    derived = effort.Weight("1", "send it as a batch")
    assert derived.overruled("", "") is derived
    said = derived.overruled("4", "the job queue has to be built first")
    assert (said.value, said.reason, said.derived, said.is_overruled) == (
        "4", "the job queue has to be built first", "1", True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("weighed", "ready", "words"),
    [
        ("2", effort.Weight("Ready", ""), ["effort 2", "risk 2"]),
        ("2", effort.Weight("Ready if", ""), ["Ready if", "effort 2", "risk 2"]),
        ("2", effort.Weight("Ready", "", "Not ready"), ["Ready, overruled", "effort 2", "risk 2"]),
        ("–", effort.Weight("Ready", ""), ["Ready"]),
        ("–", effort.Weight("Not known", ""), ["readiness not known"]),
    ],
)
def test_beside_a_move_stands_what_it_asks(weighed: str, ready: effort.Weight, words: list[str]) -> None:
    both = effort.Weight(weighed, "")
    assert effort.Weights(both, both, ready).words == words
