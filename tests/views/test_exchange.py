from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from inventory import tasks
from inventory.models import Action, Call, FileChunk, Job, Person, Team
from inventory.services import demo
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]
HEAD = "team,feature,call_key,name,model,requests_per_month,input_tokens,output_tokens\n"
ROW = "Documents,Tickets,ticket-tags,Tags of a ticket,claude-haiku-4-5,46000,1500,40\n"
SAMPLE = Path(__file__).parents[1] / "samples" / "open-source-products.csv"


def upload(
    client: Client, content: str | bytes, button: str = "import", name: str = "calls.csv", status: int = 302
) -> str:
    data = content.encode() if isinstance(content, str) else content
    response = client.post(reverse("exchange.import"), {"file": SimpleUploadedFile(name, data), button: ""})
    assert response.status_code == status
    return response.headers["Location"] if status == 302 else " ".join(response.content.decode().split())


def done(page: str, client: Client) -> str:
    """Carry the job behind the page, and read the page again."""
    assert tasks.run_job(int(page.split("/")[2]))
    return " ".join(client.get(page).content.decode().split())


def test_a_file_is_imported_by_a_job(as_ed: Client, ed: Person) -> None:
    page = upload(as_ed, HEAD + ROW)
    assert Call.objects.count() == 0
    said = done(page, as_ed)
    assert (
        "This is new: 1 feature, 1 call.<br>Changed: 0. As they were: 0.<br>Together they cost $78.20 a month today."
        in said
    )
    assert Call.objects.get().team.name == "Documents"
    action = Action.objects.get(kind="exchange.import")
    assert (action.actor_id, action.title) == (str(ed.pk), "calls.csv")


def test_a_checked_file_is_imported_by_one_more_button(as_ed: Client, as_pia: Client) -> None:
    page = upload(as_ed, HEAD + ROW, button="check")
    said = done(page, as_ed)
    assert "This would be new: 1 feature, 1 call." in said
    assert Call.objects.count() == 0
    pk = int(page.split("/")[2])
    address = reverse("exchange.import_checked", args=[pk])
    assert f'action="{address}"' in said
    assert address not in as_pia.get(page).content.decode()
    assert as_pia.post(address).status_code == 404
    done(as_ed.post(address).headers["Location"], as_ed)
    assert Call.objects.count() == 1


def test_a_check_whose_file_is_gone_cannot_be_imported(as_ed: Client, now: datetime) -> None:
    page = upload(as_ed, HEAD + ROW, button="check")
    done(page, as_ed)
    Job.objects.update(file_until=now - timedelta(days=365))
    assert as_ed.post(reverse("exchange.import_checked", args=[page.split("/")[2]])).status_code == 404


@pytest.mark.parametrize("pk", ["0", "9" * 18])
def test_a_check_that_does_not_exist_is_not_found(as_ed: Client, pk: str) -> None:
    assert as_ed.post(f"/import/{pk}").status_code == 404


def test_wrong_cells_are_shown_at_once_and_nothing_is_started(as_ed: Client) -> None:
    page = upload(as_ed, HEAD + ROW.replace("46000", '"1.234,56"').replace("Tags", "<b>Tags"), status=422)
    assert "Nothing was imported: 1 problem<" in page
    assert '<td data-label="Column">requests_per_month</td><td data-label="It says">1.234,56</td>' in page
    assert Job.objects.count() == FileChunk.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04rest", "The workbook is damaged or was not copied whole."),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (b"a,b\n1,2\n", "The first row has no column team"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(as_ed: Client, content: bytes, said: str) -> None:
    assert said in upload(as_ed, content, status=422)


def test_no_file_is_told_at_the_field(as_ed: Client) -> None:
    response = as_ed.post(reverse("exchange.import"), {"import": ""})
    assert response.status_code == 422
    assert "Choose a CSV file" in response.content.decode()


def test_a_file_too_large_is_told_at_the_field(as_ed: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory.forms.exchange.LARGEST_FILE", 10)
    assert "import it in several files" in upload(as_ed, HEAD + ROW, status=422)


def test_a_file_too_large_to_read_in_a_request_is_read_by_the_job(
    as_ed: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory.views.exchange.READ_AT_ONCE", 10)
    said = done(upload(as_ed, HEAD + ROW.replace("46000", "NaN")), as_ed)
    assert "Nothing was imported: 1 problem.<br>Row 2, requests_per_month: must be a whole number" in said


def test_what_the_inventory_refuses_is_told_by_the_job(as_ed: Client) -> None:
    factories.make_team(name="Sales")
    rows = [ROW.replace("Documents", "Sales"), ROW.replace("Documents", "New").replace("ticket-tags", "b")]
    said = done(upload(as_ed, HEAD + "".join(rows)), as_ed)
    assert "Nothing was imported: 2 problems.<br>Row 2, team: is not your team." in said
    assert Call.objects.count() == 0


def test_a_name_with_anything_in_it_is_kept_printable_and_short(as_ed: Client) -> None:
    upload(as_ed, HEAD + ROW, name="\u202e" + "x" * 300 + ".csv")
    assert len(Job.objects.get().file_name) == 120


def test_an_import_carried_twice_changes_nothing_twice(as_ed: Client) -> None:
    page = upload(as_ed, HEAD + ROW)
    done(page, as_ed)
    assert not tasks.run_job(int(page.split("/")[2]))
    done(upload(as_ed, HEAD + ROW), as_ed)
    assert Action.objects.filter(kind="exchange.import").count() == 1


def test_an_administrator_imports_two_hundred_calls_of_real_products(as_admin: Client) -> None:
    said = done(upload(as_admin, SAMPLE.read_bytes()), as_admin)
    assert "This is new: 81 teams, 115 features, 200 calls." in said
    assert Call.objects.count() == 200


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
    said = done(as_admin.post(reverse("exchange.demo_load")).headers["Location"], as_admin)
    assert "0 teams, 0 features, 0 calls in 0 parts." in said
    Team.objects.create(name="Left over", is_demo=True)
    said = done(as_admin.post(reverse("exchange.demo_load")).headers["Location"], as_admin)
    assert "The sample is loaded already." in said
    done(as_admin.post(reverse("exchange.demo_remove")).headers["Location"], as_admin)
    assert not Team.objects.filter(name="Left over").exists()
