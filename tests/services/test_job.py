"""A job is taken by one worker at a time, survives its worker, and ends once."""

from datetime import datetime, timedelta

import pytest

from inventory.domain.audit import Actor
from inventory.models import Action, FileChunk, Job, Person
from inventory.services import job as jobs

pytestmark = pytest.mark.django_db
LATER = jobs.LEASE + timedelta(seconds=1)


@pytest.fixture
def job(now: datetime, pia: Person) -> Job:
    return jobs.enqueue(kind="test", params={"team": 1}, by=pia.actor, at=now, person=pia)


def held(job: Job, at: datetime, worker: str = "one") -> Job:
    taken = jobs.claim(pk=job.pk, worker=worker, at=at)
    assert taken is not None
    return taken


def test_enqueue_leaves_a_queued_row_and_one_action(job: Job, pia: Person) -> None:
    assert (job.state, job.attempts, job.created_by) == ("queued", 0, pia)
    assert list(Action.objects.values_list("kind", "record_id")) == [("job.enqueue", str(job.pk))]


def test_claim_is_given_to_one_worker_only(job: Job, now: datetime) -> None:
    first = held(job, now)
    assert (first.state, first.attempts, first.claimed_by, first.started_at) == ("running", 1, "one", now)
    assert jobs.claim(pk=job.pk, worker="two", at=now) is None


def test_claim_next_takes_the_oldest_that_is_free(job: Job, now: datetime, pia: Person) -> None:
    younger = jobs.enqueue(kind="test", params={}, by=pia.actor, at=now)
    taken = [jobs.claim_next(worker="one", at=now) for _ in range(3)]
    assert [t and t.pk for t in taken] == [job.pk, younger.pk, None]


def test_an_expired_lease_lets_another_worker_in_and_fences_the_first_out(job: Job, now: datetime) -> None:
    first = held(job, now)
    second = held(job, now + LATER, "two")
    for write in (
        lambda: jobs.finish(first, at=now),
        lambda: jobs.fail(first, at=now, message="late"),
        lambda: jobs.renew(first, at=now),
        lambda: jobs.release(first),
        lambda: jobs.save_file(first, "late.txt", [b"late"], at=now),
        lambda: jobs.progress(first, 1, at=now),
    ):
        with pytest.raises(jobs.Lost):
            write()
    jobs.finish(second, at=now + LATER, message="Written.")
    job.refresh_from_db()
    assert (job.state, job.attempts, job.message, job.finished_at) == ("done", 2, "Written.", now + LATER)


def test_progress_is_written_and_renews_the_lease(job: Job, now: datetime) -> None:
    first = held(job, now)
    later = now + timedelta(seconds=30)
    jobs.progress(first, 5, 10, at=later)
    job.refresh_from_db()
    assert (job.done_rows, job.all_rows, job.lease_until) == (5, 10, later + jobs.LEASE)


def test_progress_writes_at_most_twice_a_second(job: Job, now: datetime, django_assert_num_queries) -> None:
    first = held(job, now)
    with django_assert_num_queries(1):
        for done in range(100):
            jobs.progress(first, done, 100, at=now)


def test_cancelling_a_queued_job_ends_it_at_once(job: Job, now: datetime, pia: Person) -> None:
    jobs.cancel(job=job, by=pia.actor, at=now)
    job.refresh_from_db()
    assert (job.state, job.finished_at) == ("cancelled", now)
    assert jobs.claim_next(worker="one", at=now) is None


def test_cancelling_a_running_job_is_heard_at_its_next_progress(job: Job, now: datetime, pia: Person) -> None:
    first = held(job, now)
    jobs.cancel(job=job, by=pia.actor, at=now)
    with pytest.raises(jobs.Cancelled):
        jobs.progress(first, 1, at=now)
    jobs.finish_cancelled(first, at=now)
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert list(Action.objects.order_by("seq").values_list("kind", flat=True)) == ["job.enqueue", "job.cancel"]


def test_cancelling_twice_or_after_the_end_changes_nothing(job: Job, now: datetime, pia: Person) -> None:
    jobs.finish(held(job, now), at=now)
    jobs.cancel(job=job, by=pia.actor, at=now)
    job.refresh_from_db()
    assert (job.state, job.cancel_asked, Action.objects.count()) == ("done", False, 1)


