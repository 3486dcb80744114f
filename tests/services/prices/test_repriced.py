"""What a re-pricing says of itself."""

from inventory.models import Repricing
from inventory.services.prices import repriced


def test_a_preview_says_how_many_parts_and_by_how_much() -> None:
    report = {"parts": 2, "calls": 1, "today": 20_000_000, "saving": -5_000_000}
    assert repriced.told(Repricing(calls=4000, report=report)) == (
        "2 parts of 1 call would change, of 4,000 looked at.\n"
        "A month: +$20.00 today, +$25.00 after the plan, −$5.00 of saving."
    )


def test_nothing_to_change_and_nothing_left_to_change_say_so() -> None:
    assert "already" in repriced.told(Repricing(calls=3, report={"parts": 0, "calls": 0}))
    assert repriced.done(None) == "Nothing differed any more: nothing was written."
