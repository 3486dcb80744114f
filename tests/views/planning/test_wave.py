"""Waves on their pages: arranged by select and button alone, refused with the row, the field and the reason."""

from datetime import date

import pytest
from django.test import Client
from django.utils.html import strip_tags

from inventory.domain.plan import Kind
from inventory.models import Action, Part, Person, Team, Wave
from tests import hostile
from tests.factories import make_team
from tests.services.planning.test_arrangement import make_move, make_wave
from tests.views.planning.test_plan import GARBAGE

pytestmark = pytest.mark.django_db


def send(client: Client, address: str, **given: object) -> tuple[int, str]:
    answer = client.post(address, given, follow=True)
    return answer.status_code, answer.content.decode()


def test_the_page_of_an_empty_installation_leads_to_the_teams(as_stranger: Client) -> None:
    Team.objects.update(retired_at="2026-01-01T00:00Z")
    assert "Teams come first" in as_stranger.get("/plan/waves").content.decode()


def test_where_nothing_moves_there_is_nothing_to_tick_or_to_put(as_pia: Client, team: Team) -> None:
    said = ("Put what is ticked into", "Propose an arrangement", "Together")
    page = as_pia.get(f"/plan/waves?team={team.pk}").content.decode()
    assert [words for words in said if words in page] == []
    make_move(team)
    page = as_pia.get(f"/plan/waves?team={team.pk}").content.decode()
    assert [words for words in said if words in page] == list(said)


