"""The plan is set aside in one moment, outside any transaction, and nothing of it is left behind."""

from datetime import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from inventory.models import StagedCall, StagedPart, staged
from inventory.services.versions import plan_now
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
