"""Sheets: an answer at a time, versions, blindness, and what is set when a side is in."""

from datetime import timedelta

import pytest

from inventory.domain import waiting as domain
from inventory.domain.audit import Actor
from inventory.domain.people import Discipline
from inventory.models import Action, Change, Part, Sheet, Stale
from inventory.services import audit
from inventory.services.labelling import blind, seal, standing, waiting
from inventory.services.people import team as teams
from tests import factories

PRODUCT, ENGINEERING = Discipline.PRODUCT, Discipline.ENGINEERING
BY = Actor("person", "1")

NOBODY_WAITS = {
    PRODUCT: {"first": {"choice": "person_later", "name": "shift lead"}, "late": "longer", "needed": "all", "notice": "nobody"},
    ENGINEERING: {
        "first": "person_later", "late": "longer", "needed": "all", "chain": "no",
        "limits": {"choices": ["none"]},
    },
}  # fmt: skip
SOMEBODY_WAITS = {
    PRODUCT: {"first": "person_now", "meanwhile": "stays", "late": "minutes", "needed": "all", "notice": "colleague"},
    ENGINEERING: {"first": "person_now", "late": "minutes", "needed": "all"},
}


@pytest.fixture
def part(team) -> Part:
    factories.make_price()
    return factories.make_call(feature=factories.make_feature(team=team)).parts.get()


def give(part, side, answers, at, by=BY, **more):
    for question, value in answers.items():
        waiting.answer(part=part, side=side, question=question, value=value, by=by, at=at, **more)


def put_in(part, side, answers, at, **more):
    """All answers at once, as on one page: an action each would take most of the time of the tests that begin so."""
    given = {question: {"choice": value} if isinstance(value, str) else value for question, value in answers.items()}
    waiting.answer_all(part=part, side=side, answers=given, by=BY, at=at)
    waiting.submit(part=part, side=side, by=BY, at=at, **more)
    part.refresh_from_db()


def both_in(part, at, product=NOBODY_WAITS, engineering=NOBODY_WAITS):
    put_in(part, PRODUCT, product[PRODUCT], at)
    put_in(part, ENGINEERING, engineering[ENGINEERING], at)


def test_an_answer_is_kept_at_once_and_the_walk_goes_on_from_there(part, now):
    waiting.answer(part=part, side=PRODUCT, question="first", value="person_now", by=BY, at=now)
    walk = waiting.walk(part=part, side=PRODUCT)
    assert (walk.answers, walk.open.id) == ({"first": {"choice": "person_now"}}, "meanwhile")


def test_the_same_answer_again_writes_nothing(part, now):
    give(part, PRODUCT, {"first": "nobody"}, now)
    sheet = waiting.answer(part=part, side=PRODUCT, question="first", value="nobody", by=BY, at=now)
    assert (sheet.version, Action.objects.count()) == (1, 1)


