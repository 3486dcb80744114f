"""One-time links: let in once, until they expire, and give nothing away."""

import hashlib
from datetime import datetime, timedelta

import pytest

from inventory.models import OneTimeLink, Person, Team
from inventory.services.people import link
from tests import factories


def test_only_a_hash_of_the_token_is_kept(db: None, now: datetime) -> None:
    made, token = link.made(purpose="first", at=now)
    assert made.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert len(token) >= 43


@pytest.mark.parametrize(("purpose", "lasts"), [("reset", 3600), ("sign_in", 900)])
def test_link_of_a_person_expires(ed: Person, now: datetime, purpose: str, lasts: int) -> None:
    _, token = link.made(purpose=purpose, person=ed, at=now)
    assert link.opened(token, at=now + timedelta(seconds=lasts - 1)).person == ed
    with pytest.raises(link.Spent):
        link.opened(token, at=now + timedelta(seconds=lasts))


def test_invitation_lasts_a_week(team: Team, now: datetime) -> None:
    _, token = link.made(purpose="invite", team=team, at=now)
    assert link.opened(token, at=now + timedelta(days=7, seconds=-1)).team == team
    with pytest.raises(link.Spent):
        link.opened(token, at=now + timedelta(days=7))


def test_looking_at_a_link_uses_nothing_up(ed: Person, now: datetime) -> None:
    made, token = link.made(purpose="reset", person=ed, at=now)
    link.opened(token, at=now)
    made.refresh_from_db()
    assert made.used_at is None


def test_of_two_who_opened_a_link_only_one_can_use_it(ed: Person, now: datetime) -> None:
    _, token = link.made(purpose="reset", person=ed, at=now)
    first, second = link.opened(token, at=now), link.opened(token, at=now)
    link.use(first, at=now)
    with pytest.raises(link.Spent):
        link.use(second, at=now)


def test_used_link_is_spent(ed: Person, now: datetime) -> None:
    _, token = link.made(purpose="reset", person=ed, at=now)
    link.use(link.opened(token, at=now), at=now)
    with pytest.raises(link.Spent):
        link.opened(token, at=now)


def test_link_that_expires_while_its_page_is_open_is_spent(ed: Person, now: datetime) -> None:
    _, token = link.made(purpose="sign_in", person=ed, at=now)
    found = link.opened(token, at=now)
    with pytest.raises(link.Spent):
        link.use(found, at=now + timedelta(minutes=15))


@pytest.mark.parametrize("token", ["", "nothing", "\x00", "é" * 40_000])
def test_unknown_token_is_spent(db: None, now: datetime, token: str) -> None:
    with pytest.raises(link.Spent):
        link.opened(token, at=now)


def test_link_for_another_purpose_is_spent(ed: Person, now: datetime) -> None:
    _, token = link.made(purpose="reset", person=ed, at=now)
    with pytest.raises(link.Spent):
        link.opened(token, "first", "invite", at=now)


def test_first_link_is_spent_once_there_is_an_administrator(db: None, now: datetime) -> None:
    _, token = link.made(purpose="first", at=now)
    factories.make_person(is_administrator=True)
    with pytest.raises(link.Spent):
        link.opened(token, at=now)


def test_link_into_a_retired_team_is_spent(team: Team, now: datetime) -> None:
    _, token = link.made(purpose="invite", team=team, at=now)
    Team.objects.update(retired_at=now)
    with pytest.raises(link.Spent):
        link.opened(token, at=now)


def test_link_of_a_deactivated_person_is_spent(ed: Person, now: datetime) -> None:
    _, token = link.made(purpose="sign_in", person=ed, at=now)
    Person.objects.update(is_active=False)
    with pytest.raises(link.Spent):
        link.opened(token, at=now)


def test_closed_links_are_spent_and_used_ones_keep_their_time(ed: Person, now: datetime) -> None:
    used, token = link.made(purpose="reset", person=ed, at=now)
    link.use(used, at=now)
    _, other = link.made(purpose="reset", person=ed, at=now)
    later = now + timedelta(minutes=1)
    link.close([used, *link.open_for(ed, at=later)], at=later)
    assert list(OneTimeLink.objects.order_by("pk").values_list("used_at", flat=True)) == [now, later]
    with pytest.raises(link.Spent):
        link.opened(other, at=later)
