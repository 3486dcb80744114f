from datetime import timedelta

import pytest

from inventory.models import Action, Call, Feature, Part, Sheet, Stale, Team
from inventory.services.calls import feature as features
from tests import factories


@pytest.fixture
def feature(team):
    return factories.make_feature(team=team, name="Document intake", first_guess=30)


def edited(feature, by, at, **fields):
    return features.edit(feature=feature, version=feature.version, fields=fields, by=by.actor, at=at)


def kinds():
    return list(Action.objects.order_by("seq").values_list("kind", flat=True))


def test_registering_leaves_one_action(team, pia, now):
    made = features.register(team=team, fields={"name": "Intake", "product_owner": pia}, by=pia.actor, at=now)
    assert Feature.objects.get() == made
    action = Action.objects.get()
    assert (action.kind, action.title, action.team_id, action.actor_id) == (
        "feature.register",
        "Intake",
        team.pk,
        str(pia.pk),
    )


def test_a_retired_team_takes_no_feature_in_and_none_back(team, feature, pia, now):
    gone = factories.make_team()
    Team.objects.filter(pk=gone.pk).update(retired_at=now)
    with pytest.raises(features.TeamRetired):
        features.register(team=gone, fields={"name": "Late"}, by=pia.actor, at=now)
    with pytest.raises(features.TeamRetired):
        edited(feature, pia, now, team=gone)
    theirs = factories.make_feature(team=gone, retired_at=now)
    with pytest.raises(features.TeamRetired):
        features.restore(feature=theirs, version=1, by=pia.actor, at=now)
    assert kinds() == []


def test_a_name_is_taken_in_its_team_whatever_its_case(team, feature, pia, now):
    with pytest.raises(features.NameTaken):
        features.register(team=team, fields={"name": "DOCUMENT intake"}, by=pia.actor, at=now)
    assert features.register(team=factories.make_team(), fields={"name": "Document intake"}, by=pia.actor, at=now)
    assert kinds() == ["feature.register"]


def test_renaming_onto_another_feature_is_refused(team, feature, pia, now):
    other = factories.make_feature(team=team, name="Claims")
    with pytest.raises(features.NameTaken):
        edited(other, pia, now, name="document intake")
    assert Feature.objects.get(pk=other.pk).name == "Claims"


def test_handing_over_an_owner_is_in_the_history_by_number(feature, pia, now):
    edited(feature, pia, now, product_owner=pia)
    change = Action.objects.get(kind="feature.edit").changes.get()
    assert (change.before, change.after) == ('{"product_owner_id":null}', f'{{"product_owner_id":{pia.pk}}}')


def test_saving_without_a_difference_writes_nothing(feature, pia, now):
    edited(feature, pia, now, name="Document intake", first_guess=30)
    assert kinds() == []
    assert Feature.objects.get().version == 1


def test_a_stale_edit_is_refused_with_theirs(feature, pia, now):
    edited(feature, pia, now, description="Reads what brokers send")
    with pytest.raises(Stale) as refused:
        features.edit(feature=feature, version=1, fields={"description": "Mine"}, by=pia.actor, at=now)
    assert refused.value.theirs.description == "Reads what brokers send"
    assert kinds() == ["feature.edit"]


@pytest.mark.parametrize(
    "sealed",
    [{"label": "waiting", "state": "agreed"}, {"state": "check_needed"}, {"label": "not_waiting", "state": "one_side"}],
)
def test_the_first_guess_is_frozen_once_a_label_counted(feature, pia, now, sealed):
    Part.objects.filter(call=factories.make_call(feature=feature)).update(**sealed)
    with pytest.raises(features.GuessFrozen):
        edited(feature, pia, now, first_guess=60)
    assert edited(feature, pia, now, description="Still open to change").first_guess == 30


def test_the_first_guess_may_change_while_nothing_is_labelled(feature, pia, now):
    factories.make_call(feature=feature)
    assert edited(feature, pia, now, first_guess=60).first_guess == 60


def test_calls_are_found_by_the_new_name_of_their_feature(feature, pia, now):
    call = factories.make_call(feature=feature, name="Preview")
    edited(feature, pia, now, name="Claims desk")
    assert Call.objects.matching("claims preview").get() == call
    assert kinds() == ["feature.edit"]


