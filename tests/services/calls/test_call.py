from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from inventory.domain.part import State
from inventory.domain.plan import Kind
from inventory.models import Action, Call, Change, Feature, Part, Person, Sheet, Stale, Team
from inventory.services.calls import call as calls
from tests import factories

pytestmark = pytest.mark.usefixtures("prices")

FIELDS: dict[str, Any] = {
    "name": "Nightly tags", "key": "", "provider": "anthropic", "model": "claude-sonnet-5-5", "today_path": "real_time",
    "requests": 1000, "uncached_input": 6000, "cacheable_prefix": 0, "output": 800, "tag": "TAGS",
}  # fmt: skip


@pytest.fixture
def feature(team: Team) -> Feature:
    return factories.make_feature(team=team, name="Search")


@pytest.fixture
def call(feature: Feature, pia: Person, now: datetime) -> Call:
    return calls.register(feature=feature, fields=FIELDS, by=pia.actor, at=now)


def kinds() -> list[str]:
    return list(Action.objects.filter(record="call").order_by("seq").values_list("kind", flat=True))


def fresh(call: Call) -> tuple[Call, list[Part]]:
    return Call.objects.get(pk=call.pk), list(call.parts.order_by("position"))


def test_a_registered_call_has_one_part_with_its_own_name_and_profile(call: Call) -> None:
    (part,) = call.parts.all()
    assert [getattr(part, name) for name in calls.PROFILE] == [getattr(call, name) for name in calls.PROFILE]
    assert (part.name, part.position, part.team, part.feature, part.is_live) == (
        "Nightly tags", 0, call.team, call.feature, True,
    )  # fmt: skip


def test_a_registered_call_is_priced_and_counts_as_real_time_until_it_is_decided(call: Call) -> None:
    stored, (part,) = fresh(call)
    assert stored.cost_today is not None
    assert stored.cost_today > 0
    assert (stored.kind, stored.cost_target, part.kind, part.cost_today) == (
        Kind.UNDECIDED, stored.cost_today, Kind.UNDECIDED, stored.cost_today,
    )  # fmt: skip
    assert part.possible > 0


def test_a_registered_call_is_one_action_that_created_call_and_part(call: Call, pia: Person) -> None:
    action = Action.objects.get(kind="call.register")
    assert (action.actor_id, action.record_id, action.title, action.effect_today) == (
        str(pia.pk), str(call.pk), "Nightly tags", call.cost_today,
    )  # fmt: skip
    assert list(action.changes.order_by("position").values_list("record", "before")) == [("call", ""), ("part", "")]


def test_a_call_is_found_by_what_it_is_called_anywhere(call: Call) -> None:
    assert calls.search_text(call) == "nightly tags\nnightly-tags\nclaude-sonnet-5-5\ntags\nsearch\ndocuments"
    assert list(Call.objects.matching("TAGS documents")) == [call]
    assert list(Call.objects.matching("tags elsewhere")) == []


def test_keys_made_from_names_never_meet(feature: Feature, pia: Person, now: datetime) -> None:
    homes = [feature, *(factories.make_feature(team=feature.team) for _ in range(2))]
    made = [calls.register(feature=home, fields=FIELDS, by=pia.actor, at=now).key for home in homes]
    assert made == ["nightly-tags", "nightly-tags-2", "nightly-tags-3"]
    assert calls.free_key("!!!") == "call"


def test_a_key_is_taken_in_any_case(call: Call, pia: Person, now: datetime) -> None:
    with pytest.raises(calls.KeyTaken):
        calls.register(feature=call.feature, fields={**FIELDS, "key": "Nightly-TAGS"}, by=pia.actor, at=now)
    assert Call.objects.count() == 1
    other = calls.register(feature=call.feature, fields={**FIELDS, "key": "other"}, by=pia.actor, at=now)
    with pytest.raises(calls.KeyTaken):
        calls.edit(call=other, version=1, fields={"key": "nightly-tags"}, by=pia.actor, at=now)


def test_an_unknown_model_is_kept_and_priced_as_unknown(feature: Feature, pia: Person, now: datetime) -> None:
    call = calls.register(feature=feature, fields={**FIELDS, "model": "gpt-17"}, by=pia.actor, at=now)
    stored, (part,) = fresh(call)
    assert (stored.model, stored.cost_today, stored.cost_target) == ("gpt-17", None, None)
    assert "model_unknown" in part.doubts


def test_nothing_is_registered_under_a_retired_feature(team: Team, pia: Person, now: datetime) -> None:
    feature = factories.make_feature(team=team, retired_at=now)
    with pytest.raises(calls.FeatureRetired):
        calls.register(feature=feature, fields=FIELDS, by=pia.actor, at=now)


