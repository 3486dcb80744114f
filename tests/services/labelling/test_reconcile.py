"""The ways out of a dispute: what each may do, what it leaves in place, and that blind stays blind until then."""

from datetime import timedelta

import pytest

from inventory.domain.audit import Actor
from inventory.domain.part import Label
from inventory.domain.people import Discipline
from inventory.models import Action, Call, Notice, Pair, Part, Sheet, Stale
from inventory.services.calls import call as calls
from inventory.services.history import verification
from inventory.services.labelling import reconcile, standing, waiting
from inventory.services.people import team as teams
from tests import factories
from tests.services.labelling.test_waiting import NOBODY_WAITS, SOMEBODY_WAITS, both_in, give, put_in

PRODUCT, ENGINEERING = Discipline.PRODUCT, Discipline.ENGINEERING
BY = Actor("person", "1")


@pytest.fixture
def part(team, pia, ed) -> Part:
    factories.make_price()
    feature = factories.make_feature(team=team, product_owner=pia, engineering_owner=ed)
    return factories.make_call(feature=feature).parts.get()


@pytest.fixture
def disputed(part, now) -> Part:
    both_in(part, now, product=SOMEBODY_WAITS, engineering=NOBODY_WAITS)
    assert part.state == "disputed"
    return part


def sheet_of(part, side) -> Sheet:
    return Sheet.objects.get(part=part, side=side)


def untrue() -> list[str]:
    """What history and rows of sheets and pairs disagree on; tests make calls and parts without an action."""
    return [found.text for found in verification.verify().findings if found.text.startswith(("sheet", "pair"))]


def adopt(part, side, person, now):
    return reconcile.adopt(
        part=part, side=side, person=person, by=person.actor, at=now, version=sheet_of(part, side).version
    )


def settle(part, now, label=Label.NOT_WAITING, **more):
    version = Part.objects.get(pk=part.pk).version
    given = {"reason": "Read on Mondays.", "by": BY, "at": now, "version": version, **more}
    return reconcile.settle(part=part, label=label, **given)


def test_who_adopts_takes_over_what_both_are_asked_and_keeps_what_is_theirs_alone(disputed, ed, now):
    adopted = adopt(disputed, ENGINEERING, ed, now)
    disputed.refresh_from_db()
    assert adopted.is_in
    assert (disputed.state, disputed.label) == ("agreed", "waiting")
    answers = sheet_of(disputed, ENGINEERING).answers
    assert answers["first"] == {"choice": "person_now"}
    assert set(answers) == {"first", "late", "needed"}  # "meanwhile" is product's, the rest is no longer asked


def test_adopting_may_lead_to_a_question_only_this_side_can_answer(disputed, pia, now):
    adopted = adopt(disputed, PRODUCT, pia, now)
    disputed.refresh_from_db()
    assert (adopted.is_in, disputed.state) == (True, "agreed")
    other = factories.make_call(feature=disputed.feature).parts.get()
    both_in(other, now, product=NOBODY_WAITS, engineering=SOMEBODY_WAITS)
    adopted = adopt(other, PRODUCT, pia, now)
    other.refresh_from_db()
    assert (adopted.is_in, other.state, other.label) == (False, "one_side", "")
    assert waiting.walk(part=other, side=PRODUCT).open.id == "meanwhile"


def test_the_answers_first_given_stay_in_the_history_and_as_a_pair(disputed, ed, now):
    adopt(disputed, ENGINEERING, ed, now)
    pair = Pair.objects.get()
    assert (pair.product, pair.engineering) == ("waiting", "not_waiting")
    assert pair.engineering_answers["first"] == {"choice": "person_later"}
    told = Action.objects.get(kind="agreement.adopt").changes.get(record="sheet")
    assert '"person_later"' in told.before
    assert '"person_now"' in told.after
    assert untrue() == []


