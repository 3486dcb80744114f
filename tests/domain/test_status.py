"""Every step of a move from proposed to verified, and back; every other one is refused with a reason."""

import itertools

import pytest

from inventory.domain.plan import Kind
from inventory.domain.status import NEED_A_WAVE, NEXT, WAY, WORDS, Status, refusal, steps


def may(now: Status, to: Status, *, kind: Kind = Kind.MOVE_TO_BATCH, in_wave: bool = True, reason: str = "so") -> str:
    return refusal(now, to, kind=kind, in_wave=in_wave, reason=reason)


def test_the_way_leads_from_proposed_to_verified() -> None:
    for now, to in itertools.pairwise([Status.NONE, *WAY]):
        assert may(now, to) == ""


@pytest.mark.parametrize(("now", "to"), list(itertools.product(Status, Status)))
def test_no_other_step_is_taken(now: Status, to: Status) -> None:
    assert (may(now, to) == "") == (to in NEXT[now])
    assert WORDS[now]


def test_a_refusal_names_the_step_that_comes_first() -> None:
    assert may(Status.PROPOSED, Status.MOVED).endswith("cannot become moved in one step: call it agreed first.")
    assert may(Status.NONE, Status.AGREED).endswith("call it proposed first.")
    assert may(Status.MOVED, Status.MOVED) == "It is moved already."


def test_only_what_moves_is_agreed() -> None:
    assert "label has to count" in may(Status.PROPOSED, Status.AGREED, kind=Kind.UNDECIDED)
    assert may(Status.MOVING, Status.MOVED, kind=Kind.STAY_BATCH) == ""


@pytest.mark.parametrize("to", NEED_A_WAVE)
def test_what_is_planned_is_in_a_wave(to: Status) -> None:
    before = next(now for now in WAY if to in NEXT[now])
    assert may(before, to, in_wave=False) == "Put it into a wave first."


@pytest.mark.parametrize("now", [Status.MOVING, Status.MOVED, Status.VERIFIED])
def test_a_walk_back_asks_why(now: Status) -> None:
    assert may(now, Status.WALKED_BACK, reason=" ") == "Say why it was walked back."
    assert may(now, Status.WALKED_BACK) == ""


def test_members_may_propose_and_take_that_back_and_nothing_else() -> None:
    offered = {now: steps(now, leads=False) for now in Status}
    assert {now: to for now, to in offered.items() if to} == {
        Status.NONE: [Status.PROPOSED], Status.PROPOSED: [Status.NONE],
    }  # fmt: skip
    assert steps(Status.MOVED, leads=True) == list(NEXT[Status.MOVED])
