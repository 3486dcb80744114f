"""The index of what waits for a review: kept in step, found fast, and held against history."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.domain.audit import Actor
from inventory.models import Action, Person, Review, Unreviewed
from inventory.services.history import history, review, unreviewed, verification
from inventory.services.history.history import Asked
from inventory.services.people import team as teams
from tests import factories

pytestmark = pytest.mark.django_db
BY = Actor("person", "1")
OPEN = Asked(review="open")


@pytest.fixture
def admin(db: None) -> Person:
    return factories.make_person(name="Ada", is_administrator=True)


@pytest.fixture
def written(admin: Person, now: datetime) -> list[int]:
    for n in range(6):
        teams.register(name=f"Team {n}", by=BY, at=now)
    return list(Action.objects.order_by("seq").values_list("seq", flat=True))


def mark(admin: Person, now: datetime, *seqs: int) -> None:
    review.mark(asked=Asked(), seqs=seqs, note="", person=admin, by=admin.actor, at=now)


def findings() -> list[str]:
    return [str(each) for each in verification.verify().findings if "review" in each.text]


def test_it_is_written_with_the_action_and_goes_with_the_review(
    written: list[int], admin: Person, now: datetime
) -> None:
    assert list(Unreviewed.objects.order_by("seq").values_list("seq", flat=True)) == written
    mark(admin, now, *written[1:4])
    assert [line.seq for line in history.listing(viewer=admin, asked=OPEN).lines] == [6, 5, 1]
    assert history.counted(OPEN) == 3
    review.take_back(action=Action.objects.get(seq=written[2]), by=BY, at=now)
    assert [line.seq for line in history.listing(viewer=admin, asked=OPEN).lines] == [6, 5, 3, 1]
    assert findings() == []


def test_pages_of_it_hold_all_of_it_once_in_order(
    written: list[int], admin: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "ROWS", 2)
    mark(admin, now, written[3])
    first = history.listing(viewer=admin, asked=OPEN)
    second = history.listing(viewer=admin, asked=OPEN, before=first.older)
    third = history.listing(viewer=admin, asked=OPEN, before=second.older)
    assert [[line.seq for line in page.lines] for page in (first, second, third)] == [[6, 5], [3, 2], [1]]
    assert third.older is None
    back = history.listing(viewer=admin, asked=OPEN, after=third.newer)
    assert ([line.seq for line in back.lines], back.older, back.newer) == ([3, 2], 2, 3)
    within = Asked(review="open", since=1, until=5)
    assert [line.seq for line in history.listing(viewer=admin, asked=within).lines] == [5, 3]
    assert history.counted(within) == 3


def test_with_other_filters_it_is_the_same(written: list[int], admin: Person, now: datetime) -> None:
    mark(admin, now, written[0])
    for asked in (Asked(review="open", kind="team.register"), Asked(review="open", person=Person(pk=1))):
        assert [line.seq for line in history.listing(viewer=admin, asked=asked).lines] == [6, 5, 4, 3, 2]
        assert history.counted(asked) == 5


def test_all_that_waits_is_marked_from_the_first_that_does(written: list[int], admin: Person, now: datetime) -> None:
    mark(admin, now, *written[:3])
    with CaptureQueriesContext(connection) as queries:
        review.mark(asked=Asked(), seqs=None, note="", person=admin, by=admin.actor, at=now)
    assert any(">= 4" in query["sql"] for query in queries)  # none of the reviewed ones is walked over
    assert Review.objects.count() == 6
    assert not Unreviewed.objects.exists()
    with pytest.raises(review.NothingToReview):
        review.mark(asked=Asked(), seqs=None, note="", person=admin, by=admin.actor, at=now)


def test_an_action_kept_from_the_review_behind_the_apps_back_is_named(
    written: list[int], admin: Person, now: datetime
) -> None:
    Unreviewed.objects.filter(seq__in=written[1:3]).delete()
    assert findings()[0] == f"action 2: {unreviewed.LEFT_OUT}"
    Unreviewed.objects.bulk_create([Unreviewed(seq=seq) for seq in (*written[1:3], 99)])
    mark(admin, now, written[0])
    assert findings() == [f"action 99: {unreviewed.TOO_MANY}"]
    Unreviewed.objects.filter(seq=99).delete()
    Review.objects.filter(seq=written[0]).update(seq=written[5])
    assert f"action 1: {unreviewed.LEFT_OUT}" in findings()
    assert f"action 6: {unreviewed.TOO_MANY}" in findings()
