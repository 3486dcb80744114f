"""How people get in: the first administrator, and links for whoever is locked out."""

from datetime import datetime, timedelta

import pytest

from inventory.domain.audit import Actor
from inventory.models import Action, Change, Membership, OneTimeLink, Person, Team
from inventory.services.people import link, people, team
from tests import factories

BY = Actor("command", "test")
FORM = {
    "email": "Zoey@Example.test",
    "name": "Zoey",  # letters no hash has
    "discipline": "product",
    "password": "nine brown cats",
    "team": "Search",
}


def reset(person: Person, at: datetime) -> str:
    sent = people.reset_link(email=person.email.upper(), by=BY, at=at)
    assert sent is not None
    assert sent.person == person
    return sent.token


def test_empty_installation_gets_a_first_link(db: None, now: datetime) -> None:
    token = people.first_link(at=now)
    assert token is not None
    assert link.opened(token, at=now).purpose == "first"
    action = Action.objects.get()
    assert (action.kind, action.actor_kind, action.actor_id) == ("people.first_link", "command", "serve")


def test_no_first_link_where_there_is_an_administrator(admin: Person, now: datetime) -> None:
    assert people.first_link(at=now) is None
    assert not OneTimeLink.objects.exists()


def test_deactivated_administrator_does_not_count(admin: Person, now: datetime) -> None:
    Person.objects.update(is_active=False)
    assert people.first_link(at=now) is not None


def test_first_link_makes_an_administrator_who_leads_a_team(db: None, now: datetime) -> None:
    person = people.begin(token=people.first_link(at=now) or "", at=now, **FORM)
    person.refresh_from_db()
    assert (person.email, person.is_administrator, person.discipline) == ("zoey@example.test", True, "product")
    assert person.check_password("nine brown cats")
    membership = Membership.objects.get()
    assert (membership.team.name, membership.person, membership.role) == ("Search", person, "lead")
    action = Action.objects.get(kind="people.begin")
    assert (action.actor_id, action.changes_count, action.title) == (str(person.pk), 4, "")


def test_first_link_works_once(db: None, now: datetime) -> None:
    token = people.first_link(at=now) or ""
    people.begin(token=token, at=now, **FORM)
    with pytest.raises(link.Spent):
        people.begin(token=token, at=now, **{**FORM, "email": "eve@example.test"})
    assert Person.objects.count() == 1


def test_second_first_link_comes_too_late(db: None, now: datetime) -> None:
    tokens = [people.first_link(at=now) or "" for _ in range(2)]
    people.begin(token=tokens[0], at=now, **FORM)
    with pytest.raises(link.Spent):
        people.begin(token=tokens[1], at=now, **{**FORM, "email": "eve@example.test"})


def test_refused_beginning_leaves_the_link_open(db: None, now: datetime) -> None:
    factories.make_team(name="search")
    token = people.first_link(at=now) or ""
    with pytest.raises(team.NameTaken):
        people.begin(token=token, at=now, **FORM)
    assert not Person.objects.exists()
    assert link.opened(token, at=now)


def test_second_account_with_an_e_mail_is_refused(ed: Person, now: datetime) -> None:
    with pytest.raises(people.EmailTaken):
        people.created(email=ed.email.upper(), name="Eve", discipline="other", password="x", at=now)


def test_sign_in_link_lets_in_once(ed: Person, now: datetime) -> None:
    token = people.sign_in_link(email=f" {ed.email.upper()} ", by=BY, at=now)
    assert people.enter(token=token, at=now) == ed
    with pytest.raises(link.Spent):
        people.enter(token=token, at=now)
    assert [a.kind for a in Action.objects.order_by("seq")] == ["people.sign_in_link", "people.enter"]


@pytest.mark.parametrize("email", ["nobody@example.test", ""])
def test_sign_in_link_for_nobody_is_refused(ed: Person, now: datetime, email: str) -> None:
    with pytest.raises(people.NoAccount):
        people.sign_in_link(email=email, by=BY, at=now)


def test_sign_in_link_for_somebody_deactivated_is_refused(ed: Person, now: datetime) -> None:
    Person.objects.update(is_active=False)
    with pytest.raises(people.NoAccount):
        people.sign_in_link(email=ed.email, by=BY, at=now)


def test_entering_without_a_password_keeps_the_old_one(ed: Person, now: datetime) -> None:
    people.enter(token=people.sign_in_link(email=ed.email, by=BY, at=now), at=now)
    ed.refresh_from_db()
    assert ed.check_password("correct horse battery")
    assert ed.password_set_at is None


def test_new_password_ends_sessions_and_other_links(ed: Person, now: datetime) -> None:
    before = ed.get_session_auth_hash()
    token = reset(ed, now)
    other = people.sign_in_link(email=ed.email, by=BY, at=now)
    people.enter(token=token, password="nine brown cats", at=now)
    ed.refresh_from_db()
    assert ed.check_password("nine brown cats")
    assert ed.get_session_auth_hash() != before
    with pytest.raises(link.Spent):
        people.enter(token=other, at=now)


def test_five_reset_links_an_hour_are_enough(ed: Person, stranger: Person, now: datetime) -> None:
    at = [now + timedelta(minutes=minute) for minute in range(6)]
    assert all(people.reset_link(email=ed.email, by=BY, at=when) for when in at[:5])
    assert people.reset_link(email=ed.email, by=BY, at=at[5]) is None
    assert people.reset_link(email=stranger.email, by=BY, at=at[5]) is not None
    assert people.reset_link(email=ed.email, by=BY, at=now + timedelta(hours=1)) is not None


def test_no_reset_link_for_nobody_or_somebody_deactivated(ed: Person, now: datetime) -> None:
    assert people.reset_link(email="nobody@example.test", by=BY, at=now) is None
    Person.objects.update(is_active=False)
    assert people.reset_link(email=ed.email, by=BY, at=now) is None


def test_history_never_holds_a_name_an_e_mail_or_a_secret(db: None, now: datetime) -> None:
    token = people.first_link(at=now) or ""
    person = people.begin(token=token, at=now, **FORM)
    told = "\n".join(
        [*map(str, Change.objects.values_list("before", "after")), *map(str, Action.objects.values_list())]
    ).lower()
    for secret in (
        "zoey",
        "nine brown cats",
        token.lower(),
        person.password.lower(),
        OneTimeLink.objects.get().token_hash,
    ):
        assert secret not in told
    assert Team.objects.get().name.lower() in told
