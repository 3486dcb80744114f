import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape, strip_tags

from inventory.domain import waiting
from inventory.domain.example import EXAMPLES
from inventory.models import Action, Call, Feature, Part, Person, PriceRow, Sheet, Team
from inventory.services.calls import call as calls
from tests import factories, hostile
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("prices")
HOSTILE = ["99999999999999999999", "1.234,56", "NaN", "\x00", "x" * 40_000, "-1", "\ud800", ""]
HTMX = {"HX-Request": "true", "HX-Target": "results"}


@pytest.fixture
def feature(team: Team) -> Feature:
    return factories.make_feature(team=team, name="Document intake")


@pytest.fixture
def call(feature: Feature, pia: Person) -> Call:
    given = {name: value for name, value in typed(feature).items() if name not in ("feature", "version")}
    numbers = {name: int(given[name]) for name in ("requests", "uncached_input", "output")}
    return calls.register(feature=feature, fields={**given, **numbers}, by=pia.actor, at=NOW)


def typed(mine: Feature, /, **fields: Any) -> dict[str, Any]:
    """What the form of a call sends."""
    given = {
        "feature": mine.pk, "name": "Full analysis", "provider": "anthropic", "model": "claude-sonnet-5-5",
        "today_path": "real_time", "requests": "96000", "uncached_input": "6000", "output": "800", "figures": "typed",
        "version": 1,
    }  # fmt: skip
    return {**given, **fields}


def said(answer: Any) -> str:
    return answer.content.decode().partition("<main")[2] or answer.content.decode()


def queries(client: Client, path: str, **headers: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path, headers=headers).status_code == 200
    return len(captured)


def test_the_list_says_in_one_sentence_what_it_shows(as_ed: Client, call: Call) -> None:
    answer = said(as_ed.get("/calls"))
    assert '<h1 class="says" id="says">1 call costs $1,920.00 a month</h1>' in answer
    assert "1–1 of 1" in answer


def test_htmx_gets_the_results_and_the_sentence_and_the_address(as_ed: Client, call: Call) -> None:
    answer = as_ed.get("/calls?q=full&team=&sort=-today&kind=", headers=HTMX)
    assert answer.content.decode().lstrip().startswith('<div id="results"')
    assert "<html" not in answer.content.decode()
    assert 'id="says" hx-swap-oob="true">1 call costs' in answer.content.decode()
    assert answer.headers["HX-Push-Url"] == "?q=full"


def test_the_browsers_back_gets_the_whole_page(as_ed: Client, call: Call) -> None:
    answer = as_ed.get("/calls", headers={**HTMX, "HX-History-Restore-Request": "true"})
    assert ("<html" in answer.content.decode(), 'hx-swap-oob="true"' in answer.content.decode()) == (True, False)


def test_a_list_nobody_has_filled_says_what_belongs_there(as_ed: Client, as_stranger: Client) -> None:
    assert "Register the first call" in said(as_ed.get("/calls"))


def test_a_list_that_nothing_matches_offers_the_way_back(as_ed: Client, call: Call) -> None:
    answer = said(as_ed.get("/calls?q=nothing-like-it"))
    assert ("Nothing matches" in answer, "Register the first call" in answer) == (True, False)
    assert 'href="/calls">Clear all' in answer


def test_the_list_escapes_what_people_typed(as_ed: Client, feature: Feature) -> None:
    factories.make_call(feature=feature, name="<script>alert(1)</script>", model="<b>")
    answer = said(as_ed.get("/calls?q=%3Cimg%3E&model=%3Ci%3E&team=%3Cu%3E"))
    answer += said(as_ed.get("/calls"))
    assert [tag for tag in ("<script>alert", "<b>", "<img>", "<i>", "<u>") if tag in answer] == []


