"""The job the app is for: a file of real calls comes in, both sides label some, one is split, the plan goes out."""

from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from openpyxl import load_workbook

from inventory import tasks
from inventory.domain import money
from inventory.models import Call, Job, Part, Person
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]
FILE = Path(__file__).parent.parent / "samples" / "open-source-products.csv"

READ_LATER = {
    "first": {"choice": "person_later", "name": "the reader of the digest"}, "late": {"choice": "longer"},
    "needed": {"choice": "all"}, "notice": {"choice": "nobody"}, "chain": {"choice": "no"},
    "limits": {"choices": ["none"]},
}  # fmt: skip
WATCHED = {
    "first": {"choice": "person_now", "name": "the person in the chat"}, "meanwhile": {"choice": "stays"},
    "late": {"choice": "seconds"}, "needed": {"choice": "all"}, "notice": {"choice": "customer"},
}  # fmt: skip


def signed_in(discipline: str) -> Client:
    person: Person = factories.make_person(discipline=discipline, is_administrator=True)
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def answer(client: Client, part: Part, answers: dict[str, dict[str, Any]]) -> None:
    """Walk one side through the test, a page at a time, and save the sheet."""
    page = client.get(f"/parts/{part.pk}/test", follow=True)
    while "question" in page.context:
        question = page.context["question"].id
        typed = {"version": page.context["form"]["version"].value(), **answers[question]}
        page = client.post(f"/parts/{part.pk}/test/{question}", typed, follow=True)
    client.post(f"/parts/{part.pk}/test/check", {"version": page.context["walk"].version})


def split(client: Client, call: Call) -> list[Part]:
    """Two parts: a tenth of the output now, the rest later; the input goes to both."""
    tokens = {
        "requests": call.requests,
        "uncached_input": call.uncached_input,
        "cacheable_prefix": call.cacheable_prefix,
    }
    now, later = call.output // 10, call.output - call.output // 10
    rows = [{"name": "Preview", "output": now, **tokens}, {"name": "Full pass", "output": later, **tokens}]
    typed = {f"part-{i}-{name}": value for i, row in enumerate(rows) for name, value in row.items()}
    typed |= {"part-TOTAL_FORMS": 2, "part-INITIAL_FORMS": 0, "version": call.version}
    assert client.post(f"/calls/{call.pk}/split", typed).status_code == 302
    return list(call.parts.order_by("position"))


@pytest.mark.parametrize("count", [25, pytest.param(200, marks=pytest.mark.soak)])
def test_a_file_is_imported_labelled_split_planned_and_exported(count: int, tmp_path: Path) -> None:
    """Every day with the first of its rows, with all of them in the soak."""
    (file := tmp_path / FILE.name).write_text("\n".join(FILE.read_text().splitlines()[: 1 + count]))
    call_command("import_inventory", str(file), stdout=StringIO())
    product, engineering = signed_in("product"), signed_in("engineering")
    dearest, chat, *_ = Call.objects.order_by("-cost_today", "pk")
    for client in (product, engineering):
        answer(client, chat.parts.get(), WATCHED)
    preview, rest = split(engineering, dearest)
    for client in (product, engineering):
        answer(client, preview, WATCHED)
        answer(client, rest, READ_LATER)

    kinds = list(Part.objects.exclude(kind="undecided").order_by("pk").values_list("name", "state", "kind"))
    assert kinds == [
        (chat.name, "agreed", "stay_real_time"),
        ("Preview", "agreed", "stay_real_time"),
        ("Full pass", "agreed", "move_to_batch"),
    ]
    sums = product.get("/plan").context["sums"]
    assert sums.today == sum(Call.objects.values_list("cost_today", flat=True))
    product.post("/plan/export")
    job = Job.objects.get(kind="export_plan")
    tasks.run_job(job.pk)
    book = load_workbook(BytesIO(product.get(f"/jobs/{job.pk}/file").getvalue()), data_only=True)
    heading, row, *_ = book["Summary"].iter_rows(values_only=True)
    found = dict(zip(heading, row, strict=True))
    written = [round(found[f"{name}, $ a month"] * money.MICRO) for name in ("Today", "After", "Saves")]
    assert written == [sums.today, sums.after, sums.saving]
    assert book["Calls"].max_row == 1 + count
    assert "split the call" in product.get("/history").content.decode()
