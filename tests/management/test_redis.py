"""Celery on a Redis of its own that is killed, restarted and away: every job is done once. All of it takes minutes."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.management.processes import Env, Group, are_done, carrier, state, wait_for

pytestmark = [pytest.mark.django_db, pytest.mark.production, pytest.mark.soak]
BACK = 60  # seconds within which all goes on by itself
AWAY = 600  # seconds


class Redis:
    """Forgets everything when it is killed."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        words = ["redis-server", "--port", str(self.port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
        self.command = [*words, "--maxmemory-policy", "noeviction"]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def redis(tmp_path: Path, env: Env) -> Iterator[Redis]:
    """Running; `env` names it as the broker."""
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server here")
    server = Redis(tmp_path)
    env["CELERY_BROKER_URL"] = f"redis://127.0.0.1:{server.port}/0"
    server.start()
    yield server
    server.kill()


def test_a_redis_that_is_restarted_ten_times_loses_nothing(redis: Redis, env: Env, words: list[str]) -> None:
    carrier(env, "enqueue", "effect", "100", "9")
    with Group(env, *words):
        wait_for(env, lambda found: found["states"].get("done", 0) > 0)
        for _ in range(10):
            redis.kill()
            redis.start()
            done = state(env)["states"].get("done", 0)
            found = wait_for(env, lambda found, done=done: found["states"].get("done", 0) > done, BACK)
            assert found["states"].get("done", 0) > done  # it consumes again
        found = wait_for(env, are_done(100), seconds=BACK + 100)
    assert (found["states"], found["effects"]) == ({"done": 100}, [1] * 100)


def test_what_was_asked_in_the_ten_minutes_redis_was_away_starts_when_it_is_back(
    redis: Redis, env: Env, words: list[str]
) -> None:
    """Asked again and again all the while, and at no time does it fail whoever asks."""
    with Group(env, *words):
        carrier(env, "enqueue", "quick", "1", "9")
        wait_for(env, are_done(1))
        redis.kill()
        until = time.monotonic() + AWAY
        for number in range(1, 21):
            assert carrier(env, "enqueue", "quick", "1", "9")["states"] == {"done": 1, "queued": number}
            time.sleep(max(0.0, (until - time.monotonic()) / (21 - number)))
        redis.start()
        found = wait_for(env, are_done(21), seconds=BACK)
    assert (found["states"], found["effects"]) == ({"done": 21}, [1] * 21)


def test_fifty_kills_of_celery_lose_nothing_and_double_nothing(redis: Redis, env: Env, words: list[str]) -> None:
    carrier(env, "enqueue", "effect", "150", "99")
    for _ in range(50):
        running = state(env)["states"].get("done", 0)
        with Group(env, *words):
            wait_for(env, lambda found, running=running: found["states"].get("done", 0) > running, BACK)
    with Group(env, *words):
        found = wait_for(env, are_done(150), seconds=BACK + 150)
    assert (found["states"], found["effects"]) == ({"done": 150}, [1] * 150)


def test_a_job_that_kills_celery_stops_after_three_attempts(redis: Redis, env: Env, words: list[str]) -> None:
    env["LEASE"] = "0.5"
    carrier(env, "enqueue", "poison", "1", "3")
    with Group(env, *words):
        found = wait_for(env, lambda found: "failed" in found["states"], BACK)
        assert (found["states"], found["attempts"]) == ({"failed": 1}, [3])
        carrier(env, "enqueue", "quick", "1", "3")
        assert wait_for(env, lambda found: "done" in found["states"], BACK)["effects"] == [1]


@pytest.mark.parametrize("carried_by", ["celery", "the embedded worker"])
def test_a_hundred_that_died_between_commit_and_dispatch(
    redis: Redis, env: Env, words: list[str], carried_by: str
) -> None:
    if carried_by != "celery":
        del env["CELERY_BROKER_URL"]
        words = ["tests.management.carrier", "work"]
    assert carrier(env, "die", "100")["states"] == {"queued": 100}
    with Group(env, *words):
        found = wait_for(env, are_done(100), seconds=BACK)
    assert (found["states"], found["effects"]) == ({"done": 100}, [1] * 100)


def test_a_job_that_outlasts_its_message_is_done_once(redis: Redis, env: Env, words: list[str]) -> None:
    env |= {"CELERY_VISIBILITY_TIMEOUT": "10", "JOB_TIME_LIMIT": "9", "NO_LIMIT": "1", "LEASE": "8"}
    carrier(env, "enqueue", "long", "1", "9")
    with Group(env, *words):
        wait_for(env, are_done(1), seconds=BACK)
        time.sleep(15)
        found = state(env)
    assert found == {"states": {"done": 1}, "effects": [1], "attempts": [1]}