@hostile.sent
def test_no_parameter_breaks_the_list(as_ed: Client, call: Call, sent: hostile.Sent) -> None:
    names = ["q", "team", "feature", "kind", "label", "state", "model", "doubt", "show", "sort", "page"]
    for given in sent(names, HOSTILE):
        assert as_ed.get("/calls", given).status_code == 200, given
        assert as_ed.get("/calls", given, headers=HTMX).status_code == 200, given


def test_the_list_asks_as_much_for_three_calls_as_for_one(as_ed: Client, call: Call, feature: Feature) -> None:
    paths = ["/calls", "/calls?q=call", f"/calls?team={feature.team_id}&state=unlabelled&doubt=any"]
    one = [(queries(as_ed, path), queries(as_ed, path, **HTMX)) for path in paths]
    for _ in range(2):
        factories.make_call(feature=feature, is_split=True)
    assert [(queries(as_ed, path), queries(as_ed, path, **HTMX)) for path in paths] == one
    assert one[0] == (11, 7)


def test_a_call_asks_as_much_for_three_parts_as_for_one(as_ed: Client, call: Call) -> None:
    one = queries(as_ed, f"/calls/{call.pk}")
    for _ in range(2):
        factories.make_part(call=call, in_split=True)
    assert queries(as_ed, f"/calls/{call.pk}") == one


def test_the_page_of_a_call_shows_it_as_it_runs_and_what_it_costs(as_stranger: Client, call: Call) -> None:
    answer = said(as_stranger.get(f"/calls/{call.pk}"))
    assert "$1,920.00 a month today, in real time" in strip_tags(answer)
    assert "claude-sonnet-5-5 on Claude API" in answer
    assert "Product has not begun · Engineering has not begun" in answer
    assert "Not labelled yet: counted as real time" in answer
    assert "/edit" not in answer


def test_the_page_of_a_call_tells_that_a_side_is_in_and_not_what_it_said(
    as_ed: Client, call: Call, pia: Person
) -> None:
    part = call.parts.get()
    Sheet.objects.create(
        part=part, side="product", test_version=waiting.CURRENT.version, answers={"consumer": "a broker"},
        outcome="waiting", submitted_at=NOW, answered_by=pia,
    )  # fmt: skip
    answer = said(as_ed.get(f"/calls/{call.pk}"))
    assert "Product is in · Engineering has not begun" in answer
    assert "a broker" not in answer


def test_the_arithmetic_of_a_call_opens_in_its_page_and_on_its_own(as_ed: Client, call: Call) -> None:
    whole = as_ed.get(f"/calls/{call.pk}/explained")
    part = as_ed.get(f"/calls/{call.pk}/explained", headers=HTMX)
    assert ("<html" in whole.content.decode(), "<html" in part.content.decode()) == (True, False)
    for answer in (whole, part):
        assert "96,000 requests a month" in answer.content.decode()


def test_a_member_registers_a_call(as_ed: Client, feature: Feature) -> None:
    answer = as_ed.post("/calls/new", typed(feature, requests="96 000", hit_share="72"))
    made = Call.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/calls/{made.pk}")
    assert (made.key, made.requests, str(made.hit_share), made.parts.count()) == (
        "full-analysis",
        96_000,
        "0.720000",
        1,
    )


def test_the_form_comes_with_the_feature_one_came_from(as_ed: Client, feature: Feature) -> None:
    answer = said(as_ed.get(f"/calls/new?feature={feature.pk}"))
    assert f'<option value="{feature.pk}" selected>Document intake</option>' in answer


def test_an_unknown_model_is_kept_and_said_to_have_no_price(as_ed: Client, feature: Feature) -> None:
    as_ed.post("/calls/new", typed(feature, model="gpt-17"))
    answer = said(as_ed.get(f"/calls/{Call.objects.get().pk}"))
    assert "Its price is not known: it is in no total" in answer
    assert "The price book does not know this model" in answer


def test_the_form_knows_every_model_and_says_which_are_retired(as_ed: Client, feature: Feature) -> None:
    answer = said(as_ed.get("/calls/new"))
    assert '<option value="claude-sonnet-5-5">' in answer
    assert ", retired</option>" in answer


