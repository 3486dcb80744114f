from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from inventory.domain.audit import Actor
from inventory.exchange import call_file, call_row, csv_out
from inventory.models import Action, Call, Feature, Notice, Part, Person, Team
from inventory.services.calls import call as calls
from inventory.services.files import exchange
from inventory.services.history import verification
from inventory.services.intake import judging, staging
from inventory.services.intake import taking as intake
from tests import factories
from tests.exchange.test_csv_out import PAYLOADS

BY = Actor("command", "import_inventory")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]

GIVEN = {
    "team": "Support", "feature": "Tickets", "call_key": "ticket-tags", "name": "Tags of a ticket",
    "model": "claude-haiku-4-5", "requests_per_month": "46000", "input_tokens": "1500", "cacheable_prefix_tokens": "1000",
    "output_tokens": "40", "cache_hit_share": "0.72", "provider": "unknown", "figures_are": "assumed",
}  # fmt: skip


def file(*rows: Mapping[str, str]) -> call_file.CallFile:
    headings = list(dict.fromkeys(name for row in ({}, *rows) for name in {**GIVEN, **row}))
    lines = [",".join(f'"{({**GIVEN, **row}).get(name, "")}"' for name in headings) for row in rows or ({},)]
    return call_file.read("\n".join([",".join(headings), *lines]).encode())


def take_in(now: datetime, *rows: Mapping[str, str], **given: Any) -> intake.Summary:
    return intake.import_inventory(file=file(*rows), name="calls.csv", by=BY, at=now, **given)


def said(now: datetime, *rows: Mapping[str, str], **given: Any) -> list[str]:
    """The problems of a file that is refused; nothing of it may be there afterwards."""
    before = [model.objects.count() for model in (Team, Feature, Call, Part, Action)]
    with pytest.raises(intake.Refused) as refusal:
        take_in(now, *rows, **given)
    assert [model.objects.count() for model in (Team, Feature, Call, Part, Action)] == before
    return [str(problem) for problem in refusal.value.problems]


def test_a_row_becomes_a_priced_call_with_its_one_part(now: datetime) -> None:
    summary = take_in(now)
    call = Call.objects.get()
    part = call.parts.get()
    assert (call.team.name, call.feature.name, call.name, call.provider) == (
        "Support",
        "Tickets",
        "Tags of a ticket",
        "unknown",
    )
    assert (call.uncached_input, call.cacheable_prefix, part.requests) == (500, 1000, 46000)
    assert call.cost_today == part.cost_today == summary.cost_today > 0
    assert part.doubts == ["undecided", "provider_unknown", "path_assumed", "figures_assumed", "prefix_too_short"]
    assert "ticket" in call.search_text


def test_the_summary_counts_what_was_made(now: datetime) -> None:
    summary = take_in(
        now, {}, {"call_key": "b"}, {"call_key": "c", "feature": "Mails"}, {"call_key": "d", "team": "Sales"}
    )
    assert (summary.rows, summary.new_teams, summary.new_features) == (4, ("Support", "Sales"), 3)
    assert (summary.new_calls, summary.new_parts, summary.changed, summary.unchanged) == (4, 4, 0, 0)


def test_a_whole_file_is_one_action_that_history_can_play_back(now: datetime) -> None:
    summary = take_in(now, *({"call_key": f"call-{n}"} for n in range(40)))
    action = Action.objects.get()
    assert (action.kind, action.title, action.changes_count, action.seq) == (
        "exchange.import",
        "calls.csv",
        82,
        summary.seq,
    )
    assert action.effect_today == summary.cost_today
    findings = [str(finding) for finding in verification.verify().findings]
    assert [f for f in findings if not f.startswith(("claude_model", "price_row", "modifier"))] == []


def test_names_are_found_whatever_their_capitals(now: datetime) -> None:
    team = factories.make_team(name="SUPPORT")
    factories.make_feature(team=team, name="TICKETS")
    summary = take_in(now, {}, {"call_key": "b", "feature": "tickets", "team": "support"})
    assert (summary.new_teams, summary.new_features) == ((), 0)
    assert Call.objects.filter(team=team).count() == 2


