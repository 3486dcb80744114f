"""What a re-pricing says of itself."""

from inventory.models import Action, Repricing
from inventory.services import repriced


def test_a_preview_says_how_many_parts_and_by_how_much() -> None:
    report = {"parts": 2, "calls": 1, "today": 20_000_000, "saving": -5_000_000}
    assert repriced.told(Repricing(calls=4000, report=report)) == (
        "2 parts of 1 call would change, of 4,000 looked at.\n"
        "A month: +$20.00 today, +$25.00 after the plan, −$5.00 of saving."
    )


def test_nothing_to_change_and_nothing_left_to_change_say_so() -> None:
    assert "already" in repriced.told(Repricing(calls=3, report={"parts": 0, "calls": 0}))
    assert repriced.done(None) == "Nothing differed any more: nothing was written."


def test_what_was_applied_says_what_it_did() -> None:
    done = repriced.done(Action(changes_count=1200, effect_today=-1_000_000, effect_saving=0))
    assert (
        done == "1,200 calls and parts have new amounts. A month: −$1.00 today, −$1.00 after the plan, $0.00 of saving."
    )
