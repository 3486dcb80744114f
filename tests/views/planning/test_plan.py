"""The plan's page, its doubts and its export: what they show, to whom, and in how many queries."""

from datetime import date
from html import unescape
from itertools import product
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from inventory.domain.plan import Kind, Why
from inventory.forms.plan import REASONS
from inventory.models import Action, Call, Job, Part, Person, Team, Wave
from inventory.services.planning import plan
from tests import hostile
from tests.factories import make_call, make_feature, make_part, make_person, make_team
from tests.services.planning.test_arrangement import make_move, make_wave

pytestmark = pytest.mark.django_db
GARBAGE = [
    "team=x", "team=99999999999999999999", "team=-1", "team=%00", "feature=1e9", "kind=nonsense", "doubt=%22%5D", "blocker='--",
    "side=waits%00", "sort=id", "sort=-", "by=owner", "page=0", "page=99999999999999999999", "page=x", "by=feature&page=-1",
    "team=1&team=2", "kind=" + "x" * 5000, "doubt=" + quote("\ud800", errors="surrogatepass"),
]  # fmt: skip
PLANS = ("/plan", "/plan?by=team", "/plan?by=feature", "/plan?by=kind", "/plan?kind=undecided&side=open")


def made(kind: Kind, *, today: int = 10_000_000, after: int | None = None, call: Any = None, **fields: Any) -> Part:
    part = (call or make_call()).parts.get()
    halves = {Kind.MOVE_TO_BATCH: today // 2, Kind.BRING_BACK: today * 2}
    part.cost_today, part.cost_target = today, halves.get(kind, today) if after is None else after
    part.kind, part.saving = kind, part.cost_today - part.cost_target
    for name, value in fields.items():
        setattr(part, name, value)
    part.save()
    Call.objects.filter(pk=part.call_id).update(kind=kind, cost_today=today, cost_target=part.cost_target)
    return part


def names(answer: Any) -> list[str]:
    return [row.part.name if row.part else row.call.name for row in answer.context["moves"]]


def test_the_sentence_says_what_moves_and_what_it_comes_to(as_stranger: Client) -> None:
    made(Kind.MOVE_TO_BATCH)
    made(Kind.STAY_REAL_TIME)
    answer = as_stranger.get("/plan")
    assert "<h1>Move 1 of 2 parts: $20.00 → $15.00 a month</h1>" in answer.content.decode()
    assert "Saves $5.00 a month, $60.00 a year" in strip_tags(answer.content.decode())


def test_page_and_totals_are_the_same_cents(as_pia: Client) -> None:
    for number in range(7):
        made(Kind.MOVE_TO_BATCH, today=1_234_567 * number, after=333_333 * number)
    sums = as_pia.get("/plan").context["sums"]
    assert sums == plan.totals().overall.sums
    assert sums.saving == sum(Part.objects.values_list("saving", flat=True))


def test_an_empty_plan_says_what_belongs_there(as_pia: Client) -> None:
    answer = as_pia.get("/plan").content.decode()
    assert "<h1>No plan yet</h1>" in answer
    assert "The first steps" in answer
    assert "No doubts" in as_pia.get("/plan/doubts").content.decode()


def test_nobody_signed_out_sees_it(client: Client) -> None:
    for path in ("/plan", "/plan/doubts"):
        assert client.get(path).status_code == 302
    assert client.post("/plan/export").status_code == 302
    assert Job.objects.count() == 0


def test_a_split_call_is_one_row_with_its_parts_below(as_pia: Client) -> None:
    part = made(Kind.MOVE_TO_BATCH, in_split=True)
    make_part(call=part.call, name="Second", in_split=True, kind=Kind.STAY_REAL_TIME, cost_today=0, cost_target=0)
    Call.objects.filter(pk=part.call_id).update(is_split=True, kind=Kind.SPLIT)
    rows = as_pia.get("/plan").context["moves"]
    assert [(row.kind, row.below) for row in rows] == [
        ("split", False),
        ("move_to_batch", True),
        ("stay_real_time", True),
    ]
    assert rows[0].today == sum(row.today for row in rows[1:])
    assert as_pia.get("/plan").context["sums"].today == rows[0].today


@hostile.addressed(GARBAGE)
def test_filters_that_mean_nothing_are_left_out(as_pia: Client, queries: list[str]) -> None:
    made(Kind.MOVE_TO_BATCH)
    for path, garbage in product(("/plan?", "/plan?by=feature&", "/plan/doubts?"), queries):
        assert as_pia.get(path + garbage).status_code == 200, path + garbage


def test_each_filter_narrows_the_list(as_pia: Client, team: Team) -> None:
    feature = make_feature(team=team)
    moves = made(
        Kind.MOVE_TO_BATCH, call=make_call(feature=feature, name="moves"), name="moves", doubts=["figures_assumed"]
    )
    stuck = made(
        Kind.CANNOT_MOVE,
        call=make_call(name="stuck"),
        name="stuck",
        why=Why.BLOCKED,
        blockers=["tokens must be streamed"],
    )
    made(Kind.UNDECIDED, call=make_call(name="open"), name="open", doubts=["disputed", "figures_assumed"])
    wanted = {
        f"team={team.pk}": ["moves"],
        f"feature={feature.pk}": ["moves"],
        f"team={stuck.team_id}&kind=move_to_batch": [],
        "kind=cannot_move": ["stuck"],
        "kind=split": [],
        "doubt=disputed": ["open"],
        "doubt=figures_assumed": ["moves", "open"],
        "blocker=tokens+must+be+streamed": ["stuck"],
        "side=nobody": ["moves"],
        "side=open": ["open", "stuck"],
        "side=waits": [],
    }
    assert {query: sorted(names(as_pia.get(f"/plan?{query}"))) for query in wanted} == wanted
    assert as_pia.get(f"/plan?team={team.pk}").context["sums"].parts == moves.call.parts.count() == 1


def test_every_order_puts_what_is_not_known_last_and_ends_in_one_order(as_pia: Client) -> None:
    made(Kind.MOVE_TO_BATCH, today=6_000_000, call=make_call(name="b"), name="b")
    made(Kind.STAY_BATCH, today=9_000_000, call=make_call(name="c"), name="c")
    made(Kind.BRING_BACK, today=1_000_000, call=make_call(name="d"), name="d")
    make_call(name="a")
    wanted = {"": "bacd", "saving": "dcab", "-saving": "bacd", "-today": "cbda", "-after": "cbda", "name": "abcd"}
    assert {sort: "".join(names(as_pia.get(f"/plan?sort={sort}"))) for sort in wanted} == wanted


def test_fifty_moves_a_page(as_pia: Client) -> None:
    feature = make_feature()
    for _ in range(51):
        make_call(feature=feature)
    first, second = (as_pia.get(f"/plan?page={number}") for number in (1, 2))
    assert (len(names(first)), len(names(second))) == (50, 1)
    assert not set(names(first)) & set(names(second))


def test_totals_by_team_feature_and_kind_have_addresses(as_pia: Client) -> None:
    part = made(Kind.MOVE_TO_BATCH)
    for by, name in (("team", part.team.name), ("feature", part.feature.name), ("kind", "Move to batch")):
        answer = as_pia.get(f"/plan?by={by}")
        assert [(group.name, group.sums.saving) for group in answer.context["groups"]] == [(name, 5_000_000)]
        assert "All" not in [group.name for group in answer.context["groups"]]


def test_htmx_gets_the_moves_alone(as_pia: Client) -> None:
    made(Kind.MOVE_TO_BATCH)
    answer = as_pia.get("/plan?kind=move_to_batch", headers={"HX-Request": "true"}).content.decode()
    assert answer.lstrip().startswith('<div id="moves">')
    assert "<h1>" not in answer


def test_why_a_part_stays_although_nobody_waits_is_said_with_the_amount(as_pia: Client) -> None:
    call = make_call(model="unpriced", cacheable_prefix=4000)
    made(Kind.STAY_REAL_TIME, call=call, why=Why.BATCH_DEARER, cacheable_prefix=4000)
    assert "batch would cost more: its prefix is cached" in as_pia.get("/plan").content.decode()


def test_doubts_name_who_can_settle_them(as_pia: Client) -> None:
    owner = make_person(name="Olga Owner")
    owned = make_call(feature=make_feature(product_owner=owner))
    made(Kind.UNDECIDED, call=owned, today=5, doubts=["disputed"])
    made(Kind.UNDECIDED, today=7, doubts=["model_retires"])
    made(Kind.STAY_BATCH, doubts=[])
    answer = as_pia.get("/plan/doubts")
    assert [part.cost_today for part in answer.context["page"]] == [7, 5]
    assert "Olga Owner" in answer.content.decode()
    assert "no owner yet" in answer.content.decode()
    assert "The two sides disagree" in answer.content.decode()
    assert [p.cost_today for p in as_pia.get("/plan/doubts?doubt=disputed").context["page"]] == [5]


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_the_same_queries_for_one_row_and_three(as_pia: Client) -> None:
    counts = []
    as_pia.get("/plan")  # what is read once a process is read by now
    for rows in (1, 2):
        for _ in range(rows):
            made(Kind.UNDECIDED, doubts=["undecided"])
            made(Kind.STAY_REAL_TIME, why=Why.BATCH_DEARER)
        counts.append({path: queries(as_pia, path) for path in ("/plan/doubts", *PLANS)})
    assert counts[0] == counts[1]
    assert max(counts[0].values()) < 100


def test_a_retired_call_is_in_no_row_and_no_total(as_pia: Client, now: Any) -> None:
    part = made(Kind.MOVE_TO_BATCH)
    Call.objects.update(retired_at=now)
    Part.objects.update(is_live=False)
    answer = as_pia.get("/plan?kind=move_to_batch")
    assert (answer.context["sums"].parts, names(answer)) == (0, [])
    assert part.name not in as_pia.get("/plan/doubts").content.decode()


def test_exporting_starts_a_job_of_this_person(as_ed: Client, ed: Person) -> None:
    answer = as_ed.post("/plan/export")
    job = Job.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/jobs/{job.pk}")
    assert (job.kind, job.created_by, job.state) == ("export_plan", ed, "queued")
    assert Action.objects.get().kind == "job.enqueue"


def test_the_export_asks_for_a_post_with_its_token(ed: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ed, backend="django.contrib.auth.backends.ModelBackend")
    assert strict.post("/plan/export").status_code == 403
    assert strict.get("/plan/export").status_code == 405
    assert Job.objects.count() == 0


def test_names_are_shown_as_text(as_pia: Client) -> None:
    team = make_team(name="<b>Team</b>")
    made(
        Kind.MOVE_TO_BATCH, call=make_call(feature=make_feature(team=team, name="<i>F</i>")), name="<script>x</script>"
    )
    for path in ("/plan", "/plan?by=team", "/plan?by=feature", f"/plan?team={team.pk}", "/"):
        answer = as_pia.get(path).content.decode()
        assert not {"<b>Team", "<i>F", "<script>x"} & {tag for tag in ("<b>Team", "<i>F", "<script>x") if tag in answer}


def test_a_blocker_keeps_its_capitals_in_the_filter() -> None:
    assert "Zero data retention or HIPAA-ready handling is required" in dict(REASONS).values()


def words(client: Client, path: str) -> str:
    """The page as it is read, whatever of it leads on."""
    return " ".join(unescape(strip_tags(client.get(path).content.decode())).split())


def test_what_rests_on_one_side_is_marked_in_every_total(as_pia: Client) -> None:
    alone = {"one_sided": True, "state": "one_side", "label": "not_waiting"}
    part = made(Kind.MOVE_TO_BATCH, today=12_340_000, **alone)
    made(Kind.MOVE_TO_BATCH, today=100_000_000)
    said = "One-sided: 1 part counts on one side's answer alone, $12.34 a month today; $6.17 of the saving"
    for path in ("/", "/plan", f"/plan?team={part.team_id}", f"/plan?feature={part.feature_id}"):
        assert said in words(as_pia, path), path
    for path in ("/", "/plan?by=team", "/plan?by=feature", "/plan?by=kind", "/features"):
        assert "$6.17 one-sided" in words(as_pia, path), path
    assert "$6.17 of the saving rests" in as_pia.get(f"/features/{part.feature_id}").content.decode()
    assert "One-sided: $12.34 of that sum" in as_pia.get("/calls").content.decode()


def test_where_nothing_rests_on_one_side_no_total_speaks_of_it(as_pia: Client) -> None:
    part = made(Kind.MOVE_TO_BATCH)
    for path in ("/", "/plan", "/plan?by=team", "/plan?by=feature", f"/features/{part.feature_id}", "/calls"):
        assert "one-sided" not in as_pia.get(path).content.decode().lower(), path


def test_the_plan_in_time_says_five_figures_and_adds_up(as_pia: Client, team: Team) -> None:
    wave = make_wave(team, "Digests")
    Wave.objects.filter(pk=wave.pk).update(starts_on=date(2027, 1, 1))
    make_move(team, wave=wave, saving=10_000_000, cost_today=20_000_000)
    make_move(team, saving=5_000_000, cost_today=20_000_000)
    make_move(team, saving=1_000_000, cost_today=2_000_000, one_sided=True, wave=wave)
    text = " ".join(as_pia.get("/plan/time?first=2026-12&months=12").content.decode().split())
    for said in (
        "<dt>Projected</dt><dd><strong>$192.00</strong> a year",
        "<dt>Agreed</dt><dd><strong>$180.00</strong> a year",
        "<dt>In plan</dt><dd><strong>$120.00</strong> a year",
        ">$110.00</a></strong> in 12 months",
        "<dt>Run-rate</dt><dd><strong>$120.00</strong> a year",
    ):
        assert said in text
    for said in (
        "$16.00 − $1.00 = $15.00 a month × 12",
        "$15.00 − $5.00 = $10.00 a month × 12",
        "$10.00 × 12 = $120.00 at full effect; −$10.00 by starts and ramps; $0.00 by growth",
    ):
        assert said in words(as_pia, "/plan/time?first=2026-12&months=12")
    assert text.count('<th scope="row" class="month">') == 12


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("months=0", "Type a number from 1 to 60"), ("months=61", "Type a number from 1 to 60"),
        ("months=x", "Type a whole number"), ("first=soon", "Type a month as year and number"),
        ("months=3", "Digests, ramp: 6 months are longer than the term of 3"),
    ],
)  # fmt: skip
def test_a_term_that_does_not_fit_is_refused_with_the_reason(as_pia: Client, team: Team, query: str, said: str) -> None:
    wave = make_wave(team, "Digests")
    Wave.objects.filter(pk=wave.pk).update(ramp_months=6)
    make_move(team, wave=wave)
    answer = as_pia.get(f"/plan/time?{query}")
    assert (answer.status_code, said in answer.content.decode()) == (422, True)