def test_names_with_letters_beyond_ascii_are_found(now: datetime) -> None:
    rows = [{"team": "ÄRZTE", "feature": "ÜBERSICHT", "call_key": "Ä-1"}]
    take_in(now, *rows)
    assert take_in(now, *rows).unchanged == 1


def test_the_same_file_again_changes_nothing(now: datetime) -> None:
    take_in(now, {}, {"call_key": "b"})
    again = take_in(now, {}, {"call_key": "b"})
    assert (again.new_calls, again.changed, again.unchanged, again.seq) == (0, 0, 2, None)
    assert Action.objects.count() == 1


def test_a_changed_row_changes_its_call_and_prices_it_anew(now: datetime) -> None:
    before = take_in(now, {}, {"call_key": "b"}).cost_today
    summary = take_in(now, {"requests_per_month": "92000"}, {"call_key": "b"})
    assert (summary.changed, summary.unchanged, summary.new_calls) == (1, 1, 0)
    call = Call.objects.get(key="ticket-tags")
    assert (call.requests, call.parts.get().requests, call.version) == (92000, 92000, 2)
    assert summary.cost_today == before * 3 // 2
    action = Action.objects.get(seq=2)
    assert {change.record for change in action.changes.all()} == {"call", "part"}


def test_a_cell_that_says_nothing_changes_nothing(now: datetime) -> None:
    known = {"provider": "bedrock", "path": "batch", "description": "What it does", "streaming": "no", "tag": "nightly"}
    take_in(now, known)
    silent = {"provider": "unknown", "path": "", "description": "", "streaming": "", "tag": ""}
    assert take_in(now, silent).unchanged == 1
    call = Call.objects.get()
    assert (call.provider, call.today_path, call.path_assumed, call.streaming) == ("bedrock", "batch", False, False)


def test_a_prefix_the_file_does_not_say_stays_within_the_input(now: datetime) -> None:
    take_in(now, {"input_tokens": "1500", "cacheable_prefix_tokens": "1000"})
    assert take_in(now, {"input_tokens": "1500", "cacheable_prefix_tokens": ""}).unchanged == 1
    take_in(now, {"input_tokens": "1700", "cacheable_prefix_tokens": ""})
    call = Call.objects.get()
    assert (call.uncached_input, call.cacheable_prefix) == (700, 1000)
    assert said(now, {"input_tokens": "900", "cacheable_prefix_tokens": ""}) == [
        "row 2, input_tokens: must be at least 1,000, the prefix this call has"
    ]


def test_a_changed_model_breaks_the_seal(now: datetime) -> None:
    take_in(now)
    Part.objects.update(label="not_waiting", state="agreed", sealed_at=now)
    summary = take_in(now, {"model": "claude-sonnet-4-5"})
    assert Part.objects.get().state == "check_needed"
    assert summary.told().endswith("Labels to check, at full price until both sides have done so: 1.")
    assert "Labels to check" not in take_in(now, {"model": "claude-sonnet-4-5", "output_tokens": "41"}).told()


def test_a_file_that_breaks_many_seals_tells_each_person_once(
    now: datetime, pia: Person, ed: Person, django_assert_max_num_queries: Any
) -> None:
    """As many queries for sixty as for one: two for each lot of parts and two for all of them."""
    take_in(now, *({"call_key": f"k{n}"} for n in range(60)))
    Feature.objects.update(product_owner=pia, engineering_owner=ed)
    Part.objects.update(label="not_waiting", state="agreed", sealed_at=now)
    take_in(now, *({"call_key": f"k{n}", "model": "claude-sonnet-4-5"} for n in range(60)), check=True)
    assert not Notice.objects.exists()
    with django_assert_max_num_queries(265):  # two updates and a savepoint a call, and six for telling of all
        take_in(now, *({"call_key": f"k{n}", "model": "claude-sonnet-4-5"} for n in range(60)))
    assert Part.objects.filter(state="check_needed").count() == 60
    told = Notice.objects.order_by("person").values_list("person", "event", "count")
    assert list(told) == [(pia.pk, "check_needed", 60), (ed.pk, "check_needed", 60)]


