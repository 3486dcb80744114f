"""From the plan's button to the workbook on the desk: the same cents on the way."""

from datetime import datetime
from io import BytesIO

import pytest
from django.test import Client
from openpyxl import load_workbook

from inventory import tasks
from inventory.domain import money
from inventory.models import Job
from inventory.services import job as jobs
from tests.services.planning.test_plan import scattered


@pytest.mark.django_db
def test_the_exported_plan_is_the_page(as_pia: Client) -> None:
    scattered(3)
    sums = as_pia.get("/plan").context["sums"]
    where = as_pia.post("/plan/export")["Location"]
    job = Job.objects.get()
    assert tasks.run_job(job.pk) is True
    page = as_pia.get(where).content.decode()
    assert f"{sums.parts} parts: {money.shown(sums.today)} a month today, {money.shown(sums.after)} after." in page
    file = as_pia.get(f"{where}/file")
    assert file.headers["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    heading, row, *_ = load_workbook(BytesIO(file.getvalue()), data_only=True)["Summary"].iter_rows(values_only=True)
    summary = dict(zip(heading, row, strict=True))
    amounts = [round(summary[f"{name}, $ a month"] * money.MICRO) for name in ("Today", "After", "Saves")]
    assert amounts == [sums.today, sums.after, sums.saving]


@pytest.mark.django_db
def test_a_cancelled_export_keeps_nothing(as_pia: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    scattered(3)
    as_pia.post("/plan/export")
    job = Job.objects.get()

    def cancelled(job: Job, done: int, total: int, *, at: datetime) -> None:
        raise jobs.Cancelled

    monkeypatch.setattr(jobs, "progress", cancelled)
    assert tasks.run_job(job.pk) is True
    job.refresh_from_db()
    assert (job.state, job.file_name, job.chunks.count()) == ("cancelled", "", 0)
