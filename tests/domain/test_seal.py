"""Which facts a label no longer rests on, and in which words."""

import pytest

from inventory.domain import seal

FACTS = {"model": "one", "requests": 1000, "consumer": "shift lead", "reaches": "", "read_when": "", "deadline": ""}


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ({}, ""),
        ({"requests": 1200}, ""),
        ({"requests": 800}, ""),
        ({"requests": 2500}, "Volume 1,000 → 2,500 requests a month"),
        ({"requests": 799}, "Volume 1,000 → 799 requests a month"),
        ({"model": "two"}, "Model one → two"),
        ({"consumer": "customer"}, "Who uses it first “shift lead” → “customer”"),
        ({"deadline": "05:00"}, "Latest it may arrive not said → “05:00”"),
        ({"requests": 1201, "model": "two"}, "Model one → two; Volume 1,000 → 1,201 requests a month"),
    ],
)
def test_what_has_changed_is_told_with_both_values(now: dict[str, object], said: str) -> None:
    assert seal.said(seal.changed(FACTS, {**FACTS, **now})) == said


def test_a_volume_of_nothing_breaks_with_the_first_request() -> None:
    assert seal.changed({"requests": 0}, {"requests": 1})
    assert not seal.changed({"requests": 0}, {"requests": 0})


def test_a_fact_nobody_kept_is_not_held_against_the_present() -> None:
    assert seal.changed({}, FACTS) == ()


def test_the_reason_says_what_it_was_and_what_else_was_found() -> None:
    changes = seal.changed(FACTS, {**FACTS, "model": "two"})
    assert seal.reason("waiting", changes) == "It was “somebody waits”. Changed since: Model one → two."
    assert seal.reason("", (), because="Version 2 asks more.") == "Version 2 asks more."
    assert seal.reason("not_waiting", ()) == "It was “nobody waits”. A fact it rested on has changed since."
    assert seal.reason("waiting", (), is_back=True).endswith("somebody has still to confirm it.")
