"""The plan is set aside in one moment, outside any transaction, and nothing of it is left behind."""

from datetime import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from inventory.domain.audit import Actor
from inventory.models import Call, Part, Scenario, StagedCall, StagedPart, staged
from inventory.services.calls import call as calls
from inventory.services.versions import plan_now, scenario, scenario_figures
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_set_aside_stays_as_it_was_and_is_gone_afterwards(now: datetime) -> None:
    call = factories.make_call(name="As it was")
    with plan_now.set_aside(0, at=now):
        assert not connection.in_atomic_block
        type(call).objects.update(name="Changed meanwhile")
        assert [each.name for each in StagedCall.objects.all()] == ["As it was"]
        assert StagedPart.objects.get().call_id == call.pk
    with pytest.raises(DatabaseError), transaction.atomic():
        StagedCall.objects.count()


def test_a_failure_leaves_no_transaction_open_and_the_next_one_begins_anew(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.make_call()
    with monkeypatch.context() as patch:
        patch.setattr(staged, "live_parts", lambda scope: 1 / 0)
        with pytest.raises(ZeroDivisionError), plan_now.set_aside(0, at=now):
            pass
    with transaction.atomic():  # refused inside another
        assert factories.make_call().pk
    with plan_now.set_aside(0, at=now):
        assert StagedCall.objects.count() == 2


def test_a_scenario_is_of_one_moment_however_its_calls_change_meanwhile(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cheaper calls, a new one and a retired one between two chunks: nothing of it is in the figures, nor in the number
    up to which they are told to be."""
    monkeypatch.setattr(scenario_figures, "CHUNK", 1)
    factories.make_price()
    team = factories.make_team(name="Search")
    feature = factories.make_feature(team=team)
    first, second = (factories.make_call(feature=feature, name=name, cost_today=5_000_000) for name in ("A", "B"))
    Part.objects.update(cost_today=5_000_000, cost_target=5_000_000)
    found = Scenario.objects.create(team=team, name="One", created_at=now)
    seq = scenario.last_change(team)

    def told(done: int, total: int) -> None:
        if done == 1:
            calls.edit(call=first, version=first.version, fields={"tag": "x"}, by=Actor("person", "1"), at=now)
            Part.objects.filter(call=second).update(cost_today=1, cost_target=1)
            Call.objects.filter(pk=second.pk).update(retired_at=now)
            factories.make_call(feature=feature, name="C")
        assert total == 2

    assert scenario_figures.work_out(found=found, on=now.date(), at=now, told=told)
    found.refresh_from_db()
    assert found.result["plan"]["today"] == 10_000_000
    assert found.result_seq == seq < scenario.last_change(team)
    with pytest.raises(DatabaseError), transaction.atomic():
        staged.whole_count()
