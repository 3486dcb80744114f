"""A review of the history that has an end."""

from datetime import datetime

import pytest
from django.test import Client

from inventory.models import Action, Call, Person, Review, Team
from inventory.services.calls import call as calls
from inventory.services.calls import feature as features
from inventory.services.history import review, verification
from inventory.services.history.history import Asked
from tests.views.history.test_audit import FIELDS, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]
OPEN = "/history?review=open"


@pytest.fixture
def call(team: Team, pia: Person, now: datetime) -> Call:
    feature = features.register(team=team, fields={"name": "Tickets"}, by=pia.actor, at=now)
    return calls.register(feature=feature, fields=FIELDS, by=pia.actor, at=now)


def mark(client: Client, **given: object) -> str:
    answer = client.post("/history/review?review=open", given, follow=True)
    return " ".join(answer.content.decode().split())


def test_ticked_actions_are_marked_with_a_note_in_one_action(call: Call, as_pia: Client) -> None:
    assert "2 of these wait for a review" in text(as_pia, OPEN)
    page = mark(as_pia, seq=[1], note="Seen with <Ed>")
    assert "1 action is reviewed." in page
    assert "1 of these waits for a review" in page
    assert "✓ reviewed by Pia" in text(as_pia, "/history?review=done")
    assert "Seen with &lt;Ed&gt;" in text(as_pia, "/history")
    action = Action.objects.latest("seq")
    told = (action.kind, action.title, action.reason, action.changes_count)
    assert told == ("review.mark", "action 1", "Seen with <Ed>", 1)


def test_a_review_has_an_end_and_makes_no_more_to_review(call: Call, as_pia: Client) -> None:
    newest = Action.objects.latest("seq").seq
    page = mark(as_pia, all="1", upto=newest, note="")
    assert "2 actions are reviewed." in page
    assert "All of it is reviewed." in page
    as_pia.post("/plan/export")
    assert "All of it is reviewed." in text(as_pia, OPEN)
    assert "nothing left to review" in mark(as_pia, all="1", upto=newest + 9)


def test_all_that_is_found_is_what_was_shown_and_nothing_later(
    call: Call, pia: Person, as_pia: Client, now: datetime
) -> None:
    newest = Action.objects.latest("seq").seq
    calls.edit(call=call, version=1, fields={"tag": "later"}, by=pia.actor, at=now)
    mark(as_pia, all="1", upto=newest)
    assert [each.kind for each in Action.objects.filter(seq__gt=newest)] == ["call.edit", "review.mark"]
    assert not Review.objects.filter(seq=newest + 1).exists()


def test_more_than_are_marked_at_once_are_told(call: Call, as_pia: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "MOST", 1)
    assert "1 action is reviewed. 1 are left: mark again." in mark(as_pia, all="1", upto=99)
    assert Review.objects.get().seq == 1


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"note": "typed"}, "Tick what you reviewed"),
        ({"note": "typed", "seq": ["x", "-1", "9" * 30]}, "Tick what you reviewed"),
        ({"note": "typed", "all": "1", "upto": "x"}, "lost track"),
        ({"note": "typed" + "x" * 500, "seq": ["1"]}, "Shorten it to 500"),
    ],
)
def test_what_cannot_be_marked_is_told_and_nothing_typed_is_lost(
    given: dict[str, object], told: str, call: Call, as_pia: Client
) -> None:
    page = mark(as_pia, **given)
    assert told in page
    assert "typed" in page
    assert not Review.objects.exists()


def test_leads_mark_what_is_of_their_team_and_nobody_else_does(
    call: Call, as_ed: Client, as_stranger: Client, as_admin: Client
) -> None:
    assert as_ed.post("/history/review", {"seq": 1}).status_code == 404
    assert "for you to mark. Your note was: mine" in mark(as_stranger, seq=[1], note="mine")
    assert 'type="checkbox"' not in text(as_stranger, OPEN)
    assert as_stranger.post("/history/1/review").status_code == 404
    assert "1 action is reviewed" in mark(as_admin, seq=[1])


def test_one_action_is_marked_on_its_page_and_the_mark_taken_back(call: Call, as_pia: Client, as_ed: Client) -> None:
    assert "Mark as reviewed" not in text(as_ed, "/history/1")
    assert "Mark as reviewed" in text(as_pia, "/history/1")
    as_pia.post("/history/1/review", {"note": "fine"})
    assert "Reviewed by Pia" in text(as_ed, "/history/1")
    twice = as_pia.post("/history/1/review", {"note": "twice"}, follow=True).content.decode()
    assert "Your note was: twice" in twice
    assert Review.objects.get().note == "fine"
    as_pia.post("/history/1/review/take-back")
    assert "Mark as reviewed" in text(as_pia, "/history/1")
    again = as_pia.post("/history/1/review/take-back", follow=True).content.decode()
    assert "not marked as reviewed any more" in again
    assert [each.kind for each in Action.objects.order_by("seq")][2:] == ["review.mark", "review.take_back"]
    assert [str(each) for each in verification.verify().findings if "review" in str(each)] == []
    long = as_pia.post("/history/1/review", {"note": "x" * 501})
    assert (long.status_code, "Shorten it to 500" in long.content.decode(), "x" * 501 in long.content.decode()) == (
        422, True, True,
    )  # fmt: skip
    assert not Review.objects.exists()


def test_a_review_is_nothing_to_review(call: Call, as_pia: Client, pia: Person, now: datetime) -> None:
    mark(as_pia, seq=[1])
    last = Action.objects.latest("seq").seq
    with pytest.raises(review.NothingToReview):
        review.mark(asked=Asked(), seqs=[last], note="", person=pia, by=pia.actor, at=now)
    assert "Mark as reviewed" not in text(as_pia, f"/history/{last}")
