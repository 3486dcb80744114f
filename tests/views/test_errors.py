"""What breaks is answered in words, and nothing of it is half there."""

import pytest
from django.db import OperationalError
from django.test import Client

from inventory.models import Action, Call, Person, Team
from inventory.services import audit
from tests import factories
from tests.views.calls.test_call import typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(team: Team) -> Call:
    return factories.make_call(feature=factories.make_feature(team=team))


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (OperationalError("database is locked"), 503, "nothing was saved"),
        (OperationalError("database or disk is full"), 503, "reload this page"),
        (ZeroDivisionError(), 500, "Nothing was half-saved"),
    ],
)
def test_a_change_whose_history_cannot_be_written_is_refused_in_words(
    error: Exception, status: int, said: str, as_ed: Client, ed: Person, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(**given: object) -> None:
        Action.objects.create(seq=1, at=ed.joined_at, changes_count=0, schema=2)
        raise error

    monkeypatch.setattr(audit, "append", failing)
    as_ed.raise_request_exception = False
    answer = as_ed.post(f"/calls/{call.pk}/edit", typed(call.feature, requests="7", version=call.version))
    assert (answer.status_code, said in answer.content.decode()) == (status, True)
    assert ("Retry-After" in answer.headers) == (status == 503)
    assert Call.objects.values_list("requests", "version").get() == (call.requests, call.version)
    assert Action.objects.count() == 0