def test_an_unknown_model_is_kept_and_its_cost_is_not_zero_but_unknown(now: datetime) -> None:
    summary = take_in(now, {"model": "another-maker"})
    assert (summary.cost_today, summary.cost_unknown, summary.doubts["model_unknown"]) == (0, 1, 1)
    assert Call.objects.get().cost_today is None


def test_checking_says_the_same_and_leaves_nothing(now: datetime) -> None:
    checked = take_in(now, {}, {"call_key": "b"}, check=True)
    assert Team.objects.count() == Call.objects.count() == Action.objects.count() == 0
    assert take_in(now, {}, {"call_key": "b"}) == checked


def test_one_wrong_cell_refuses_all_rows_and_every_problem_is_told(now: datetime) -> None:
    factories.make_team(name="Old", retired_at=now)
    rows = [{}, {"call_key": "b", "requests_per_month": "1.234,56"}, {"call_key": "c", "team": "Old"}]
    assert said(now, *rows) == [
        "row 3, requests_per_month: must be a whole number in plain digits, such as 46000, without separators or decimals",
        "row 4, team: is retired. Restore the team first, or name another one",
    ]


def test_a_retired_feature_takes_no_calls(now: datetime) -> None:
    take_in(now)
    Feature.objects.update(retired_at=now)
    assert said(now, {"call_key": "b"}) == [
        "row 2, feature: is retired. Restore the feature first, or name another one"
    ]


def test_a_retired_call_is_not_changed(now: datetime) -> None:
    take_in(now)
    Call.objects.update(retired_at=now)
    assert said(now, {}) == ["row 2, call_key: names a retired call. Restore it first, or use another key"]


def test_a_file_moves_no_call(now: datetime) -> None:
    take_in(now)
    assert said(now, {"feature": "Mails"}) == [
        "row 2, call_key: names a call of Tickets of Support: a file does not move calls"
    ]
    assert said(now, {"team": "Sales", "call_key": "TICKET-TAGS"}) == [
        "row 2, call_key: names a call of Tickets of Support: a file does not move calls"
    ]


def test_a_split_call_cannot_outgrow_its_parts(now: datetime) -> None:
    take_in(now)
    call = Call.objects.get()
    Call.objects.update(is_split=True)
    factories.make_part(call=call, requests=0)
    (problem,) = said(now, {"requests_per_month": "92000"})
    assert problem.startswith("row 2, requests_per_month: its parts would fall short")


def test_a_key_twice_in_the_file_is_told_before_the_database_refuses_it(now: datetime) -> None:
    assert said(now, {}, {}) == ["row 3, call_key: stands in row 2 already: a key names one call"]


