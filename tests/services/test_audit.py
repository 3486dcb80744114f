from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from inventory.domain import audit as chain
from inventory.domain.audit import Actor
from inventory.models import Action, ChainHead, Change, Person, Sheet, Team
from inventory.services import audit
from tests import factories

BY = Actor("command", "test")
pytestmark = pytest.mark.django_db


def written(now: datetime, subject: Any, before: audit.States, after: audit.States, **given: Any) -> Action | None:
    return audit.record(kind="test.write", by=BY, at=now, subject=subject, before=before, after=after, **given)


def test_a_creation_is_kept_whole(now: datetime, team: Team) -> None:
    action = written(now, team, {}, audit.states(team), reason="a start")
    assert action is not None
    assert (action.seq, action.title, action.team_id, action.reason) == (1, "Documents", team.pk, "a start")
    (change,) = action.changes.all()
    assert (change.record, change.record_id, change.before) == ("team", str(team.pk), "")
    assert (
        change.after == '{"is_demo":false,"name":"Documents","one_side_enough":false,"opens_after":5,"retired_at":null}'
    )


def test_an_edit_keeps_only_what_differs(now: datetime, team: Team) -> None:
    before = audit.states(team)
    team.name = "Papers"
    action = written(now, team, before, audit.states(team))
    assert action is not None
    (change,) = action.changes.all()
    assert (change.before, change.after) == ('{"name":"Documents"}', '{"name":"Papers"}')


def test_nothing_changed_writes_nothing(now: datetime, team: Team) -> None:
    assert written(now, team, audit.states(team), audit.states(team)) is None
    assert Action.objects.count() == ChainHead.objects.count() == 0


def test_what_is_changed_in_place_is_noticed(now: datetime) -> None:
    part = factories.make_call().parts.get()
    sheet = Sheet.objects.create(part=part, side="product", test_version=1, answers={"first": "person_now"})
    before = audit.states(part, sheet)
    sheet.answers["delay"] = "few_seconds"
    part.blockers.append("streaming")
    assert audit.changed(sheet, before) == ["answers"]
    assert audit.changed(part, before) == ["blockers"]
    assert written(now, part, before, audit.states(part, sheet)) is not None


def test_each_action_continues_the_last_one(now: datetime, team: Team) -> None:
    first = written(now, team, {}, audit.states(team))
    second = written(now, team, audit.states(team), {})
    assert first is not None
    assert second is not None
    assert (first.previous, second.previous) == (chain.GENESIS, first.hash)
    assert (audit.head().seq, audit.head().hash) == (2, second.hash)


def test_the_effect_counts_live_parts_only(now: datetime) -> None:
    call = factories.make_call()
    live, retired = call.parts.get(), factories.make_part(call=call, is_live=False)
    before = audit.states(live, retired)
    for part in (live, retired):
        part.cost_today, part.cost_target, part.possible = 900, 400, 30
    action = written(now, call, before, audit.states(live, retired))
    assert action is not None
    assert (action.effect_today, action.effect_saving, action.effect_possible) == (900, 500, 30)


def test_of_people_no_name_is_kept(now: datetime, pia: Person) -> None:
    action = written(now, pia, {}, audit.states(pia))
    assert action is not None
    assert "Pia" not in "".join([action.title, *action.changes.values_list("after", flat=True)])


def test_many_records_are_one_action_written_in_few_statements(
    now: datetime, team: Team, django_assert_max_num_queries: Any
) -> None:
    changes = audit.Changes()
    for start in range(1, 2001, 500):
        changes.add({}, {("call", pk): {"name": f"Call {pk}"} for pk in range(start, start + 500)})
    with django_assert_max_num_queries(40):
        action = audit.append(
            kind="exchange.import",
            by=BY,
            at=now,
            record="file",
            record_id="1",
            title="calls.csv",
            team_id=None,
            changes=changes,
        )
    assert action is not None
    assert action.changes_count == Change.objects.filter(action=action).count() == 2000
    assert list(action.changes.order_by("position").values_list("record_id", flat=True)) == [
        str(n) for n in range(1, 2001)
    ]


@pytest.mark.django_db(transaction=True)
def test_history_is_refused_outside_a_transaction(now: datetime) -> None:
    team = factories.make_team()
    with pytest.raises(RuntimeError):
        written(now, team, {}, audit.states(team))


@pytest.mark.django_db(transaction=True)
def test_where_history_cannot_be_written_the_change_does_not_happen(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = factories.make_team(name="Documents")

    def broken(*args: object, **kwargs: object) -> None:
        raise OSError("disk full")

    @transaction.atomic
    def rename() -> None:
        before = audit.states(team)
        team.name = "Papers"
        team.write("name")
        written(now, team, before, audit.states(team))

    monkeypatch.setattr(audit, "_insert", broken)
    with pytest.raises(OSError, match="disk full"):
        rename()
    assert Team.objects.get(pk=team.pk).name == "Documents"
    assert Action.objects.count() == 0
