"""The workbook holds the plan: the same totals as the page, row for row what the database holds, and text as text."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

from inventory.domain import money
from inventory.domain.book import Book as PriceBook
from inventory.domain.doubt import WORDS
from inventory.models import Action, Call, Job, Part, Person, Team, Wave
from inventory.services import job as jobs
from inventory.services.calls import call as calls
from inventory.services.calls import feature as features
from inventory.services.files import exchange
from inventory.services.planning import plan, schedule
from tests.exchange.test_workbook import PAYLOADS
from tests.factories import make_call, make_feature, make_part, make_person, make_team
from tests.services.planning.test_arrangement import make_move, make_wave
from tests.services.planning.test_plan import scattered
from tests.services.planning.test_schedule import planned_at_random
from tests.views.history.test_audit import FIELDS, answered

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CALL_TEXTS = (
    "description", "code_location", "source_repository", "entry_point", "workspace", "api_key", "prompt_name", "tag", "model",
)  # fmt: skip
pytestmark = pytest.mark.django_db


def exported(*, values: bool = True) -> Workbook:
    """With the values that stand beside the formulas, or with the formulas."""
    file = BytesIO()
    exchange.export_plan(file, at=AT)
    return load_workbook(file, data_only=values)


def table(book: Workbook, title: str) -> list[dict[str, Any]]:
    heading, *rows = book[title].iter_rows(values_only=True)
    return [dict(zip(heading, row, strict=True)) for row in rows]


def micro(cells: list[Any]) -> int:
    return sum(money.micro(Decimal(repr(cell))) for cell in cells if cell is not None)


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.soak) for n in range(1, 20))])
def test_summary_and_moves_equal_the_totals_of_the_page(seed: int) -> None:
    scattered(seed)
    book, totals = exported(), plan.totals()
    summary = {(row["By"], row["Name"]): row for row in table(book, "Summary")}
    groups = [("All", totals.overall), *(("Move", g) for g in totals.kinds), *(("Team", g) for g in totals.teams)]
    assert len(summary) == len(groups)
    for by, group in groups:
        row, sums = summary[by, group.name], group.sums
        assert [micro([row[f"{name}, $ a month"]]) for name in ("Today", "After", "Saves")] == [
            sums.today, sums.after, sums.saving,
        ]  # fmt: skip
        assert (row["Parts"], row["Parts that move"], row["Parts without a known price"]) == (
            sums.parts, sums.moving, sums.unpriced,
        )  # fmt: skip
        assert (row["Parts decided by one side"], micro([row["Decided by one side, $ today"]])) == (
            sums.one_sided_parts, sums.one_sided,
        )  # fmt: skip
        assert micro([row["Of it on one side's answer, $ a month"]]) == sums.one_sided_saving
    moves = table(book, "Moves")
    alone = [row["Saves, $ a month"] for row in moves if row["On one side's answer"] == "yes"]
    assert micro(alone) == totals.overall.sums.one_sided_saving
    calls = table(book, "Calls")
    assert micro([row["Of it on one side's answer, $ a month"] for row in calls]) == micro(alone)
    assert len(moves) == totals.overall.sums.parts
    assert micro([row["Today, $ a month"] for row in moves]) == totals.overall.sums.today
    assert micro([row["Saves, $ a month"] for row in moves]) == totals.overall.sums.saving


def test_every_live_part_and_call_has_its_row() -> None:
    parts = [part for part in scattered(1) if part.is_live]
    book = exported()
    found = [(row["Call key"], row["Part"], row["Move"]) for row in table(book, "Moves")]
    assert sorted(found) == sorted((p.call.key, p.name, plan.KIND_NAMES[p.kind]) for p in parts)
    assert {row["Call key"] for row in table(book, "Calls")} == {part.call.key for part in parts}


def test_an_empty_inventory_exports_its_headings() -> None:
    book = exported()
    assert book.sheetnames == [
        "Summary", "Pictures", "Moves", "Parts", "Calls", "Waves", "Realised", "Ledger", "Assumptions",
        "Prices", "History", "Doubts",
    ]  # fmt: skip
    assert (book["Moves"].max_row, book["Calls"].max_row) == (1, 1)
    assert table(book, "Summary")[0]["Parts"] == 0


def test_what_counts_on_one_sides_answer_alone_is_said_beside_the_totals() -> None:
    counted = {"label": "not_waiting", "state": "one_side", "kind": "move_to_batch"}
    amounts = {"cost_today": 20_000_000, "cost_target": 10_000_000, "saving": 10_000_000}
    make_part(call=make_call(), one_sided=True, **counted, **amounts)
    make_part(call=make_call(), one_sided=False, **{**counted, "label": ""}, cost_today=5_000_000)
    make_part(call=make_call(retired_at=AT), one_sided=True, is_live=False, **counted, **amounts)
    said = {row["What"]: row["Value"] for row in table(exported(), "Assumptions")}
    assert said["One side only"].endswith("allow: 1, $20.00 a month today, $10.00 of it saved.")
    assert said["Head of the history"] == f"0:{'0' * 64}"


def formulas() -> list[str]:
    """Every formula there is, each once, with the numbers in it left out."""
    cells = [cell for sheet in exported(values=False) for row in sheet.iter_rows() for cell in row]
    return sorted({re.sub(r"[\d.]+", "0", cell.value) for cell in cells if cell.data_type == "f"})


def test_no_user_text_becomes_a_formula() -> None:
    make_call()
    harmless = formulas()
    Call.objects.all().delete()
    for number, payload in enumerate(PAYLOADS):
        one = payload.replace("\n", " ").replace("\t", " ")
        team = make_team(name=f"{one} {number}")
        owner = make_person(name=one)
        feature = make_feature(team=team, name=one, product_owner=owner, engineering_owner=owner)
        text = dict.fromkeys(CALL_TEXTS, payload)
        call = make_call(feature=feature, key=f"{one}-{number}", name=one, **text)
        call.parts.all().delete()
        make_part(
            call=call,
            name=one,
            consumer=payload,
            reaches=payload,
            read_when=payload,
            deadline=payload,
            hand_over=payload,
        )
    assert formulas() == harmless
    book = exported()
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n", "d"}
    assert sorted(row["Who or what uses it first"] for row in table(book, "Moves")) == sorted(PAYLOADS)
    assert sorted(row["Description"] for row in table(book, "Calls")) == sorted(PAYLOADS)


def test_what_one_side_said_is_in_no_cell() -> None:
    call = make_call()
    Part.objects.filter(call=call).update(state="one_side", reason="only product knows this")
    call.parts.get().sheets.create(
        side="product", test_version=1, answers={"who": "only product knows this"}, outcome="not_waiting"
    )
    cells = [cell.value for sheet in exported() for row in sheet.iter_rows() for cell in row]
    assert "only product knows this" not in cells
    assert [row["Label"] for row in table(exported(), "Moves")] == ["No label yet"]


def test_progress_is_told_lot_by_lot_and_what_it_raises_ends_the_export(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "AT_ONCE", 2)
    for _ in range(5):
        make_call()
    told: list[tuple[int, int]] = []
    exchange.export_plan(BytesIO(), at=AT, told=lambda done, total: told.append((done, total)))
    assert told == [(2, 5), (4, 5), (5, 5)]

    def stop(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        exchange.export_plan(BytesIO(), at=AT, told=stop)


def test_the_same_queries_for_one_call_and_three() -> None:
    feature = make_feature()
    counts = []
    for many in (1, 2):
        for _ in range(many):
            make_call(feature=feature)
        exchange.export_plan(BytesIO(), at=AT)
        with CaptureQueriesContext(connection) as captured:
            exchange.export_plan(BytesIO(), at=AT)
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.soak) for n in range(1, 20))])
def test_the_sheet_of_waves_says_what_the_page_says_and_adds_up_to_the_plan(seed: int) -> None:
    planned_at_random(seed, 60)
    book, sums, whole = exported(), schedule.sums(), plan.totals().overall.sums
    rows = table(book, "Waves")
    *waves, none, rest = rows
    by_name = {(row["Team"], row["Wave"]): row for row in waves}
    for wave in Wave.objects.select_related("team"):
        row, own = by_name[wave.team.name, wave.name], sums.get(wave.pk, schedule.Sums())
        assert (row["Parts"], micro([row["Today, $ a month"]])) == (own.parts, own.today)
        assert micro([row["Saves, $ a month"]]) == own.saving
    assert (none["Wave"], micro([none["Saves, $ a month"]])) == (
        "Moves in no wave",
        sums.get(schedule.OPEN, schedule.Sums()).saving,
    )
    assert rest["Parts"] == sums.get(schedule.REST, schedule.Sums()).parts
    assert micro([row["Saves, $ a month"] for row in rows]) == whole.saving
    assert micro([row["After, $ a month"] for row in rows]) == whole.after


def test_a_move_brings_its_wave_its_status_and_how_it_is_weighed(team: Team) -> None:
    make_move(team, wave=make_wave(team, "Digests"), status="planned", guard=True, risk_set=5, risk_why="New market")
    (row,) = table(exported(), "Moves")
    assert [row[name] for name in ("Wave", "Status", "Readiness", "Effort, 1 to 5", "Risk, 1 to 5", "Risk, why")] == [
        "Digests", "Planned", "Ready", 2, 5, "New market",
    ]  # fmt: skip


def test_the_history_begins_where_the_last_workbook_ended_and_tells_no_blind_answer(
    prices: PriceBook, team: Team, pia: Person
) -> None:
    feature = features.register(team=team, fields={"name": "Old work"}, by=pia.actor, at=AT - timedelta(days=2))
    jobs.enqueue(kind="export_plan", params={}, by=pia.actor, at=AT - timedelta(days=1), person=pia)
    Job.objects.update(state="done", started_at=AT - timedelta(days=1), finished_at=AT)
    call = calls.register(feature=feature, fields=FIELDS, by=pia.actor, at=AT)
    answered(call.parts.get(), "product", pia, AT)
    told = [row["What was done"] for row in table(exported(), "History")]
    assert told[0] == f"{pia.name} answered for product; hidden until both are in"
    assert told[-1].startswith(f"{pia.name} "), told
    assert "“Ticket tags”" in told[-1], told
    assert "Old work" not in " ".join(told)
    assert Action.objects.count() > len(told)


def test_every_doubt_has_its_row_with_owner_and_amount() -> None:
    owner = make_person(name="Olga")
    call = make_call(feature=make_feature(product_owner=owner), cost_today=7_000_000)
    call.parts.update(doubts=["figures_assumed", "undecided"], cost_today=7_000_000, cost_target=7_000_000)
    rows = table(exported(), "Doubts")
    assert [(row["Call key"], row["Today, $ a month"], row["Product owner"]) for row in rows] == [
        (call.key, 7, "Olga")
    ] * 2
    assert rows[0]["Doubt"] == WORDS["figures_assumed"]


def test_every_assumption_has_a_name_and_a_tick_drops_down() -> None:
    book = exported(values=False)
    named = [row["Its name in formulas"] for row in table(book, "Assumptions") if row["Its name in formulas"]]
    assert {"volume_factor", "months_in_a_year", "discount_bedrock", "discount_on_fees_vertex"} <= set(named)
    assert set(named) < set(book.defined_names)
    (offered,) = book["Parts"].data_validations.dataValidation
    heading = book["Parts"][str(offered.sqref).split("2:")[0] + "1"].value
    assert (heading, offered.formula1) == ("Walked back", '"yes"')


def test_what_is_drawn_is_drawn_from_cells() -> None:
    bridge, ramp = exported(values=False)["Pictures"]._charts
    assert [series.val.numRef.f for series in ramp.series] == ["'Pictures'!$D$9:$D$20"]
    assert len(bridge.series) == 5
    assert [row["Step"] for row in table(exported(), "Pictures")][:2] == ["Today", "Move to batch"]


def test_amounts_made_at_other_prices_stay_and_are_marked(prices: PriceBook, team: Team, pia: Person) -> None:
    feature = features.register(team=team, fields={"name": "Tickets"}, by=pia.actor, at=AT)
    live, kept = (calls.register(feature=feature, fields={**FIELDS, "name": n}, by=pia.actor, at=AT) for n in "ab")
    kept.parts.update(cost_today=1_234_567, cost_target=1_000_000)
    rows = {row["Call"]: row for row in table(exported(), "Parts")}
    assert rows[live.name]["Figures are"] == "Live"
    assert rows[kept.name]["Figures are"].startswith("Fixed")
    assert rows[kept.name]["Today, $ a month"] == 1.234567
