"""Answering together: the same consumer alone, each part refused for itself, one action for those that go through."""

from datetime import timedelta

import pytest

from inventory.domain.people import Discipline
from inventory.models import Action, Call, Change, Hold, Part, Sheet
from inventory.services import access
from inventory.services.calls import call as calls
from inventory.services.history import history
from inventory.services.labelling import together, waiting
from tests import factories
from tests.services.labelling.test_waiting import BY, NOBODY_WAITS, PRODUCT, both_in, give, put_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def model(team, now) -> Part:
    factories.make_price()
    found = made(factories.make_feature(team=team), "Model")
    put_in(found, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    return found


@pytest.fixture
def others(model) -> list[Part]:
    return [made(model.feature, f"Other {n}", consumer="SHIFT lead") for n in range(3)]


def made(feature, name, consumer="Shift lead"):
    part = factories.make_call(feature=feature, name=name).parts.get()
    Part.objects.filter(pk=part.pk).update(consumer=consumer)
    part.refresh_from_db()
    return part


def begin(model, parts, person, at):
    return together.begin(model=model, parts=[part.pk for part in parts], person=person, by=BY, at=at)


def confirm(model, person, at, parts=None, **versions):
    chosen = {draft.part.pk: draft.walk.version for draft in together.drafts(model, person)}
    chosen = {pk: v for pk, v in chosen.items() if parts is None or pk in {part.pk for part in parts}}
    return together.confirm(
        model=model, versions=chosen | versions.get("also", {}), reason="The same list", person=person, by=BY, at=at
    )


def test_parts_with_the_same_consumer_are_found_whatever_their_case(model, others, pia):
    made(model.feature, "Unlike", consumer="somebody else")
    made(model.feature, "Unnamed", consumer="")
    assert [(group.consumer.lower(), group.parts) for group in together.groups(pia)] == [
        ("shift lead", 3), ("somebody else", 1)
    ]  # fmt: skip
    assert set(together.unbegun(pia, "shift LEAD")) == set(others)
    assert together.models(pia, "shift LEAD") == [model]
    assert together.unbegun(pia, "") == together.models(pia, "") == []


def test_drafts_are_begun_and_the_ticked_saved_with_the_reason_in_the_history_of_each(model, others, pia, now):
    assert begin(model, others, pia, now).parts == others
    assert [draft.part for draft in together.drafts(model, pia)] == others
    assert {part.state for part in Part.objects.exclude(pk=model.pk)} == {"unlabelled"}
    before = Action.objects.count()
    done = confirm(model, pia, now, parts=others[:2])
    assert (done.parts, done.refused) == (others[:2], [])
    actions = list(Action.objects.order_by("seq")[before:])
    assert [(each.kind, each.title, each.reason) for each in actions] == [
        ("waiting.submit", "Other 0", "The same list"), ("waiting.submit", "Other 1", "The same list")
    ]  # fmt: skip
    assert [part.state for part in Part.objects.order_by("pk")] == ["one_side", "one_side", "one_side", "unlabelled"]
    assert Sheet.objects.filter(answered_by=pia, submitted_at=now, copied_from="Model").count() == 2


def test_two_parts_of_one_call_are_saved_one_after_the_other(model, others, pia, now):
    Call.objects.filter(pk=others[0].call_id).update(is_split=True)
    sibling = factories.make_part(call=others[0].call, name="Sibling", consumer="shift lead")
    begin(model, [others[0], sibling], pia, now)
    assert len(confirm(model, pia, now).parts) == 2
    assert Part.objects.filter(pk__in=[others[0].pk, sibling.pk], state="one_side").count() == 2


def test_each_refusal_is_told_and_the_others_go_through(model, others, pia, ed, team, stranger, now):
    more = [made(model.feature, f"More {n}") for n in range(3)]
    begin(model, [*others, *more], pia, now)
    stale, held, changed, gone, reopened, fine = *others, *more
    versions = {draft.part.pk: draft.walk.version for draft in together.drafts(model, pia)}
    give(stale, PRODUCT, {"late": "next_day"}, now)
    colleague = factories.make_person(name="Carla", discipline="product", team=team)
    Hold.objects.create(part=held, side="product", person=colleague, until=now + timedelta(minutes=5))
    Part.objects.filter(pk=changed.pk).update(consumer="night shift")
    calls.retire(call=gone.call, version=gone.call.version, reason="Gone", by=BY, at=now)
    Sheet.objects.filter(part=reopened).update(copied_part_id=None)
    done = together.confirm(model=model, versions=versions, reason="Why", person=pia, by=BY, at=now)
    assert done.parts == [fine]
    assert {name: why for _, name, why in done.refused} == {
        "Other 0": "was answered meanwhile by a colleague: look at it again",
        "Other 1": "is in the hands of Carla until 09:05",
        "Other 2": "is used by night shift now",
        "More 0": "was split or retired meanwhile",
        "More 1": "is not a copy that waits to be saved any more",
    }
    assert Sheet.objects.filter(submitted_at=now).count() == 2


def test_what_was_begun_is_not_overwritten(model, others, pia, now):
    give(others[0], PRODUCT, {"first": "nobody"}, now)
    done = begin(model, others, pia, now)
    assert [name for _, name, _ in done.refused] == ["Other 0"]
    assert Sheet.objects.get(part=others[0]).answers == {"first": {"choice": "nobody"}}


def test_another_consumer_or_another_team_is_refused_by_the_service(model, others, pia, now):
    unlike = made(model.feature, "Unlike", consumer="somebody else")
    foreign = made(factories.make_feature(), "Foreign")
    done = begin(model, [unlike, foreign, others[0]], pia, now)
    assert done.parts == [others[0]]
    assert [(name, why) for _, name, why in done.refused] == [
        ("Unlike", "is used by somebody else now"), ("Foreign", "is not yours to answer")
    ]  # fmt: skip


def test_a_model_without_consumer_or_answers_says_nothing(model, others, pia, ed, now):
    with pytest.raises(together.NothingToSay):
        begin(model, others, ed, now)  # product's answers are not engineering's
    with pytest.raises(together.NothingToSay):
        begin(others[0], others[1:], pia, now)
    Part.objects.update(consumer="")
    model.refresh_from_db()
    with pytest.raises(together.NothingToSay):
        begin(model, others, pia, now)
    assert access.role_in(pia, model.team_id) == "lead"


def test_no_more_than_fifty_go_at_once(model, pia, now):
    many = [made(model.feature, f"Many {n}") for n in range(together.MOST + 2)]
    assert len(begin(model, many, pia, now).parts) == together.MOST


def test_the_other_side_reads_neither_copies_nor_which_parts_went_together(model, others, pia, ed, now):
    """What was saved alike reads, action by action, like what was answered apart."""
    begin(model, others, pia, now)
    confirm(model, pia, now)
    apart = made(model.feature, "Apart")
    give(apart, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    waiting.submit(part=apart, side=PRODUCT, by=BY, at=now)
    put_in(others[0], Discipline.ENGINEERING, NOBODY_WAITS[Discipline.ENGINEERING], now)

    def told(part):
        found = history.listing(viewer=ed, asked=history.Asked(record=("part", str(part.pk)))).lines
        return [(line.sentence.replace(part.name, "…"), line.hidden, line.reason, line.outcome) for line in found]

    assert told(others[1]) == told(apart)
    assert told(others[1])[0] == (
        "saved an answer sheet of “…” for product",
        "answered for product; hidden until both are in",
        "",
        "",
    )
    for action in Action.objects.filter(kind="waiting.submit"):
        assert Change.objects.filter(action=action, record="sheet").count() == 1
    mine = history.listing(viewer=pia, asked=history.Asked(record=("part", str(others[1].pk)))).lines
    assert mine[0].reason == "The same list"


def test_confirmed_copies_seal_with_the_other_side(model, others, pia, now):
    begin(model, others, pia, now)
    confirm(model, pia, now)
    put_in(others[0], Discipline.ENGINEERING, NOBODY_WAITS[Discipline.ENGINEERING], now)
    assert others[0].state == "agreed"
    both_in(made(model.feature, "Apart"), now)


def test_drafts_begun_on_an_older_version_of_the_test_are_carried_over_and_saved(second, model, others, pia, now):
    team_notices = {**NOBODY_WAITS[PRODUCT], "notice": "team"}
    again = made(model.feature, "Fits")
    put_in(again, PRODUCT, team_notices, now)
    begin(again, others, pia, now)
    second()
    found = together.drafts(again, pia)
    assert [(draft.part, draft.walk.version, draft.walk.open) for draft in found] == [
        (each, 0, None) for each in others
    ]
    assert confirm(again, pia, now).parts == others
    assert Sheet.objects.filter(test_version=2, copied_from="Fits", submitted_at=now).count() == 3
    assert together.drafts(again, pia) == []


def test_what_was_answered_on_an_older_version_is_not_begun_anew(second, model, others, pia, now):
    waiting.answer(part=others[0], side=PRODUCT, question="first", value="person_later", by=BY, at=now)
    second()
    assert set(together.unbegun(pia, "shift lead")) == set(others[1:])
    done = begin(model, others, pia, now)
    assert done.parts == others[1:]
    assert done.refused == [(others[0].pk, "Other 0", "has answers to an older version of the test: look them over")]
