"""Copies: one's own side's answers alone, a draft until somebody confirms it, and no second pair of one judgement."""

from datetime import timedelta

import pytest

from inventory.domain.people import Discipline
from inventory.models import Action, Pair, Part, Sheet, Stale
from inventory.services.history import replay
from inventory.services.labelling import agreement, copying, reconcile, seal, waiting
from tests import factories
from tests.services.labelling.test_version import FIRST_NOBODY
from tests.services.labelling.test_waiting import BY, NOBODY_WAITS, SOMEBODY_WAITS, both_in, give, put_in

pytestmark = pytest.mark.django_db
PRODUCT, ENGINEERING = Discipline.PRODUCT, Discipline.ENGINEERING


@pytest.fixture
def source(team) -> Part:
    factories.make_price()
    feature = factories.make_feature(team=team)
    return factories.make_call(feature=feature, name="Weekly digest", tag="Digest").parts.get()


@pytest.fixture
def part(source) -> Part:
    return factories.make_call(feature=source.feature, name="Daily digest", tag="digest").parts.get()


def copied(part, source, person, at, version=0, side=PRODUCT):
    return copying.copy(part=part, side=side, source=source, person=person, by=BY, at=at, version=version)


def test_a_copy_is_a_draft_that_counts_once_it_is_confirmed(part, source, pia, now):
    put_in(source, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    sheet = copied(part, source, pia, now)
    part.refresh_from_db()
    assert (sheet.answers, sheet.submitted_at) == (Sheet.objects.get(part=source).answers, None)
    assert (sheet.copied, sheet.copied_from, sheet.copied_part_id) == (list(sheet.answers), "Weekly digest", source.pk)
    assert (part.state, waiting.walk(part=part, side=PRODUCT).is_in) == ("unlabelled", False)
    waiting.submit(part=part, side=PRODUCT, by=BY, at=now, person=pia)
    part.refresh_from_db()
    assert part.state == "one_side"
    assert Sheet.objects.get(part=part).copied_from == "Weekly digest"


def test_each_side_confirms_its_own(part, source, pia, ed, now):
    both_in(source, now)
    copied(part, source, pia, now)
    copied(part, source, ed, now, side=ENGINEERING)
    waiting.submit(part=part, side=PRODUCT, by=BY, at=now, person=pia)
    part.refresh_from_db()
    assert (part.state, part.label) == ("one_side", "")
    waiting.submit(part=part, side=ENGINEERING, by=BY, at=now, person=ed)
    part.refresh_from_db()
    assert (part.state, part.label) == ("agreed", "not_waiting")


def test_a_pair_with_a_copy_is_no_independent_judgement(part, source, pia, ed, now):
    both_in(source, now)
    assert Pair.objects.count() == 1
    copied(part, source, pia, now)
    waiting.submit(part=part, side=PRODUCT, by=BY, at=now, person=pia)
    put_in(part, ENGINEERING, NOBODY_WAITS[ENGINEERING], now)
    assert Pair.objects.count() == 1
    waiting.reopen(part=part, side=PRODUCT, by=BY, at=now, reason="Look again")
    give(part, PRODUCT, {"late": "next_day"}, now)
    waiting.submit(part=part, side=PRODUCT, by=BY, at=now, person=pia)
    assert Pair.objects.count() == 1


def test_a_changed_answer_does_not_stand_as_copied(part, source, pia, now):
    put_in(source, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    copied(part, source, pia, now)
    give(part, PRODUCT, {"late": "next_day"}, now)
    sheet = Sheet.objects.get(part=part)
    assert (sheet.copied, sheet.copied_from) == (["first", "needed", "notice"], "Weekly digest")


def test_adopting_the_other_sides_answer_takes_the_mark_away(part, source, pia, now):
    put_in(source, PRODUCT, SOMEBODY_WAITS[PRODUCT], now)
    copied(part, source, pia, now)
    waiting.submit(part=part, side=PRODUCT, by=BY, at=now, person=pia)
    put_in(part, ENGINEERING, NOBODY_WAITS[ENGINEERING], now)
    version = Sheet.objects.get(part=part, side="product").version
    reconcile.adopt(part=part, side=PRODUCT, person=pia, by=BY, at=now, version=version)
    assert "first" not in Sheet.objects.get(part=part, side="product").copied


def test_the_same_copy_again_writes_nothing_and_another_takes_its_place(part, source, pia, now):
    put_in(source, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    copied(part, source, pia, now)
    count = Action.objects.count()
    copied(part, source, pia, now, version=1)
    assert (Action.objects.count(), Sheet.objects.get(part=part).version) == (count, 1)
    third = factories.make_call(feature=part.feature, name="Third").parts.get()
    put_in(third, PRODUCT, SOMEBODY_WAITS[PRODUCT], now)
    sheet = copied(part, third, pia, now, version=1)
    assert (sheet.copied_from, sheet.answers["late"]["choice"]) == ("Third", "minutes")


def test_it_is_refused_like_any_answer(part, source, pia, now):
    put_in(source, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    with pytest.raises(Stale):
        copied(part, source, pia, now, version=3)
    with pytest.raises(copying.NotIn):
        copied(source, source, pia, now, version=2)
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    with pytest.raises(waiting.Submitted):
        copied(part, source, pia, now, version=2)


def test_only_what_ones_own_side_has_in_is_copied(part, source, pia, now):
    put_in(source, ENGINEERING, NOBODY_WAITS[ENGINEERING], now)
    give(source, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    with pytest.raises(copying.NotIn):
        copied(part, source, pia, now)
    assert copying.sources(part=part, side=PRODUCT) == []
    assert [each.part for each in copying.sources(part=part, side=ENGINEERING)] == [source]


def test_what_may_be_copied_is_what_counts(part, source, now):
    """The list and the service say the same, in every state a part can be in."""
    both_in(source, now)
    feature = source.feature
    disputed, alone, broken, halfway = (factories.make_call(feature=feature).parts.get() for _ in range(4))
    both_in(disputed, now, product=SOMEBODY_WAITS)
    put_in(alone, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    for each in (broken, halfway):
        both_in(each, now)
        seal.breaks(each)
        each.save()
    waiting.submit(part=halfway, side=PRODUCT, by=BY, at=now + timedelta(hours=1))
    found = set(copying.answered(PRODUCT))
    assert found == {source, disputed, alone, halfway}
    for each in Part.objects.exclude(pk=part.pk):
        sheet = Sheet.objects.get(part=each, side="product")
        assert agreement.counts(each, sheet) == (each in found), each.state


def test_the_most_alike_come_first_and_words_narrow(part, source, now):
    like = factories.make_call(feature=source.feature, name="Alike", tag="DIGEST", prompt_name="sum").parts.get()
    far = factories.make_call(name="Elsewhere").parts.get()
    part.call.prompt_name = "Sum"
    part.call.save()
    for each in (source, like, far):
        put_in(each, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    found = copying.sources(part=part, side=PRODUCT)
    assert [(each.part, each.same) for each in found] == [
        (like, ("tag", "prompt name", "feature")),
        (source, ("tag", "feature")),
    ]
    Part.objects.filter(pk=far.pk).update(name="Elsewhere")
    far.call.search_text = "elsewhere"
    far.call.save()
    assert [(each.part, each.same) for each in copying.sources(part=part, side=PRODUCT, words="elsewh")] == [(far, ())]


def test_where_nothing_resembles_it_the_last_answered_are_offered(now, part, source):
    put_in(source, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    lone = factories.make_call().parts.get()
    assert [(each.part, each.same) for each in copying.sources(part=lone, side=PRODUCT)] == [(source, ())]


def test_the_action_does_not_say_that_it_was_a_copy(part, source, pia, now):
    put_in(source, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    copied(part, source, pia, now)
    action = Action.objects.latest("seq")
    assert (action.kind, action.title, action.record_id) == ("waiting.answer", "Daily digest", str(part.pk))
    assert list(replay.differences()) == [] or all("sheet" not in each.record for each in replay.differences())


def test_answers_to_an_older_version_of_the_test_are_copied_as_far_as_they_fit(second, part, source, pia, now):
    put_in(source, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    second()
    assert [each.part for each in copying.sources(part=part, side=PRODUCT)] == [source]
    sheet = copied(part, source, pia, now)
    assert (sheet.test_version, set(sheet.answers)) == (2, {"first", "late", "needed"})  # "nobody" fits no more
    assert sheet.copied == list(sheet.answers)
    assert waiting.walk(part=part, side=PRODUCT).open.id == "notice"


def test_a_draft_copied_on_an_older_version_stays_a_copy(second, part, source, pia, ed, now):
    both_in(source, now, FIRST_NOBODY, FIRST_NOBODY)
    copied(part, source, pia, now)
    second()
    sheet = waiting.walk(part=part, side=PRODUCT).sheet
    assert (sheet.pk, sheet.copied_from, sheet.copied_part_id) == (None, "Weekly digest", source.pk)
    assert sheet.copied == ["first", "late", "needed"]
    give(part, PRODUCT, {"late": "next_day", "notice": "team"}, now, person=pia)
    assert Sheet.objects.get(part=part, test_version=2).copied == ["first", "needed"]
    waiting.submit(part=part, side=PRODUCT, by=BY, at=now, person=pia)
    fitting = {name: each for name, each in FIRST_NOBODY[ENGINEERING].items() if name != "standin"}
    put_in(part, ENGINEERING, {**fitting, "late": "next_day"}, now)
    assert not Pair.objects.filter(part_id=part.pk).exists()


def test_what_the_other_side_has_gone_past_is_not_copied(second, part, source, now):
    put_in(source, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    second()
    fitting = {name: each for name, each in FIRST_NOBODY[ENGINEERING].items() if name != "standin"}
    put_in(source, ENGINEERING, fitting, now)
    assert copying.sources(part=part, side=PRODUCT) == []
    with pytest.raises(copying.NotIn):
        copying.sheet_of(source, PRODUCT)
    assert [each.part for each in copying.sources(part=part, side=ENGINEERING)] == [source]
