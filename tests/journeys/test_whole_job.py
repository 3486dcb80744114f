"""The whole job in one sitting, without a mouse: from the first link to the workbook, and from a file of real calls."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from inventory import tasks
from inventory.domain import money
from inventory.models import Action, Call, Job, Part, Person
from inventory.services.people import people
from inventory.services.prices import price_load, pricing
from tests import factories
from tests.journeys.conftest import SignIn
from tests.journeys.keyboard import Keyboard

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
FILE = Path(__file__).parent.parent / "samples" / "open-source-products.csv"
PASSWORD = "quiet trains at nine"


@pytest.fixture(autouse=True)
def priced() -> Iterator[None]:
    """The packaged prices, through the service: rows set aside by other tests do not outlive a flush."""
    price_load.load_packaged(at=timezone.now())
    yield
    pricing._book.cache_clear()


def test_from_the_first_link_to_the_workbook_without_a_mouse(open_page: Callable[..., Page]) -> None:
    lead = Keyboard(open_page())
    token = people.first_link(at=timezone.now())
    begin(lead, f"/link/{token}")
    register(lead)
    lead.press("link", "Waiting test")
    lead.answers(first="2", late="6", needed="1", notice="4")
    expect(lead.page.get_by_text("Engineering has not answered yet.")).to_be_visible()

    engineer = Keyboard(open_page())
    join(engineer, invite(lead))
    engineer.press("link", "Inventory")
    engineer.press("link", "Nightly tags")
    engineer.press("link", "Waiting test")
    engineer.answers(first="2", late="6", needed="1", chain="1", limits="5")
    expect(engineer.page.get_by_text("Product and engineering agree: this counts.")).to_be_visible()

    book = exported(lead)
    assert [row[0].value for row in book["Moves"].iter_rows(min_row=2)] != []
    part = Part.objects.get()
    assert (part.state, part.kind) == ("agreed", "move_to_batch")
    lead.press("link", "History")
    for words in ("registered the call “Nightly tags”", "saved an answer sheet of “Nightly tags”", "started a job"):
        expect(lead.page.get_by_role("link", name=words).first).to_be_visible()


@pytest.mark.soak
def test_calls_from_a_file_are_labelled_split_and_planned(
    open_page: Callable[..., Page], sign_in: SignIn, admin: Person
) -> None:
    engineer = Keyboard(sign_in(open_page(), admin))
    product = Keyboard(
        sign_in(open_page(), factories.make_person(name="Pat", discipline="product", is_administrator=True))
    )
    take_in(engineer)
    dearest, other = Call.objects.order_by("-cost_today", "pk")[:2]
    label(product, other, first="1", meanwhile="1", late="1", needed="1", notice="1")
    label(engineer, other, first="1", late="1", needed="1")
    split(engineer, dearest)
    for part in dearest.parts.order_by("position"):
        answer_later(product, engineer, part)
    assert sorted(Part.objects.exclude(state="unlabelled").values_list("state", "kind")) == [
        ("agreed", "move_to_batch"), ("agreed", "move_to_batch"), ("agreed", "stay_real_time"),
    ]  # fmt: skip
    book = exported(product)
    assert book["Calls"].max_row == 1 + 200
    assert book["Moves"].max_row == 1 + 201  # a heading and the parts
    assert sum(Call.objects.values_list("cost_today", flat=True)) > 54_000 * money.MICRO


def begin(who: Keyboard, address: str) -> None:
    who.page.goto(address)
    who.fill("E-mail", "lea@example.test")
    who.fill("Your name", "Lea")
    discipline(who, "Product")
    who.fill("Name of your first team", "Documents")
    who.fill("New password", PASSWORD)
    who.fill("The same once more", PASSWORD)
    who.page.keyboard.press("Enter")
    expect(who.page.get_by_text("Lea · product")).to_be_visible()


def discipline(who: Keyboard, name: str) -> None:
    field = who.page.get_by_label("Your discipline", exact=True)
    if field.count() and field.evaluate("element => element.tagName") == "SELECT":
        who.select("Your discipline", name)
    else:
        who.tick(name)


def register(who: Keyboard) -> None:
    """A feature and a call in it."""
    who.press("link", "Register a feature")
    if who.page.get_by_label("Team", exact=True).evaluate("list => !list.value"):
        who.select("Team", "Documents")
    who.fill("Name", "Smart folders")
    who.fill("First guess, in percent", "40")
    who.page.keyboard.press("Enter")
    who.page.wait_for_url("**/features/*")
    who.press("link", "Add the first call")
    who.fill("Name", "Nightly tags")
    who.fill("Model", "claude-sonnet-5-5")
    who.tick("Real time")
    who.fill("Requests a month", "200000")
    who.fill("Input tokens a request", "3000")
    who.fill("Output tokens a request", "400")
    who.page.keyboard.press("Enter")
    expect(who.page.get_by_role("heading", name="Nightly tags", level=1)).to_be_visible()


def invite(who: Keyboard) -> str:
    """The address that lets an engineer in."""
    who.press("link", "Teams")
    who.press("link", "Documents")
    who.press("link", "Invite somebody")
    who.fill("E-mail", "edda@example.test")
    who.select("Discipline", "Engineering")
    who.select("Role in the team", "Member")
    who.press("button", "Invite")
    return who.page.get_by_label("One-time link").input_value()


def join(who: Keyboard, address: str) -> None:
    who.page.goto(address[address.index("/link/") :])
    who.fill("Your name", "Edda")
    who.fill("New password", PASSWORD)
    who.fill("The same once more", PASSWORD)
    who.page.keyboard.press("Enter")
    expect(who.page.get_by_text("Edda · engineering")).to_be_visible()


def exported(who: Keyboard):
    """The plan's workbook, asked for, carried and fetched."""
    who.press("link", "Plan")
    who.press("button", "Export workbook")
    who.page.wait_for_url("**/jobs/*")
    tasks.run_job(Job.objects.get(kind="export_plan").pk)
    download = who.page.get_by_role("link", name="Download")
    expect(download).to_be_visible()
    who.to(download)
    with who.page.expect_download() as fetched:
        who.page.keyboard.press("Enter")
    return load_workbook(BytesIO(Path(fetched.value.path()).read_bytes()), data_only=True)


