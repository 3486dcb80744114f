"""The pages of frozen versions and of comparisons."""

import json
import re
from datetime import datetime
from io import BytesIO
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from inventory import tasks
from inventory.models import Call, Comparison, Frozen, Job, Part, Person, Team, Wave
from inventory.services import job as jobs
from inventory.services.calls import call as calls
from tests import factories
from tests.following import LINK, cents, followed
from tests.services.plans import BY, FIELDS, frozen, move
from tests.views.files.test_listed import exported

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]


@pytest.fixture
def call(team: Team, now: datetime) -> Call:
    fields = {"provider": "anthropic", "model": "claude-sonnet-5-5", "today_path": "real_time", "requests": 1000,
              "uncached_input": 6000, "cacheable_prefix": 0, "output": 800, "key": "c", "name": "=Night digest"}  # fmt: skip
    return calls.register(feature=factories.make_feature(team=team), fields=fields, by=BY, at=now)


def text(client: Client, name: str, *args: object, **query: object) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def carried(client: Client, name: str, *args: object, **typed: object) -> Job:
    """What was sent started a job; it is carried."""
    answer = client.post(reverse(name, args=args), typed)
    job = Job.objects.order_by("-pk")[0]
    assert answer.headers["Location"] == reverse("job.detail", args=[job.pk])
    assert tasks.run_job(job.pk)
    job.refresh_from_db()
    return job


def workbook(job: Job) -> dict[str, list[list[object]]]:
    book = load_workbook(BytesIO(b"".join(jobs.read_file(job))))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def test_a_lead_freezes_shows_and_exports_a_version(as_pia: Client, call: Call, team: Team) -> None:
    assert "Nothing is frozen yet" in text(as_pia, "frozen.list")
    job = carried(as_pia, "frozen.new", team=team.pk, note="As signed")
    assert reverse("frozen.detail", args=[job.pk]) in text(as_pia, "job.detail", job.pk)
    page = text(as_pia, "frozen.detail", job.pk)
    assert "Version 1: $20.00 → $20.00 a month" in page
    assert "=Night digest" in page
    assert "As signed" in text(as_pia, "frozen.list", team=team.pk)
    assert "As signed" not in text(as_pia, "frozen.list")
    prices = text(as_pia, "frozen.prices", job.pk)
    assert ("$2.00" in prices, "as of" in prices) == (True, True)
    opened = reverse("frozen.explained", args=[job.pk, call.pk])
    assert f'href="{opened}" aria-label="$20.00 today' in page
    told = text(as_pia, "frozen.explained", job.pk, call.pk)
    assert "Kept: $20.00 a month today" in told
    assert "$2 input" in told.replace("$2.00", "$2")
    assert as_pia.get(reverse("frozen.explained", args=[job.pk, 999])).status_code == 404
    assert "<strong>Not known</strong>: not labelled yet" in page
    sheets = workbook(carried(as_pia, "frozen.export", job.pk))
    assert list(sheets) == ["Version", "Parts", "Prices"]
    head, row = sheets["Parts"]
    told = dict(zip(head, row, strict=True))
    assert (told["Part"], told["Today, $ a month"], told["Requests a month"]) == ("=Night digest", 20, 1000)
    assert (told["Readiness"], told["Readiness, why"], told["Effort, 1 to 5"]) == (
        "Not known",
        "not labelled yet",
        None,
    )
    assert dict(zip(*sheets["Prices"][:2], strict=True))["Input, $ a million"] == 2


def test_a_button_pressed_twice_freezes_and_compares_once(
    as_pia: Client, call: Call, pia: Person, now: datetime
) -> None:
    typed = {"team": "", "note": "As signed"}
    first, second = (as_pia.post(reverse("frozen.new"), typed).headers["Location"] for _ in range(2))
    assert first == second
    (job,) = Job.objects.all()
    assert tasks.run_job(job.pk)
    assert as_pia.post(reverse("frozen.new"), typed).headers["Location"] == first  # a moment later
    Job.objects.update(created_at=now)
    assert as_pia.post(reverse("frozen.new"), typed).headers["Location"] != first
    for _ in range(2):
        as_pia.post(reverse("comparison.start"), {"first": job.pk, "second": "now"})
    assert Job.objects.filter(kind="compare_plans").count() == 1


