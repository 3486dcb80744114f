"""A file of somebody's own comes in: headings, a question, the preview, ticks, the import, and taking it back."""

from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from inventory import tasks
from inventory.models import Call, Job, Part, Person
from inventory.services.calls import feature as features
from inventory.services.calls import part as parts
from tests.journeys.conftest import SignIn
from tests.journeys.looks import looks_right
from tests.services.intake.test_round_trip import change, exported, register, taken_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("prices")]
PLAIN = ("name", "model", "requests_per_month", "input_tokens", "output_tokens", "consumer")
HEAD = "Squad;Product;Id;What it does;Model;Volume;Prompt tokens;Output\n"
ROW = "Documents;Inbox;tags;Tags of a ticket;claude-haiku-4-5;46.000;1500;40\n"
TEXT = (HEAD + ROW + ROW.replace("tags", "texts") + ROW.replace("tags", "bad").replace("40\n", "many\n")).encode()


def carry() -> None:
    assert tasks.run_job(Job.objects.latest("pk").pk)


def upload(page: Page) -> None:
    page.goto("/import")
    page.get_by_label("File of calls").set_input_files({"name": "ours.csv", "mimeType": "text/csv", "buffer": TEXT})
    page.get_by_role("button", name="Upload and look it over").click()


def test_a_file_of_ones_own_comes_in_on_a_phone_and_is_taken_back(phone: Page, sign_in: SignIn, pia: Person) -> None:
    page = sign_in(phone, pia)
    page.goto("/import")
    looks_right(page, unfolded=True)
    upload(page)
    looks_right(page, unfolded=True)
    page.get_by_label("What it does").select_option("name")
    page.get_by_role("button", name="Look the rows over").click()
    page.wait_for_url("**/import/*")
    carry()
    expect(page.get_by_label("a comma before the decimals")).to_be_checked()  # the page follows the job by itself
    looks_right(page, unfolded=True)
    page.get_by_role("button", name="Read it so").click()
    page.wait_for_load_state()
    carry()
    expect(page.get_by_role("button", name="Import 2 rows, leave 1 wrong out")).to_be_visible()
    looks_right(page, unfolded=True)
    page.get_by_role("button", name="New 2").click()
    page.get_by_label("Import row 3").uncheck()
    expect(page.get_by_role("button", name="Import 1 row, leave 1 wrong out")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Import row 3")).not_to_be_checked()
    looks_right(page, unfolded=True)
    page.get_by_role("button", name="Import 1 row").click()
    page.wait_for_load_state()
    carry()
    page.get_by_role("link", name="Undo this import").click()
    assert list(Call.objects.values_list("key", flat=True)) == ["tags"]
    looks_right(page, unfolded=True)
    page.get_by_role("button", name="Undo this import").click()
    page.wait_for_url("**/jobs/*")
    carry()
    expect(page.get_by_text("Taken back")).to_be_visible()
    assert not Call.objects.exists()


@pytest.mark.soak
def test_it_comes_in_without_javascript(plain: Page, sign_in: SignIn, pia: Person) -> None:
    page = sign_in(plain, pia)
    upload(page)
    page.get_by_label("What it does").select_option("name")
    page.get_by_role("button", name="Look the rows over").click()
    carry()
    expect(page.get_by_role("button", name="Read it so")).to_be_visible()
    page.get_by_role("button", name="Read it so").click()
    carry()
    expect(page.get_by_role("button", name="New 2")).to_be_visible()
    page.get_by_role("button", name="New 2").click()
    page.get_by_label("Import row 3").uncheck()
    page.get_by_role("button", name="Keep these ticks").click()
    expect(page.get_by_label("Import row 3")).not_to_be_checked()
    page.get_by_role("button", name="Import 1 row").click()
    carry()
    expect(page.get_by_role("link", name="Undo this import")).to_be_visible()
    assert list(Call.objects.values_list("key", flat=True)) == ["tags"]


def test_conflicts_are_chosen_cell_by_cell(phone: Page, sign_in: SignIn, pia: Person, now: datetime) -> None:
    owner = pia.teams.get()
    feature = features.register(team=owner, fields={"name": "Inbox"}, by=pia.actor, at=now)
    register(now, feature, "plain")
    head, rows = f"team,feature,call_key,part,{','.join(PLAIN)}", []
    for part, requests, consumer in (("", 1000, ""), ("Urgent", 300, "An agent"), ("Later", 900, "The report")):
        rows.append(
            f"{owner.name},Inbox,split,{part},{'' if part else 'Split'},claude-haiku-4-5,{requests},500,40,{consumer}"
        )
    taken_in("\n".join([head, *rows]).encode(), now)
    data = exported("csv")
    change(now, "plain", requests=2000, tag="now")
    part = Part.objects.get(name="Urgent")
    parts.edit(part=part, version=part.version, fields={"consumer": "A nurse"}, by=pia.actor, at=now)
    data = data.replace(b"An agent", b"A doctor").replace(
        b"plain,Name of plain,claude-haiku-4-5,1000", b"plain,Other,claude-haiku-4-5,3000"
    )
    page = sign_in(phone, pia)
    page.goto("/import")
    page.get_by_label("File of calls").set_input_files({"name": "ours.csv", "mimeType": "text/csv", "buffer": data})
    page.get_by_role("button", name="Upload and look it over").click()
    page.wait_for_url("**/import/*")
    carry()
    expect(page.get_by_text("2 rows wait for a choice")).to_be_visible()
    looks_right(page, unfolded=True)
    page.get_by_label("The app: 2000").check()
    expect(page.get_by_text("1 row waits for a choice")).to_be_visible()
    page.get_by_role("button", name="Take the file's value everywhere").click()
    expect(page.get_by_label("The file: A doctor")).to_be_checked()
    expect(page.get_by_label("The app: 2000")).to_be_checked()
    page.get_by_role("link", name="Conflicts 2").click()
    page.get_by_role("button", name="Import 2 rows").click()
    page.wait_for_load_state()
    carry()
    expect(page.get_by_text("Imported at")).to_be_visible()
    call, part = Call.objects.get(key="plain"), Part.objects.get(name="Urgent")
    assert (call.requests, call.name, call.tag, part.consumer) == (2000, "Other", "now", "A doctor")
