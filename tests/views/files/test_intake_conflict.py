"""A file that was exported, edited and uploaded, while others went on: what its owner sees and chooses."""

import io
from datetime import datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inventory import tasks
from inventory.models import Action, Call, Feature, Job, Person, Team, Upload, UploadRow
from inventory.services import job as jobs
from inventory.services.calls import call as calls
from inventory.services.calls import feature as features
from inventory.services.files import exchange
from inventory.services.intake import upload as uploads
from tests.services.intake.test_round_trip import change, edited, exported, register, table
from tests.views.files.test_intake import carry, looked_over, post, seen, ticks
from tests.views.files.test_listed import exported as downloaded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def feature(now: datetime, team: Team, ed: Person) -> Feature:
    return features.register(team=team, fields={"name": "Tickets"}, by=ed.actor, at=now)


@pytest.mark.parametrize("kind", ["edit-xlsx", "edit-csv"])
def test_an_unchanged_file_has_nothing_to_import(as_ed: Client, feature: Feature, now: datetime, kind: str) -> None:
    for key in ("a", "b"):
        register(now, feature, key)
    assert 'value="edit-xlsx"' in as_ed.get(reverse("call.list")).content.decode()
    as_ed.post(reverse("exchange.export_list"), {"name": "calls", "kind": kind, "query": ""})
    carry_job = Job.objects.latest("pk")
    assert tasks.run_job(carry_job.pk)
    carry_job.refresh_from_db()
    data = b"".join(jobs.read_file(carry_job))
    actions = Action.objects.count()
    upload = looked_over(as_ed, data, carry_job.file_name)
    assert {kind: n for kind, n in upload.report["counts"].items() if n} == {"unchanged": 2}
    post(as_ed, "confirm", upload, ticks(upload))
    assert "no row is ticked that would change anything" in seen(as_ed, upload)
    assert Action.objects.filter(kind="exchange.import").count() == 0
    assert Action.objects.count() - actions == Action.objects.filter(record="job", seq__gt=actions).count()


def test_each_conflict_is_chosen_before_anything_comes_in(as_ed: Client, feature: Feature, now: datetime) -> None:
    for key in ("a", "b", "c"):
        register(now, feature, key)
    data = exported("csv")
    for key in ("a", "b"):
        change(now, key, requests=2000, tag="now")
    file = edited(
        data, ("a", "requests_per_month", "3000"), ("a", "tag", "file"), ("b", "requests_per_month", "3000"),
        ("c", "tag", "file"),
    )  # fmt: skip
    upload = looked_over(as_ed, file)
    assert (upload.report["counts"]["conflict"], upload.report["counts"]["changed"]) == (2, 1)
    page = seen(as_ed, upload)
    assert "Conflicts 2</a>" in page
    assert "2 rows wait" in page
    assert 'requests_per_month <span class="muted">was 1000 at the export</span>' in page
    assert "The file: <b>3000</b>" in page
    assert "The app: <b>2000</b>" in page
    assert "tag</dt><dd>stays now, changed in the app from then" in page
    location = post(as_ed, "confirm", upload, {**ticks(upload), "clash-2-0": "app", "clash-2-1": "file"})
    assert location.endswith("?show=conflict")
    assert "Nothing was imported: a row waits for a choice" in seen(as_ed, upload, show="conflict")
    chosen = {"clash-3-0": "file", "clash-2-9": "file", "clash-9-0": "app", "clash-x": "app", "clash-3-1": "what"}
    fragment = as_ed.post(reverse("intake.tick", args=[upload.pk]), {**ticks(upload), **chosen}, HTTP_HX_REQUEST="true")
    assert "wait" not in fragment.content.decode()
    post(as_ed, "read", upload)
    carry(upload)
    assert upload.rows.undecided().count() == 0, "what was chosen stands as long as both values do"
    post(as_ed, "confirm", upload, ticks(upload))
    carry(upload)
    assert upload.state == "imported", upload.problems
    found = {call.key: (call.requests, call.tag) for call in Call.objects.all()}
    assert found == {"a": (2000, "file"), "b": (3000, "now"), "c": (1000, "file")}
    assert Action.objects.filter(kind="exchange.import").count() == 1