def test_without_a_note_nothing_is_frozen(as_pia: Client, call: Call) -> None:
    answer = as_pia.post(reverse("frozen.new"), {"note": " "})
    assert answer.status_code == 422
    assert not Job.objects.filter(kind="freeze_plan").exists()


def test_only_a_team_one_leads_can_be_frozen(as_pia: Client, call: Call, stranger: Person) -> None:
    elsewhere = stranger.memberships.get().team
    answer = as_pia.post(reverse("frozen.new"), {"team": elsewhere.pk, "note": "Mine"})
    assert answer.status_code == 422
    assert "Select a valid choice" in answer.content.decode()


def test_a_version_is_compared_with_the_plan_of_now_and_with_another(
    as_ed: Client, call: Call, pia: Person, now: datetime
) -> None:
    frozen(pia, now)
    calls.edit(call=call, version=call.version, fields={"requests": 1100}, by=BY, at=now)
    first = Frozen.objects.get()
    job = carried(as_ed, "comparison.start", first=first.pk, second="now")
    assert reverse("comparison.detail", args=[job.pk]) in text(as_ed, "job.detail", job.pk)
    page = text(as_ed, "comparison.detail", job.pk)
    assert "1,000 → 1,100 requests a month" in page
    assert page.count(">+$2.00<") == 6  # the reason, the line and their sum, today and after
    assert "No line fits" in text(as_ed, "comparison.detail", job.pk, reason="label")
    sheets = workbook(carried(as_ed, "comparison.export", job.pk))
    assert [row[0] for row in sheets["Summary"]] == [
        "What", "Version 1 of all teams", "The plan as it stood", "Volume", "Together"
    ]  # fmt: skip
    assert [row[2:5] for row in sheets["Summary"][1:]] == [[20, 20, 0], [22, 22, 0], [2, 2, 0], [2, 2, 0]]
    assert sheets["Lines"][1][2:8] == ["=Night digest", "Volume", "Undecided", 2, 2, 0]

    frozen(pia, now)
    second = Frozen.objects.get(number=2)
    job = carried(as_ed, "comparison.start", first=first.pk, second=second.pk)
    again = as_ed.post(reverse("comparison.start"), {"first": first.pk, "second": second.pk})
    assert again.headers["Location"] == reverse("comparison.detail", args=[job.pk])
    assert Comparison.objects.count() == 2


def test_a_version_is_not_compared_with_itself(as_ed: Client, call: Call, pia: Person, now: datetime) -> None:
    frozen(pia, now)
    version = Frozen.objects.get()
    same = {"first": version.pk, "second": version.pk}
    answer = as_ed.post(reverse("comparison.start"), same, follow=True)
    assert "Nothing was compared. Choose two that are not the same." in answer.content.decode()
    assert not Job.objects.filter(kind="compare_plans").exists()


@pytest.mark.parametrize(
    "typed", [{}, {"first": "x"}, {"first": "1", "second": "x"}, {"first": "1", "second": "9" * 40}]
)
def test_what_cannot_be_compared_is_told(as_ed: Client, typed: dict[str, str]) -> None:
    answer = as_ed.post(reverse("comparison.start"), typed, follow=True)
    assert "Nothing was compared. Choose a version." in answer.content.decode()
    assert not Job.objects.exists()


def test_plans_of_different_teams_are_not_compared(
    as_ed: Client, call: Call, team: Team, pia: Person, now: datetime
) -> None:
    frozen(pia, now), frozen(pia, now, team=team)
    first, second = Frozen.objects.order_by("pk")
    answer = as_ed.post(reverse("comparison.start"), {"first": first.pk, "second": second.pk}, follow=True)
    assert "plans of different teams" in answer.content.decode()


