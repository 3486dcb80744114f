"""The page of first guesses: what it says, where each row leads, and what it does with an address that means nothing."""

import re
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils.html import strip_tags

from inventory.domain.plan import Kind
from inventory.models import Feature, Part, Sheet, Team
from tests.factories import make_call, make_feature, make_part, make_person
from tests.views.planning.test_plan import made

pytestmark = pytest.mark.django_db
MILLION = 1_000_000


def placed(feature: Feature, **amounts: int) -> None:
    """A part of each kind, at so many dollars a month."""
    for kind, today in amounts.items():
        made(Kind(kind), today=today * MILLION, call=make_call(feature=feature))


def heading(client: Client, query: str = "") -> str:
    return (
        client.get(f"/plan/guess{query}")
        .content.decode()
        .partition("<h1>")[2]
        .partition("</h1>")[0]
        .replace("\xa0", " ")
    )


@pytest.mark.parametrize(
    ("guessed", "amounts", "said"),
    [
        (40, {"move_to_batch": 58, "stay_real_time": 42}, "More can move than was guessed: 58 % of the spend, not 40 %"),
        (60, {"move_to_batch": 60, "stay_real_time": 40}, "What can move is what was guessed: 60 % of the spend"),
        (
            40, {"move_to_batch": 30, "stay_real_time": 50, "undecided": 20},
            "So far 30 % of the spend can move; 40 % was guessed, and 20 % is not decided",
        ),
        (90, {"stay_batch": 30, "stay_real_time": 70}, "Less can move than was guessed: 30 % of the spend, not 90 %"),
        (70, {"undecided": 5}, "70 % was guessed to move; nothing is decided yet"),
    ],
)  # fmt: skip
def test_the_first_sentence_says_what_is_true_here(
    as_stranger: Client, team: Team, guessed: int, amounts: dict[str, int], said: str
) -> None:
    placed(make_feature(team=team, first_guess=guessed), **amounts)
    assert heading(as_stranger) == said


def test_an_empty_page_says_what_belongs_there(as_pia: Client, team: Team) -> None:
    assert heading(as_pia) == "No first guess can be held against an audit yet"
    feature = make_feature(team=team, name="Help chat")
    assert heading(as_pia, f"?feature={feature.pk}") == "No first guess was given for Help chat"
    page = as_pia.get("/plan/guess").content.decode()
    assert "by=none" in page


def test_the_difference_is_in_dollars_and_what_must_stay_is_counted(as_pia: Client, team: Team) -> None:
    feature = make_feature(team=team, name="Intake", first_guess=40)
    placed(feature, move_to_batch=58, stay_real_time=42)
    page = as_pia.get("/plan/guess").content.decode()
    assert "$18.00 a month more than the guess would have moved" in page
    assert (
        "Somebody waits for 1 part in 1 of 1 feature: $42.00, 42 % of the spend, where the guess left 60 %"
        in strip_tags(page)
    )
    assert "$18.00 more" in page
    assert f'href="?feature={feature.pk}">Intake</a>' in page


def test_a_feature_opens_the_parts_that_make_the_difference(as_pia: Client, team: Team) -> None:
    feature = make_feature(team=team, first_guess=90)
    placed(feature, move_to_batch=20, stay_real_time=50, cannot_move=20, undecided=10)
    page = as_pia.get(f"/plan/guess?feature={feature.pk}").content.decode()
    assert "The dearest parts that do not move" in page
    assert "Together, 2 parts" in page
    assert "Not decided yet" in page
    assert page.index("$50.00") < page.index("$20.00</a></td>") < page.index("$10.00</a></td>")
    for part in Part.objects.exclude(kind="move_to_batch"):
        assert f"/calls/{part.call_id}" in page


def test_teams_and_features_without_a_guess_have_addresses(as_pia: Client, as_stranger: Client, team: Team) -> None:
    placed(make_feature(team=team, name="Intake", first_guess=40), move_to_batch=58)
    owner = make_person(name="Olga", team=team)
    without = make_feature(team=team, name="Search", product_owner=owner)
    labelled = make_feature(team=team, name="Digest")
    make_call(feature=labelled).parts.update(label="waiting", state="agreed")
    assert f'href="?team={team.pk}">Documents</a>' in as_pia.get("/plan/guess?by=team").content.decode()
    page = as_pia.get("/plan/guess?by=none").content.decode()
    assert "Olga" in page
    assert f"/features/{without.pk}/edit" in page
    assert "nobody any more: a label has counted already" in page
    assert f"/features/{labelled.pk}/edit" not in page
    assert f"/features/{without.pk}/edit" not in as_stranger.get("/plan/guess?by=none").content.decode()
    assert "Without a guess (2)" in page