def take_in(who: Keyboard) -> None:
    who.page.goto("/import")
    chooser = who.page.locator("input[type=file]")
    who.to(chooser)
    chooser.set_input_files(FILE)
    who.press("button", "Upload and look it over")
    who.page.wait_for_url("**/import/*")
    tasks.run_job(Job.objects.get(kind="preview_import").pk)
    expect(who.page.get_by_role("button", name="Import 200 rows")).to_be_visible()
    who.press("button", "Import 200 rows")
    expect(who.page.get_by_text("It is being imported")).to_be_visible()
    tasks.run_job(Job.objects.get(kind="import_inventory").pk)
    expect(who.page.get_by_role("link", name="Undo this import")).to_be_visible()
    assert Call.objects.count() == 200
    assert Action.objects.filter(kind="exchange.import").count() == 1


def label(who: Keyboard, call: Call, **digits: str) -> None:
    who.page.goto(f"/calls/{call.pk}")
    who.press("link", "Waiting test")
    who.answers(**digits)


def split(who: Keyboard, call: Call) -> None:
    who.page.goto(f"/calls/{call.pk}")
    who.press("link", "Split it")
    whole = {
        "requests": call.requests,
        "uncached_input": call.uncached_input,
        "cacheable_prefix": call.cacheable_prefix,
    }
    for number, (name, output) in enumerate(
        (("Preview", call.output // 10), ("Rest", call.output - call.output // 10))
    ):
        for field, value in {"name": name, **whole, "output": output}.items():
            who.into(who.page.locator(f"#id_part-{number}-{field}"), str(value))
    who.page.keyboard.press("Enter")
    who.page.wait_for_url(f"**/calls/{call.pk}")
    expect(who.page.get_by_text("Preview").first).to_be_visible()


def answer_later(product: Keyboard, engineer: Keyboard, part: Part) -> None:
    """Both sides: a person reads it later, more than a day would do."""
    for who in (product, engineer):
        who.page.goto(f"/calls/{part.call_id}")
        who.press("link", f"Waiting test for {part.name}")
        given = {"notice": "4"} if who is product else {"chain": "1", "limits": "5"}
        who.answers(first="2", late="6", needed="1", **given)
