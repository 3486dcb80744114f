"""The sample: loaded from the empty home page, looked at in the plan, removed again. A corner of it stands for all."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from inventory import tasks
from inventory.models import Action, Call, Job
from inventory.services import job as jobs
from inventory.services.planning import plan


@pytest.mark.django_db
def test_the_sample_comes_and_goes_by_two_buttons(
    as_admin: Client, prices: Any, corner: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "TWICE", timedelta(0))  # no double click: somebody took their time
    as_admin.post("/sample/load")
    assert tasks.run_job(Job.objects.latest("pk").pk) is True
    assert Job.objects.latest("pk").state == "done"
    by = ("job", str(Job.objects.latest("pk").pk))
    assert set(Action.objects.exclude(record="job").values_list("actor_kind", "actor_id")) == {by}
    assert Action.objects.filter(kind="job.enqueue", actor_kind="person").count() == 1
    sums = plan.totals().overall.sums
    assert sums.saving > 0
    assert f"{sums.moving} of {sums.parts} parts move" in as_admin.get("/").content.decode()
    as_admin.post("/sample/load")
    tasks.run_job(Job.objects.latest("pk").pk)
    assert (Job.objects.latest("pk").state, Job.objects.latest("pk").message) == (
        "failed", "The sample is loaded already. Remove it first.",
    )  # fmt: skip
    as_admin.post("/sample/remove")
    tasks.run_job(Job.objects.latest("pk").pk)
    assert (Job.objects.latest("pk").state, Call.objects.count()) == ("done", 0)
    assert "Load the sample" in as_admin.get("/").content.decode()
