"""Teams and who is in them: one lead always remains."""

from datetime import datetime

import pytest

from inventory.domain.audit import Actor
from inventory.models import Action, Call, Membership, Person, Stale, Team
from inventory.services.people import team as teams
from tests import factories

BY = Actor("command", "test")


def edit(team: Team, at: datetime, **given: object) -> Team:
    fields = {"version": team.version, "name": team.name, "one_side_enough": team.one_side_enough, **given}
    return teams.edit(team=team, by=BY, at=at, **fields)  # type: ignore[arg-type]


def membership(person: Person) -> Membership:
    return Membership.objects.select_related("team").get(person=person)


def test_register_makes_a_team(db: None, now: datetime) -> None:
    made = teams.register(name="Search", by=BY, at=now)
    assert Team.objects.get() == made
    action = Action.objects.get()
    assert (action.kind, action.title, action.team_id) == ("team.register", "Search", made.pk)


def test_name_is_taken_whatever_its_capitals(team: Team, now: datetime) -> None:
    with pytest.raises(teams.NameTaken):
        teams.register(name=team.name.upper(), by=BY, at=now)
    other = factories.make_team(name="Search")
    with pytest.raises(teams.NameTaken):
        edit(other, now, name=team.name)


def test_renamed_team_is_found_by_its_calls(team: Team, now: datetime) -> None:
    factories.make_call(feature=factories.make_feature(team=team))
    edit(team, now, name="Papers")
    assert Call.objects.matching("papers").count() == 1


def test_edit_without_a_difference_writes_nothing(team: Team, now: datetime) -> None:
    edit(team, now)
    team.refresh_from_db()
    assert team.version == 1
    assert not Action.objects.exists()


def test_edit_from_a_stale_version_is_refused(team: Team, now: datetime) -> None:
    with pytest.raises(Stale):
        edit(team, now, name="Papers", version=9)


def test_empty_team_is_retired_and_restored(team: Team, now: datetime) -> None:
    factories.make_feature(team=team, retired_at=now)
    found = teams.retire(team=team, version=1, reason="merged", by=BY, at=now)
    assert found.retired_at == now
    assert teams.restore(team=team, version=2, by=BY, at=now).retired_at is None
    assert [a.kind for a in Action.objects.order_by("seq")] == ["team.retire", "team.restore"]


def test_team_with_a_live_feature_is_not_retired(team: Team, now: datetime) -> None:
    factories.make_feature(team=team)
    with pytest.raises(teams.NotEmpty):
        teams.retire(team=team, version=1, by=BY, at=now)


def test_add_makes_a_member_once(team: Team, stranger: Person, now: datetime) -> None:
    teams.add(team=team, person=stranger, role="viewer", by=BY, at=now)
    with pytest.raises(teams.AlreadyMember):
        teams.add(team=team, person=stranger, role="lead", by=BY, at=now)
    assert Membership.objects.get(team=team, person=stranger).role == "viewer"
    assert Action.objects.count() == 1


def test_add_refuses_a_retired_team_and_somebody_deactivated(team: Team, stranger: Person, now: datetime) -> None:
    gone = factories.make_person(is_active=False)
    with pytest.raises(teams.NotActive):
        teams.add(team=team, person=gone, role="viewer", by=BY, at=now)
    Team.objects.update(retired_at=now)
    with pytest.raises(teams.Closed):
        teams.add(team=team, person=stranger, role="viewer", by=BY, at=now)


def test_role_changes(ed: Person, pia: Person, now: datetime) -> None:
    changed = teams.change_role(membership=membership(ed), version=1, role="lead", by=pia.actor, at=now)
    assert (changed.role, changed.version) == ("lead", 2)
    demoted = teams.change_role(membership=membership(pia), version=1, role="viewer", by=ed.actor, at=now)
    assert demoted.role == "viewer"
    with pytest.raises(Stale):
        teams.change_role(membership=membership(pia), version=1, role="member", by=ed.actor, at=now)


@pytest.mark.parametrize("role", ["member", "viewer"])
def test_last_lead_cannot_be_demoted(pia: Person, ed: Person, now: datetime, role: str) -> None:
    with pytest.raises(teams.LastLead):
        teams.change_role(membership=membership(pia), version=1, role=role, by=pia.actor, at=now)


def test_lead_who_is_deactivated_does_not_count(pia: Person, team: Team, now: datetime) -> None:
    factories.make_person(team=team, role="lead", is_active=False)
    with pytest.raises(teams.LastLead):
        teams.remove(membership=membership(pia), version=1, by=pia.actor, at=now)


def test_last_lead_cannot_be_removed_but_others_can(pia: Person, ed: Person, now: datetime) -> None:
    with pytest.raises(teams.LastLead):
        teams.remove(membership=membership(pia), version=1, by=pia.actor, at=now)
    with pytest.raises(Stale):
        teams.remove(membership=membership(ed), version=9, by=pia.actor, at=now)
    teams.remove(membership=membership(ed), version=1, by=pia.actor, at=now)
    assert list(Membership.objects.values_list("person", flat=True)) == [pia.pk]
    assert Action.objects.get().kind == "team.remove"


def test_member_of_a_team_without_lead_can_be_removed(ed: Person, now: datetime) -> None:
    teams.remove(membership=membership(ed), version=1, by=BY, at=now)
    assert not Membership.objects.exists()


def test_teams_led_only_by_somebody_leave_out_retired_ones(pia: Person, team: Team, now: datetime) -> None:
    Membership.objects.create(team=factories.make_team(retired_at=now), person=pia, role="lead")
    assert teams.led_only_by(pia) == [team]
