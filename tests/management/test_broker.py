"""The same jobs under Celery, on each broker: what a killed worker held is done once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.conf import settings
from kombu import Connection

from tests.management.processes import Env, Group, are_done, carrier, wait_for

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.production]
REDIS, RABBITMQ = "redis://127.0.0.1:6379/5", "amqp://guest:guest@127.0.0.1:5672//"
IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")


@pytest.fixture(params=[pytest.param(REDIS, id="redis"), pytest.param(RABBITMQ, id="rabbitmq", marks=pytest.mark.soak)])
def broker(request: pytest.FixtureRequest, env: Env) -> Iterator[Env]:
    """The environment with a broker and a queue of its own."""
    url, queue = request.param, f"batchline-{uuid4().hex[:12]}"
    try:
        with Connection(url, connect_timeout=2) as connection:
            connection.ensure_connection(max_retries=1, timeout=2)
            yield {**env, "CELERY_BROKER_URL": url, "QUEUE": queue}
            connection.channel().queue_delete(queue)
    except (OSError, connection.connection_errors):
        if IN_CI:
            raise
        pytest.skip(f"no broker at {url}")


def test_celery_carries_the_same_jobs_and_survives_being_killed(broker: Env, words: list[str]) -> None:
    """However often each is delivered: once, and once more what the killed worker held."""
    carrier(broker, "enqueue", "effect", "6", "9", "then", "again", "9")
    with Group(broker, *words) as worker:
        wait_for(broker, lambda found: found["states"].get("running", 0) == 2)
        assert os.getpriority(os.PRIO_PROCESS, worker.process.pid) == 1  # behind the web process
        worker.kill()
    with Group(broker, *words):
        found = wait_for(broker, are_done(6))
    assert (found["states"], found["effects"]) == ({"done": 6}, [1] * 6)
    assert sum(found["attempts"]) <= 8


@pytest.mark.soak
def test_celery_ends_when_its_supervisor_was_killed(broker: Env, words: list[str]) -> None:
    """Told as `serve` tells it; the supervisor here is long gone."""
    with Group(broker | {"BATCHLINE_SUPERVISOR": "1"}, *words) as worker:
        assert worker.process.wait(timeout=120) in (0, -signal.SIGTERM)  # the latter while it was still starting


def test_a_broker_that_is_away_neither_fails_nor_holds_up_whoever_asks(env: Env) -> None:
    away = {**env, "CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}
    began = time.monotonic()
    assert carrier(away, "enqueue", "effect", "1", "9")["states"] == {"queued": 1}
    assert time.monotonic() - began < 30  # a broker that held it up would do so for minutes
    assert carrier(env, "work", "--once")["effects"] == [1]


def test_a_job_that_may_outlast_its_message_is_refused_at_the_start(env: Env) -> None:
    env |= {"CELERY_BROKER_URL": REDIS, "JOB_TIME_LIMIT": "10", "CELERY_VISIBILITY_TIMEOUT": "10"}
    command = [sys.executable, "-c", "import config.settings"]
    started = subprocess.run(command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True)
    assert started.returncode == 1
    assert "JOB_TIME_LIMIT must be below CELERY_VISIBILITY_TIMEOUT" in started.stderr
