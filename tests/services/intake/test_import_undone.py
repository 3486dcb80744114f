"""Taking an import back as a job: told in records, cancelled, overtaken; all of it goes, or nothing."""

from typing import Any

import pytest
from django.utils import timezone

from inventory import tasks
from inventory.models import Action, Call, Feature, Job, Part, Person, Upload
from inventory.services import job as jobs
from inventory.services.calls import call as calls
from inventory.services.intake import back, undo
from inventory.services.intake.staging import Overtaken
from tests.services.intake.test_import_job import BY, imported, looked_over, upload  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]


@pytest.fixture
def taken(upload: Upload, monkeypatch: pytest.MonkeyPatch) -> Upload:  # noqa: F811
    monkeypatch.setattr(back, "ROWS", 4)
    assert imported(upload).state == "done"
    return upload


def asked(upload: Upload) -> Job:  # noqa: F811
    params = {"seq": upload.action_seq}
    return jobs.enqueue(kind="undo_import", params=params, by=BY, at=timezone.now(), person=upload.owner)


def carried(job: Job) -> Job:
    assert tasks.run_job(job.pk)
    job.refresh_from_db()
    return job


def test_how_far_it_is_is_told_in_records_and_the_last_step_is_said(
    taken: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[Any, Any, bool]] = []
    renew = jobs.renew

    def heard(job: Job, **fields: Any) -> None:
        told.append((fields["done_rows"], fields["all_rows"], fields["is_final"]))
        renew(job, **fields)

    monkeypatch.setattr(jobs, "renew", heard)
    job = carried(asked(taken))
    assert (job.state, job.message) == ("done", "Taken back: 22 records are as they were before.")
    assert told == [(n, 22, False) for n in (4, 8, 10, 14, 18, 20, 22, 22)][:7] + [(22, 22, True)]
    assert [model.objects.count() for model in (Call, Part, Feature)] == [0, 0, 0]


def test_it_is_cancelled_until_the_last_step(taken: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    work_out, write = back.Back.work_out, back.Back.write
    job = asked(taken)

    def cancel(*given: Any) -> None:
        jobs.cancel(job=job, by=BY, at=timezone.now())

    monkeypatch.setattr(back.Back, "work_out", lambda own, told: (cancel(), work_out(own, told)))
    assert carried(job).state == "cancelled"
    assert Call.objects.count() == 10
    monkeypatch.setattr(back.Back, "work_out", work_out)
    monkeypatch.setattr(back.Back, "write", lambda own, heard: (cancel(), write(own, heard))[1])
    job = asked(taken)
    assert carried(job).state == "done", "too late"
    assert (Call.objects.count(), Action.objects.filter(kind=undo.UNDO).count()) == (0, 1)
    assert not job.cancel_asked


def test_what_was_written_meanwhile_is_seen(taken: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    work_out = back.Back.work_out

    def edited(own: back.Back, told: Any) -> None:
        work_out(own, told)
        call = Call.objects.get(key="call-3")
        calls.edit(call=call, version=call.version, fields={"tag": "new"}, by=BY, at=timezone.now())

    monkeypatch.setattr(back.Back, "work_out", edited)
    job = carried(asked(taken))
    assert job.state == "failed"
    assert "was changed since, by action" in job.message
    assert Call.objects.count() == 10


def test_what_is_overtaken_is_worked_out_anew_and_given_up_in_the_end(
    taken: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def overtaken(own: back.Back, heard: Any) -> None:
        tries.append(1)
        raise Overtaken

    monkeypatch.setattr(back.Back, "write", overtaken)
    job = carried(asked(taken))
    assert (job.state, len(tries)) == ("failed", 3)
    assert undo.MEANWHILE in job.message


def test_what_an_import_changed_is_as_it_was(taken: Upload, ed: Person) -> None:
    names = [field.name for field in Call._meta.concrete_fields if field.name != "version"]
    before = list(Call.objects.order_by("pk").values(*names))
    again = looked_over(ed, 10, requests=2000)
    assert imported(again).state == "done"
    assert carried(asked(again)).message == "Taken back: 20 records are as they were before."
    assert list(Call.objects.order_by("pk").values(*names)) == before
