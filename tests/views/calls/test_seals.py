"""An edit that breaks a seal says so to whoever made it, once, and names what has to be checked."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from inventory.models import Call, Part, Person, Team
from tests import factories
from tests.services.labelling.test_waiting import both_in

pytestmark = pytest.mark.usefixtures("prices")
SAID = "Saved. The label of Nightly tags has to be checked: it counts at full price until both sides have done so."


@pytest.fixture
def part(team: Team, ed: Person, pia: Person) -> Part:
    return factories.make_call(feature=factories.make_feature(team=team), name="Nightly tags").parts.get()


def edited(client: Client, part: Part, **fields: Any) -> str:
    call = Call.objects.get(pk=part.call_id)
    names = (
        "name",
        "provider",
        "model",
        "today_path",
        "requests",
        "uncached_input",
        "output",
        "figures",
        "version",
        "key",
    )
    given = {"feature": call.feature_id, **{name: getattr(call, name) for name in names}}
    return client.post(f"/calls/{call.pk}/edit", {**given, **fields}, follow=True).content.decode()


def test_whoever_breaks_a_seal_is_told_once(as_ed: Client, part: Part, now: datetime) -> None:
    both_in(part, now)
    assert "has to be checked" not in edited(as_ed, part, requests="1,050")
    assert SAID in edited(as_ed, part, requests="5,000")
    assert SAID not in edited(as_ed, part, requests="6,000")


def test_an_edit_of_what_has_no_label_breaks_nothing(as_ed: Client, part: Part) -> None:
    assert "has to be checked" not in edited(as_ed, part, requests="5,000")


def test_another_consumer_breaks_the_seal_as_well(as_ed: Client, part: Part, now: datetime) -> None:
    both_in(part, now)
    part.refresh_from_db()
    answer = as_ed.post(f"/parts/{part.pk}/edit", {"consumer": "a customer", "version": part.version}, follow=True)
    assert SAID in answer.content.decode()
