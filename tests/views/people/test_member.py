"""Members of a team: invited, added, given another role, removed."""

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from inventory.models import Action, Membership, OneTimeLink, Person, Team
from inventory.services.people import invitation
from inventory.services.people import team as teams
from tests import factories

NIA = {"email": "Nia@example.test", "discipline": "engineering", "role": "viewer"}


def text(answer) -> str:
    return answer.content.decode()


def membership(person: Person) -> Membership:
    return Membership.objects.get(person=person)


def at(person: Person) -> str:
    found = membership(person)
    return f"/teams/{found.team_id}/members/{found.pk}"


def test_invitation_is_shown_once_and_mailed(as_pia: Client, client: Client, team: Team) -> None:
    page = text(as_pia.post(f"/teams/{team.pk}/invite", NIA))
    sent = mail.outbox[0]
    address = next(line for line in sent.body.splitlines() if "/link/" in line)
    assert sent.to == ["nia@example.test"]
    assert f'value="{address}"' in page
    assert client.get(address).status_code == 200
    assert address.rpartition("/")[2] not in text(as_pia.get(f"/teams/{team.pk}"))


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("email", ""),
        ("email", "nia"),
        ("email", "x" * 40_000),
        ("email", "a\x00@b.de"),
        ("role", "owner"),
        ("discipline", ""),
    ],
)
def test_refused_invitation_keeps_what_was_typed(as_pia: Client, team: Team, field: str, typed: str) -> None:
    answer = as_pia.post(f"/teams/{team.pk}/invite", {**NIA, field: typed})
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in text(answer)
    assert not OneTimeLink.objects.exists()
    assert not mail.outbox


def test_somebody_with_an_account_is_added_after_confirming(as_pia: Client, team: Team, stranger: Person) -> None:
    given = {**NIA, "email": stranger.email.upper()}
    page = text(as_pia.post(f"/teams/{team.pk}/invite", given))
    assert f"Add {stranger.name}?" in page
    assert not Membership.objects.filter(team=team, person=stranger).exists()
    assert as_pia.post(f"/teams/{team.pk}/invite", {**given, "is_confirmed": "on"}).status_code == 302
    assert Membership.objects.get(team=team, person=stranger).role == "viewer"
    assert not mail.outbox


def test_member_and_somebody_switched_off_are_not_added(as_pia: Client, team: Team, ed: Person) -> None:
    given = {**NIA, "email": ed.email, "is_confirmed": "on"}
    assert "in the team already" in text(as_pia.post(f"/teams/{team.pk}/invite", given))
    Person.objects.filter(pk=ed.pk).update(is_active=False)
    assert "switched off" in text(as_pia.post(f"/teams/{team.pk}/invite", given))


def test_retired_team_invites_nobody(as_pia: Client, team: Team) -> None:
    Team.objects.update(retired_at=timezone.now())
    assert as_pia.post(f"/teams/{team.pk}/invite", NIA).status_code == 422


def test_lead_withdraws_an_invitation(as_pia: Client, pia: Person, team: Team, client: Client) -> None:
    token = invitation.invite(team=team, by=pia.actor, at=timezone.now(), **NIA)
    address = f"/teams/{team.pk}/invitations/{OneTimeLink.objects.get().pk}/withdraw"
    assert as_pia.post(address).status_code == 302
    assert client.get(f"/link/{token}").status_code == 410
    assert as_pia.post(address).status_code == 404


def test_invitation_taken_meanwhile_is_said_so(as_pia: Client, pia: Person, team: Team) -> None:
    invitation.invite(team=team, by=pia.actor, at=timezone.now(), **NIA)
    OneTimeLink.objects.update(used_at=timezone.now())
    address = f"/teams/{team.pk}/invitations/{OneTimeLink.objects.get().pk}/withdraw"
    assert "there is nothing to withdraw" in text(as_pia.post(address, follow=True))


def test_lead_changes_a_role(as_pia: Client, ed: Person) -> None:
    assert as_pia.get(at(ed)).status_code == 200
    assert as_pia.post(at(ed), {"version": "1", "role": "lead"}).status_code == 302
    assert membership(ed).role == "lead"


def test_stale_role_shows_both_values(as_pia: Client, ed: Person) -> None:
    as_pia.post(at(ed), {"version": "1", "role": "lead"})
    stale = as_pia.post(at(ed), {"version": "1", "role": "viewer"})
    assert stale.status_code == 409
    assert "<td>Viewer</td><td>Lead</td>" in text(stale)
    assert text(stale).count('name="version" value="2"') == 2


def test_last_lead_stays_and_the_page_says_why(as_pia: Client, pia: Person) -> None:
    for answer in (
        as_pia.post(at(pia), {"version": "1", "role": "member"}),
        as_pia.post(f"{at(pia)}/remove", {"version": "1"}),
    ):
        assert answer.status_code == 422
        assert "Pia is the only lead of Documents" in text(answer)
    assert membership(pia).role == "lead"


def test_lead_removes_a_member_who_may_do_nothing_from_then_on(
    as_pia: Client, as_ed: Client, ed: Person, team: Team
) -> None:
    Membership.objects.filter(person=ed).update(role="lead")
    assert as_ed.get(f"/teams/{team.pk}/edit").status_code == 200
    assert as_pia.post(f"{at(ed)}/remove", {"version": "1"}).status_code == 302
    assert as_ed.get(f"/teams/{team.pk}/edit").status_code == 404
    assert as_ed.post(f"/teams/{team.pk}/invite", NIA).status_code == 404


def test_stale_removal_is_refused(as_pia: Client, ed: Person) -> None:
    Membership.objects.filter(person=ed).update(version=3, role="viewer")
    answer = as_pia.post(f"{at(ed)}/remove", {"version": "1"})
    assert answer.status_code == 409
    assert "Somebody else changed this role first" in text(answer)
    assert not Action.objects.exists()


@pytest.mark.parametrize(("page", "given"), [("", {"role": "viewer"}), ("/remove", {})])
def test_a_member_somebody_else_removes_meanwhile_is_not_found(
    as_pia: Client, ed: Person, monkeypatch: pytest.MonkeyPatch, page: str, given: dict[str, str]
) -> None:
    """A double click, for one: the second arrives when the first has loaded the page, and waits for it."""
    waited = teams._locked

    def removed_meanwhile(team: Team) -> Team:
        Membership.objects.filter(person=ed).delete()
        return waited(team)

    address = at(ed)
    monkeypatch.setattr(teams, "_locked", removed_meanwhile)
    assert as_pia.post(address + page, {"version": "1", **given}).status_code == 404
    assert not Action.objects.exists()


def test_member_of_another_team_is_not_found_under_this_one(as_admin: Client, ed: Person, stranger: Person) -> None:
    elsewhere = membership(stranger)
    team = membership(ed).team_id
    assert as_admin.get(f"/teams/{team}/members/{elsewhere.pk}").status_code == 404
    assert as_admin.post(f"/teams/{team}/members/{elsewhere.pk}/remove", {"version": "1"}).status_code == 404


def test_invitation_of_another_team_is_not_found_under_this_one(as_pia: Client, pia: Person, team: Team) -> None:
    invitation.invite(team=factories.make_team(), by=pia.actor, at=timezone.now(), **NIA)
    assert as_pia.post(f"/teams/{team.pk}/invitations/{OneTimeLink.objects.get().pk}/withdraw").status_code == 404