def test_nothing_is_adopted_from_a_sheet_that_is_blind_or_a_version_that_is_old(part, disputed, ed, pia, now):
    blind = factories.make_call(feature=part.feature).parts.get()
    put_in(blind, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    with pytest.raises(reconcile.NothingToSettle):
        reconcile.adopt(part=blind, side=ENGINEERING, person=ed, by=ed.actor, at=now, version=0)
    with pytest.raises(Stale):
        reconcile.adopt(part=disputed, side=ENGINEERING, person=ed, by=ed.actor, at=now, version=1)
    Sheet.objects.filter(part=disputed, side=PRODUCT).update(answered_by=ed)
    with pytest.raises(waiting.AnsweredOtherSide):
        adopt(disputed, ENGINEERING, ed, now)
    assert not Action.objects.filter(kind="agreement.adopt").exists()


@pytest.mark.parametrize(("label", "kind"), [(Label.WAITING, "stay_real_time"), (Label.NOT_WAITING, "move_to_batch")])
def test_a_settled_label_counts_with_its_reason_and_leaves_both_sheets(disputed, now, label, kind):
    sheets = list(Sheet.objects.order_by("pk").values())
    settle(disputed, now, label)
    disputed.refresh_from_db()
    assert (disputed.state, disputed.label, disputed.kind, disputed.sealed_at) == ("settled", label, kind, now)
    assert (disputed.reason, disputed.confidence) == ("Read on Mondays.", "low")
    assert disputed.guard == (label is Label.NOT_WAITING)  # a side says that somebody waits
    assert list(Sheet.objects.order_by("pk").values()) == sheets
    action = Action.objects.get(kind="agreement.settle")
    assert (action.reason, action.effect_saving) == ("Read on Mondays.", disputed.saving)
    assert untrue() == []


def test_a_blocker_a_side_named_goes_into_the_settled_label(part, now):
    blocked = {**NOBODY_WAITS[ENGINEERING], "limits": {"choices": ["retention"]}}
    both_in(part, now, product=SOMEBODY_WAITS, engineering={ENGINEERING: blocked})
    settle(part, now)
    part.refresh_from_db()
    assert (part.kind, bool(part.blockers)) == ("cannot_move", True)


def test_what_is_agreed_blind_or_stale_is_not_settled(part, disputed, now):
    blind = factories.make_call(feature=part.feature).parts.get()
    put_in(blind, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    with pytest.raises(reconcile.NothingToSettle):
        settle(blind, now)
    with pytest.raises(Stale):
        settle(disputed, now, version=1)
    settle(disputed, now)
    with pytest.raises(reconcile.NothingToSettle):
        settle(disputed, now)


def test_two_readers_are_split_not_settled(part, now):
    readers = {"needed": {"choice": "part", "name": "the preview"}, "rest_first": "person_later", "rest_late": "longer"}
    product = {**SOMEBODY_WAITS[PRODUCT], **readers}
    engineering = {**SOMEBODY_WAITS[ENGINEERING], **readers}
    given = {"chain": "no", "limits": {"choices": ["none"]}}
    order = ("first", "meanwhile", "late", "needed", "rest_first", "rest_late", "notice")
    put_in(part, PRODUCT, {name: product[name] for name in order if name in product}, now)
    put_in(
        part,
        ENGINEERING,
        {n: {**engineering, **given}[n] for n in (*order, *given) if n in {**engineering, **given}},
        now,
    )
    assert part.outcome == "hybrid"
    with pytest.raises(reconcile.SplitFirst):
        settle(part, now)


def opened(part, now, answers) -> Part:
    put_in(part, PRODUCT, answers, now)
    reconcile.open_sheet(part=part, by=BY, at=now + timedelta(days=5))
    return Part.objects.get(pk=part.pk)


def test_nothing_of_a_sheet_only_begun_goes_into_a_settled_label(part, now):
    opened(part, now, {**NOBODY_WAITS[PRODUCT], "first": "person_later"})
    begun = {**NOBODY_WAITS[ENGINEERING], "first": {"choice": "person_later", "name": "the night shift"}}
    give(part, ENGINEERING, {**begun, "limits": {"choices": ["retention"]}}, now)
    settle(part, now + timedelta(days=6))
    part.refresh_from_db()
    assert (part.consumer, part.blockers, part.kind) == ("", [], "move_to_batch")


def test_a_sheet_that_was_opened_and_taken_back_settles_nothing(part, now):
    opened(part, now, NOBODY_WAITS[PRODUCT])
    waiting.reopen(part=part, side=PRODUCT, by=BY, at=now)
    with pytest.raises(reconcile.NothingToSettle):
        settle(part, now + timedelta(days=6))


def test_two_readers_in_the_one_sheet_that_is_open_are_split_too(part, now):
    readers = {"needed": {"choice": "part", "name": "the preview"}, "rest_first": "person_later", "rest_late": "longer"}
    alone = {**SOMEBODY_WAITS[PRODUCT], **readers}
    order = ("first", "meanwhile", "late", "needed", "rest_first", "rest_late", "notice")
    opened(part, now, {name: alone[name] for name in order})
    assert sheet_of(part, PRODUCT).outcome == "hybrid"
    with pytest.raises(reconcile.SplitFirst):
        settle(part, now + timedelta(days=6))


def test_taking_a_sheet_back_breaks_what_was_settled(disputed, now):
    settle(disputed, now)
    version = sheet_of(disputed, PRODUCT).version
    with pytest.raises(waiting.ReasonNeeded):
        waiting.reopen(part=disputed, side=PRODUCT, by=BY, at=now, version=version)
    waiting.reopen(part=disputed, side=PRODUCT, by=BY, at=now, version=version, reason="The screen has changed.")
    disputed.refresh_from_db()
    assert (disputed.state, disputed.label) == ("one_side", "")


def test_a_lead_opens_a_sheet_when_the_other_side_has_had_its_days(part, ed, now):
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    assert standing.standing(part=part, person=ed).sheets.product is None
    with pytest.raises(reconcile.NotOpenYet) as early:
        reconcile.open_sheet(part=part, by=BY, at=now + timedelta(days=5, seconds=-1))
    assert early.value.until == now + timedelta(days=5)
    reconcile.open_sheet(part=part, by=BY, at=now + timedelta(days=5))
    assert standing.standing(part=part, person=ed).sheets.product is not None
    with pytest.raises(reconcile.NothingToOpen):
        reconcile.open_sheet(part=part, by=BY, at=now + timedelta(days=9))
    settle(part, now + timedelta(days=6), Label.WAITING)


def test_what_an_opened_sheet_says_later_is_blind_again(part, ed, now):
    opened(part, now, NOBODY_WAITS[PRODUCT])
    waiting.reopen(part=part, side=PRODUCT, by=BY, at=now + timedelta(days=6))
    assert standing.sheets_for(part, ed).product is None
    put_in(part, PRODUCT, {"notice": "team"}, now + timedelta(days=6))
    assert standing.sheets_for(part, ed).product is None
    again = reconcile.open_sheet(part=Part.objects.get(pk=part.pk), by=BY, at=now + timedelta(days=11))
    assert again.opened_at == now + timedelta(days=11)
    assert standing.sheets_for(part, ed).product is not None


def test_a_sheet_opened_once_is_blind_when_a_broken_seal_asks_again(part, ed, now):
    opened(part, now, NOBODY_WAITS[PRODUCT])
    put_in(part, ENGINEERING, NOBODY_WAITS[ENGINEERING], now + timedelta(days=6))
    call = Call.objects.get(pk=part.call_id)
    calls.edit(call=call, version=call.version, fields={"requests": 9000}, by=BY, at=now + timedelta(days=7))
    assert standing.sheets_for(Part.objects.get(pk=part.pk), ed).product is not None
    waiting.submit(part=part, side=PRODUCT, by=BY, at=now + timedelta(days=8))
    assert standing.sheets_for(Part.objects.get(pk=part.pk), ed).product is None


def test_the_days_are_the_teams_to_set(part, team, now):
    teams.edit(team=team, version=team.version, name=team.name, one_side_enough=False, opens_after=0, by=BY, at=now)
    put_in(part, ENGINEERING, NOBODY_WAITS[ENGINEERING], now)
    assert reconcile.open_sheet(part=Part.objects.get(pk=part.pk), by=BY, at=now).opened_at == now


def test_what_was_answered_after_the_opening_is_no_pair(part, now):
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    reconcile.open_sheet(part=part, by=BY, at=now + timedelta(days=5))
    put_in(part, ENGINEERING, NOBODY_WAITS[ENGINEERING], now + timedelta(days=6))
    assert (part.state, Pair.objects.count()) == ("agreed", 0)


def test_owners_are_told_but_not_who_did_it(part, pia, ed, now):
    give(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    waiting.submit(part=part, side=PRODUCT, by=pia.actor, at=now, person=pia)
    assert list(Notice.objects.values_list("person", "event")) == [(ed.pk, "answered")]
    give(part, ENGINEERING, SOMEBODY_WAITS[ENGINEERING], now)
    waiting.submit(part=part, side=ENGINEERING, by=ed.actor, at=now, person=ed)
    assert list(Notice.objects.filter(event="disputed").values_list("person", flat=True)) == [pia.pk]
    settle(Part.objects.get(pk=part.pk), now, by=pia.actor)
    assert list(Notice.objects.filter(event="sealed").values_list("person", flat=True)) == [ed.pk]


def test_a_sheet_saved_after_a_lead_settled_leaves_the_label(part, now):
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    reconcile.open_sheet(part=part, by=BY, at=now + timedelta(days=5))
    settle(part, now + timedelta(days=6), Label.NOT_WAITING)
    put_in(part, ENGINEERING, SOMEBODY_WAITS[ENGINEERING], now + timedelta(days=7))
    assert (part.state, part.label, part.reason) == ("settled", "not_waiting", "Read on Mondays.")
