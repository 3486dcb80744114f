"""Teams: list, one team, and what leads and administrators change."""

import pytest
from django.test import Client
from django.utils import timezone

from inventory.models import Action, Person, Team
from inventory.services.people import invitation
from tests import factories


def text(answer) -> str:
    return answer.content.decode()


def test_list_names_teams_with_their_counts(as_ed: Client, team: Team) -> None:
    factories.make_feature(team=team)
    factories.make_feature(team=team, retired_at=timezone.now())
    factories.make_person(team=team, is_active=False)
    page = text(as_ed.get("/teams"))
    assert team.name in page
    assert 'data-label="Members">1<' in page
    assert f'href="/features?team={team.pk}">1<' in page


def test_retired_teams_are_listed_apart(as_ed: Client, team: Team) -> None:
    factories.make_team(name="Long gone", retired_at=timezone.now())
    assert "Long gone" not in text(as_ed.get("/teams"))
    assert "Long gone" in text(as_ed.get("/teams?retired=1"))
    assert team.name not in text(as_ed.get("/teams?retired=1")).split("<main")[1]


def test_empty_installation_says_what_belongs_here(as_admin: Client) -> None:
    assert "No team yet" in text(as_admin.get("/teams"))


@pytest.mark.parametrize("page", ["2", "0", "-1", "x", "99999999999999999999", "\x00"])
def test_any_page_number_is_answered(as_ed: Client, page: str) -> None:
    assert as_ed.get("/teams", {"page": page}).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_list_takes_the_same_queries_with_any_number_of_teams(
    as_admin: Client, django_assert_num_queries, rows: int
) -> None:
    for _ in range(rows):
        factories.make_feature(team=factories.make_team())
    with django_assert_num_queries(5):
        as_admin.get("/teams")


@pytest.mark.parametrize("rows", [1, 3])
def test_team_takes_the_same_queries_with_any_number_of_members(
    as_pia: Client, pia: Person, team: Team, django_assert_num_queries, rows: int
) -> None:
    for n in range(rows):
        factories.make_person(team=team)
        given = {"email": f"new{n}@example.test", "discipline": "product", "role": "member"}
        invitation.invite(team=team, by=pia.actor, at=timezone.now(), **given)
    with django_assert_num_queries(7):
        as_pia.get(f"/teams/{team.pk}")


def test_e_mails_of_invited_people_are_for_leads(as_pia: Client, as_ed: Client, pia: Person, team: Team) -> None:
    given = {"email": "nia@example.test", "discipline": "product", "role": "member"}
    invitation.invite(team=team, by=pia.actor, at=timezone.now(), **given)
    assert "nia@example.test" in text(as_pia.get(f"/teams/{team.pk}"))
    assert "nia@example.test" not in text(as_ed.get(f"/teams/{team.pk}"))


def test_administrator_makes_a_team(as_admin: Client) -> None:
    answer = as_admin.post("/teams/new", {"name": " Search  desk "})
    made = Team.objects.get()
    assert (made.name, answer.headers["Location"]) == ("Search desk", f"/teams/{made.pk}")


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "\x00", "x" * 40_000, "DOCUMENTS"])
def test_name_is_refused_at_the_field(as_admin: Client, team: Team, name: str) -> None:
    answer = as_admin.post("/teams/new", {"name": name})
    assert answer.status_code == 422
    assert 'id="id_name_error"' in text(answer)
    assert Team.objects.count() == 1


def test_user_text_is_escaped(as_admin: Client) -> None:
    as_admin.post("/teams/new", {"name": "<script>alert(1)</script>"})
    assert "<script>alert" not in text(as_admin.get("/teams"))
    assert "<script>alert" not in text(as_admin.get(f"/teams/{Team.objects.get().pk}"))


def test_lead_renames_and_sets(as_pia: Client, team: Team) -> None:
    answer = as_pia.post(f"/teams/{team.pk}/edit", {"version": "1", "name": "Papers", "one_side_enough": "on"})
    team.refresh_from_db()
    assert answer.status_code == 302
    assert (team.name, team.one_side_enough) == ("Papers", True)


def test_stale_edit_shows_both_values_and_can_be_repeated(as_pia: Client, as_admin: Client, team: Team) -> None:
    address = f"/teams/{team.pk}/edit"
    as_admin.post(address, {"version": "1", "name": "Theirs", "one_side_enough": "on"})
    stale = as_pia.post(address, {"version": "1", "name": "Mine"})
    assert stale.status_code == 409
    assert "<td>Mine</td><td>Theirs</td>" in text(stale)
    assert "<td>no</td><td>yes</td>" in text(stale)
    assert 'value="Mine"' in text(stale)
    assert 'name="version" value="2"' in text(stale)
    assert as_pia.post(address, {"version": "2", "name": "Mine"}).status_code == 302


def test_edit_to_a_taken_name_is_refused(as_pia: Client, team: Team) -> None:
    factories.make_team(name="Search")
    answer = as_pia.post(f"/teams/{team.pk}/edit", {"version": "1", "name": "SEARCH"})
    assert answer.status_code == 422
    assert "A team has this name already." in text(answer)


def test_administrator_retires_and_restores_an_empty_team(as_admin: Client, team: Team) -> None:
    assert (
        as_admin.post(f"/teams/{team.pk}/retire", {"version": "1", "reason": "merged"}).headers["Location"] == "/teams"
    )
    assert Action.objects.get().reason == "merged"
    assert "Retired" in text(as_admin.get(f"/teams/{team.pk}"))
    as_admin.post(f"/teams/{team.pk}/restore", {"version": "2"})
    team.refresh_from_db()
    assert team.retired_at is None


def test_team_with_features_is_not_retired(as_admin: Client, team: Team) -> None:
    factories.make_feature(team=team)
    answer = as_admin.post(f"/teams/{team.pk}/retire", {"version": "1", "reason": "kept as typed"})
    assert answer.status_code == 422
    assert "The team has features" in text(answer)
    assert "kept as typed" in text(answer)


def test_a_stale_restoring_changes_nothing(as_admin: Client, team: Team) -> None:
    Team.objects.filter(pk=team.pk).update(version=5, retired_at=timezone.now())
    answer = as_admin.post(f"/teams/{team.pk}/restore", {"version": "1"}, follow=True)
    assert "Somebody else changed this team first" in text(answer)
    assert not Action.objects.exists()


def test_a_stale_retiring_keeps_what_was_typed_and_can_be_repeated(as_admin: Client, team: Team) -> None:
    Team.objects.filter(pk=team.pk).update(version=5)
    answer = as_admin.post(f"/teams/{team.pk}/retire", {"version": "1", "reason": "kept as typed"})
    assert answer.status_code == 409
    for told in ("Somebody else saved this first", "kept as typed", 'name="version" value="5"'):
        assert told in text(answer)
    assert not Action.objects.exists()
