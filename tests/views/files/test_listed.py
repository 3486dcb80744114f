"""Any list as a file: what its page shows, narrowed in the same way, by a job."""

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from inventory import tasks
from inventory.domain.book import Book
from inventory.models import Call, Job, Person, PriceRow, Team
from inventory.services import job as jobs
from inventory.services.calls import call as calls
from tests import factories
from tests.services.files.test_exchange import AT
from tests.views.history.test_audit import FIELDS

pytestmark = pytest.mark.django_db


@pytest.fixture
def registered(prices: Book, team: Team, pia: Person) -> list[Call]:
    feature = factories.make_feature(team=team, name="Tickets")
    named = [{**FIELDS, "name": name, "requests": n} for n, name in enumerate(("=A", "B", "C"), 1000)]
    return [calls.register(feature=feature, fields=fields, by=pia.actor, at=AT) for fields in named]


def exported(client: Client, name: str, kind: str, query: str = "", **more: Any) -> bytes:
    response = client.post(reverse("exchange.export_list"), {"name": name, "kind": kind, "query": query, **more})
    job = Job.objects.latest("pk")
    assert response["Location"] == reverse("job.detail", args=[job.pk])
    assert tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.file_name.rpartition(".")[2]) == ("done", kind), job.message
    return b"".join(jobs.read_file(job))


def rows(data: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(data)
    return found


def test_the_inventory_as_it_is_narrowed_and_sorted(as_ed: Client, registered: list[Call]) -> None:
    found = rows(exported(as_ed, "calls", "json", "sort=-requests"))
    assert [row["call"] for row in found] == ["C", "B", "=A"]
    assert found[0] == {
        "call": "C", "feature": "Tickets", "team": registered[2].team.name, "move": "undecided", "label": "not labelled",
        "model": "claude-sonnet-5-5", "requests": 1002, "today": registered[2].cost_today / 10**6, "saves": 0.0,
    }  # fmt: skip
    assert [row["call"] for row in rows(exported(as_ed, "calls", "json", "q=nothing+like+it"))] == []
    picked = exported(as_ed, "calls", "csv", "sort=name", pick=[registered[0].pk, registered[2].pk, "x"])
    assert [row["Call"] for row in csv.DictReader(io.StringIO(picked.decode("utf-8-sig")))] == ["'=A", "C"]


@pytest.mark.parametrize("name", ["moves", "totals"])
@pytest.mark.parametrize("record", ["team", "feature"])
def test_a_list_narrowed_to_what_is_gone_when_its_turn_comes_says_so(
    as_ed: Client, registered: list[Call], record: str, name: str
) -> None:
    other = factories.make_feature(team=factories.make_team(name="Gone soon"))
    gone = other.team if record == "team" else other
    query = f"{record}={gone.pk}"
    as_ed.post(reverse("exchange.export_list"), {"name": name, "kind": "csv", "query": query})
    job = Job.objects.latest("pk")
    other.delete(), other.team.delete()
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, "is not there any more" in job.message) == ("failed", True), job.message


def test_the_moves_of_the_plan_add_up_to_it(as_ed: Client, registered: list[Call]) -> None:
    sheet = load_workbook(io.BytesIO(exported(as_ed, "moves", "xlsx", "kind=undecided&sort=name")))["Moves"]
    head, *found = sheet.iter_rows(values_only=True)
    at = head.index("Today, $ a month")
    assert sum(round(row[at] * 10**6) for row in found) == sum(call.cost_today or 0 for call in registered)
    assert rows(exported(as_ed, "moves", "json", "kind=split")) == []
    assert [row["call"] for row in rows(exported(as_ed, "moves", "json", pick=[registered[1].pk]))] == ["B"]


def test_the_prices_of_one_platform(as_ed: Client, registered: list[Call]) -> None:
    found = rows(exported(as_ed, "prices", "json", "platform=bedrock"))
    assert {row["platform"] for row in found} == {"bedrock"}
    assert all(row["input"] > 0 for row in found)
    picked = PriceRow.objects.filter(platform="bedrock").first()
    assert picked is not None
    (row,) = rows(exported(as_ed, "prices", "json", "platform=bedrock", pick=[picked.pk]))
    assert row["platform_id"] == picked.platform_id


def test_what_is_no_list_is_said(as_ed: Client) -> None:
    answer = as_ed.post(reverse("exchange.export_list"), {"name": "sheets", "kind": "xlsx"}, follow=True)
    assert "That is no list" in answer.content.decode()
    assert not Job.objects.exists()


@pytest.mark.parametrize("path", ["/calls", "/plan", "/prices", "/features", "/plan/doubts"])
def test_each_list_offers_it(as_ed: Client, registered: list[Call], path: str) -> None:
    page = as_ed.get(f"{path}?team=&q=").content.decode()
    assert f'action="{reverse("exchange.export_list")}"' in page


def test_features_and_doubts_as_they_are_narrowed(as_ed: Client, registered: list[Call], team: Team) -> None:
    factories.make_feature(team=team, name="Empty")
    found = rows(exported(as_ed, "features", "json", "q=&sort=-today"))
    assert [(row["feature"], row["calls"]) for row in found] == [("Tickets", 3), ("Empty", 0)]
    assert found[0]["today"] == sum(call.cost_today or 0 for call in registered) / 10**6
    assert [row["feature"] for row in rows(exported(as_ed, "features", "json", "q=tick"))] == ["Tickets"]
    picked = registered[0].feature_id
    assert len(rows(exported(as_ed, "features", "json", picked=str(picked)))) == 1
    doubts = rows(exported(as_ed, "doubts", "json", f"team={team.pk}&doubt=undecided"))
    assert [row["part"] for row in doubts] == ["C", "B", "=A"], "the dearest first"
    assert "Not labelled yet: counted as real time" in doubts[0]["doubts"]
    assert rows(exported(as_ed, "doubts", "json", "doubt=disputed")) == []


def test_what_was_ticked_on_several_pages_goes_out_together(as_ed: Client, registered: list[Call]) -> None:
    a, b, c = (call.pk for call in registered)
    found = rows(exported(as_ed, "calls", "json", "sort=name", pick=[a], picked=f"{a},{c},x,,{'9' * 30}"))
    assert [row["call"] for row in found] == ["=A", "C"]
    many = ",".join(map(str, range(5001)))
    answer = as_ed.post(reverse("exchange.export_list"), {"name": "calls", "kind": "csv", "picked": many}, follow=True)
    assert "Tick at most 5,000 rows, or none for all of the list." in answer.content.decode()
    assert str(b) not in [row["call"] for row in found]
