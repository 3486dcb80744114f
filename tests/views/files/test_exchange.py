from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from inventory import tasks
from inventory.exchange import call_file, call_row
from inventory.models import Job, Person, Team, Upload
from inventory.services import demo
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]
HEAD = "team,feature,call_key,name,model,requests_per_month,input_tokens,output_tokens\n"
ROW = "Documents,Tickets,ticket-tags,Tags of a ticket,claude-haiku-4-5,46000,1500,40\n"


def upload(client: Client, content: str | bytes, name: str = "calls.csv", status: int = 302) -> str:
    data = content.encode() if isinstance(content, str) else content
    response = client.post(reverse("exchange.import"), {"file": SimpleUploadedFile(name, data)})
    assert response.status_code == status
    return response.headers["Location"] if status == 302 else " ".join(response.content.decode().split())


def done(page: str, client: Client) -> str:
    """Carry the job behind the page, and read the page again."""
    assert tasks.run_job(int(page.split("/")[2]))
    return " ".join(client.get(page).content.decode().split())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04rest", "The workbook is damaged or was not copied whole."),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (b"\x89PNG\r\n", "This is a picture, not a table."),
    ],
)
def test_a_file_that_is_none_is_refused_in_words_and_not_kept(as_ed: Client, content: bytes, said: str) -> None:
    assert said in upload(as_ed, content, status=422)
    assert Upload.objects.count() == Job.objects.count() == 0


def test_no_file_is_told_at_the_field(as_ed: Client) -> None:
    response = as_ed.post(reverse("exchange.import"))
    assert response.status_code == 422
    assert "Choose a CSV file or a workbook" in response.content.decode()


def test_a_file_too_large_is_told_at_the_field(as_ed: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory.forms.exchange.LARGEST_FILE", 10)
    assert "import it in several files" in upload(as_ed, HEAD + ROW, status=422)


def test_a_name_with_anything_in_it_is_kept_printable_and_short(as_ed: Client) -> None:
    upload(as_ed, HEAD + ROW, name="\u202e" + "x" * 300 + ".csv")
    assert len(Upload.objects.get().name) == 120


def test_a_file_is_listed_for_its_owner_alone(as_ed: Client, as_pia: Client) -> None:
    page = f'href="{upload(as_ed, HEAD + ROW)}"'
    assert page in as_ed.get(reverse("exchange.import")).content.decode()
    assert page not in as_pia.get(reverse("exchange.import")).content.decode()


def test_the_templates_are_read_as_they_are_handed_out(as_ed: Client, pia: Person, team: Team) -> None:
    factories.make_feature(team=team, name="=Tickets")
    example = call_file.read(as_ed.get(reverse("exchange.csv")).content)
    assert (example.problems, example.rows[0].fields["key"]) == ((), "ticket-tags")
    data = as_ed.get(reverse("exchange.xlsx")).content
    book = load_workbook(BytesIO(data))
    assert [str(problem) for problem in call_file.read(data).problems] == [
        "The file has headings but no rows under them."
    ]
    assert [cell.value for cell in book["Calls"][1]] == list(call_row.TO_FILL_IN)
    lists = {
        cell.value: [below.value for below in column[1:] if below.value]
        for column in book["Lists"].columns
        for cell in column[:1]
    }
    assert (lists["Teams"], lists["Features"]) == (["Documents"], ["=Tickets"])
    assert book["Lists"]["B2"].data_type == "s"
    offered = {str(each.sqref).partition("2:")[0]: each for each in book["Calls"].data_validations.dataValidation}
    letters = {cell.value: cell.column_letter for cell in book["Calls"][1]}
    assert offered[letters["provider"]].formula1 == '"anthropic,aws,foundry,bedrock,vertex,gateway,unknown"'
    assert offered[letters["model"]].formula1.startswith("Lists!$C$2:$C$")
    named = ("team", "feature", "model", "product_owner", "engineering_owner")
    assert set(offered) == {letters[c] for c in (*named, "provider", "path", "figures_are", "streaming", "tools")}
    people = {cell.value: cell.column_letter for cell in book["Lists"][1]}
    assert offered[letters["product_owner"]].formula1.startswith(f"Lists!${people['Product']}$2:")
    assert [problem.message for problem in call_file.read(as_ed.get(reverse("exchange.csv")).content).problems] == []
    assert [len(row.parts) for row in example.rows] == [0, 2]


def test_who_may_edit_no_team_has_no_import(client: Client) -> None:
    viewer = factories.make_person(name="Vera", team=factories.make_team(), role="viewer")
    client.force_login(viewer, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("exchange.import")).status_code == 404
    assert client.post(reverse("exchange.import")).status_code == 404


def test_without_a_token_nothing_comes_in(ed: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ed, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(reverse("exchange.import"), {"file": SimpleUploadedFile("c.csv", b"x")}).status_code == 403


def test_the_sample_is_an_administrators(as_pia: Client, as_admin: Client) -> None:
    for name in ("exchange.demo_load", "exchange.demo_remove"):
        assert as_pia.post(reverse(name)).status_code == 404
        assert as_admin.get(reverse(name)).status_code == 405


def test_the_sample_is_loaded_and_removed_by_jobs(as_admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo.sample, "teams", lambda: ())
    monkeypatch.setattr("inventory.services.job.TWICE", timedelta(0))  # no double click: somebody took their time
    said = done(as_admin.post(reverse("exchange.demo_load")).headers["Location"], as_admin)
    assert "0 teams, 0 features, 0 calls in 0 parts." in said
    Team.objects.create(name="Left over", is_demo=True)
    said = done(as_admin.post(reverse("exchange.demo_load")).headers["Location"], as_admin)
    assert "The sample is loaded already." in said
    done(as_admin.post(reverse("exchange.demo_remove")).headers["Location"], as_admin)
    assert not Team.objects.filter(name="Left over").exists()
