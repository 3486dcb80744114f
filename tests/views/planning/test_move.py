"""The page of one move: its steps, and what is overruled with a reason."""

import pytest
from django.test import Client

from inventory.domain.book import Book
from inventory.domain.plan import Kind
from inventory.models import Action, Part, Team
from tests.services.planning.test_arrangement import make_move, make_wave

pytestmark = pytest.mark.django_db


def shown(client: Client, part: Part) -> str:
    return " ".join(client.get(f"/plan/moves/{part.pk}").content.decode().split())


def test_the_page_says_how_the_move_is_weighed_and_why(as_ed: Client, team: Team) -> None:
    part = make_move(team, guard=True, risk_set=5, risk_why="New market")
    text = shown(as_ed, part)
    assert "<strong>2</strong>: what is late is repeated at full price" in text
    assert "<strong>5</strong>: New market" in text
    assert "Overruled. By itself 2: a deadline lies within reach of a slow batch" in text


def test_what_stays_is_not_to_be_proposed(as_pia: Client, team: Team) -> None:
    found = shown(as_pia, make_move(team, kind=Kind.STAY_REAL_TIME, label="waiting"))
    assert "The next step" not in found
    assert "<dd>It does not move" in found
    assert "How far it has come" not in found
    assert "Not proposed" not in found
    assert "Overrule" not in found


def test_what_was_overruled_before_it_stayed_can_still_be_given_up(as_pia: Client, team: Team) -> None:
    assert "Overrule" in shown(as_pia, make_move(team, kind=Kind.STAY_BATCH, risk_set=5, risk_why="New market"))


def test_members_are_offered_the_proposal_only(as_ed: Client, team: Team) -> None:
    part = make_move(team)
    assert 'value="proposed"' in shown(as_ed, part)
    as_ed.post(f"/plan/moves/{part.pk}/step", {"version": 1, "to": "proposed"})
    text = shown(as_ed, part)
    assert "Overrule" not in text
    assert 'value="agreed"' not in text
    assert as_ed.post(f"/plan/moves/{part.pk}/step", {"version": 2, "to": "agreed"}).status_code == 404
    assert Part.objects.get().status == "proposed"


def test_a_lead_takes_the_next_step(as_pia: Client, team: Team) -> None:
    part = make_move(team, status="proposed", wave=make_wave(team))
    as_pia.post(f"/plan/moves/{part.pk}/step", {"version": 1, "to": "agreed"})
    as_pia.post(f"/plan/moves/{part.pk}/step", {"version": 2, "to": "planned"})
    assert Part.objects.get().status == "planned"


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({"version": 1, "to": "verified"}, 422, "cannot become verified in one step"),
        ({"version": 1, "to": "planned"}, 422, "Put it into a wave first"),
        ({"version": 1, "to": "lost"}, 422, "Select a valid choice"),
        ({"to": "planned"}, 422, "lost track"),
        ({"version": 7, "to": "proposed"}, 409, "somebody changed this move meanwhile"),
    ],
)
def test_a_step_that_cannot_be_taken_says_why(
    as_pia: Client, team: Team, given: dict[str, object], status: int, said: str
) -> None:
    part = make_move(team, status="agreed")
    answer = as_pia.post(f"/plan/moves/{part.pk}/step", given, follow=True)
    assert (answer.status_code, said in answer.content.decode()) == (status, True)
    assert not Action.objects.exists()


def test_a_walk_back_asks_why(as_pia: Client, team: Team, prices: Book) -> None:
    part = make_move(team, status="moved", wave=make_wave(team))
    address = f"/plan/moves/{part.pk}/step"
    refused = as_pia.post(address, {"version": 1, "to": "walked_back", "reason": ""})
    assert (refused.status_code, "Say why it was walked back" in refused.content.decode()) == (422, True)
    Part.objects.update(version=3)
    stale = as_pia.post(address, {"version": 1, "to": "walked_back", "reason": "The desk waits"})
    assert stale.status_code == 409
    for told in ("somebody changed this move meanwhile", "The desk waits", 'name="version" value="3"'):
        assert told in stale.content.decode()
    as_pia.post(address, {"version": 3, "to": "walked_back", "reason": "The desk waits"})
    assert "Walked back" in shown(as_pia, part)
    assert Part.objects.get().state == "check_needed"


def test_what_is_overruled_says_why(as_pia: Client, team: Team) -> None:
    part = make_move(team)
    address = f"/plan/moves/{part.pk}/overrule"
    refused = as_pia.post(address, {"version": 1, "effort_set": "4", "effort_why": ""})
    assert (refused.status_code, "Say why: what follows" in refused.content.decode()) == (422, True)
    assert as_pia.post(address, {"version": 1, "effort_set": "6", "effort_why": "x"}).status_code == 422
    as_pia.post(address, {"version": 1, "effort_set": "4", "effort_why": "No queue yet", "ready_set": ""})
    assert "<strong>4</strong>: No queue yet" in shown(as_pia, part)
    stale = as_pia.post(address, {"version": 1, "effort_set": "3", "effort_why": "There is one"})
    assert (stale.status_code, "There is one" in stale.content.decode()) == (409, True)