def test_odd_addresses_narrow_nothing(as_ed: Client, call: Call, pia: Person, now: datetime) -> None:
    frozen(pia, now)
    Part.objects.update(wave=None)
    first = Frozen.objects.get()
    job = carried(as_ed, "comparison.start", first=first.pk)
    for query in ({"reason": "x"}, {"sort": "x", "page": "x"}, {"page": "99"}, {"team": "x"}):
        text(as_ed, "comparison.detail", job.pk, **query)
        text(as_ed, "frozen.detail", first.pk, **query)
        text(as_ed, "frozen.list", **query)
    assert as_ed.get(reverse("comparison.detail", args=[1])).status_code == 404


def test_the_parts_of_a_version_are_found_by_what_they_were_then_and_go_out_as_a_file(
    as_ed: Client, call: Call, pia: Person, team: Team, now: datetime
) -> None:
    other = factories.make_feature(team=team, name="Search")
    elsewhere = factories.make_feature()
    for feature, name in ((other, "Ranking"), (elsewhere, "Far away")):
        factories.make_call(feature=feature, name=name)
    job = frozen(pia, now)
    Call.objects.filter(name="Ranking").update(name="Called otherwise by now")
    for query, found in (
        ({"team": team.name}, ["=Night digest", "Ranking"]),
        ({"team": team.name, "feature": "Search"}, ["Ranking"]),
        ({"words": "far AWAY"}, ["Far away"]),
        ({"words": "search"}, ["Ranking"]),  # by its feature
        ({"kind": "undecided", "sort": "name"}, ["=Night digest", "Far away", "Ranking"]),
        ({"kind": "split"}, []),
        ({"team": "x", "feature": "Search", "sort": "x"}, ["=Night digest", "Far away", "Ranking"]),
    ):
        page = text(as_ed, "frozen.detail", job.pk, **query)
        names = [name for name in ("=Night digest", "Far away", "Ranking") if f'<th scope="row">{name}<br>' in page]
        assert names == found, query
        assert ("No part fits" in page) is (not found)
        rows = json.loads(exported(as_ed, "version", "json", urlencode(query), of=job.pk))
        assert sorted(row["name"] for row in rows) == found
    assert {row["name"]: row["today"] for row in rows}["=Night digest"] == 20  # dollars


def test_the_lines_of_a_comparison_are_narrowed_by_team_feature_reason_move_and_words(
    as_ed: Client, call: Call, pia: Person, now: datetime
) -> None:
    frozen(pia, now)
    calls.edit(call=call, version=call.version, fields={"requests": 1100}, by=BY, at=now)
    new = factories.make_call(name="Brand new")
    job = carried(as_ed, "comparison.start", first=Frozen.objects.get().pk)
    for query, found in (
        ({"team": new.team.name}, ["Brand new"]),
        ({"reason": "volume"}, ["=Night digest"]),
        ({"words": "1,100"}, ["=Night digest"]),  # by what changed
        ({"kind": "undecided", "sort": "name"}, ["=Night digest", "Brand new"]),
        ({"kind": "bring_back"}, []),
        ({"sort": "-x", "reason": "x"}, ["=Night digest", "Brand new"]),
    ):
        page = text(as_ed, "comparison.detail", job.pk, **query)
        lines = page[page.index('id="lines"') :]
        assert [name for name in ("=Night digest", "Brand new") if f">{name}</a>" in lines] == found, query
        rows = json.loads(exported(as_ed, "comparison", "json", urlencode(query), of=job.pk))
        assert sorted(row["name"] for row in rows) == found
    assert as_ed.post(reverse("exchange.export_list"), {"name": "comparison", "kind": "csv"}).status_code == 404
    wrong = {"name": "version", "kind": "csv", "of": "9" * 20}
    assert "That is no list" in as_ed.post(reverse("exchange.export_list"), wrong, follow=True).content.decode()


