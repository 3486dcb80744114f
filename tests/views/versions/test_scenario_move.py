"""Single moves of a scenario: found, ticked, left out, taken in; what is stale, wrong or somebody else's is refused."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from inventory.models import Part, Person, Scenario, Team
from inventory.services.versions import scenario
from tests import factories
from tests.services.plans import move
from tests.views.versions.test_scenario import made, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]


@pytest.fixture
def part(team: Team, now: datetime) -> Part:
    found = factories.make_call(
        feature=factories.make_feature(team=team), name="Nightly", cacheable_prefix=0
    ).parts.get()
    found.call.priced_on = now.date()
    move(found)
    return found


def choose(client: Client, found: Scenario, query: str = "", **sent: object) -> tuple[int, str]:
    answer = client.post(reverse("scenario.moves", args=[found.pk]) + query, sent, follow=True)
    return answer.status_code, answer.content.decode()


def test_a_move_is_left_out_and_the_scenario_says_so(as_ed: Client, ed: Person, part: Part, now: datetime) -> None:
    found = made(ed, now)
    other = factories.make_call(feature=part.feature, name="Daily").parts.get()
    page = text(as_ed, "scenario.moves", found.pk, words="night")
    assert "Nightly" in page
    assert "Daily" not in page
    status, page = choose(as_ed, found, "?words=night", part=[part.pk], to="left_out", version=1)
    assert status == 200
    assert "1 part is left out of this scenario" in page
    assert "<strong>left out</strong>" in page
    assert 'value="night"' in page  # still narrowed
    choose(as_ed, found, part=[other.pk], to="taken_in", version=2)
    opened = text(as_ed, "scenario.detail", found.pk)
    assert "<dt>Single moves left out</dt><dd>Nightly</dd><dt>Single moves taken in</dt><dd>Daily</dd>" in opened
    assert Part.objects.get(pk=part.pk).label == "not_waiting"
    assert "Daily" in text(as_ed, "scenario.moves", found.pk, show="chosen")
    assert "No part fits" in text(as_ed, "scenario.moves", found.pk, kind="bring_back")


def test_what_is_wrong_or_stale_changes_nothing_and_keeps_the_ticks(
    as_ed: Client, ed: Person, part: Part, now: datetime
) -> None:
    found = made(ed, now)
    ticked = f'value="{part.pk}" id="part-{part.pk}" aria-label="Nightly" checked'
    for sent, status, said in (
        ({"to": "left_out", "version": 1}, 422, "Tick a part first."),
        ({"part": ["x", "9" * 20, "-1"], "to": "left_out", "version": 1}, 422, "lost track"),
        ({"part": [part.pk], "to": "away", "version": 1}, 422, "lost track"),
        ({"part": [part.pk], "to": "left_out"}, 422, "lost track"),
        ({"part": [part.pk], "to": "left_out", "version": 9}, 409, "somebody changed the scenario meanwhile"),
    ):
        answered, page = choose(as_ed, found, **sent)
        assert (answered, said in page, part.pk not in sent.get("part", []) or ticked in page) == (status, True, True)
    assert Scenario.objects.get().left_out == {}


def test_parts_of_another_team_are_no_moves_of_a_teams_scenario(
    as_ed: Client, ed: Person, team: Team, part: Part, now: datetime
) -> None:
    found = scenario.register(team=team, fields={"name": "Ours"}, by=ed.actor, at=now, person=ed)
    theirs = factories.make_call(name="Theirs").parts.get()
    assert "Theirs" not in text(as_ed, "scenario.moves", found.pk)
    status, page = choose(as_ed, found, part=[theirs.pk], to="left_out", version=1)
    assert (status, "Nothing was changed: what was ticked is no part of this plan any more." in page) == (422, True)
    assert Scenario.objects.get().left_out == {}
