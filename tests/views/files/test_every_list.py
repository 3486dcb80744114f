"""Every page that shows a list offers it as a file, and every such file holds what its page shows."""

import io
from datetime import datetime
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from inventory import tasks, urls
from inventory.domain.book import Book
from inventory.exchange.columns import Form
from inventory.models import Action, Call, Feature, Job, Notice, Part, Person, Team
from inventory.services import job as jobs
from inventory.services.files import listed
from tests import factories
from tests.services.planning.test_realised import moved
from tests.test_query_counts import arguments, lead  # noqa: F401
from tests.views.files.test_listed import exported, registered, rows  # noqa: F401
from tests.views.test_matrix import has_page

pytestmark = pytest.mark.django_db
EXPORT = reverse("exchange.export_list")

# Pages with tables that are no lists, each with its reason.
NO_LIST = {
    **dict.fromkeys(
        ("call.explained", "call.edit", "frozen.explained", "scenario.explained", "plan.entry"),
        "the arithmetic of one call",
    ),
    **dict.fromkeys(("part.split", "scenario.moves", "wave.propose", "waiting.copy"), "a form: what is chosen there"),
    **dict.fromkeys(("waiting.result", "agreement.page"), "answers to one part, side by side"),
    **dict.fromkeys(("intake.page", "intake.columns", "exchange.import"), "one's own files on their way in"),
    **dict.fromkeys(("audit.detail", "undo.action"), "one action; the history exports its lines"),
    "plan.sum": "what one amount adds up; the plan and the lists it stands in go out",
    "job.parts": "what one amount of a re-pricing adds up; the history has it once it is applied",
    "moment.plan": "an answer to one question about the past",
    "home.page": "the first rows of lists that have pages of their own",
    "scenario.detail": "one scenario, opened to what made its differences",
    "people.account": "one's own choices, in a form",
}
# What a page is asked for so that it shows what it lists, where it shows nothing without.
ASKED = {
    "moment.plan": f"?since=day&day={timezone.localdate().isoformat()}",
    "plan.guess": "?by=none", "plan.page": "?by=feature",
}  # fmt: skip