def test_an_edit_keeps_the_one_part_in_step_and_reprices(call: Call, pia: Person, now: datetime) -> None:
    edited = calls.edit(call=call, version=1, fields={"requests": 2000, "name": "Tags"}, by=pia.actor, at=now)
    stored, (part,) = fresh(edited)
    assert (stored.version, stored.requests, stored.cost_today) == (2, 2000, 2 * (call.cost_today or 0))
    assert (part.requests, part.name, part.cost_today) == (2000, "Tags", stored.cost_today)
    assert stored.search_text.startswith("tags\n")


def test_an_edit_that_changes_nothing_writes_nothing(call: Call, pia: Person, now: datetime) -> None:
    calls.edit(call=call, version=1, fields=FIELDS | {"key": call.key}, by=pia.actor, at=now)
    assert (fresh(call)[0].version, kinds()) == (1, ["call.register"])


def test_an_edit_from_a_stale_version_changes_nothing_and_shows_theirs(call: Call, pia: Person, now: datetime) -> None:
    calls.edit(call=call, version=1, fields={"name": "Theirs"}, by=pia.actor, at=now)
    with pytest.raises(Stale) as stale:
        calls.edit(call=call, version=1, fields={"name": "Mine"}, by=pia.actor, at=now)
    assert str(stale.value.theirs) == "Theirs"
    assert fresh(call)[0].name == "Theirs"
    assert kinds() == ["call.register", "call.edit"]


def test_an_edit_says_why_in_the_history(call: Call, pia: Person, now: datetime) -> None:
    calls.edit(call=call, version=1, fields={"output": 900}, by=pia.actor, at=now, reason="Longer tags")
    action = Action.objects.get(kind="call.edit")
    assert (action.reason, action.effect_today > 0) == ("Longer tags", True)
    call_changes = Change.objects.get(action=action, record="call")
    assert (call_changes.before.startswith('{"cost_target"'), '"output":900' in call_changes.after) == (True, True)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"model": "claude-haiku-5-5"}, State.CHECK_NEEDED),
        ({"requests": 1201}, State.CHECK_NEEDED),
        ({"requests": 799}, State.CHECK_NEEDED),
        ({"requests": 1200}, State.AGREED),
        ({"requests": 800}, State.AGREED),
        ({"name": "Other", "output": 10_000}, State.AGREED),
    ],
)
def test_a_label_must_be_checked_when_model_or_volume_change(
    call: Call, pia: Person, now: datetime, fields: dict[str, Any], state: State
) -> None:
    call.parts.update(label="not_waiting", state="agreed", sealed_at=now)
    calls.edit(call=call, version=1, fields=fields, by=pia.actor, at=now)
    assert fresh(call)[1][0].state == state


def test_a_call_moves_to_a_feature_of_another_team_with_its_part(call: Call, pia: Person, now: datetime) -> None:
    away = factories.make_feature(name="Away")
    stored, (part,) = fresh(calls.edit(call=call, version=1, fields={"feature": away}, by=pia.actor, at=now))
    assert (stored.feature, stored.team, part.feature, part.team) == (away, away.team, away, away.team)
    assert stored.search_text.endswith(f"away\n{away.team.name.lower()}")


@pytest.mark.parametrize(
    ("enough", "label", "kind"), [(True, "not_waiting", "move_to_batch"), (False, "", "undecided")]
)
def test_a_label_of_one_side_counts_by_the_rule_of_the_team_a_call_moves_to(
    call: Call, pia: Person, now: datetime, enough: bool, label: str, kind: str
) -> None:
    answers = {"first": {"choice": "nobody"}, "late": {"choice": "longer"}}
    Sheet.objects.create(
        part=call.parts.get(), side="product", test_version=1, answers=answers, outcome="not_waiting", submitted_at=now
    )
    counted = {} if enough else {"label": "not_waiting", "one_sided": True, "sealed_at": now}
    call.parts.update(state="one_side", **counted)
    Team.objects.filter(pk=call.team_id).update(one_side_enough=not enough)
    there = factories.make_feature(team=factories.make_team(one_side_enough=enough))
    moved = calls.edit(call=call, version=1, fields={"feature": there}, by=pia.actor, at=now)
    part = moved.parts.get()
    assert (part.state, part.label, part.one_sided, part.kind, moved.kind) == ("one_side", label, enough, kind, kind)