def shown(client: Client, path: str) -> str:
    """What stands on the page, but for the tokens of its forms."""
    return re.sub(r'value="\w{64}"', "", client.get(path).content.decode().partition("<main")[2])


def test_a_lone_sheet_changes_nothing_here(as_pia: Client, as_ed: Client, team: Team, now: object) -> None:
    feature = make_feature(team=team, first_guess=40)
    placed(feature, undecided=10, move_to_batch=30)
    paths = ("/plan/guess", f"/plan/guess?feature={feature.pk}", "/plan/guess?by=team", "/plan/guess?by=none")
    before = [shown(as_ed, path) for path in paths]
    part = Part.objects.get(kind="undecided")
    Part.objects.filter(pk=part.pk).update(state="one_side", reason="only product knows this")
    Sheet.objects.create(part=part, side="product", test_version=1, answers={}, outcome="not_waiting", submitted_at=now)
    assert [shown(as_ed, path) for path in paths] == before


def test_what_rests_on_one_side_is_marked(as_pia: Client, team: Team) -> None:
    feature = make_feature(team=team, first_guess=40)
    made(Kind.MOVE_TO_BATCH, today=12 * MILLION, call=make_call(feature=feature), one_sided=True, state="one_side")
    assert "$12.00 is labelled on one side's answer alone" in strip_tags(as_pia.get("/plan/guess").content.decode())
    assert "one-sided" in as_pia.get(f"/plan/guess?feature={feature.pk}").content.decode()


@pytest.mark.parametrize(
    "query",
    ["team=x", "team=%00", "team=99999999999999999999", "feature=1e9", "feature=-1", "by=owner", "page=x", "page=-1",
     "by=none&page=99999", "by=" + quote("\ud800", errors="surrogatepass")],
)  # fmt: skip
def test_what_means_nothing_is_left_out(as_pia: Client, team: Team, query: str) -> None:
    placed(make_feature(team=team, first_guess=40), move_to_batch=58)
    answer = as_pia.get(f"/plan/guess?{query}")
    assert answer.status_code == 200
    assert answer.context["audit"].today == 58 * MILLION


def test_names_are_shown_as_text(as_pia: Client, team: Team) -> None:
    feature = make_feature(team=team, name="<b>Intake</b>", first_guess=40)
    call = make_call(feature=feature)
    make_part(call=call)
    made(Kind.MOVE_TO_BATCH, call=make_call(feature=feature, name="<i>Tags</i>"))
    for query in ("", "?by=none", f"?feature={feature.pk}"):
        page = as_pia.get(f"/plan/guess{query}").content.decode()
        assert "<b>Intake" not in page
        assert "<i>Tags" not in page


def test_the_page_is_linked_from_plan_home_feature_and_team(as_pia: Client, team: Team) -> None:
    feature = make_feature(team=team, first_guess=40)
    placed(feature, move_to_batch=58)
    for path, to in (
        ("/plan", "/plan/guess"), ("/", "/plan/guess"), (f"/teams/{team.pk}", f"/plan/guess?team={team.pk}"),
        (f"/features/{feature.pk}", f"/plan/guess?feature={feature.pk}"),
    ):  # fmt: skip
        assert f'href="{to}"' in as_pia.get(path).content.decode(), path


def test_a_feature_without_a_guess_asks_for_it_before_the_first_label(
    as_pia: Client, as_stranger: Client, team: Team
) -> None:
    feature = make_feature(team=team)
    asks = "give it before the first label"
    assert asks in as_pia.get(f"/features/{feature.pk}").content.decode()
    assert asks not in as_stranger.get(f"/features/{feature.pk}").content.decode()
    make_call(feature=feature).parts.update(label="waiting", state="agreed")
    assert asks not in as_pia.get(f"/features/{feature.pk}").content.decode()
