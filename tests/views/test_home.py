"""Home: one honest sentence, what needs this person and nobody else's secrets, the first steps where all is empty."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from inventory.domain.book import Book
from inventory.domain.plan import Kind
from inventory.models import Call, Job, Part, Person, Team
from inventory.services import home
from tests.factories import make_call, make_feature, make_team
from tests.views.planning.test_plan import made

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


def own(team: Team, **fields: Any) -> Part:
    """A part in a feature of the team that lacks nothing."""
    return make_call(feature=make_feature(team=team, **fields)).parts.get()


def sentence(client: Client) -> str:
    return client.get("/").content.decode().partition('<h1 class="says">')[2].partition("</h1>")[0]


def test_the_sentence_is_about_the_speed_nobody_waits_for(as_pia: Client) -> None:
    made(Kind.MOVE_TO_BATCH, today=22_780_000_000)
    assert sentence(as_pia) == "$11,390 a month buys speed nobody waits for."


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ([Kind.UNDECIDED], "Nobody has said yet who waits for $10.00 a month."),
        ([Kind.STAY_BATCH], "Everything runs on its side of the line."),
        ([Kind.STAY_BATCH, Kind.UNDECIDED], "Nothing to move so far; $10.00 a month is not decided."),
        ([Kind.BRING_BACK], "Somebody waits for work in batch: $10.00 a month brings it back."),
    ],
)
def test_the_sentence_is_honest_where_nothing_is_saved(as_pia: Client, kinds: list[Kind], said: str) -> None:
    for kind in kinds:
        made(kind)
    assert sentence(as_pia) == said


def test_work_in_batch_that_nobody_has_labelled_is_not_said_to_be_waited_for(as_pia: Client) -> None:
    made(Kind.UNDECIDED, after=20_000_000)
    assert sentence(as_pia) == "Nobody has said yet who waits for $10.00 a month."


def test_what_comes_back_is_the_reason_only_where_it_is_most_of_it(as_pia: Client) -> None:
    made(Kind.BRING_BACK)
    made(Kind.UNDECIDED, after=40_000_000)
    assert sentence(as_pia) == "As it stands, the plan costs $40.00 a month more."


def test_calls_without_a_price_say_so(as_pia: Client) -> None:
    make_call()
    assert sentence(as_pia) == "No call here costs anything that is known yet."


def test_an_empty_installation_shows_the_first_steps(as_admin: Client, as_pia: Client) -> None:
    administrator, member = as_admin.get("/").content.decode(), as_pia.get("/").content.decode()
    assert "Load the sample" in administrator
    assert "Load the sample" not in member
    assert "/features/new" in member


def test_only_an_administrator_loads_or_removes_the_sample(as_admin: Client, as_pia: Client) -> None:
    for path, kind in (("/sample/load", "load_demo"), ("/sample/remove", "remove_demo")):
        assert as_pia.post(path).status_code == 404
        assert as_admin.get(path).status_code == 405
        answer = as_admin.post(path)
        assert answer["Location"] == f"/jobs/{Job.objects.get(kind=kind).pk}"


def test_the_sample_can_be_removed_where_it_is_there(as_admin: Client, as_pia: Client, team: Team) -> None:
    make_call()
    assert "Remove the sample" not in as_admin.get("/").content.decode()
    Team.objects.filter(pk=team.pk).update(is_demo=True)
    assert "Remove the sample" in as_admin.get("/").content.decode()
    assert "Remove the sample" not in as_pia.get("/").content.decode()


def test_what_the_own_side_has_not_answered_needs_the_person(
    pia: Person, ed: Person, stranger: Person, team: Team, now: datetime
) -> None:
    part = own(team)
    assert [home.needs(person, today=TODAY).answer.count for person in (pia, ed, stranger)] == [1, 1, 0]
    part.sheets.create(side="product", test_version=1, submitted_at=now, outcome="not_waiting")
    Part.objects.update(state="one_side")
    assert [home.needs(person, today=TODAY).answer.count for person in (pia, ed)] == [0, 1]


def test_a_sheet_that_is_only_begun_still_needs_its_person(pia: Person, team: Team) -> None:
    own(team).sheets.create(side="product", test_version=1, answers={"who": {"choice": "person"}})
    assert home.needs(pia, today=TODAY).answer.count == 1


def test_the_dearest_five_come_first_and_the_rest_is_counted(pia: Person, team: Team) -> None:
    for cost in (3, 9, 1, None, 7, 5, 8):
        Part.objects.filter(pk=own(team).pk).update(cost_today=cost)
    found = home.needs(pia, today=TODAY).answer
    assert [part.cost_today for part in found.first] == [9, 8, 7, 5, 3]
    assert (found.count, found.rest, found.today) == (7, 2, 33)


def test_nobody_of_another_discipline_is_asked_to_answer(team: Team, pia: Person) -> None:
    own(team)
    Person.objects.filter(pk=pia.pk).update(discipline="other")
    assert home.needs(Person.objects.get(pk=pia.pk), today=TODAY).answer == home.Parts([], 0, 0)


def test_a_broken_seal_needs_whoever_has_not_answered_since(pia: Person, ed: Person, team: Team, now: datetime) -> None:
    part = own(team)
    Part.objects.filter(pk=part.pk).update(state="check_needed", sealed_at=now)
    part.sheets.create(side="product", test_version=1, submitted_at=now + timedelta(hours=1), outcome="waiting")
    part.sheets.create(side="engineering", test_version=1, submitted_at=now - timedelta(hours=1), outcome="waiting")
    assert [home.needs(person, today=TODAY).check.count for person in (pia, ed)] == [0, 1]


def test_features_that_lack_something_are_named(pia: Person, ed: Person, team: Team) -> None:
    own(team, name="Whole", product_owner=pia, engineering_owner=ed, first_guess=0)
    own(team, name="Half", product_owner=pia)
    found = home.needs(pia, today=TODAY)
    assert [(feature.name, feature.lacks) for feature in found.features] == [
        ("Half", ["no engineering owner", "no first guess"])
    ]


def test_one_side_in_is_said_without_what_it_said(as_ed: Client, team: Team, now: datetime) -> None:
    part = own(team)
    part.sheets.create(
        side="product", test_version=1, submitted_at=now, outcome="not_waiting", answers={"who": {"choice": "nobody"}}
    )
    before = as_ed.get("/").content
    part.sheets.update(outcome="waiting", answers={"who": {"choice": "held"}})
    after = as_ed.get("/").content
    assert _without_token(before) == _without_token(after)


def test_the_same_queries_for_one_row_and_three(as_pia: Client, team: Team, django_assert_num_queries: Any) -> None:
    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            own(team)
        as_pia.get("/")
        with django_assert_num_queries(99, exact=False) as captured:
            as_pia.get("/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def _without_token(page: bytes) -> list[bytes]:
    return [line for line in page.splitlines() if b"csrf" not in line.lower()]


def test_an_administrator_sees_what_teams_without_members_have_to_answer(as_admin: Client, as_stranger: Client) -> None:
    make_call(feature=make_feature(), name="Brought by a file")
    assert "Brought by a file" in as_admin.get("/").content.decode()
    assert "Brought by a file" not in as_stranger.get("/").content.decode()


def test_of_many_teams_those_that_save_most_stand_there_and_the_plan_has_the_rest(as_pia: Client) -> None:
    names = [f"Team no. {n:02}" for n in range(1, 15)]
    for n, name in enumerate(names, 1):
        made(Kind.MOVE_TO_BATCH, today=n * 1_000_000, call=make_call(feature=make_feature(team=make_team(name=name))))
    page = as_pia.get("/").content.decode()
    assert [name for name in names if f">{name}</a>" in page] == names[2:]
    assert ">2 more teams</a>" in page


def test_out_of_date_amounts_are_shown_to_whoever_may_re_price(
    as_admin: Client, as_pia: Client, team: Team, prices: Book
) -> None:
    call = make_call(provider="anthropic", model="claude-sonnet-5-5")
    Call.objects.update(priced_by=prices.mark("anthropic", call.model), priced_on=timezone.localdate())
    assert "Re-price" not in as_admin.get("/").content.decode()
    Call.objects.update(priced_by="other", priced_on=date(2026, 11, 1))
    page = as_admin.get("/").content.decode()
    assert 'href="/prices">Re-price 1 call</a>' in page
    assert "amounts still by the prices of 2026-11-01" in page
    assert "Re-price" not in as_pia.get("/").content.decode()