def test_a_feature_retired_meanwhile_takes_no_call_in(call: Call, pia: Person, now: datetime) -> None:
    there = factories.make_feature(team=call.team)
    Feature.objects.filter(pk=there.pk).update(retired_at=now)
    with pytest.raises(calls.FeatureRetired):
        calls.register(feature=there, fields={**FIELDS, "name": "Other"}, by=pia.actor, at=now)
    with pytest.raises(calls.FeatureRetired):
        calls.edit(call=call, version=1, fields={"feature": there}, by=pia.actor, at=now)


def test_a_call_does_not_move_to_a_retired_feature(call: Call, pia: Person, now: datetime) -> None:
    gone = factories.make_feature(retired_at=now)
    with pytest.raises(calls.FeatureRetired):
        calls.edit(call=call, version=1, fields={"feature": gone}, by=pia.actor, at=now)


def split(call: Call) -> None:
    """Two parts that cover the call exactly."""
    call.parts.update(requests=400, in_split=True)
    factories.make_part(call=call, requests=600, name="Rest", in_split=True)
    Call.objects.filter(pk=call.pk).update(is_split=True)


def test_an_edit_that_leaves_the_parts_short_is_refused(call: Call, pia: Person, now: datetime) -> None:
    split(call)
    with pytest.raises(calls.PartsFallShort) as refused:
        calls.edit(call=call, version=1, fields={"output": 900}, by=pia.actor, at=now)
    assert [(gap.tokens, gap.missing) for gap in refused.value.gaps] == [("output", 100_000)]
    assert fresh(call)[0].output == 800


def test_an_edit_of_a_split_call_leaves_its_parts_their_profiles_and_names(
    call: Call, pia: Person, now: datetime
) -> None:
    split(call)
    stored, parts = fresh(calls.edit(call=call, version=1, fields={"name": "New", "output": 700}, by=pia.actor, at=now))
    assert [(part.name, part.requests, part.output) for part in parts] == [
        ("Nightly tags", 400, 800),
        ("Rest", 600, 800),
    ]
    assert sum(part.cost_today or 0 for part in parts) == stored.cost_today


def test_a_retired_call_leaves_every_total_and_comes_back_with_its_label(
    call: Call, pia: Person, now: datetime
) -> None:
    call.parts.update(label="not_waiting", state="agreed", sealed_at=now)
    retired = calls.retire(call=call, version=1, reason="Switched off", by=pia.actor, at=now)
    assert (retired.retired_at, fresh(call)[1][0].is_live) == (now, False)
    restored = calls.restore(call=retired, version=2, by=pia.actor, at=now)
    part = fresh(restored)[1][0]
    assert (restored.retired_at, part.is_live, part.state, part.kind) == (None, True, State.AGREED, Kind.MOVE_TO_BATCH)
    actions = list(Action.objects.filter(record="call").order_by("seq"))
    assert [(a.kind, a.reason) for a in actions] == [
        ("call.register", ""), ("call.retire", "Switched off"), ("call.restore", ""),
    ]  # fmt: skip
    assert actions[1].effect_today == -(call.cost_today or 0)
    assert actions[2].effect_saving > 0


def test_retiring_twice_is_one_action(call: Call, pia: Person, now: datetime) -> None:
    calls.retire(call=call, version=1, reason="Off", by=pia.actor, at=now)
    calls.retire(call=call, version=1, reason="Off", by=pia.actor, at=now)
    assert kinds() == ["call.register", "call.retire"]


def test_a_stale_retire_or_restore_is_refused(call: Call, pia: Person, now: datetime) -> None:
    with pytest.raises(Stale):
        calls.retire(call=call, version=7, reason="Off", by=pia.actor, at=now)
    calls.retire(call=call, version=1, reason="Off", by=pia.actor, at=now)
    with pytest.raises(Stale):
        calls.restore(call=call, version=1, by=pia.actor, at=now)


def test_a_call_does_not_come_back_under_a_retired_feature(call: Call, pia: Person, now: datetime) -> None:
    calls.retire(call=call, version=1, reason="Off", by=pia.actor, at=now)
    Feature.objects.filter(pk=call.feature_id).update(retired_at=now)
    with pytest.raises(calls.FeatureRetired):
        calls.restore(call=Call.objects.get(pk=call.pk), version=2, by=pia.actor, at=now)


def test_a_built_call_runs_no_query_and_holds_what_a_registered_one_does(
    call: Call, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        built, part = calls.built(feature=call.feature, fields=FIELDS | {"key": "nightly-tags"})
    assert (built.search_text, part.requests, part.hit_share) == (calls.search_text(call), 1000, Decimal(0))
