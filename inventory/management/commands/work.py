"""The embedded worker: takes job rows from the database and carries them in this process. No broker."""

import logging
import os
import signal
import threading
import time
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, close_old_connections
from django.utils import timezone

from inventory import tasks
from inventory.management.supervisor import SUPERVISOR
from inventory.services import job as jobs

log = logging.getLogger(__name__)
POLL = 0.3  # seconds
GRACE = 10.0  # seconds for a job to reach its next progress and be given back
PERIODS = {"beat": 10.0, "sweep": 5.0, "send_digests": 60.0, "clean_up": 3600.0}


class Command(BaseCommand):
    help = "Carry background jobs until stopped; with --once, carry those that wait and end."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="carry what waits now, then end")
        parser.add_argument("--threads", type=int, default=2, help="jobs at the same time (2)")

    def handle(self, *, once: bool, threads: int, **options: Any) -> None:
        os.nice(settings.WORKER_NICENESS)
        if once:
            while _carry_one():
                pass
            return
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)
        carrying = [threading.Thread(target=_carry, name=f"jobs-{n}", daemon=True) for n in range(threads)]
        for thread in carrying:
            thread.start()
        try:
            self._keep(carrying)
        finally:
            _end(carrying)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True

    def _keep(self, carrying: list[threading.Thread]) -> None:
        """Periodic work, until asked to stop or the supervisor is gone."""
        supervisor = os.environ.get(SUPERVISOR)
        due = dict.fromkeys(PERIODS, 0.0)
        while not self.asked and (not supervisor or os.getppid() == int(supervisor)):
            if not all(thread.is_alive() for thread in carrying):
                raise CommandError("a thread that carries jobs has died")
            for name in [n for n, at in due.items() if at <= time.monotonic()]:
                due[name] = time.monotonic() + PERIODS[name]
                _periodic(name)
            time.sleep(POLL)


def _carry() -> None:
    while not jobs.stopping.is_set():
        try:
            close_old_connections()
            if not _carry_one():
                jobs.stopping.wait(POLL)
        except Error:
            log.warning("the database cannot be reached; trying again", exc_info=True)
            jobs.stopping.wait(2)


def _carry_one() -> bool:
    job = jobs.claim_next(worker=tasks.this_process(), at=timezone.now())
    if job is not None:
        tasks.carry(job)
    return job is not None


def _periodic(name: str) -> None:
    try:
        close_old_connections()
        if name == "beat":
            jobs.beat(worker=tasks.this_process(), at=timezone.now())
        elif name == "sweep":
            tasks.free_dead()
            jobs.sweep(at=timezone.now())
        elif name == "send_digests":
            tasks.send_digests()
        else:
            tasks.clean_up()
    except Error as error:
        log.warning("%s did not reach the database and is tried again: %s", name, error)


def _end(carrying: list[threading.Thread]) -> None:
    """Jobs are given back at their next progress; one that makes none in time is taken over when its lease runs out."""
    jobs.stopping.set()
    until = time.monotonic() + GRACE
    for thread in carrying:
        thread.join(max(0.0, until - time.monotonic()))