@hostile.sent
def test_no_input_breaks_the_form_or_is_lost(as_ed: Client, feature: Feature, sent: hostile.Sent) -> None:
    fields = ["name", "model", "requests", "output", "hit_share", "key", "description", "feature"]
    for given in sent(fields, HOSTILE):
        answer = as_ed.post("/calls/new", typed(feature, today_path="", **given))
        assert answer.status_code == 422, given
        assert "There is a problem" in said(answer), given
        assert 'value="6000"' in said(answer), given
    assert not Call.objects.exists()


def test_a_missing_choice_is_reached_from_the_summary_of_errors(as_ed: Client, feature: Feature) -> None:
    answer = said(as_ed.post("/calls/new", typed(feature, today_path="")))
    assert '<a href="#id_today_path_0">Runs today: ' in answer
    assert 'id="id_today_path_0"' in answer


def test_errors_are_told_in_the_order_of_the_page(as_ed: Client, feature: Feature) -> None:
    answer = said(as_ed.post("/calls/new", typed(feature, name="", today_path="", requests="")))
    told = answer.partition("There is a problem")[2].partition("</div>")[0]
    assert re.findall(r"<a[^>]*>([^:<]+):", told) == ["Name", "Runs today", "Requests a month"]
    assert "Select how it runs today." in told


def test_what_comes_next_for_a_new_call_is_the_waiting_test(as_ed: Client, as_stranger: Client, call: Call) -> None:
    button = f'<a class="button" href="/parts/{call.parts.get().pk}/test">Waiting test</a>'
    assert button in said(as_ed.get(f"/calls/{call.pk}"))
    assert button not in said(as_stranger.get(f"/calls/{call.pk}"))


def test_a_taken_key_is_refused_at_its_field_and_everything_typed_stays(
    as_ed: Client, call: Call, feature: Feature
) -> None:
    answer = as_ed.post("/calls/new", typed(feature, name="Second", key="FULL-analysis", tag="nightly"))
    assert answer.status_code == 422
    assert "Another call has this key" in said(answer)
    assert all(text in said(answer) for text in ('value="Second"', 'value="FULL-analysis"', 'value="nightly"'))


