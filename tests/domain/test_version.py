"""Answers carried over to another version of the test, and what it would make of them."""

from collections.abc import Callable

from inventory.domain import question, version, waiting
from inventory.domain.people import Discipline

PRODUCT, ENGINEERING = Discipline.PRODUCT, Discipline.ENGINEERING
LINE = 4
Second = Callable[[], question.Test]

ONE = {"first": {"choice": "person_later", "name": "lead"}, "late": {"choice": "longer"}, "needed": {"choice": "all"}}
MINE = {**ONE, "notice": {"choice": "team"}}
THEIRS = {
    **ONE, "chain": {"choice": "no"}, "standin": {"choice": "older"}, "limits": {"choices": ["none"]},
}  # fmt: skip
HOUR = {"late": {"choice": "hour"}}


def carried(test: question.Test, side: Discipline, answers: dict[str, dict[str, object]]) -> dict[str, object]:
    return dict(waiting.carried(test, side, answers, line_hours=LINE))


def test_what_fits_is_carried_over_with_its_fields(second: Second) -> None:
    assert carried(second(), PRODUCT, MINE) == MINE


def test_a_question_that_is_gone_is_left_behind_and_one_that_lost_its_option_is_open(second: Second) -> None:
    test = second()
    assert "standin" not in carried(test, ENGINEERING, THEIRS)
    found = carried(test, PRODUCT, {**MINE, "notice": {"choice": "nobody"}})
    assert found == ONE
    assert (
        version.outlook(test, {PRODUCT: {**MINE, "notice": {"choice": "nobody"}}}, line_hours=LINE).opens.id == "notice"
    )


def test_a_field_that_is_gone_is_dropped_and_a_tick_that_is_gone_asks_anew(second: Second) -> None:
    test = second()
    stray = {**MINE, "late": {"choice": "longer", "mood": "calm"}}
    assert carried(test, PRODUCT, stray) == MINE
    ticks = {**THEIRS, "limits": {"choices": ["streaming", "sunspots"]}}
    assert "limits" not in carried(test, ENGINEERING, ticks)


def test_another_sides_answer_is_nobodys_here(second: Second) -> None:
    assert "notice" not in carried(second(), ENGINEERING, {**THEIRS, "notice": {"choice": "team"}})


def test_carrying_over_to_the_same_version_changes_nothing() -> None:
    assert carried(waiting.TESTS[1], ENGINEERING, THEIRS) == THEIRS


def test_the_outlook_is_the_same_otherwise_open_or_a_dispute(second: Second) -> None:
    test = second()
    both = {PRODUCT: MINE, ENGINEERING: THEIRS}
    assert version.outlook(test, both, line_hours=LINE).outcome == "not_waiting"
    hour = {PRODUCT: {**MINE, **HOUR}, ENGINEERING: {**THEIRS, **HOUR}}
    assert version.outlook(waiting.TESTS[1], hour, line_hours=LINE).outcome == "not_waiting"
    assert version.outlook(test, hour, line_hours=LINE).outcome == "waiting"
    apart = {PRODUCT: {**MINE, **HOUR}, ENGINEERING: THEIRS}
    assert version.outlook(test, apart, line_hours=LINE).outcome == version.DISPUTED
    opens = version.outlook(test, {**both, PRODUCT: {**MINE, "notice": {"choice": "nobody"}}}, line_hours=LINE)
    assert (opens.outcome, opens.opens.id, opens.side) == ("", "notice", PRODUCT)


def test_a_settled_dispute_that_still_is_one_is_nothing_new() -> None:
    dispute = version.Outlook(version.DISPUTED)
    assert not version.differs("waiting", dispute, settled=True)
    assert version.differs("waiting", dispute, settled=False)
    assert version.differs("waiting", version.Outlook("not_waiting"), settled=True)
    assert not version.differs("waiting", version.Outlook("waiting"), settled=True)


def test_why_it_is_to_be_looked_over() -> None:
    assert version.because(2, "not_waiting", "waiting", "") == (
        "Version 2 of the test decides otherwise: nobody waits → somebody waits."
    )
    assert version.because(2, "waiting", "", "Who?") == "Version 2 of the test asks one more question: “Who?”."