def test_a_failed_attempt_waits_longer_each_time_and_the_last_one_stays_failed(job: Job, now: datetime) -> None:
    at = now
    for attempt in (1, 2):
        jobs.fail(held(job, at), at=at, message="no")
        job.refresh_from_db()
        assert (job.state, job.lease_until) == ("queued", at + attempt * jobs.PAUSE)
        assert jobs.claim(pk=job.pk, worker="one", at=at) is None
        at += attempt * jobs.PAUSE
    jobs.fail(held(job, at), at=at, message="no")
    job.refresh_from_db()
    assert (job.state, job.attempts, job.finished_at) == ("failed", 3, at)


def test_a_released_job_is_free_at_once_and_keeps_its_attempts(job: Job, now: datetime) -> None:
    for _ in range(5):
        jobs.release(held(job, now))
    job.refresh_from_db()
    assert (job.state, job.max_attempts - job.attempts) == ("queued", 3)


def test_sweep_ends_a_job_whose_worker_died_at_every_attempt(job: Job, now: datetime) -> None:
    for attempt in range(3):
        assert jobs.sweep(at=now + attempt * LATER) == [job.pk]
        held(job, now + attempt * LATER)
    assert jobs.sweep(at=now + 3 * LATER) == []
    job.refresh_from_db()
    assert (job.state, job.attempts, job.finished_at) == ("failed", 3, now + 3 * LATER)


def test_sweep_ends_a_cancelled_job_whose_worker_died(job: Job, now: datetime, pia: Person) -> None:
    held(job, now)
    jobs.cancel(job=job, by=pia.actor, at=now)
    assert jobs.sweep(at=now + LATER) == []
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_a_file_comes_back_as_it_was_in_pieces_that_fit(job: Job, now: datetime) -> None:
    data = bytes(range(256)) * 3000
    first = held(job, now)
    jobs.save_file(first, "plan.xlsx", (data[i : i + 1000] for i in range(0, len(data), 1000)), at=now)
    pieces = list(jobs.read_file(job))
    assert b"".join(pieces) == data
    assert [len(p) for p in pieces] == [jobs.CHUNK, jobs.CHUNK, len(data) - 2 * jobs.CHUNK]
    job.refresh_from_db()
    assert (job.file_name, job.file_size) == ("plan.xlsx", len(data))


def test_a_second_attempt_replaces_the_file_of_the_first(job: Job, now: datetime) -> None:
    tomorrow = now + timedelta(days=1)
    jobs.save_file(held(job, now), "plan.xlsx", [b"first, longer" * jobs.CHUNK], at=now)
    jobs.save_file(held(job, tomorrow), "plan.xlsx", [b"second"], at=tomorrow)
    assert b"".join(jobs.read_file(job)) == b"second"
    job.refresh_from_db()
    assert (job.lease_until, job.file_until) == (tomorrow + jobs.LEASE, tomorrow + jobs.KEEP)


def test_clean_up_drops_the_file_when_its_time_has_passed_and_keeps_the_job(job: Job, now: datetime) -> None:
    first = held(job, now)
    jobs.save_file(first, "plan.xlsx", [b"rows"], at=now)
    jobs.finish(first, at=now)
    until = now + jobs.KEEP
    assert jobs.clean_up(at=until - timedelta(seconds=1)) == 0
    assert jobs.clean_up(at=until) == 1
    assert (FileChunk.objects.count(), Job.objects.get().state) == (0, "done")


def test_a_worker_is_carried_as_long_as_it_was_seen_lately(now: datetime) -> None:
    jobs.beat(worker="one", at=now)
    jobs.beat(worker="one", at=now)
    assert jobs.is_carried(at=now + jobs.ALIVE - timedelta(seconds=1))
    assert not jobs.is_carried(at=now + jobs.ALIVE)


def test_a_command_may_enqueue_without_a_person(now: datetime) -> None:
    job = jobs.enqueue(kind="test", params={}, by=Actor("command", "export_plan"), at=now)
    assert job.created_by is None