def test_a_feature_takes_its_calls_and_parts_to_another_team(feature, pia, now):
    call = factories.make_call(feature=feature)
    other = factories.make_team(name="Claims")
    edited(feature, pia, now, team=other)
    assert Call.objects.get().team == other
    assert Part.objects.get().team == other
    changes = Action.objects.get().changes.values_list("record", "record_id")
    assert set(changes) == {
        ("feature", str(feature.pk)),
        ("call", str(call.pk)),
        ("part", str(call.parts.get().pk)),
    }


def test_a_label_of_one_side_counts_no_more_in_a_team_that_wants_both(feature, pia, now):
    factories.make_price()
    Team.objects.filter(pk=feature.team_id).update(one_side_enough=True)
    call = factories.make_call(feature=feature)
    part = call.parts.get()
    Sheet.objects.create(part=part, side="product", test_version=1, submitted_at=now, outcome="waiting", answers={})
    Part.objects.update(label="waiting", state="one_side", one_sided=True, kind="stay_real_time")
    edited(feature, pia, now, team=factories.make_team())
    part.refresh_from_db()
    assert (part.label, part.state, part.one_sided, part.kind) == ("", "one_side", False, "undecided")
    assert Call.objects.get().kind == "undecided"


def test_retiring_is_refused_while_calls_are_live(feature, pia, now):
    factories.make_call(feature=feature)
    with pytest.raises(features.HasLiveCalls) as refused:
        features.retire(feature=feature, version=1, reason="Gone", by=pia.actor, at=now)
    assert refused.value.count == 1
    assert Feature.objects.get().retired_at is None
    assert kinds() == []


def test_retiring_takes_its_calls_along_in_one_action(feature, pia, now):
    for _ in range(2):
        factories.make_call(feature=feature)
    Part.objects.update(cost_today=5_000_000, cost_target=3_000_000, saving=2_000_000)
    features.retire(feature=feature, version=1, reason="Gone", by=pia.actor, at=now, with_calls=True)
    assert set(Call.objects.values_list("retired_at", flat=True)) == {now}
    assert not Part.objects.live().exists()
    action = Action.objects.get()
    assert (action.kind, action.reason, action.changes_count) == ("feature.retire", "Gone", 5)
    assert (action.effect_today, action.effect_saving) == (-10_000_000, -4_000_000)


def test_restoring_brings_back_what_was_retired_with_it_and_no_more(feature, pia, now):
    factories.make_price()
    earlier = factories.make_call(feature=feature, retired_at=now - timedelta(days=9))
    Part.objects.update(is_live=False)
    together = factories.make_call(feature=feature)
    gone = features.retire(feature=feature, version=1, reason="Gone", by=pia.actor, at=now, with_calls=True)
    features.restore(feature=gone, version=gone.version, by=pia.actor, at=now)
    assert Call.objects.live().get() == together
    assert Call.objects.retired().get() == earlier
    assert Part.objects.live().get().cost_today == 25_000_000
    assert kinds() == ["feature.retire", "feature.restore"]


def test_retiring_twice_writes_nothing_more(feature, pia, now):
    gone = features.retire(feature=feature, version=1, reason="Gone", by=pia.actor, at=now)
    features.retire(feature=gone, version=1, reason="Again", by=pia.actor, at=now)
    assert kinds() == ["feature.retire"]


def test_listing_sorts_by_money_and_ends_in_a_unique_column(team):
    small, big = (factories.make_feature(team=team, name=name) for name in ("A small one", "Big"))
    for feature, cost in ((small, 1), (big, 2)):
        Part.objects.filter(call=factories.make_call(feature=feature)).update(cost_today=cost, saving=-cost)
    assert list(features.listing(sort="-today")) == [big, small]
    assert list(features.listing(sort="-saving")) == [small, big]
    assert list(features.listing(sort="name")) == [small, big]
    for sort in features.SORTS:
        assert features.listing(sort=sort).query.order_by[-1] == "pk"


def test_listing_searches_every_word_and_filters(team, now):
    intake = factories.make_feature(team=team, name="Document intake")
    factories.make_feature(team=team, name="Claims", description="documents too")
    elsewhere = factories.make_feature(name="Intake elsewhere")
    gone = factories.make_feature(team=team, name="Old intake", retired_at=now)
    assert list(features.listing(words="intake documents")) == [intake]
    assert list(features.listing(words="intake")) == [intake, elsewhere]
    assert list(features.listing(words="intake", team=team, retired=True)) == [gone]