def test_what_costs_more_only_because_nobody_has_decided_is_not_said_to_be_waited_for(as_pia: Client) -> None:
    made(Kind.UNDECIDED, after=20_000_000)
    page = as_pia.get("/plan").content.decode()
    assert "a year: what is not decided counts as real time." in page
    made(Kind.BRING_BACK)
    assert "a year: what somebody waits for comes back." in as_pia.get("/plan").content.decode()


def test_the_plan_in_time_of_nothing_leads_to_the_waves(as_pia: Client) -> None:
    empty = as_pia.get("/plan/time").content.decode()
    assert "Nothing to spread over months yet" in empty
    assert "$0.00" not in empty
    made(Kind.MOVE_TO_BATCH)
    assert "No wave has a start yet" in as_pia.get("/plan/time").content.decode()


def test_a_plan_that_costs_more_is_told_in_time_too(as_pia: Client, team: Team) -> None:
    make_move(team, wave=make_wave(team), kind="bring_back", saving=-3_000_000, cost_today=3_000_000)
    text = as_pia.get("/plan/time?first=2027-01&months=2").content.decode()
    assert "−$6.00" in text


def test_a_row_of_the_plan_says_how_far_the_move_is(as_pia: Client, team: Team) -> None:
    make_move(team, wave=make_wave(team, "Digests"), status="planned", guard=True)
    text = " ".join(as_pia.get("/plan").content.decode().split())
    assert "effort 2 · risk 2 · planned · Digests" in text