class Page(HTMLParser):
    """Whether it shows a table with headings, and what its exports send."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.has_table, self.exports = False, list[dict[str, str]]()
        self._within: dict[str, str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.has_table |= tag == "thead"
        if tag == "form":
            self._within = {} if found.get("action") == EXPORT else None
            if self._within is not None:
                self.exports.append(self._within)
        if tag == "input" and self._within is not None:
            self._within[found["name"] or ""] = found.get("value") or ""


def pages(client: Client, arguments: dict[str, dict[str, Any]]) -> dict[str, tuple[str, Page]]:  # noqa: F811
    found = {}
    for pattern in urls.urlpatterns:
        if not has_page(pattern.name):
            continue
        given = {**arguments.get(pattern.name.partition(".")[0], {}), **arguments.get(pattern.name, {})}
        path = reverse(pattern.name, kwargs={n: given[n] for n in pattern.pattern.converters})
        response = client.get(path + ASKED.get(pattern.name, ""))
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            text = response.content.decode()
            found[pattern.name] = (text, Page(text))
    return found


@pytest.fixture
def as_lead(lead: Person) -> Client:  # noqa: F811
    client = Client()
    client.force_login(lead, backend="django.contrib.auth.backends.ModelBackend")
    return client


def file_of(client: Client, given: dict[str, str], kind: str) -> bytes:
    more = {"of": given["of"]} if "of" in given else {}
    return exported(client, given["name"], kind, given["query"], **more)


@pytest.mark.slow
@pytest.mark.parametrize("both", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["workbook", "both"])
def test_every_list_page_offers_its_list_as_a_file_that_holds_what_the_page_shows(
    as_lead: Client,
    lead: Person,  # noqa: F811
    team: Team,
    arguments: dict[str, dict[str, Any]],  # noqa: F811
    both: bool,
) -> None:
    """Every day as a workbook; the soak asks for JSON too, which has as many rows."""
    moved(team, lead, timezone.now())
    Feature.objects.filter(pk=arguments["feature"]["pk"]).update(first_guess=40)
    found = pages(as_lead, arguments)
    without = {name for name, (text, page) in found.items() if page.has_table and not page.exports}
    without = {name for name in without if reverse("audit.export") not in found[name][0]}
    assert without == set(NO_LIST)
    asked = {each["name"]: (each, unescape(text)) for text, page in found.values() for each in page.exports}
    guesses = {"name": "guesses", "query": "by=team"}, unescape(as_lead.get("/plan/guess?by=team").content.decode())
    for name, (given, text) in {**asked, "guesses": guesses}.items():
        book = load_workbook(io.BytesIO(file_of(as_lead, given, "xlsx")))
        headings, *lines = book.worksheets[0].iter_rows(values_only=True)
        assert lines, name
        if both:  # the second export is a job more
            assert len(rows(file_of(as_lead, given, "json"))) - (name == "jobs") == len(lines), name
        if name in listed.PLAIN:
            columns = listed.PLAIN[name].columns
            assert list(headings) == [column.heading for column in columns]
            texts = (
                c.name for c in columns if c.form is Form.TEXT and c.name not in ("by", "platform", "wave", "owner")
            )
            called = next(texts, "")
            # A page words its sums by itself; and each export is a job more than the page has shown.
            found_rows = [dict(zip((column.name for column in columns), line, strict=True)) for line in lines]
            shown = [row for row in found_rows if row.get("by") != "all" and row.get("job") != "Export of a list"]
            missing = [row[called] for row in shown[:10] if called and str(row[called]) not in text]
            assert missing == [], (name, missing)
    elsewhere = {"as_of", "consumers", "guesses", "notices", "upcoming"}
    assert listed.PLAIN.keys() - asked.keys() == elsewhere, "shown where there are such rows"


def test_the_inventory_as_of_a_day(as_ed: Client, registered: list[Call]) -> None:  # noqa: F811
    path = f"{reverse('moment.as_of')}?day={timezone.localdate().isoformat()}"
    (given,) = Page(as_ed.get(path).content.decode()).exports
    found = rows(file_of(as_ed, given, "json"))
    assert [(row["call"], row["feature"]) for row in found] == [(call.name, "Tickets") for call in registered]
    assert sum(round(row["today"] * 10**6) for row in found) == sum(call.cost_today or 0 for call in registered)
    (first, *_) = rows(exported(as_ed, "as_of", "json", "day=2020-01-01")) or [None]
    assert first is None
    of_second = Action.objects.get(kind="call.register", record_id=str(registered[1].pk)).seq
    upto = rows(exported(as_ed, "as_of", "json", f"action={of_second}&feature={registered[0].feature_id}"))
    assert [row["call"] for row in upto] == [call.name for call in registered[:2]]
    assert rows(exported(as_ed, "as_of", "json", f"action={of_second}&feature=99")) == []


def fetched(client: Client, name: str, **more: Any) -> tuple[int, int]:
    """The number of the job, and how its file answers whoever asked."""
    exported(client, name, "json", **more)
    pk = Job.objects.latest("pk").pk
    return pk, client.get(reverse("job.file", args=[pk])).status_code


def test_people_go_out_to_administrators_alone_and_not_in_words_to_the_history(
    as_admin: Client, as_pia: Client, admin: Person, pia: Person
) -> None:
    wanted = {"name": "people", "kind": "csv", "query": "q=pia"}
    assert as_pia.post(EXPORT, wanted).status_code == 404
    assert not Job.objects.exists()
    pk, status = fetched(as_admin, "people", query="q=pia")
    assert status == 200
    assert Job.objects.get(pk=pk).params["asked"] == {"only": [pia.pk]}
    (row,) = rows(b"".join(jobs.read_file(Job.objects.get(pk=pk))))
    assert (row["name"], row["email"]) == (pia.name, pia.email)
    assert as_pia.get(reverse("job.file", args=[pk])).status_code == 404
    assert "for whoever asked" in as_pia.get(reverse("job.list")).content.decode()
    page = as_pia.get(reverse("job.detail", args=[pk])).content.decode()
    assert ("Download" in page, "is gone" in page, "only for whoever asked" in page) == (False, False, True)
    Person.objects.filter(pk=admin.pk).update(is_administrator=False)
    assert as_admin.get(reverse("job.file", args=[pk])).status_code == 404


def test_what_needs_one_person_is_for_that_person(as_pia: Client, as_ed: Client, team: Team, prices: Book) -> None:
    factories.make_call(feature=factories.make_feature(team=team))
    pk, status = fetched(as_pia, "queue")
    assert status == 200
    assert as_ed.get(reverse("job.file", args=[pk])).status_code == 404
    assert as_ed.post(EXPORT, {"name": "differing", "kind": "csv"}).status_code == 404, "for leads"


def test_a_role_lost_before_the_job_runs_ends_it_with_a_sentence(as_admin: Client, admin: Person) -> None:
    as_admin.post(EXPORT, {"name": "people", "kind": "csv", "query": ""})
    Person.objects.filter(pk=admin.pk).update(is_administrator=False)
    job = Job.objects.latest("pk")
    assert tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", "Nothing was exported: you may not see this list any more.")


def test_notices_and_consumers_go_out_to_whom_they_are_for(
    as_pia: Client, as_ed: Client, pia: Person, team: Team, now: datetime
) -> None:
    call = factories.make_call(feature=factories.make_feature(team=team))
    Part.objects.filter(call=call).update(consumer="The report")
    Notice.objects.create(person=pia, event="mentioned", call=call, about="Tags", at=now)
    for path, name in ((reverse("notice.list"), "notices"), (reverse("queue.together"), "consumers")):
        assert [each["name"] for each in Page(as_pia.get(path).content.decode()).exports] == [name]
    assert [row["part"] for row in rows(exported(as_pia, "notices", "json"))] == ["Tags"]
    assert rows(exported(as_pia, "consumers", "json")) == [{"consumer": "The report", "parts": 1}]
    assert rows(exported(as_ed, "notices", "json")) == []


def test_ticked_rows_of_a_plain_list_go_out_alone(as_ed: Client, team: Team) -> None:
    other = factories.make_team(name="Another")
    found = rows(exported(as_ed, "teams", "json", picked=str(other.pk)))
    assert [row["team"] for row in found] == ["Another"]
    assert len(rows(exported(as_ed, "teams", "json"))) == Team.objects.live().count()
    assert rows(exported(as_ed, "teams", "json", "retired=1")) == []
