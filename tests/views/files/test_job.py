"""Job pages: progress for everybody, cancelling for who asked, the result while it is kept."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError

from inventory import tasks
from inventory.models import Job, Person
from inventory.services import job as jobs

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
TOKEN = re.compile(r"[A-Za-z0-9]{64}")  # masked anew in every answer


def asked(person: Person, at: datetime) -> Job:
    return jobs.enqueue(kind="export_plan", params={}, by=person.actor, at=at, person=person)


def running(person: Person, at: datetime) -> Job:
    job = jobs.claim(pk=asked(person, at).pk, worker="one", at=at)
    assert job is not None
    return job


def done(person: Person) -> Job:
    at = timezone.now()
    job = running(person, at)
    jobs.save_file(job, "plan.xlsx", [b"PK", b"rows"], at=at)
    jobs.finish(job, at=at, message="3 moves.")
    return job


def test_nobody_sees_jobs_without_signing_in(client: Client) -> None:
    assert client.get("/jobs").status_code == 302


def test_the_empty_list_says_what_belongs_there(as_pia: Client) -> None:
    assert "Nothing has run yet" in as_pia.get("/jobs").text


def test_the_list_takes_the_same_queries_for_one_row_and_for_three(
    as_pia: Client, pia: Person, ed: Person, now: datetime, django_assert_num_queries
) -> None:
    asked(pia, now)
    with django_assert_num_queries(6):
        as_pia.get("/jobs")
    asked(ed, now)
    asked(ed, now)
    with django_assert_num_queries(6):
        as_pia.get("/jobs")


def test_a_running_job_shows_how_far_it_is_and_asks_again(as_pia: Client, pia: Person, now: datetime) -> None:
    job = running(pia, now)
    jobs.progress(job, 12_000, 100_000, at=now)
    text = as_pia.get(f"/jobs/{job.pk}").text
    assert "12,000 of 100,000 rows" in text
    assert 'hx-trigger="every 1s"' in text
    assert '<noscript><meta http-equiv="refresh"' in text


def test_htmx_gets_only_the_progress_and_a_finished_job_asks_no_more(as_ed: Client, pia: Person) -> None:
    job = done(pia)
    text = as_ed.get(f"/jobs/{job.pk}", headers=HTMX).text
    assert text.strip().startswith('<section id="progress">')
    assert "3 moves." in text
    assert f"/jobs/{job.pk}/file" in text


def test_while_no_worker_is_alive_jobs_that_wait_say_so(as_pia: Client, pia: Person, now: datetime) -> None:
    job = asked(pia, now)
    for address in ("/jobs", f"/jobs/{job.pk}"):
        assert "No worker takes jobs at the moment" in as_pia.get(address).text
    jobs.beat(worker="one", at=timezone.now())
    for address in ("/jobs", f"/jobs/{job.pk}"):
        assert "No worker takes jobs" not in as_pia.get(address).text
    assert "A worker takes it within seconds" in as_pia.get(f"/jobs/{job.pk}").text


def test_a_broker_that_is_away_is_told_and_holds_up_nobody(
    as_pia: Client, settings, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"

    def away(*given: object, **named: object) -> None:
        raise OperationalError("Connection refused")

    monkeypatch.setattr(tasks.carry_job, "apply_async", away)
    with django_capture_on_commit_callbacks(execute=True):
        asked_for = as_pia.post("/plan/export")
    page = as_pia.get(asked_for.headers["Location"]).text
    assert "The broker that hands out jobs cannot be reached. The job is kept. It is tried again in a moment." in page
    job = Job.objects.get()
    assert tasks.run_job(job.pk)  # as soon as it is back
    job.refresh_from_db()
    assert (job.state, "cannot be reached" in job.message) == ("done", False)


def test_a_failed_job_says_why(as_pia: Client, pia: Person, now: datetime) -> None:
    job = running(pia, now)
    jobs.fail(job, at=now, message="The disk is full.", final=True)
    assert "The disk is full." in as_pia.get(f"/jobs/{job.pk}").text


def test_whoever_asked_may_cancel(as_pia: Client, pia: Person, now: datetime) -> None:
    job = asked(pia, now)
    assert "Cancel this job" in as_pia.get(f"/jobs/{job.pk}").text
    as_pia.post(f"/jobs/{job.pk}/cancel")
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert "Cancel this job" not in as_pia.get(f"/jobs/{job.pk}").text


def test_an_administrator_may_cancel_and_a_colleague_gets_404(
    as_ed: Client, as_admin: Client, pia: Person, now: datetime
) -> None:
    job = asked(pia, now)
    assert "Cancel this job" not in as_ed.get(f"/jobs/{job.pk}").text
    foreign, missing = as_ed.post(f"/jobs/{job.pk}/cancel"), as_ed.post("/jobs/99999999999999999999/cancel")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert TOKEN.sub("", foreign.text) == TOKEN.sub("", missing.text)
    assert as_admin.post(f"/jobs/{job.pk}/cancel").status_code == 302


def test_cancelling_by_get_is_refused(as_pia: Client, pia: Person, now: datetime) -> None:
    assert as_pia.get(f"/jobs/{asked(pia, now).pk}/cancel").status_code == 405


def test_cancelling_without_a_csrf_token_is_refused(pia: Person, now: datetime) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(pia, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/jobs/{asked(pia, now).pk}/cancel").status_code == 403


def test_the_file_comes_as_a_download_of_its_own_name(as_ed: Client, pia: Person) -> None:
    response = as_ed.get(f"/jobs/{done(pia).pk}/file")
    assert response.getvalue() == b"PKrows"
    assert response["Content-Disposition"] == 'attachment; filename="plan.xlsx"'
    assert response["Content-Length"] == "6"
    assert response["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_an_expired_file_has_a_page_that_says_so(as_pia: Client, pia: Person) -> None:
    job = done(pia)
    Job.objects.filter(pk=job.pk).update(file_until=timezone.now() - timedelta(minutes=1))
    response = as_pia.get(f"/jobs/{job.pk}/file")
    assert response.status_code == 410
    assert "no longer kept" in response.text
    assert "is gone" in as_pia.get(f"/jobs/{job.pk}").text
    assert "expired" in as_pia.get("/jobs").text


@pytest.mark.parametrize("number", ["0", "99999999999999999999"])
def test_a_number_that_is_no_job_is_404(as_pia: Client, number: str) -> None:
    assert as_pia.get(f"/jobs/{number}").status_code == 404
    assert as_pia.get(f"/jobs/{number}/file").status_code == 404


def test_a_job_without_a_file_has_none_to_fetch(as_pia: Client, pia: Person, now: datetime) -> None:
    assert as_pia.get(f"/jobs/{running(pia, now).pk}/file").status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "\x00"])
def test_any_page_number_is_answered(as_pia: Client, pia: Person, now: datetime, page: str) -> None:
    asked(pia, now)
    assert as_pia.get("/jobs", {"page": page}).status_code == 200