def test_all_conflicts_can_be_decided_at_once_and_single_ones_otherwise(
    as_ed: Client, feature: Feature, now: datetime
) -> None:
    for key in ("a", "b"):
        register(now, feature, key)
    data = exported("csv")
    for key in ("a", "b"):
        change(now, key, requests=2000)
    file = edited(data, *((key, "requests_per_month", "3000") for key in ("a", "b")))
    upload = looked_over(as_ed, file)
    post(as_ed, "tick", upload, {**ticks(upload), "clash-2-0": "app", "rest": "file"})
    upload.refresh_from_db()
    assert (upload.rest, upload.rows.get(number=2).clashes[0][-1]) == ("file", "app")
    assert "Ask cell by cell" in seen(as_ed, upload, show="conflict")
    post(as_ed, "confirm", upload, ticks(upload))
    carry(upload)
    assert {call.key: call.requests for call in Call.objects.all()} == {"a": 2000, "b": 3000}


def staged(person: Person, rows: int, choices: int) -> Upload:
    """So many rows in conflict, each with so many cells to choose: as a preview leaves them."""
    at = timezone.now()
    upload = Upload.objects.create(
        owner=person, name="many.csv", created_at=at, expires_at=at + timedelta(days=1), state="ready",
        report={"counts": {"conflict": rows}, "most_choices": choices},
    )  # fmt: skip
    clashes = [[0, f"cell{n}", "1", "2", "3", ""] for n in range(choices)]
    some = (
        UploadRow(upload=upload, number=n, kind="conflict", clashes=clashes, open=choices) for n in range(2, rows + 2)
    )
    UploadRow.objects.bulk_create(some, batch_size=500)
    return upload