def test_every_answer_is_in_the_history(part, now):
    give(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    waiting.submit(part=part, side=PRODUCT, by=BY, at=now)
    kinds = list(Action.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["waiting.answer"] * 4 + ["waiting.submit"]


def test_the_second_to_save_from_the_same_version_is_refused(part, now):
    give(part, PRODUCT, {"first": "nobody"}, now, version=0)
    with pytest.raises(Stale) as stale:
        give(part, PRODUCT, {"first": "person_now"}, now, version=0)
    assert stale.value.theirs.answers == {"first": {"choice": "nobody"}}
    assert Sheet.objects.get().answers == {"first": {"choice": "nobody"}}


def test_a_question_another_answer_leads_past_is_not_taken(part, now):
    with pytest.raises(waiting.NotAsked):
        give(part, PRODUCT, {"meanwhile": "stays"}, now)
    with pytest.raises(waiting.NotAsked):
        give(part, ENGINEERING, {"notice": "team"}, now)


def test_an_unfinished_sheet_is_not_saved(part, now):
    give(part, PRODUCT, {"first": "nobody"}, now)
    with pytest.raises(waiting.Unfinished) as unfinished:
        waiting.submit(part=part, side=PRODUCT, by=BY, at=now)
    assert unfinished.value.question.id == "late"


def test_a_saved_sheet_is_opened_before_it_changes(part, now):
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    with pytest.raises(waiting.Submitted):
        give(part, PRODUCT, {"late": "minutes"}, now)
    waiting.reopen(part=part, side=PRODUCT, by=BY, at=now)
    give(part, PRODUCT, {"late": "minutes"}, now)
    part.refresh_from_db()
    assert part.state == "unlabelled"


def test_one_side_in_gives_nothing_away(part, now):
    """Whatever the sheet says, the part shows only that one is in."""
    other = factories.make_call(feature=part.feature).parts.get()
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    put_in(other, PRODUCT, SOMEBODY_WAITS[PRODUCT], now)
    told = [audit.states(each)["part", each.pk] | {"call_id": None, "name": None} for each in (part, other)]
    assert told[0] == told[1]
    assert (part.state, part.label, part.kind, part.outcome, part.reason) == ("one_side", "", "undecided", "", "")
    assert part.possible > 0


def test_both_in_and_equal_seals_the_label(part, now):
    both_in(part, now)
    assert (part.state, part.label, part.one_sided, part.sealed_at) == ("agreed", "not_waiting", False, now)
    assert (part.rule, part.confidence, part.test_version, part.guard) == (8, "high", domain.CURRENT.version, False)
    assert (part.kind, part.consumer) == ("move_to_batch", "shift lead")
    assert part.saving > 0
    assert part.call.feature_id == part.feature_id


def test_a_consumer_already_named_stays(part, now):
    Part.objects.filter(pk=part.pk).update(consumer="quality lead")
    both_in(part, now)
    assert part.consumer == "quality lead"


def test_both_in_and_different_is_a_dispute_that_names_the_first_difference(part, now):
    both_in(part, now, product=SOMEBODY_WAITS)
    assert (part.state, part.label, part.kind) == ("disputed", "", "undecided")
    assert part.reason == (
        "Who or what uses this result first? Product: a person, at once. Engineering: a person, later."
    )


def test_both_undecided_leave_no_label(part, now):
    unsure = {side: {**answers, "late": "unsure"} for side, answers in NOBODY_WAITS.items()}
    for name in ("chain", "limits"):
        unsure[ENGINEERING].pop(name)
    both_in(part, now, product=unsure, engineering=unsure)
    assert (part.state, part.label, part.outcome) == ("unlabelled", "", "undecided")


def test_where_one_side_is_enough_its_label_counts_but_not_its_words(part, now, team):
    team.one_side_enough = True
    team.save()
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    assert (part.state, part.label, part.one_sided, part.kind) == ("one_side", "not_waiting", True, "move_to_batch")
    assert (part.reason, part.consumer) == ("", "")


def test_taking_back_a_label_that_counts_needs_a_reason(part, now):
    both_in(part, now)
    with pytest.raises(waiting.ReasonNeeded):
        waiting.reopen(part=part, side=PRODUCT, by=BY, at=now)
    waiting.reopen(part=part, side=PRODUCT, by=BY, at=now, reason="The reader changed")
    part.refresh_from_db()
    assert (part.state, part.label, part.kind) == ("one_side", "", "undecided")
    assert Action.objects.latest("seq").reason == "The reader changed"


def test_a_broken_seal_counts_no_more_until_both_have_saved_again(part, now):
    both_in(part, now)
    seal.breaks(part)
    part.save()
    assert (part.state, part.label) == ("check_needed", "")
    later = now + timedelta(days=1)
    waiting.submit(part=part, side=PRODUCT, by=BY, at=later)
    part.refresh_from_db()
    assert part.state == "check_needed"
    waiting.submit(part=part, side=ENGINEERING, by=BY, at=later)
    part.refresh_from_db()
    assert (part.state, part.label, part.sealed_at) == ("agreed", "not_waiting", later)


def test_a_sheet_not_looked_over_since_a_broken_seal_makes_no_agreement_later(part, now, team):
    both_in(part, now)
    seal.breaks(part)
    part.save()
    later = now + timedelta(days=1)
    enough = teams.edit(team=team, version=1, name=team.name, one_side_enough=True, by=BY, at=later)
    waiting.submit(part=part, side=PRODUCT, by=BY, at=later)
    part.refresh_from_db()
    assert (part.state, part.label, part.one_sided) == ("one_side", "not_waiting", True)
    teams.edit(team=enough, version=2, name=team.name, one_side_enough=False, by=BY, at=later + timedelta(days=1))
    part.refresh_from_db()
    assert (part.state, part.label) == ("check_needed", "")
    assert not waiting.walk(part=part, side=ENGINEERING).is_in


def test_a_part_without_a_label_has_no_seal_to_break(part):
    before = audit.states(part)
    seal.breaks(part)
    assert audit.states(part) == before


def test_nobody_answers_for_both_sides_of_a_part(part, now, pia, ed):
    give(part, PRODUCT, NOBODY_WAITS[PRODUCT], now, person=pia)
    before = Action.objects.count()
    with pytest.raises(waiting.AnsweredOtherSide):
        give(part, ENGINEERING, {"first": "nobody"}, now, person=pia)
    give(part, ENGINEERING, NOBODY_WAITS[ENGINEERING], now, person=ed)
    with pytest.raises(waiting.AnsweredOtherSide):
        waiting.submit(part=part, side=ENGINEERING, by=pia.actor, at=now, person=pia)
    assert Action.objects.count() == before + len(NOBODY_WAITS[ENGINEERING])
    assert Sheet.objects.get(side=ENGINEERING).answered_by == ed


def test_a_sheet_is_blind_until_both_are_in(part, now, pia, ed, stranger, admin):
    give(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    assert standing.sheets_for(part, pia).product is not None
    assert standing.sheets_for(part, ed).product is None
    waiting.submit(part=part, side=PRODUCT, by=BY, at=now)
    seen = standing.sheets_for(part, ed)
    assert (seen.product, seen.product_in, seen.both_visible) == (None, True, False)
    assert standing.sheets_for(part, admin).product is None
    put_in(part, ENGINEERING, NOBODY_WAITS[ENGINEERING], now)
    assert [standing.sheets_for(part, person).both_visible for person in (pia, ed, stranger, admin)] == [True] * 4


def test_a_sheet_saved_since_the_seal_broke_is_blind_until_the_other_side_has_saved_again(part, now, pia, ed):
    both_in(part, now)
    seal.breaks(part)
    part.save()
    assert standing.sheets_for(part, ed).product is not None
    later = now + timedelta(days=1)
    waiting.submit(part=part, side=PRODUCT, by=BY, at=later)
    part.refresh_from_db()
    assert standing.sheets_for(part, ed).product is None
    sheet = str(Sheet.objects.get(side=PRODUCT).pk)
    assert blind.visibility([sheet], ed)[sheet].hidden
    waiting.submit(part=part, side=ENGINEERING, by=BY, at=later)
    part.refresh_from_db()
    assert standing.sheets_for(part, ed).product is not None
    assert not blind.visibility([sheet], ed)[sheet].hidden


def test_a_sheet_taken_back_is_blind_again_both_ways(part, now, pia, ed):
    both_in(part, now)
    waiting.reopen(part=part, side=PRODUCT, by=BY, at=now, reason="Thought again")
    assert standing.sheets_for(part, ed).product is None
    assert standing.sheets_for(part, pia).engineering is None


def test_an_opened_sheet_is_seen_by_all(part, now, ed):
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    Sheet.objects.update(opened_at=now)
    assert standing.sheets_for(part, ed).product is not None


def test_answers_for_a_part_that_was_taken_away_are_refused(part, now):
    call = part.call
    call.retired_at = now
    call.save()
    with pytest.raises(waiting.Gone):
        give(part, PRODUCT, {"first": "nobody"}, now)


def test_history_knows_the_part_a_split_took_away(part, now):
    assert waiting.lost(part.pk) is None
    action = Action.objects.create(
        seq=1, at=now, actor_kind="person", actor_id="1", kind="part.split", record="call", record_id="1",
        changes_count=1, schema=1, previous="", hash="",
    )  # fmt: skip
    before = f'{{"name":"Whole","call_id":{part.call_id},"team_id":{part.team_id}}}'
    Change.objects.create(action=action, position=0, record="part", record_id="77", before=before)
    assert waiting.lost(77) == waiting.Lost("Whole", part.call_id, part.team_id)


def test_nothing_given_writes_nothing(part, now):
    waiting.answer_all(part=part, side=PRODUCT, answers={}, by=BY, at=now)
    assert (Sheet.objects.count(), Action.objects.count()) == (0, 0)


def test_a_whole_page_goes_on_from_an_older_version_of_the_test(second, part, now):
    give(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    second()
    waiting.answer_all(part=part, side=PRODUCT, answers={"notice": {"choice": "team"}}, by=BY, at=now, version=0)
    assert list(Sheet.objects.order_by("test_version").values_list("test_version", flat=True)) == [1, 2]
    assert waiting.walk(part=part, side=PRODUCT).open is None
    with pytest.raises(waiting.NotAsked):
        waiting.answer_all(part=part, side=ENGINEERING, answers={"standin": {"choice": "older"}}, by=BY, at=now)