def test_a_key_taken_between_form_and_save_is_refused_at_its_field(
    as_ed: Client, call: Call, feature: Feature, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory.forms.call.Details.clean_key", lambda form: form.cleaned_data["key"])
    answer = as_ed.post("/calls/new", typed(feature, key="full-analysis"))
    assert (answer.status_code, "Another call has this key" in said(answer)) == (422, True)


def test_who_may_edit_no_team_finds_no_form(client: Client, team: Team) -> None:
    viewer = factories.make_person(team=team, role="viewer")
    client.force_login(viewer, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/calls/new").status_code == 404


def test_a_foreign_or_retired_feature_is_no_choice(as_stranger: Client, as_ed: Client, feature: Feature) -> None:
    factories.make_feature(team=Team.objects.get(name="Elsewhere"))
    assert as_stranger.post("/calls/new", typed(feature)).status_code == 422
    gone = factories.make_feature(team=feature.team, retired_at=NOW)
    assert as_ed.post("/calls/new", typed(gone)).status_code == 422
    assert not Call.objects.exists()


@pytest.mark.parametrize("page", ["edit", "retire"])
def test_strangers_may_look_and_change_nothing(as_stranger: Client, call: Call, page: str) -> None:
    assert as_stranger.get(f"/calls/{call.pk}").status_code == 200
    refused, missing = as_stranger.get(f"/calls/{call.pk}/{page}"), as_stranger.get(f"/calls/999999/{page}")
    assert (refused.status_code, missing.status_code) == (404, 404)
    assert said(refused) == said(missing)
    assert as_stranger.post(f"/calls/{call.pk}/{page}", typed(call.feature, reason="No")).status_code == 404
    assert as_stranger.post(f"/calls/{call.pk}/restore", {"version": 1}).status_code == 404
    assert Call.objects.get().version == 1


@pytest.mark.parametrize("path", ["", "/edit", "/explained", "/retire"])
def test_a_number_nothing_has_is_not_found(as_admin: Client, path: str) -> None:
    assert as_admin.get(f"/calls/99999999999999999999{path}").status_code == 404


def test_a_member_edits_a_call_and_says_why(as_ed: Client, call: Call) -> None:
    answer = as_ed.post(f"/calls/{call.pk}/edit", typed(call.feature, requests="1,000", reason="Measured"))
    assert (answer.status_code, answer.url) == (302, f"/calls/{call.pk}")
    assert Call.objects.get().requests == 1000
    assert Action.objects.get(kind="call.edit").reason == "Measured"


def test_a_stale_edit_shows_both_values_and_saves_only_when_sent_again(as_ed: Client, call: Call, pia: Person) -> None:
    theirs = {"requests": 50_000}
    calls.edit(call=call, version=1, fields=theirs, by=pia.actor, at=NOW)
    answer = as_ed.post(
        f"/calls/{call.pk}/edit",
        typed(call.feature, hit_share="72", batch_hit_share="30", cacheable_prefix="0", key=call.key),
    )
    assert answer.status_code == 409
    differing = [(row.label, row.yours, row.theirs) for row in answer.context["differences"]]
    assert differing == [
        ("Requests a month", "96,000", "50,000"),
        ("Finds the prefix cached today, in percent of requests", "72", "0"),
    ]
    assert 'name="version" value="2"' in said(answer)
    assert Call.objects.get().requests == 50_000
    again = as_ed.post(f"/calls/{call.pk}/edit", typed(call.feature, hit_share="30", version=2))
    assert (again.status_code, Call.objects.get().requests) == (302, 96_000)


@pytest.mark.parametrize("version", ["", "abc", "99999999999999999999", "-1"])
def test_a_lost_version_is_said_and_nothing_saved(as_ed: Client, call: Call, version: str) -> None:
    answer = as_ed.post(f"/calls/{call.pk}/edit", typed(call.feature, name="Other", version=version))
    assert (answer.status_code, Call.objects.get().name) == (422, "Full analysis")


def test_an_edit_that_leaves_the_parts_short_says_what_is_missing(as_ed: Client, call: Call) -> None:
    call.parts.update(requests=48_000)
    factories.make_part(call=call, requests=48_000)
    Call.objects.update(is_split=True)
    answer = as_ed.post(f"/calls/{call.pk}/edit", typed(call.feature, output="900"))
    assert answer.status_code == 422
    assert "9,600,000 output tokens a month are in none of them" in said(answer)


def test_working_out_the_cost_without_a_script_saves_nothing(as_ed: Client, feature: Feature) -> None:
    answer = as_ed.post("/calls/new", typed(feature, work_out="1"))
    assert answer.status_code == 200
    assert "<strong>$1,920.00</strong> a month today" in said(answer)
    assert not Call.objects.exists()


def test_the_cost_is_worked_out_from_what_can_be_read_so_far(as_ed: Client, feature: Feature) -> None:
    answer = as_ed.post("/calls/cost", typed(feature, name="", today_path="", hit_share="NaN"), headers=HTMX)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert text.lstrip().startswith('<div class="cost" id="cost"')
    assert "<strong>$1,920.00</strong> a month today" in text
    told = text.partition('<details class="opens explain">')[2]
    totals = re.findall(r'>Together</th>.*?data-label="A month" class="num">([^<]*)<', told)
    assert f"In real time {totals[0]}, in batch {totals[1]}" in text
    assert "Source: " in told


def test_a_model_that_was_or_will_be_retired_says_when(as_ed: Client, feature: Feature, changed_prices: None) -> None:
    PriceRow.objects.filter(model__key="claude-sonnet-5-5").update(retires_on="2099-05-01")
    was = as_ed.post("/calls/cost", typed(feature, model="claude-3-opus-20240229"), headers=HTMX).content.decode()
    assert "Claude Opus 3 was retired on 5 January 2026" in was
    will = as_ed.post("/calls/cost", typed(feature), headers=HTMX).content.decode()
    assert "will be retired on 1 May 2099" in will


def test_half_a_form_has_no_cost_yet_and_no_error(as_ed: Client, feature: Feature) -> None:
    for fields in (
        {},
        {"model": "claude-sonnet-5-5"},
        typed(feature, requests="1.234,56"),
        typed(feature, model="\x00"),
    ):
        answer = as_ed.post("/calls/cost", fields, headers=HTMX)
        assert (answer.status_code, "a month today" in answer.content.decode()) == (200, False)


def test_the_share_of_long_prompts_is_asked_only_where_it_changes_the_price(as_ed: Client, feature: Feature) -> None:
    two_cards, one_card = typed(feature, model="claude-haiku-5-5"), typed(feature)
    appears = as_ed.post("/calls/cost", two_cards, headers=HTMX).content.decode()
    stays = as_ed.post("/calls/cost", {**two_cards, "share_shown": "1"}, headers=HTMX).content.decode()
    goes = as_ed.post("/calls/cost", {**one_card, "share_shown": "1"}, headers=HTMX).content.decode()
    absent = as_ed.post("/calls/cost", one_card, headers=HTMX).content.decode()
    assert ["Long prompts" in answer for answer in (appears, stays, goes, absent)] == [True, False, False, False]
    assert ["hx-swap-oob" in answer for answer in (appears, stays, goes, absent)] == [True, False, True, False]


def test_a_call_is_retired_with_a_reason_and_restored(as_ed: Client, call: Call) -> None:
    assert as_ed.post(f"/calls/{call.pk}/retire", {"version": 1, "reason": ""}).status_code == 422
    assert as_ed.post(f"/calls/{call.pk}/retire", {"version": 1, "reason": "Off"}).status_code == 302
    assert "Retired on" in said(as_ed.get(f"/calls/{call.pk}"))
    assert "No call matches" in said(as_ed.get("/calls"))
    assert as_ed.post(f"/calls/{call.pk}/restore", {"version": 2}).status_code == 302
    assert Call.objects.get().retired_at is None


def test_a_stale_retire_is_refused(as_ed: Client, call: Call) -> None:
    assert as_ed.post(f"/calls/{call.pk}/retire", {"version": 7, "reason": "Off"}).status_code == 409
    assert Call.objects.get().retired_at is None


def test_a_restore_that_cannot_be_says_why(as_ed: Client, call: Call) -> None:
    Call.objects.update(retired_at=NOW)
    for given, words in (({"version": 9}, "changed this call meanwhile"), ({"version": "x"}, "lost track")):
        assert words in said(as_ed.post(f"/calls/{call.pk}/restore", given, follow=True))
    Feature.objects.update(retired_at=NOW)
    answer = as_ed.post(f"/calls/{call.pk}/restore", {"version": 1}, follow=True)
    assert "restore the feature Document intake first" in said(answer)


def test_a_post_without_its_token_is_refused(ed: Person, call: Call) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ed, backend="django.contrib.auth.backends.ModelBackend")
    for path in ("new", "cost", f"{call.pk}/edit", f"{call.pk}/retire", f"{call.pk}/restore"):
        assert client.post(f"/calls/{path}", typed(call.feature)).status_code == 403


def test_a_form_sent_twice_registers_one_call(as_ed: Client, feature: Feature) -> None:
    first = as_ed.post("/calls/new", typed(feature, name="Ticket tags", key=""))
    again = as_ed.post("/calls/new", typed(feature, name="ticket tags", key=""))
    assert (first.status_code, again.status_code) == (302, 422)
    assert "This feature has a call of this name" in again.content.decode()
    assert Call.objects.count() == 1
    assert as_ed.post("/calls/new", typed(feature, name="Ticket tags", key="tags-of-closed")).status_code == 302


def test_a_pattern_fills_in_a_name_and_nothing_that_is_a_fact_or_an_answer(as_ed: Client, feature: Feature) -> None:
    plain = as_ed.get(f"/calls/new?feature={feature.pk}").context["form"]
    for each in EXAMPLES:
        answer = as_ed.get(f"/calls/new?feature={feature.pk}&pattern={each.key}")
        form = answer.context["form"]
        values = {name: form[name].value() for name in form.fields if form[name].value() != plain[name].value()}
        assert values == {"name": each.call_name}
        assert each.prompt in said(answer)
        assert f'<option value="{each.started_by[0]}">' in said(answer)
        assert not re.search(r"<input[^>]* checked", said(answer))
        assert f"feature={feature.pk}&amp;pattern={each.key}" in said(answer)


def test_every_pattern_is_offered_folded_and_an_unknown_one_is_passed_over(as_ed: Client, feature: Feature) -> None:
    for query in ("", "?pattern=nonsense", "?pattern=%00", "?pattern=" + "x" * 3000):
        answer = as_ed.get(f"/calls/new{query}")
        assert (answer.status_code, answer.context["like"]) == (200, None)
        assert '<details class="opens start-from">' in said(answer)
        assert [each.name for each in EXAMPLES if escape(each.name) not in said(answer)] == []
        assert answer.context["form"]["name"].value() == ""


def test_a_pattern_leads_on_to_the_waiting_test_and_stores_no_label(as_ed: Client, feature: Feature) -> None:
    answer = as_ed.post("/calls/new?pattern=upload", typed(feature))
    part = Part.objects.get()
    assert answer.url == f"/parts/{part.pk}/test"
    assert (part.label, part.state, part.outcome, part.consumer) == ("", "unlabelled", "", "")
    assert not Sheet.objects.exists()
    assert [action.kind for action in Action.objects.all()] == ["call.register"]


def test_a_pattern_of_two_readers_leads_on_to_its_split(as_ed: Client, feature: Feature) -> None:
    answer = as_ed.post("/calls/new?pattern=decision", typed(feature), follow=True)
    call = Call.objects.get()
    assert answer.redirect_chain == [(f"/calls/{call.pk}/split?pattern=decision", 302)]
    assert 'value="Case story"' in said(answer)
    assert '<a href="?pattern=decision" aria-current="true">' in said(answer)
    assert not call.is_split


def test_whoever_answers_for_no_side_is_led_to_the_call(team: Team, feature: Feature) -> None:
    client, other = Client(), factories.make_person(team=team, discipline="other")
    client.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/calls/new?pattern=upload", typed(feature))
    assert answer.url == f"/calls/{Call.objects.get().pk}"


def test_what_was_typed_and_the_pattern_survive_an_error(as_ed: Client, feature: Feature) -> None:
    answer = as_ed.post(
        "/calls/new?pattern=upload", typed(feature, name="My own", description="Typed", requests="many")
    )
    assert answer.status_code == 422
    assert 'value="My own"' in said(answer)
    assert "Typed" in said(answer)
    assert "An upload watched on a spinner" in said(answer)
    assert "Start from a pattern" not in said(answer)  # choosing another would lose what was typed


@pytest.mark.parametrize(("requests", "status"), [("1,000,000,000,000", 302), ("1,000,000,000,001", 422)])
def test_a_volume_above_a_trillion_is_refused_at_its_field(as_ed, feature, requests, status):
    answer = as_ed.post("/calls/new", typed(feature, requests=requests))
    assert answer.status_code == status
    if status == 422:
        assert list(answer.context["form"].errors) == ["requests"]
        assert "1,000,000,000,000" in str(answer.context["form"].errors["requests"])
        assert requests in answer.content.decode()
