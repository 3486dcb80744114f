"""Two versions of the test in use: what was sealed goes on, who opens goes on with their answers, and nothing leaks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from inventory.domain.audit import Actor
from inventory.domain.people import Discipline
from inventory.models import Action, Call, Differing, Discount, Notice, Pair, Part, Person, Sheet, Team
from inventory.services import access, audit
from inventory.services.calls import call_detail
from inventory.services.history import verification
from inventory.services.labelling import blind, figures, queue, reconcile, standing, version, waiting
from inventory.services.people import team as teams
from inventory.services.prices import pricing
from tests import factories
from tests.services.labelling.test_waiting import NOBODY_WAITS, SOMEBODY_WAITS, both_in, give, put_in

PRODUCT, ENGINEERING = Discipline.PRODUCT, Discipline.ENGINEERING
BY = Actor("person", "0")
HOUR = timedelta(hours=1)
Second = Callable[[], Any]

FIRST_NOBODY = {
    PRODUCT: NOBODY_WAITS[PRODUCT],
    ENGINEERING: {
        "first": "person_later", "late": "longer", "needed": "all", "chain": "no", "standin": "older",
        "limits": {"choices": ["none"]},
    },
}  # fmt: skip
FIRST_SOMEBODY = {**SOMEBODY_WAITS, ENGINEERING: {**SOMEBODY_WAITS[ENGINEERING], "chain": "no"}}

# In version 2 the first comes out the same, the second is asked once more, the third comes out otherwise.
SAME = {side: {**answers, **({"notice": "team"} if side == PRODUCT else {})} for side, answers in FIRST_NOBODY.items()}
OPENS = FIRST_NOBODY
OTHERWISE = {side: {**answers, "late": "hour"} for side, answers in SAME.items()}


@pytest.fixture
def feature(team: Team, pia: Person, ed: Person) -> Any:
    factories.make_price()
    return factories.make_feature(team=team, product_owner=pia, engineering_owner=ed)


@pytest.fixture
def made(feature: Any) -> Callable[[], Part]:
    return lambda: factories.make_call(feature=feature).parts.get()


@pytest.fixture
def part(made: Callable[[], Part]) -> Part:
    return made()


def sheets(part: Part) -> list[tuple[str, int, bool]]:
    found = Sheet.objects.filter(part=part).order_by("side", "test_version")
    return [(each.side, each.test_version, each.submitted_at is not None) for each in found]


def state(part: Part) -> tuple[str, str, int | None]:
    part.refresh_from_db()
    return part.state, part.label, part.test_version


# What was given on an older version


def test_a_sealed_label_goes_on_counting_and_shows_its_own_questions(
    part: Part, now: datetime, second: Second, pia: Person, ed: Person
) -> None:
    both_in(part, now, OPENS, OPENS)
    second()
    assert state(part) == ("agreed", "not_waiting", 1)
    found = standing.standing(part=part, person=ed)
    assert (found.test.version, found.verdict.outcome, found.is_submitted) == (1, "not_waiting", True)
    assert not found.decided.title.endswith("(2)")
    assert waiting.walk(part=part, side=PRODUCT).is_in
    assert not queue.needing(pia)
    assert not queue.needing(ed)
    assert [each.words for each in call_detail.detail(part.call).cards["nobody"][0].standings] == ["is in", "is in"]
    assert len(figures.report().asked) > 0


def test_a_half_answered_sheet_goes_on_where_it_was(part: Part, now: datetime, second: Second, pia: Person) -> None:
    give(part, PRODUCT, {"first": "person_later", "late": "longer"}, now, person=pia)
    second()
    walk = waiting.walk(part=part, side=PRODUCT)
    assert (walk.test.version, walk.version, walk.carried, walk.open.id) == (2, 0, True, "needed")
    assert walk.open.title.endswith("(2)")
    give(part, PRODUCT, {"needed": "all", "notice": "team"}, now, person=pia)
    waiting.submit(part=part, side=PRODUCT, by=BY, at=now, person=pia)
    assert sheets(part) == [("product", 1, False), ("product", 2, True)]
    assert Sheet.objects.get(test_version=2).answers["late"] == {"choice": "longer"}
    assert set(Sheet.objects.get(test_version=1).answers) == {"first", "late"}


def test_a_complete_one_that_is_to_be_looked_over_lands_on_its_answers(
    part: Part, now: datetime, second: Second
) -> None:
    both_in(part, now, SAME, SAME)
    part.call.refresh_from_db()
    second()
    part.refresh_from_db()
    from_calls(part, now + HOUR)
    walk = waiting.walk(part=part, side=ENGINEERING)
    assert (walk.open, walk.is_in, walk.carried, walk.test.version) == (None, False, True, 2)
    waiting.submit(part=part, side=ENGINEERING, by=BY, at=now + 2 * HOUR)
    assert state(part) == ("check_needed", "", None)
    waiting.submit(part=part, side=PRODUCT, by=BY, at=now + 2 * HOUR)
    assert state(part) == ("agreed", "not_waiting", 2)
    assert sheets(part) == [
        ("engineering", 1, True),
        ("engineering", 2, True),
        ("product", 1, True),
        ("product", 2, True),
    ]
    assert Pair.objects.filter(part_id=part.pk).count() == 1  # on version 2 each had seen the other's answers


def from_calls(part: Part, at: datetime) -> None:
    from inventory.services.calls import call as calls  # noqa: PLC0415

    call = Call.objects.get(pk=part.call_id)
    calls.edit(call=call, version=call.version, fields={"requests": 2500}, by=BY, at=at)
    part.refresh_from_db()


def test_taking_back_goes_on_on_the_current_version_and_leaves_the_old_sheet(
    part: Part, now: datetime, second: Second, ed: Person, pia: Person
) -> None:
    both_in(part, now, SAME, SAME)
    before = audit.states(Sheet.objects.get(side=PRODUCT))
    second()
    sheet = waiting.reopen(
        part=part,
        side=PRODUCT,
        by=BY,
        at=now + HOUR,
        reason="Thought again",
        version=Sheet.objects.get(side=PRODUCT).version,
    )
    assert (sheet.test_version, sheet.submitted_at) == (2, None)
    assert audit.states(Sheet.objects.get(side=PRODUCT, test_version=1)) == before
    assert state(part) == ("one_side", "", None)
    assert standing.sheets_for(part, ed).product is None
    assert standing.sheets_for(part, pia).engineering is None


def test_a_page_of_before_finds_the_sheet_carried_over_not_saved_under_it(
    part: Part, now: datetime, second: Second
) -> None:
    give(part, PRODUCT, {"first": "person_later"}, now)
    stored = Sheet.objects.get().version
    second()
    with pytest.raises(waiting.Stale):
        waiting.answer(part=part, side=PRODUCT, question="late", value="longer", by=BY, at=now, version=stored)
    assert sheets(part) == [("product", 1, False)]


# One side on each version


@pytest.mark.parametrize("first", [SAME, OPENS, OTHERWISE], ids=["same", "opens", "otherwise"])
def test_whoever_was_in_on_the_older_version_is_asked_whatever_their_answers_say(
    part: Part, now: datetime, second: Second, pia: Person, ed: Person, first: Any
) -> None:
    put_in(part, PRODUCT, first[PRODUCT], now)
    second()
    assert not queue.needing(pia)
    assert state(part)[0] == "one_side"
    put_in(part, ENGINEERING, {k: v for k, v in SAME[ENGINEERING].items() if k != "standin"}, now + HOUR)
    assert state(part) == ("one_side", "", None)
    assert {each.pk for each in queue.needing(pia)} == {part.pk}
    assert not queue.needing(ed)
    seen = standing.sheets_for(part, ed)
    assert (seen.product, seen.product_in, seen.engineering_in) == (None, False, True)
    assert standing.sheets_for(part, pia).engineering is None
    told = blind.visibility([str(each.pk) for each in Sheet.objects.all()], ed)
    assert {(each.side, each.hidden) for each in told.values()} == {("product", True), ("engineering", False)}
    card = next(card for cards in call_detail.detail(part.call).cards.values() for card in cards)
    assert [each.words for each in card.standings] == ["has to look it over", "is in"]


def test_once_both_are_on_the_newer_version_they_are_held_against_each_other(
    part: Part, now: datetime, second: Second, ed: Person
) -> None:
    put_in(part, PRODUCT, SAME[PRODUCT], now)
    second()
    put_in(part, ENGINEERING, {k: v for k, v in SAME[ENGINEERING].items() if k != "standin"}, now + HOUR)
    waiting.submit(part=part, side=PRODUCT, by=BY, at=now + 2 * HOUR)
    assert state(part) == ("agreed", "not_waiting", 2)
    assert standing.sheets_for(part, ed).both_visible
    assert Pair.objects.get().test_version == 2
    assert figures.report().version == 2


def test_where_one_side_is_enough_a_word_on_the_newer_version_does_not_outvote_one_on_the_older(
    part: Part, now: datetime, second: Second, team: Team
) -> None:
    teams.edit(team=team, version=1, name=team.name, one_side_enough=True, by=BY, at=now)
    put_in(part, PRODUCT, SOMEBODY_WAITS[PRODUCT], now)
    second()
    put_in(part, ENGINEERING, {k: v for k, v in SAME[ENGINEERING].items() if k != "standin"}, now + HOUR)
    assert state(part) == ("one_side", "", None)
    waiting.submit(part=part, side=PRODUCT, by=BY, at=now + 2 * HOUR)
    assert state(part)[0] == "disputed"


def test_a_dispute_ends_on_the_version_it_came_up_on(part: Part, now: datetime, second: Second, pia: Person) -> None:
    both_in(part, now, product=FIRST_SOMEBODY, engineering=FIRST_NOBODY)
    second()
    mine = Sheet.objects.get(side=PRODUCT)
    reconcile.adopt(part=part, side=PRODUCT, person=pia, by=BY, at=now + HOUR, version=mine.version)
    assert state(part)[0] in ("agreed", "one_side")
    assert {each[1] for each in sheets(part)} == {1}


def test_settling_names_the_version_that_was_answered(part: Part, now: datetime, second: Second) -> None:
    both_in(part, now, product=FIRST_SOMEBODY, engineering=FIRST_NOBODY)
    second()
    part.refresh_from_db()
    reconcile.settle(part=part, label="waiting", reason="Known", by=BY, at=now + HOUR, version=part.version)
    assert state(part) == ("settled", "waiting", 1)


# What the new version decides otherwise


@pytest.fixture
def three(made: Callable[[], Part], now: datetime, second: Second) -> list[Part]:
    """The same, one question more, and otherwise."""
    found = []
    for answers in (SAME, OPENS, OTHERWISE):
        found.append(made())
        both_in(found[-1], now, answers, answers)
    second()
    return found


def listed(person: Person) -> set[tuple[int, str, str, str]]:
    found = version.differing(person, teams=version.teams(person))
    return {(each.part_id, each.was, each.now, each.opens) for each in found}


def test_what_would_come_out_otherwise_is_listed_and_nothing_is_changed(
    three: list[Part], now: datetime, pia: Person, admin: Person
) -> None:
    before = audit.states(*three, *Sheet.objects.all())
    actions = Action.objects.count()
    assert version.work_out(at=now + HOUR) == 2
    same, opens, otherwise = three
    expected = {(opens.pk, "not_waiting", "", "notice"), (otherwise.pk, "not_waiting", "waiting", "")}
    assert listed(pia) == listed(admin) == expected
    for each in three:
        each.refresh_from_db()
    assert audit.states(*three, *Sheet.objects.all()) == before
    assert Action.objects.count() == actions
    assert version.work_out(at=now + 2 * HOUR) == 2
    assert Differing.objects.count() == 2


def test_a_large_number_is_worked_out_lot_by_lot(
    three: list[Part], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version, "AT_ONCE", 1)
    seen: list[tuple[int, int]] = []
    assert version.work_out(at=now + HOUR, told=lambda done, total: seen.append((done, total))) == 2
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_looking_over_is_one_action_that_asks_both_sides_with_their_answers(
    three: list[Part], now: datetime, pia: Person, ed: Person
) -> None:
    same, opens, otherwise = three
    version.work_out(at=now + HOUR)
    Notice.objects.all().delete()
    done = version.look_over(parts=[each.pk for each in three], by=pia.actor, at=now + HOUR)
    assert done == 2
    assert state(same) == ("agreed", "not_waiting", 1)
    assert state(otherwise) == ("check_needed", "", None)
    assert otherwise.reason == (
        "It was “nobody waits”. Version 2 of the test decides otherwise: nobody waits → somebody waits."
    )
    assert state(opens)[0] == "check_needed"
    assert "asks one more question: “If it were an hour late, who would notice first? (2)”" in opens.reason
    assert otherwise.saving == 0
    assert otherwise.possible > 0
    action = Action.objects.latest("seq")
    assert (action.kind, action.title, action.effect_saving < 0) == ("version.look_over", "2 parts", True)
    assert list(Notice.objects.values_list("person", "count")) == [(ed.pk, 2)]
    assert listed(pia) == set()
    assert waiting.walk(part=otherwise, side=PRODUCT).open is None
    assert waiting.walk(part=opens, side=PRODUCT).open.id == "notice"
    for side in (PRODUCT, ENGINEERING):
        waiting.submit(part=otherwise, side=side, by=BY, at=now + 2 * HOUR)
    assert state(otherwise) == ("agreed", "waiting", 2)


def test_who_does_not_differ_keeps_the_amounts_it_has(three: list[Part], now: datetime) -> None:
    """Though other prices hold by now: they follow by a re-pricing, not by a page that happens to touch the call."""
    same = Part.objects.get(pk=three[0].pk)
    Discount.objects.create(platform="anthropic", share="0.5", valid_from=now.date(), reason="Agreed")
    pricing._book.cache_clear()
    assert version.look_over(parts=[same.pk], by=BY, at=now + HOUR) == 0
    assert version.look_over(parts=[each.pk for each in three], by=BY, at=now + HOUR) == 2
    assert audit.states(Part.objects.get(pk=same.pk)) == audit.states(same)


def test_a_fact_that_changes_meanwhile_is_named_beside_it(three: list[Part], now: datetime) -> None:
    otherwise = three[2]
    version.look_over(parts=[otherwise.pk], by=BY, at=now + HOUR)
    from_calls(otherwise, now + HOUR)
    assert "Changed since: Volume 1,000 → 2,500 requests a month. Version 2 of the test decides" in otherwise.reason


def test_worked_out_twice_at_once_nothing_is_lost(three: list[Part], now: datetime) -> None:
    alone = version.work_out(at=now)
    listed = set(Differing.objects.values_list("part", flat=True))
    version.work_out(at=now + HOUR, told=lambda done, total: version.work_out(at=now))
    assert (alone, listed) == (2, set(Differing.objects.values_list("part", flat=True)))


def test_kept_as_it_is_it_counts_on_and_is_listed_no_more(three: list[Part], now: datetime, pia: Person) -> None:
    opens, otherwise = three[1], three[2]
    version.work_out(at=now + HOUR)
    done = version.keep(parts=[otherwise.pk], reason="The stand-in is still there", by=pia.actor, at=now + HOUR)
    assert done == 1
    assert state(otherwise) == ("agreed", "not_waiting", 1)
    assert otherwise.kept_on == 2
    assert {each[0] for each in listed(pia)} == {opens.pk}
    version.work_out(at=now + 2 * HOUR)
    assert {each[0] for each in listed(pia)} == {opens.pk}
    action = Action.objects.latest("seq")
    assert (action.kind, action.reason) == ("version.keep", "The stand-in is still there")
    assert version.keep(parts=[otherwise.pk], reason="Again", by=pia.actor, at=now + HOUR) == 0
    assert Action.objects.latest("seq") == action


def test_what_follows_from_one_side_alone_is_shown_to_that_side_alone(
    part: Part, now: datetime, second: Second, pia: Person, ed: Person, admin: Person
) -> None:
    put_in(part, PRODUCT, OPENS[PRODUCT], now)
    second()
    assert version.work_out(at=now + HOUR) == 0  # how a job ended is read by everybody
    assert {each[0] for each in listed(pia)} == {part.pk}
    assert listed(admin) == set()  # who answers for engineering
    done = version.look_over(parts=[part.pk], by=admin.actor, at=now + HOUR)
    assert (done, state(part)[0]) == (0, "one_side")
    waiting.reopen(part=part, side=PRODUCT, by=BY, at=now + HOUR)
    assert listed(pia) == set()


def test_who_has_answered_on_the_new_version_is_listed_no_more(three: list[Part], now: datetime, pia: Person) -> None:
    opens = three[1]
    version.work_out(at=now + HOUR)
    waiting.reopen(part=opens, side=PRODUCT, by=BY, at=now + HOUR, reason="The new question")
    assert opens.pk not in {each[0] for each in listed(pia)}


def test_an_undecided_part_can_be_looked_over_too(part: Part, now: datetime, second: Second) -> None:
    """It has no label that would break, and yet both are asked again."""
    both_in(part, now, OTHERWISE, OTHERWISE)
    Part.objects.update(state="unlabelled", label="", outcome="undecided", rested_on={})
    second()
    assert version.look_over(parts=[part.pk], by=BY, at=now + HOUR) == 1
    assert state(part)[0] == "check_needed"
    assert part.reason == "Version 2 of the test decides otherwise: not decided → somebody waits."
    assert not waiting.walk(part=part, side=PRODUCT).is_in


def test_leads_decide_for_their_teams_and_administrators_for_all(
    pia: Person, ed: Person, admin: Person, team: Team
) -> None:
    assert (version.teams(pia), version.teams(ed), version.teams(admin)) == ([team.pk], [], None)
    assert access.teams_led(admin) == []


def test_history_verifies_with_two_versions(three: list[Part], now: datetime) -> None:
    version.look_over(parts=[each.pk for each in three], by=BY, at=now + HOUR)
    waiting.submit(part=three[2], side=PRODUCT, by=BY, at=now + 2 * HOUR)
    found = [each.text for each in verification.verify().findings]
    assert [text for text in found if "behind" in text and "all of it" not in text] == []  # factories record nothing