class Fields(HTMLParser):
    """What a browser without scripts would send with one of a page's buttons: names, values, and where to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self.buttons: dict[str, str] = {}
        self._at = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        kind = found.get("type")
        if tag == "input" and (kind == "hidden" or "checked" in found) and found.get("name") != "csrfmiddlewaretoken":
            self.sent.append((found["name"] or "", found["value"] or ""))
        self._at = (found.get("formaction") or "") if tag == "button" else ""

    def handle_data(self, data: str) -> None:
        if self._at:
            self.buttons[data.strip()] = self._at


@pytest.mark.parametrize(("rows", "choices"), [(60, 170), (60, 24), (3, 950)])
def test_a_page_of_choices_never_outgrows_what_a_form_may_hold(
    as_ed: Client, ed: Person, rows: int, choices: int
) -> None:
    upload = staged(ed, rows, choices)
    page = as_ed.get(reverse("intake.page", args=[upload.pk])).content.decode()
    shown = Fields(page).sent
    given = [(f"clash-{number}-{n}", "app") for name, number in shown if name == "shown" for n in range(choices)]
    answered = as_ed.post(reverse("intake.tick", args=[upload.pk]), urlencode([*shown, *given]), FORM)
    assert answered.status_code == 302
    assert upload.rows.filter(open=0).count() == len(given) // choices >= 1


def test_what_is_chosen_on_a_page_is_kept_by_the_buttons_that_leave_it(as_ed: Client, ed: Person) -> None:
    upload = staged(ed, 50, 2)
    page = Fields(as_ed.get(reverse("intake.page", args=[upload.pk])).content.decode())
    sent = [each for each in page.sent if each != ("ticked", "3")]
    answered = as_ed.post(page.buttons["3"], urlencode([*sent, ("clash-2-0", "file"), ("clash-2-1", "app")]), FORM)
    assert answered.headers["Location"].endswith("?page=3")
    second = as_ed.get(answered.headers["Location"]).content.decode()
    assert "48 rows wait for" in " ".join(second.split())
    kept = upload.rows.in_bulk(field_name="pk").values()
    assert [row.number for row in kept if not row.ticked] == [3]
    assert [row.number for row in kept if not row.open] == [2]
    assert as_ed.post(Fields(second).buttons["Wrong 0"], urlencode(Fields(second).sent), FORM).status_code == 302


@pytest.mark.parametrize("count", [2_000, pytest.param(100_000, marks=pytest.mark.soak)])
def test_as_many_conflicts_as_there_are_rows_are_paged_and_decided_at_once(
    as_ed: Client, ed: Person, count: int
) -> None:
    upload = staged(ed, count, 3)
    last = seen(as_ed, upload, page=str(count // 20))
    assert f"{count - 19:,}–{count:,} of {count:,}" in last
    post(as_ed, "tick", upload, {"shown": ["7"], "ticked": ["7"], "clash-7-1": "app", "rest": "file"})
    upload.refresh_from_db()
    assert (upload.rest, uploads.undecided(upload)) == ("file", 0)
    assert [each[-1] for each in upload.rows.get(number=7).clashes] == ["", "app", ""]


def test_what_changes_again_between_preview_and_import_is_told(as_ed: Client, feature: Feature, now: datetime) -> None:
    register(now, feature, "a")
    data = exported("csv")
    change(now, "a", requests=2000)
    upload = looked_over(as_ed, edited(data, ("a", "requests_per_month", "3000")))
    change(now, "a", requests=2500)
    post(as_ed, "confirm", upload, {**ticks(upload), "clash-2-0": "file"})
    carry(upload)
    assert Call.objects.get().requests == 2500
    assert "Row 2, a: names a call that was changed since the preview" in seen(as_ed, upload)
    post(as_ed, "read", upload)
    carry(upload)
    assert upload.rows.undecided().count() == 1, "the choice was made against another value"


def test_two_values_that_do_not_fit_together_are_told_not_bent(as_ed: Client, feature: Feature, now: datetime) -> None:
    register(now, feature, "a")
    data = exported("csv")
    change(now, "a", uncached_input=3000, cacheable_prefix=2000)
    upload = looked_over(as_ed, edited(data, ("a", "input_tokens", "1200")))
    post(as_ed, "confirm", upload, {**ticks(upload), "clash-2-0": "file"})
    carry(upload)
    assert Call.objects.get().cacheable_prefix == 2000
    assert "is part of the input tokens, and cannot be more than 1,200" in seen(as_ed, upload)


def test_where_rows_and_files_are_from_is_told(as_ed: Client, feature: Feature, now: datetime) -> None:
    found = [register(now, feature, key) for key in ("a", "b")]
    data = exported("csv")
    mark = Action.objects.latest("seq").hash[:8]
    page = seen(as_ed, looked_over(as_ed, data.replace(mark.encode(), b"01234567")), show="unchanged")
    assert "2 rows were exported by another installation" in page
    calls.edit(call=found[0], version=1, fields={"requests": 7}, by=Person.objects.latest("pk").actor, at=now)
    upload = looked_over(as_ed, "\n".join(",".join(row) for row in table(data)[:2]))
    page = seen(as_ed, upload, show="unchanged")
    assert "1 row was changed in the app since the export" in page
    assert "requests_per_month stays 7, changed in the app from 1000" in page
    assert "1 call of the export is not in this file. It stays as it is: a file deletes nothing." in page
    with io.BytesIO() as book:
        exchange.export_plan(book, at=now)
        plan = book.getvalue()
    answered = as_ed.post(reverse("exchange.import"), {"file": SimpleUploadedFile("plan.xlsx", plan)})
    assert "This is the workbook of the plan" in answered.content.decode()
    shown = SimpleUploadedFile("calls.csv", downloaded(as_ed, "calls", "csv"))
    answered = as_ed.post(reverse("exchange.import"), {"file": shown})
    assert "This is the list as it is shown: it is there to be read" in answered.content.decode()
    answered = as_ed.post(reverse("exchange.import"), {"file": SimpleUploadedFile("x.csv", b"team;feature\na;b\n")})
    assert "Its first row has too few headings (2) for a file of calls, which needs team," in answered.content.decode()
