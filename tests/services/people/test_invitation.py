"""Invitations into a team, by one-time link."""

from datetime import datetime, timedelta

import pytest

from inventory.models import Action, Change, Membership, OneTimeLink, Person, Team
from inventory.services.people import invitation, link, people
from inventory.services.people import team as teams
from tests import factories

NEW = {"name": "Nia", "password": "nine brown cats"}


def invite(team: Team, by: Person, at: datetime, **given: str) -> str:
    fields = {"email": "Nia@example.test", "discipline": "engineering", "role": "viewer", **given}
    return invitation.invite(team=team, by=by.actor, at=at, **fields)


def test_accepted_invitation_makes_an_account_in_the_team(team: Team, pia: Person, now: datetime) -> None:
    nia = invitation.accept(token=invite(team, pia, now), at=now, **NEW)
    assert (nia.email, nia.discipline, nia.is_administrator) == ("nia@example.test", "engineering", False)
    joined = Membership.objects.get(person=nia)
    assert (joined.team, joined.role) == (team, "viewer")
    assert nia.check_password("nine brown cats")
    assert [a.kind for a in Action.objects.order_by("seq")] == ["people.invite", "people.join"]


def test_invitation_is_taken_once(team: Team, pia: Person, now: datetime) -> None:
    token = invite(team, pia, now)
    invitation.accept(token=token, at=now, **NEW)
    with pytest.raises(link.Spent):
        invitation.accept(token=token, at=now, **NEW)


def test_invitation_expires_after_a_week(team: Team, pia: Person, now: datetime) -> None:
    token = invite(team, pia, now)
    with pytest.raises(link.Spent):
        invitation.accept(token=token, at=now + timedelta(days=7), **NEW)


def test_inviting_somebody_again_replaces_the_open_invitation(team: Team, pia: Person, now: datetime) -> None:
    older = invite(team, pia, now)
    elsewhere = invite(factories.make_team(), pia, now)
    newer = invite(team, pia, now, role="member")
    with pytest.raises(link.Spent):
        link.opened(older, at=now)
    assert link.opened(newer, at=now).role == "member"
    assert link.opened(elsewhere, at=now)


def test_no_second_account_is_made_for_an_e_mail(team: Team, pia: Person, stranger: Person, now: datetime) -> None:
    with pytest.raises(invitation.HasAccount) as refused:
        invite(team, pia, now, email=stranger.email.upper())
    assert refused.value.person == stranger
    assert not OneTimeLink.objects.exists()


def test_retired_team_invites_nobody(team: Team, pia: Person, now: datetime) -> None:
    Team.objects.update(retired_at=now)
    with pytest.raises(teams.Closed):
        invite(team, pia, now)


def test_withdrawn_invitation_is_worthless(team: Team, pia: Person, now: datetime) -> None:
    token = invite(team, pia, now)
    found = invitation.open_for(team, at=now).get()
    invitation.withdraw(invitation=found, by=pia.actor, at=now)
    with pytest.raises(link.Spent):
        invitation.accept(token=token, at=now, **NEW)
    assert Action.objects.order_by("-seq")[0].kind == "people.withdraw"


def test_invitation_taken_meanwhile_cannot_be_withdrawn(team: Team, pia: Person, now: datetime) -> None:
    token = invite(team, pia, now)
    found = invitation.open_for(team, at=now).get()
    invitation.accept(token=token, at=now, **NEW)
    with pytest.raises(link.Spent):
        invitation.withdraw(invitation=found, by=pia.actor, at=now)


def test_second_invitation_joins_the_account_the_first_one_made(team: Team, pia: Person, now: datetime) -> None:
    other = factories.make_team()
    tokens = [invite(team, pia, now), invite(other, pia, now, role="lead")]
    nia = invitation.accept(token=tokens[0], at=now, **NEW)
    with pytest.raises(people.EmailTaken):
        invitation.accept(token=tokens[1], at=now, **NEW)
    joined = invitation.join(token=tokens[1], at=now)
    assert (joined.person, joined.team, joined.role) == (nia, other, "lead")


def test_joining_keeps_a_role_already_held(team: Team, pia: Person, ed: Person, now: datetime) -> None:
    _, token = link.made(purpose="invite", team=team, email=ed.email, role="viewer", discipline="other", at=now)
    assert invitation.join(token=token, at=now).role == "member"
    with pytest.raises(link.Spent):
        invitation.join(token=token, at=now)


def test_joining_needs_an_account(team: Team, pia: Person, now: datetime) -> None:
    with pytest.raises(link.Spent):
        invitation.join(token=invite(team, pia, now), at=now)


def test_history_never_holds_a_name_or_an_e_mail(team: Team, pia: Person, now: datetime) -> None:
    invitation.accept(token=invite(team, pia, now), at=now, **NEW)
    told = str([*Change.objects.values_list(), *Action.objects.values_list()]).lower()
    assert "nia" not in told