def test_each_reason_of_a_comparison_opens_to_the_lines_that_add_up_to_it(
    as_ed: Client, call: Call, pia: Person, team: Team, now: datetime
) -> None:
    wave = Wave.objects.create(team=team, name="First", starts_on=now.date().replace(day=1))
    move(call.parts.get(), wave)
    frozen(pia, now)
    Part.objects.update(wave=None)
    calls.edit(call=Call.objects.get(), version=Call.objects.get().version, fields={"requests": 1300}, by=BY, at=now)
    factories.make_call(feature=call.feature, name="Brand new", cost_today=7_000_000, cost_target=7_000_000)
    Part.objects.filter(name="Brand new").update(cost_today=7_000_000, cost_target=7_000_000)
    frozen(pia, now)
    first, second = Frozen.objects.order_by("number")
    job = carried(as_ed, "comparison.start", first=first.pk, second=second.pk)
    address = reverse("comparison.detail", args=[job.pk])
    seen = followed(as_ed, [address])
    assert {f"{address}?reason={reason}#lines" for reason in ("volume", "new")} < seen.keys()
    versions = {reverse("frozen.detail", args=[each.pk]) for each in (first, second)}
    assert {f"{each}{query}" for each in versions for query in ("#parts", "?counted=planned#parts")} <= seen.keys()


def test_each_amount_of_a_line_opens_to_how_what_it_ends_at_was_worked_out(
    as_ed: Client, call: Call, pia: Person, now: datetime
) -> None:
    """What the lines of a call add up to is what leads there less what the version before said."""
    gone = calls.register(feature=call.feature, fields={**FIELDS, "name": "Gone"}, by=BY, at=now)
    frozen(pia, now)
    calls.edit(call=call, version=call.version, fields={"requests": 1300, "output": 900}, by=BY, at=now)
    calls.retire(call=gone, version=gone.version, reason="Gone", by=BY, at=now)
    new = calls.register(feature=call.feature, fields={**FIELDS, "name": "Brand new"}, by=BY, at=now)
    frozen(pia, now)
    first, second = Frozen.objects.order_by("number")
    for to in (second.pk, ""):
        job = carried(as_ed, "comparison.start", first=first.pk, second=to)
        lines = text(as_ed, "comparison.detail", job.pk).partition('id="lines"')[2]
        found: dict[str, int] = {}
        for href, label, shown in LINK.findall(lines):
            if " today: how" in label:
                found[href] = found.get(href, 0) + cents(shown)
        was = {each: reverse("frozen.explained", args=[first.pk, each.pk]) for each in (call, gone)}
        page = "call.explained" if not to else "frozen.explained"
        stands = {each: reverse(page, args=[*filter(None, [to]), each.pk]) for each in (call, new)}
        assert {href.partition("#")[0] for href in found} == {was[gone], *stands.values()}
        parts = {each: each.parts.get().pk for each in (call, gone, new)}
        assert found[f"{was[gone]}#part-{parts[gone]}"] == -kept(as_ed, was[gone])
        assert found[f"{stands[new]}#part-{parts[new]}"] == kept(as_ed, stands[new])
        assert found[f"{stands[call]}#part-{parts[call]}"] == kept(as_ed, stands[call]) - kept(as_ed, was[call]) != 0


def kept(client: Client, path: str) -> int:
    """What the call costs a month by that page, in cents."""
    page = client.get(path).content.decode()
    return cents(re.split(r"(?:Kept|Stored): ", page)[1].partition(" a month")[0])


def test_a_comparison_that_is_forgotten_meanwhile_is_told(
    as_ed: Client, call: Call, pia: Person, now: datetime
) -> None:
    frozen(pia, now)
    job = carried(as_ed, "comparison.start", first=Frozen.objects.get().pk)
    as_ed.post(reverse("exchange.export_list"), {"name": "comparison", "kind": "csv", "of": job.pk})
    Comparison.objects.all().delete()
    tasks.run_job((waiting := Job.objects.latest("pk")).pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.message) == ("failed", "The comparison is no longer kept. Compare again.")