def test_a_wave_is_planned_by_form(as_pia: Client, team: Team, pia: Person) -> None:
    first = make_wave(team, "Digests")
    given = {"name": "Tags", "starts_on": "2027-03", "ramp_months": "3", "owner": pia.pk, "after": [first.pk]}
    status, text = send(as_pia, f"/plan/teams/{team.pk}/waves/new", **given)
    wave = Wave.objects.get(name="Tags")
    assert (status, wave.starts_on, wave.ramp_months, wave.owner) == (200, date(2027, 3, 1), 3, pia)
    assert "Starts March 2027, over 3 months · Pia · after Digests" in " ".join(text.split())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": ""}, "Fill this in"),
        ({"starts_on": "spring"}, "Type a month as year and number"),
        ({"starts_on": "2027-13"}, "Type a month as year and number"),
        ({"starts_on": "1999-01"}, "Type a year from 2020 to 2100"),
        ({"ramp_months": "37"}, "Type a number from 0 to 36"),
        ({"ramp_months": "-1"}, "nothing here is below zero"),
        ({"ramp_months": "1.5"}, "Type a whole number"),
        ({"name": "digests"}, "already has a wave of that name"),
        ({"starts_on": "2026-12", "after": "first"}, "Tags: December 2026 is before Digests starts"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(
    as_pia: Client, team: Team, given: dict[str, str], said: str
) -> None:
    first = make_wave(team, "Digests")
    typed = {"name": "Tags", "starts_on": "2027-02", "ramp_months": "2", **given}
    if "after" in given:
        typed["after"] = str(first.pk)
    status, text = send(as_pia, f"/plan/teams/{team.pk}/waves/new", **typed)
    assert (status, said in text, Wave.objects.count()) == (422, True, 1)
    assert typed["name"] in text


def test_a_circle_is_refused_by_its_names(as_pia: Client, team: Team) -> None:
    first, second = make_wave(team, "A"), make_wave(team, "B")
    second.waits_for.create(on=first)
    given = {"name": "A", "starts_on": "2027-01", "version": 1, "after": [second.pk]}
    status, text = send(as_pia, f"/plan/waves/{first.pk}/edit", **given)
    assert (status, "in a circle: A → B → A" in text) == (422, True)


def test_a_stale_form_shows_both_values(as_pia: Client, team: Team) -> None:
    wave = make_wave(team, "A")
    Wave.objects.filter(pk=wave.pk).update(version=2, name="Theirs")
    status, text = send(as_pia, f"/plan/waves/{wave.pk}/edit", name="Mine", starts_on="2027-01", version=1)
    assert status == 409
    assert "Mine" in text
    assert "Theirs" in text
    assert send(as_pia, f"/plan/waves/{wave.pk}/edit", name="Mine", starts_on="2027-01", version=2)[0] == 200
    assert Wave.objects.get().name == "Mine"


def test_ticked_moves_go_into_a_wave_and_out_of_it(as_pia: Client, team: Team) -> None:
    wave, parts = make_wave(team, "Digests"), [make_move(team) for _ in range(3)]
    address = f"/plan/teams/{team.pk}/waves/put"
    _, text = send(as_pia, address, part=[f"{part.pk}-1" for part in parts], wave=wave.pk)
    assert "3 moves went into Digests" in text
    assert Part.objects.filter(wave=wave).count() == 3
    _, text = send(as_pia, address, part=f"{parts[0].pk}-2", wave="none")
    assert "1 move went out of their waves" in text
    assert Action.objects.count() == 2


@pytest.mark.parametrize(
    ("part", "wave", "said"),
    [
        ("mine", "", "Choose a wave."), ("", "mine", "Tick the moves first."), ("x", "mine", "lost track"),
        ("stale", "mine", "somebody changed what you ticked"), ("foreign", "mine", "belongs to another team"),
        ("mine", "foreign", "Select a valid choice"), ("begun", "none", "what has begun stays in its wave"),
    ],
)  # fmt: skip
def test_what_cannot_be_put_is_told_and_nothing_moves(
    as_pia: Client, team: Team, stranger: Person, part: str, wave: str, said: str
) -> None:
    elsewhere = Team.objects.exclude(pk=team.pk).get()
    mine, other = make_wave(team, "Mine"), make_wave(elsewhere, "Other")
    parts = {
        "mine": make_move(team), "foreign": make_move(elsewhere), "begun": make_move(team, wave=mine, status="moved"),
    }  # fmt: skip
    ticks = {name: f"{each.pk}-1" for name, each in parts.items()} | {"stale": f"{parts['mine'].pk}-9"}
    given = {
        "part": [ticks.get(part, part)] if part else [],
        "wave": {"mine": mine.pk, "foreign": other.pk}.get(wave, wave),
    }
    status, text = send(as_pia, f"/plan/teams/{team.pk}/waves/put", **given)
    assert (status, said in text, Action.objects.count()) == (200, True, 0)


def test_who_does_not_lead_sees_the_waves_without_anything_to_do(as_ed: Client, team: Team) -> None:
    make_move(team, wave=make_wave(team, "Digests"))
    text = as_ed.get(f"/plan/waves?team={team.pk}").content.decode()
    assert "Digests" in text
    assert not [word for word in ("checkbox", "Plan a wave", "Give up", "Put there") if word in text]


def test_a_team_without_moves_is_not_told_that_all_are_in_a_wave(as_pia: Client, team: Team) -> None:
    assert "Nothing moves yet" in as_pia.get(f"/plan/waves?team={team.pk}").content.decode()
    make_move(team, wave=make_wave(team, "Digests"))
    assert "Every move is in a wave." in as_pia.get(f"/plan/waves?team={team.pk}").content.decode()


def test_the_page_adds_up_to_the_plan(as_pia: Client, team: Team) -> None:
    make_move(team, wave=make_wave(team, "Digests"), saving=30_000_000, cost_today=50_000_000)
    make_move(team, saving=12_340_000, cost_today=50_000_000)
    make_move(team, kind=Kind.UNDECIDED, saving=0, cost_today=1_000_000)
    text = " ".join(as_pia.get("/plan/waves").content.decode().split())
    for line in ("$30.00", "$12.34", "$42.34", "$101.00"):
        assert line in text


def test_many_moves_show_the_first_and_lead_to_the_rest(as_pia: Client, team: Team) -> None:
    wave = make_wave(team, "Digests")
    for _ in range(14):
        make_move(team, wave=wave)
    assert "2 more" in as_pia.get("/plan/waves").content.decode()
    text = as_pia.get(f"/plan/waves?team={team.pk}&wave={wave.pk}").content.decode()
    assert text.count('name="part"') == 14
    assert as_pia.get(f"/plan/waves?team=x&wave={'9' * 30}").status_code == 200


def test_a_wave_is_given_up_with_a_reason(as_pia: Client, team: Team) -> None:
    wave = make_wave(team, "Digests")
    make_move(team, wave=wave)
    assert send(as_pia, f"/plan/waves/{wave.pk}/retire", version=1, reason="")[0] == 422
    status, text = send(as_pia, f"/plan/waves/{wave.pk}/retire", version=1, reason="Too early")
    assert (status, "Digests is given up" in text, Part.objects.get().wave) == (200, True, None)
    assert as_pia.get(f"/plan/waves/{wave.pk}/edit").status_code == 404


def test_a_proposal_is_looked_at_changed_and_taken(as_pia: Client, team: Team) -> None:
    for saving in range(4):
        make_move(team, saving=saving)
    address = f"/plan/teams/{team.pk}/waves/propose"
    assert not Wave.objects.exists()
    terms = {"waves": 2, "starts_on": "2027-01", "apart": 3, "ramp": 0}
    shown = as_pia.get(address, terms)
    assert "April 2027" in shown.content.decode()
    token = shown.context["proposal"].token
    make_move(team, saving=9)
    _, text = send(as_pia, address, **terms, token=token)
    assert "the proposal is another one now" in text
    token = as_pia.get(address, terms).context["proposal"].token
    _, text = send(as_pia, address, **terms, token=token)
    assert "2 waves arranged" in text
    assert Wave.objects.count() == 2
    assert "Nothing to arrange" in as_pia.get(address).content.decode()


@pytest.mark.parametrize("terms", [{"waves": "0"}, {"waves": "13"}, {"apart": "0"}, {"ramp": "x"}, {"starts_on": ""}])
def test_terms_that_make_no_sense_are_refused(as_pia: Client, team: Team, terms: dict[str, str]) -> None:
    usual = {"waves": "2", "starts_on": "2027-01", "apart": "3", "ramp": "0"}
    assert as_pia.get(f"/plan/teams/{team.pk}/waves/propose", {**usual, **terms}).status_code == 422


@hostile.addressed(GARBAGE)
def test_an_address_that_makes_no_sense_is_no_failure(as_pia: Client, team: Team, queries: list[str]) -> None:
    make_move(team, wave=make_wave(team))
    for query in queries:
        assert as_pia.get(f"/plan/waves?wave=x&{query}").status_code == 200, query
        assert as_pia.get(f"/plan/time?first=%00&{query}").status_code == 422, query
        assert as_pia.get(f"/plan/teams/{team.pk}/waves/propose?waves=%00&{query}").status_code == 422, query


def test_what_came_with_a_feature_from_another_team_can_be_put_into_a_wave_of_ones_own(
    as_pia: Client, team: Team
) -> None:
    part = make_move(team, wave=make_wave(make_team(), "Theirs"), saving=7_000_000)
    wave = make_wave(team, "Ours")
    text = " ".join(as_pia.get("/plan/waves").content.decode().split())
    assert strip_tags(text).count("In waves of other teams") == 2
    send(as_pia, f"/plan/teams/{team.pk}/waves/put", part=f"{part.pk}-1", wave=wave.pk)
    assert Part.objects.get().wave == wave
    assert "In waves of other teams" not in as_pia.get("/plan/waves").content.decode()


def test_what_is_ticked_gets_a_status_together(as_pia: Client, team: Team) -> None:
    wave = make_wave(team)
    parts = [make_move(team, wave=wave, status="proposed") for _ in range(2)]
    address, ticks = f"/plan/teams/{team.pk}/waves/step", [f"{part.pk}-1" for part in parts]
    assert "2 moves: agreed." in send(as_pia, address, part=ticks, to="agreed")[1]
    assert "somebody changed what you ticked" in send(as_pia, address, part=ticks, to="planned")[1]
    assert "cannot become verified" in send(as_pia, address, part=f"{parts[0].pk}-2", to="verified")[1]
    assert "Choose a status." in send(as_pia, address, part=f"{parts[0].pk}-2", to="")[1]
    assert "Tick the moves first." in send(as_pia, address, to="planned")[1]
    assert set(Part.objects.values_list("status", flat=True)) == {"agreed"}
    assert Action.objects.count() == 1


def test_history_tells_an_arrangement_by_the_names_of_its_waves(as_pia: Client, team: Team) -> None:
    make_move(team, saving=2), make_move(team, saving=1)
    terms = {"waves": 2, "starts_on": "2027-01", "apart": 3, "ramp": 0}
    address = f"/plan/teams/{team.pk}/waves/propose"
    send(as_pia, address, **terms, token=as_pia.get(address, terms).context["proposal"].token)
    action = Action.objects.get()
    text = " ".join(as_pia.get(f"/history/{action.seq}").content.decode().split())
    for said in ("arranged moves of Documents into waves", "Wave 2 after Wave 1", "2027-04-01", "Starts not before"):
        assert said in text
