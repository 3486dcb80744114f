"""What a scenario assumes, part by part, and what each assumption adds."""

import json
from datetime import date
from decimal import Decimal

import pytest

from inventory.domain import scenario
from inventory.domain.part import Label, State
from inventory.domain.plan import Kind, Why
from inventory.domain.scenario import Assumptions, Cache, Figures, Labels, Result, Step
from inventory.domain.status import Status

NONE, WAITING, NOT = Label.NONE, Label.WAITING, Label.NOT_WAITING


@pytest.mark.parametrize(
    ("labels", "label", "state", "one_sided", "was", "status", "expected"),
    [
        (Labels.AS_NOW, NONE, State.DISPUTED, False, "", "", NONE),
        (Labels.AS_NOW, NOT, State.ONE_SIDE, True, "", "", NOT),
        (Labels.BOTH_SIDES, NOT, State.ONE_SIDE, True, "", "", NONE),
        (Labels.BOTH_SIDES, NOT, State.AGREED, False, "", "", NOT),
        (Labels.ALL_SEALED, NONE, State.UNLABELLED, False, "", "", NOT),
        (Labels.ALL_SEALED, NONE, State.ONE_SIDE, False, "", "", NOT),
        (Labels.ALL_SEALED, WAITING, State.SETTLED, False, "", "", WAITING),
        (Labels.ALL_SEALED, NONE, State.CHECK_NEEDED, False, "waiting", "", WAITING),
        (Labels.ALL_SEALED, NONE, State.CHECK_NEEDED, False, "not_waiting", "", NOT),
        (Labels.ALL_SEALED, NONE, State.CHECK_NEEDED, False, "not_waiting", "walked_back", WAITING),
    ],
)
def test_which_label_counts(labels, label, state, one_sided, was, status, expected) -> None:
    given = {"label": label, "state": state, "one_sided": one_sided, "was": was, "status": Status(status)}
    found, now = scenario.labelled(labels, **given)
    assert found is expected
    assert (found is NONE) or now.is_sealed or labels is Labels.AS_NOW


def test_a_move_beyond_what_is_assumed_is_left_out_and_what_comes_back_never_is() -> None:
    low, easy = Assumptions(most_risk=2), Assumptions(most_effort=1)
    move = {"kind": Kind.MOVE_TO_BATCH, "is_decided": True}
    assert not scenario.is_left_out(low, **move, risk=2, effort=5)
    assert scenario.is_left_out(low, **move, risk=3, effort=1)
    assert scenario.is_left_out(low, kind=Kind.MOVE_TO_BATCH, is_decided=False, risk=1, effort=1)
    assert scenario.is_left_out(easy, **move, risk=1, effort=2)
    assert not scenario.is_left_out(easy, kind=Kind.MOVE_TO_BATCH, is_decided=False, risk=5, effort=1)
    assert not scenario.is_left_out(low, kind=Kind.BRING_BACK, is_decided=True, risk=5, effort=5)


def test_single_moves_are_left_out_where_they_move_and_taken_in_where_they_do_not() -> None:
    given = Assumptions(left_out=frozenset({1}), taken_in=frozenset({2}))
    out = [kind for kind in Kind if scenario.is_to_leave_out(given, 1, kind)]
    assert out == [Kind.MOVE_TO_BATCH, Kind.STAY_BATCH]
    assert {kind for kind in Kind if scenario.is_to_take_in(given, 2, kind)} == set(Kind) - set(out)
    assert not scenario.is_to_leave_out(given, 2, Kind.MOVE_TO_BATCH)
    assert not scenario.is_to_take_in(given, 1, Kind.UNDECIDED)


def test_only_assumptions_that_say_something_are_steps_in_a_stated_order() -> None:
    everything = Assumptions(
        Labels.ALL_SEALED, Cache.NONE, None, date(2027, 1, 1), Decimal("0.2"), Decimal("0.1"), 2, 3, frozenset({7})
    )  # fmt: skip
    assert Assumptions().steps() == [Step.PRICES]
    assert everything.steps() == list(Step)
    assert (Assumptions().hit_share, Assumptions(cache=Cache.NONE).hit_share) == (None, 0)
    assert Assumptions(cache=Cache.SHARE, cache_share=Decimal("0.6")).hit_share == Decimal("0.6")


def test_a_part_has_its_figures_with_its_amounts_scaled_once() -> None:
    found = scenario.of_part(
        Kind.MOVE_TO_BATCH, Why.NONE, today=5, after=3, possible=0, doubts=["path_assumed"], left_out=False, factor=Decimal("1.1")
    )  # fmt: skip
    assert found == Figures(parts=1, today=6, after=3, nobody=6, moving=1, doubtful=1)  # 5.5 and 3.3, half up
    unknown = scenario.of_part(Kind.UNDECIDED, Why.NONE, today=None, after=None, possible=0, doubts=[], left_out=False)
    assert unknown == Figures(parts=1, undecided=1, unpriced=1)


def test_steps_add_up_to_the_change_and_come_back_from_where_they_are_kept() -> None:
    plan, one, two = Figures(today=10, after=8), Figures(today=12, after=9), Figures(today=12, after=7)
    found = Result(plan, ((Step.PRICES, one), (Step.LABELS, two)))
    assert found.by_step() == [(Step.PRICES, Figures(today=2, after=1)), (Step.LABELS, Figures(after=-2))]
    assert found.change == Figures(today=2, after=-1)
    kept = scenario.result(json.loads(json.dumps(scenario.plain(found))))
    assert (kept.plan, list(kept.steps)) == (found.plan, list(found.steps))


def test_the_starting_points_are_named_as_people_ask_for_them() -> None:
    starts = {start.name: start.assumptions for start in scenario.starts(date(2026, 11, 26))}
    assert list(starts) == ["All sealed", "Low risk only", "No cache in batch", "New prices from January"]
    assert starts["New prices from January"].prices_on == date(2027, 1, 1)
