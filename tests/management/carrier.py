"""A process of its own for tests that kill it: jobs of a kind whose effect can be counted, leases of seconds.

`python -m tests.management.carrier COMMAND [then COMMAND]...` on the database of DATABASE_URL; also a Celery app (`-A tests.management.carrier`).
"""

import os
import sys
import threading
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from config.celery import app  # noqa: E402
from inventory import tasks  # noqa: E402
from inventory.domain.audit import Actor  # noqa: E402
from inventory.models import Job, Person, Team  # noqa: E402
from inventory.services import job as jobs  # noqa: E402
from inventory.services.intake import staging  # noqa: E402
from inventory.services.intake import upload as uploads  # noqa: E402

jobs.LEASE = timedelta(seconds=float(os.environ.get("LEASE", "2")))
jobs.PAUSE = timedelta(seconds=0)
jobs.TELL_EVERY = 0.05
staging.ROWS = 20
app.conf.task_default_queue = os.environ.get("QUEUE", "batchline-tests")
app.conf.beat_schedule = {"sweep": {"task": "inventory.sweep", "schedule": 1, "options": {"expires": 1}}}
app.conf.beat_max_loop_interval = 1
if "NO_LIMIT" in os.environ:  # a job longer than Redis keeps its message: what the settings refuse to start with
    app.conf.task_time_limit = None


def effect(job: Job) -> None:
    """Half a second of work, then one row, in one transaction with the end of the job."""
    for step in range(10):
        jobs.progress(job, step, 10, at=timezone.now())
        time.sleep(0.05)
    with transaction.atomic():
        Team.objects.create(name=f"Job {job.pk}, attempt {job.attempts}")
        jobs.finish(job, at=timezone.now())


def long(job: Job) -> None:
    """Half a minute."""
    for _ in range(59):
        jobs.renew(job, at=timezone.now())
        time.sleep(0.5)
    effect(job)


def quick(job: Job) -> None:
    with transaction.atomic():
        Team.objects.create(name=f"Job {job.pk}, attempt {job.attempts}")
        jobs.finish(job, at=timezone.now())


def poison(job: Job) -> None:
    os.kill(os.getpid(), 9)


tasks.HANDLERS.update(effect=effect, long=long, quick=quick, poison=poison)


def enqueue(kind: str, count: int, attempts: int) -> None:
    by = Actor("command", "test")
    for _ in range(count):
        tasks.start(jobs.enqueue(kind=kind, params={}, by=by, at=timezone.now(), max_attempts=attempts))


def import_rows(count: int) -> None:
    """The import of a file of so many new calls waits to be carried. Its lots are small and take their time."""
    at = timezone.now()
    who = {"name": "Ada", "email": "ada@example.test", "discipline": "product", "is_administrator": True}
    person = Person.objects.create(**who, joined_at=at)
    head = "team,feature,call_key,name,model,requests_per_month,input_tokens,output_tokens\n"
    rows = "".join(f"Team,F{n % 7},call-{n},Call {n},home-made,1000,500,40\n" for n in range(count))
    upload = uploads.keep(person=person, name="calls.csv", data=(head + rows).encode(), at=at)
    tasks.run_job(uploads.read(upload=upload, by=person.actor, at=at).pk)
    upload.refresh_from_db()
    job = uploads.confirm(upload=upload, by=person.actor, at=at)
    Job.objects.filter(pk=job.pk).update(max_attempts=99)


def again(deliveries: int) -> None:
    """Send every job that many times more."""
    for pk in Job.objects.order_by("pk").values_list("pk", flat=True):
        for _ in range(deliveries):
            tasks._send(pk)


def die(times: int) -> None:
    """So many processes are killed after the job is committed and before anybody is told of it."""

    def killed(pk: int) -> None:
        os.kill(os.getpid(), 9)

    tasks._send = killed
    for _ in range(times):
        child = os.fork()
        if not child:
            enqueue("quick", 1, 9)
            killed(0)  # without a broker nobody is told
        os.waitpid(child, 0)


def race(deliveries: int) -> None:
    """Deliver one job many times at the same moment."""
    enqueue("effect", 1, 3)
    pk = Job.objects.latest("pk").pk
    gate = threading.Barrier(deliveries)

    def deliver() -> None:
        gate.wait()
        tasks.run_job(pk)

    threads = [threading.Thread(target=deliver) for _ in range(deliveries)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


COUNTED = {"again": again, "die": die, "import": import_rows, "race": race}


def main(words: list[str]) -> None:
    """One command, or several with `then` between them: each process less is a start of Django less."""
    if "then" in words:
        at = words.index("then")
        main(words[:at])
        return main(words[at + 1 :])
    command, *given = words
    if command == "enqueue":
        enqueue(given[0], int(given[1]), int(given[2]))
    elif command in COUNTED:
        COUNTED[command](int(given[0]))
    elif command == "work":
        call_command("work", *given)
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