def test_a_clash_with_somebody_else_is_a_refusal(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    take_in(now)
    monkeypatch.setattr(judging.Judge, "_known", lambda self, rows: {})
    assert said(now, {}) == ["Somebody else changed the inventory meanwhile. Try again."]


def test_a_member_imports_into_their_own_team_only(now: datetime, team: Team, ed: Person) -> None:
    factories.make_team(name="Sales")
    assert take_in(now, {"team": "Documents"}, person=ed).new_calls == 1
    assert said(now, {"call_key": "b", "team": "Documents"}, {"call_key": "c", "team": "Sales"}, {"call_key": "d", "team": "New"}, person=ed) == [
        "row 3, team: is not your team. Ask one of its members to import these rows",
        "row 4, team: does not exist. Only an administrator can bring in new teams: check the name, or ask one",
    ]  # fmt: skip


def test_an_administrator_brings_in_new_teams(now: datetime, admin: Person) -> None:
    assert take_in(now, person=admin).new_teams == ("Support",)


def test_more_rows_than_are_taken_in_at_once_are_all_taken_in(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "ROWS", 7)
    rows = [{"call_key": f"call-{n}"} for n in range(20)]
    assert take_in(now, *rows).new_calls == 20
    assert take_in(now, *rows).unchanged == 20
    assert Action.objects.get().changes_count == 42


def test_the_number_of_queries_does_not_grow_with_the_rows(now: datetime, django_assert_max_num_queries: Any) -> None:
    rows = [{"call_key": f"call-{n}"} for n in range(60)]
    with django_assert_max_num_queries(40):
        take_in(now, *rows)
    with django_assert_max_num_queries(15):
        take_in(now, *rows)


def test_imported_calls_are_edited_like_any_other(now: datetime) -> None:
    take_in(now)
    call = Call.objects.get()
    calls.edit(call=call, version=call.version, fields={"name": "Labels of a ticket"}, by=BY, at=now)
    assert Call.objects.get().parts.get().name == "Labels of a ticket"


def test_two_hundred_calls_of_real_products_are_taken_in_as_they_are(now: datetime) -> None:
    """Their volumes are assumed; where each call stands in its product's code is real."""
    data = (Path(__file__).parents[2] / "samples" / "open-source-products.csv").read_bytes()
    found = call_file.read(data)
    summary = intake.import_inventory(file=found, name="open-source-products.csv", by=BY, at=now)
    assert (summary.rows, summary.new_calls, summary.new_parts, len(summary.new_teams), summary.new_features) == (
        200,
        200,
        200,
        81,
        115,
    )
    assert (summary.cost_unknown, found.not_kept) == (0, ("model_in_code",))
    assert summary.doubts["provider_unknown"] == 175
    assert {call.path_assumed for call in Call.objects.all()} == {True}
    assert summary.cost_today == sum(Part.objects.values_list("cost_today", flat=True)) > 0
    assert intake.import_inventory(file=found, name="again.csv", by=BY, at=now).unchanged == 200


def test_no_text_of_a_file_is_a_formula_in_the_workbook(now: datetime) -> None:
    """Every text field holds one of thirty payloads, comes in as it is, and goes out as text."""
    texts = ("team", "feature", "call_key", "name", "description", *call_row.LINES)
    payloads = [payload.strip() for payload in PAYLOADS]
    rows = [{**dict.fromkeys(texts, payload), "call_key": f"{payload}{n}"} for n, payload in enumerate(payloads)]
    lines = [list(GIVEN | rows[0]), *(list((GIVEN | row).values()) for row in rows)]
    read = call_file.read(csv_out.written(lines))
    intake.import_inventory(file=read, name="calls.csv", by=BY, at=now)
    assert set(Call.objects.values_list("description", flat=True)) == set(payloads)
    out = BytesIO()
    exchange.export_plan(out, at=now)
    cells = [cell for sheet in load_workbook(out).worksheets for row in sheet.iter_rows() for cell in row if cell.value]
    typed = {*payloads, *(" ".join(payload.split()) for payload in payloads)}
    assert {cell.data_type for cell in cells if cell.value in typed} == {"s"}
    assert {" ".join(payload.split()) for payload in payloads} <= {cell.value for cell in cells}


def test_the_growth_of_a_feature_comes_with_its_calls(now: datetime) -> None:
    two = {"call_key": "reply", "growth_per_month": ""}
    take_in(now, {"growth_per_month": "3 %"}, two)
    assert str(Feature.objects.get().growth) == "0.030000"

    summary = take_in(now, {"growth_per_month": "-2.5%"}, two)

    assert (summary.changed_features, summary.changed, Feature.objects.get().version) == (1, 0, 2)
    assert "Changed besides: 1 feature." in summary.told()
    change = Action.objects.order_by("-seq")[0].changes.get()
    assert (change.record, change.after) == ("feature", '{"growth":"-0.025"}')
    assert take_in(now, {"growth_per_month": "-2.5 %"}, two).seq is None
    assert take_in(now, two).seq is None
    assert said(now, {"growth_per_month": "-100 %"}, {"call_key": "new", "growth_per_month": "1 %"}) == [
        "row 2, growth_per_month: must be more than -100 %: volume cannot shrink to nothing or below"
    ]
    assert str(Feature.objects.get().growth) == "-0.025000"
