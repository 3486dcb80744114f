"""run_job carries a job to one of its ends, whoever calls it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from config.celery import app as celery
from inventory import tasks
from inventory.domain.audit import Actor
from inventory.domain.book import Book
from inventory.exchange import call_file
from inventory.management.commands import work
from inventory.models import Action, Differing, Job, Person, Team, Upload
from inventory.services import job as jobs
from inventory.services.intake import taking
from inventory.services.intake import upload as uploads
from inventory.tasks.handler import NOT_ANY_MORE
from inventory.tasks.inventory import NOT_IMPORTED
from tests import factories
from tests.services.labelling.test_version import OTHERWISE
from tests.services.labelling.test_waiting import both_in

pytestmark = pytest.mark.django_db
BY = Actor("command", "test")
Handler = Callable[[Job], str | None]


@pytest.fixture
def job(now: datetime) -> Job:
    return jobs.enqueue(kind="test", params={}, by=BY, at=now)


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Callable[[Handler], None]:
    def put(handler: Handler) -> None:
        monkeypatch.setitem(tasks.HANDLERS, "test", handler)

    return put


def test_a_job_is_done_with_what_its_handler_says(job: Job, handle) -> None:
    handle(lambda job: "200 rows.")
    assert tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message, job.lease_until) == ("done", "200 rows.", None)


def test_ten_deliveries_run_it_once(job: Job, handle) -> None:
    ran: list[int] = []
    handle(lambda job: ran.append(job.pk))
    assert [tasks.run_job(job.pk) for _ in range(10)] == [True] + [False] * 9
    assert ran == [job.pk]


def test_delivery_during_the_run_does_nothing(job: Job, handle) -> None:
    again: list[bool] = []
    handle(lambda job: again.append(tasks.run_job(job.pk)))
    tasks.run_job(job.pk)
    assert again == [False]


def test_a_refusal_is_final_and_tells_the_person(job: Job, handle) -> None:
    def refuse(job: Job) -> None:
        raise jobs.Refused("The file is gone.")

    handle(refuse)
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.message) == ("failed", 1, "The file is gone.")


FROM_THEN_ON: dict[str, Callable[[Person], object]] = {
    "without the role": lambda person: (
        Person.objects.filter(pk=person.pk).update(is_administrator=False),
        person.memberships.update(role="viewer"),
    ),
    "switched off": lambda person: Person.objects.filter(pk=person.pk).update(is_active=False),
}


@pytest.mark.parametrize("lose", FROM_THEN_ON.values(), ids=FROM_THEN_ON)
@pytest.mark.parametrize(
    "kind", ["freeze_plan", "import_inventory", "load_demo", "remove_demo", "reprice_apply", "undo_import"]
)
def test_what_somebody_may_not_do_any_more_is_not_done_for_them(
    kind: str, lose: Callable[[Person], object], team: Team, pia: Person, prices: Book, now: datetime
) -> None:
    """It was asked for, and waited while the right to it was lost."""
    person = (
        pia
        if kind in ("freeze_plan", "undo_import", "import_inventory")
        else factories.make_person(is_administrator=True)
    )
    rows = "team,feature,call_key,name,model,requests_per_month,input_tokens,output_tokens\n"
    file = f"{rows}{team},Tags,tags,Tags,claude-haiku-4-5,1,1,1\n".encode()
    taken = taking.import_inventory(file=call_file.read(file), name="a.csv", by=pia.actor, at=now)
    upload = uploads.keep(person=pia, name="b.csv", data=file.replace(b"tags", b"new"), at=timezone.now())
    tasks.run_job(uploads.read(upload=upload, by=pia.actor, at=timezone.now()).pk)
    if kind == "import_inventory":
        asked = uploads.confirm(upload=Upload.objects.get(), by=pia.actor, at=timezone.now())
    else:
        params = {"team": team.pk, "note": "Signed", "repricing": 0, "seq": taken.seq}
        asked = jobs.enqueue(kind=kind, params=params, by=person.actor, at=timezone.now(), person=person)
    lose(person)
    before = Action.objects.latest("seq").seq
    tasks.run_job(asked.pk)
    asked.refresh_from_db()
    assert asked.state == "failed"
    told = NOT_IMPORTED if (kind, lose) == ("import_inventory", FROM_THEN_ON["without the role"]) else NOT_ANY_MORE
    assert asked.message == told
    assert Action.objects.latest("seq").seq == before


def test_a_poison_job_stops_after_three_attempts(job: Job, handle, caplog: pytest.LogCaptureFixture) -> None:
    ran: list[int] = []

    def explode(job: Job) -> None:
        ran.append(job.attempts)
        raise ValueError("secret detail")

    handle(explode)
    for _ in range(5):
        Job.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now() - timedelta(seconds=1))
        tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (ran, job.state, job.message) == ([1, 2, 3], "failed", "Something broke (ValueError).")
    assert len(caplog.records) == 3


def test_an_unknown_kind_fails_without_taking_the_worker_along(job: Job) -> None:
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == ("queued", "Something broke (KeyError).")


def test_cancelling_ends_a_running_job_at_its_next_progress(job: Job, handle) -> None:
    def work(job: Job) -> None:
        jobs.cancel(job=job, by=BY, at=timezone.now())
        jobs.progress(job, 1, 2, at=timezone.now())

    handle(work)
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == ("cancelled", "")


def test_a_worker_that_is_stopping_gives_the_job_back(job: Job, handle, monkeypatch: pytest.MonkeyPatch) -> None:
    def work(job: Job) -> None:
        jobs.stopping.set()
        jobs.progress(job, 1, at=timezone.now())

    handle(work)
    try:
        tasks.run_job(job.pk)
    finally:
        jobs.stopping.clear()
    job.refresh_from_db()
    assert (job.state, job.lease_until) == ("queued", None)


def test_a_handler_that_loses_its_lease_changes_nothing(job: Job, handle) -> None:
    """It writes its records and its end in one transaction, so that both happen or neither."""

    def work(job: Job) -> None:
        with transaction.atomic():
            Team.objects.create(name="Written by the first")
            Job.objects.filter(pk=job.pk).update(attempts=2)  # another worker took over
            jobs.finish(job, at=timezone.now())

    handle(work)
    tasks.run_job(job.pk)
    assert Team.objects.count() == 0


def test_a_handler_may_finish_by_itself(job: Job, handle) -> None:
    handle(lambda job: jobs.finish(job, at=timezone.now(), message="By itself."))
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == ("done", "By itself.")


def test_start_sends_nothing_without_a_broker(job: Job, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks() as waiting:
        tasks.start(job)
    assert waiting == []


def test_start_sends_after_commit_and_a_rolled_back_job_is_never_sent(now: datetime, settings, monkeypatch) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    sent: list[int] = []
    monkeypatch.setattr(tasks.carry_job, "apply_async", lambda args, **_: sent.append(args[0]))

    @transaction.atomic
    def ask_and_break() -> None:
        tasks.start(jobs.enqueue(kind="test", params={}, by=BY, at=now))
        raise RuntimeError

    for _ in range(100):
        with pytest.raises(RuntimeError):
            ask_and_break()
    assert (sent, Job.objects.count()) == ([], 0)


def test_the_sweeper_sends_what_was_lost_between_commit_and_dispatch(job: Job, monkeypatch) -> None:
    sent: list[int] = []
    monkeypatch.setattr(tasks.carry_job, "apply_async", lambda args, **_: sent.append(args[0]))
    tasks.sweep()
    assert sent == [job.pk]
    assert jobs.is_carried(at=timezone.now())


def test_what_a_killed_process_of_this_host_held_is_taken_up_without_waiting_for_its_lease(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not what a living one holds, nor what another machine does."""
    monkeypatch.setattr(work, "close_old_connections", lambda: None)  # the test's own
    gone, at = 2**22 + 1, timezone.now()  # no process has that number
    holders = [f"{tasks.this_host()}:{gone}", tasks.this_process(), f"elsewhere:{gone}"]
    held = [jobs.enqueue(kind="test", params={}, by=BY, at=now).pk for _ in holders]
    for pk, holder in zip(held, holders, strict=True):
        assert jobs.claim(pk=pk, worker=holder, at=at)
    work._periodic("sweep")
    assert [jobs.claim(pk=pk, worker="next", at=timezone.now()) is not None for pk in held] == [True, False, False]


def test_the_mail_of_the_day_is_periodic_work_of_both_workers(monkeypatch) -> None:
    """The embedded worker and Celery's schedule call the same."""
    rounds: list[datetime] = []
    monkeypatch.setattr(tasks.digest, "send_due", lambda *, at: rounds.append(at) or tasks.digest.Sent())
    work._periodic("send_digests")
    celery.tasks[celery.conf.beat_schedule["send digests"]["task"]].apply()
    assert len(rounds) == 2
    assert "send_digests" in work.PERIODS


def test_a_new_version_of_the_test_is_worked_out_once_by_itself(
    team: Team, now: datetime, second: Callable[[], Any]
) -> None:
    factories.make_price()
    part = factories.make_call(feature=factories.make_feature(team=team)).parts.get()
    both_in(part, now, OTHERWISE, OTHERWISE)
    tasks.clean_up()
    assert not Job.objects.exists()  # nothing older is there
    second()
    tasks.clean_up()
    tasks.clean_up()
    job = Job.objects.get()
    assert (job.kind, job.params, job.created_by) == ("compare_versions", {"version": 2}, None)
    assert tasks.run_job(job.pk)
    assert [each.part_id for each in Differing.objects.all()] == [part.pk]
