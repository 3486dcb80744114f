"""Jobs whose worker is killed: each effect happens once, whoever carries it."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from kombu import Connection

pytestmark = pytest.mark.slow
BROKERS = ["redis://127.0.0.1:6379/5", "amqp://guest:guest@127.0.0.1:5672//"]
IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")
Env = dict[str, str]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a migrated database of the kind the suite runs on, to be copied."""
    if settings.IS_SQLITE:
        yield _migrated(f"sqlite:///{tmp_path_factory.mktemp('jobs') / 'empty.sqlite3'}")
        return
    with _postgres() as server, _database(server, "template1") as url:
        yield _migrated(url)


@pytest.fixture
def env(tmp_path: Path, empty: str) -> Iterator[Env]:
    """The environment of other processes, on an empty database of their own."""
    given = {**_BARE, "VAR_DIR": str(tmp_path)}
    if settings.IS_SQLITE:
        copy = tmp_path / "jobs.sqlite3"
        shutil.copy(empty.removeprefix("sqlite:///"), copy)
        yield {**given, "DATABASE_URL": f"sqlite:///{copy}"}
        return
    with _postgres() as server, _database(server, empty.rpartition("/")[2]) as url:
        yield {**given, "DATABASE_URL": url}


_BARE = {n: v for n, v in os.environ.items() if n != "CELERY_BROKER_URL"} | {"SECRET_KEY": "x" * 60}


def _migrated(url: str) -> str:
    env = {**_BARE, "DATABASE_URL": url}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=settings.BASE_DIR, env=env, check=True)
    return url


def _postgres() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_URL"], dbname="postgres", autocommit=True)


@contextmanager
def _database(server: psycopg.Connection, template: str) -> Iterator[str]:
    """The address of a copy of `template`, dropped afterwards."""
    name = f"jobs_{uuid4().hex[:12]}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"
    finally:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def carrier(env: Env, *words: str) -> dict[str, Any]:
    """Run one command to its end; what the database holds then."""
    command = [sys.executable, "-m", "tests.management.carrier", *words]
    subprocess.run(command, cwd=settings.BASE_DIR, env=env, check=True, timeout=60)
    return state(env)


def state(env: Env) -> dict[str, Any]:
    """Jobs by state, how often each had its effect, and their attempts."""
    jobs = rows(env, "SELECT state, attempts FROM inventory_job")
    effects = Counter(name.split(",")[0] for (name,) in rows(env, "SELECT name FROM inventory_team"))
    return {
        "states": dict(Counter(name for name, _ in jobs)),
        "effects": sorted(effects.values()),
        "attempts": sorted(attempts for _, attempts in jobs),
    }


def rows(env: Env, query: str) -> list[tuple[Any, ...]]:
    url = env["DATABASE_URL"]
    connect = sqlite3.connect(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else psycopg.connect(url)
    with closing(connect) as connection:
        return list(connection.execute(query).fetchall())


class Group:
    """A process and its children, to be killed together."""

    def __init__(self, env: Env, *words: str) -> None:
        command = [sys.executable, "-m", *words]
        self.process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=env, start_new_session=True)

    def __enter__(self) -> "Group":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        finally:
            self.process.wait()


def wait_for(env: Env, is_so: Callable[[dict[str, Any]], bool], seconds: float = 45) -> dict[str, Any]:
    until = time.monotonic() + seconds
    while True:
        found = state(env)
        if is_so(found) or time.monotonic() > until:
            return found
        time.sleep(0.1)


def are_done(count: int) -> Callable[[dict[str, Any]], bool]:
    return lambda found: found["states"] == {"done": count}


def test_killed_workers_lose_nothing_and_double_nothing(env: Env) -> None:
    carrier(env, "enqueue", "effect", "6", "9")
    with Group(env, "tests.management.carrier", "work") as worker:
        wait_for(env, lambda found: found["states"].get("running", 0) == 2)
        worker.kill()
    assert state(env)["states"].get("running") == 2
    with Group(env, "tests.management.carrier", "work"):
        found = wait_for(env, are_done(6))
    assert (found["states"], found["effects"]) == ({"done": 6}, [1] * 6)


def test_a_worker_asked_to_stop_gives_its_jobs_back_at_once(env: Env) -> None:
    carrier(env, "enqueue", "effect", "2", "9")
    with Group(env, "tests.management.carrier", "work") as worker:
        wait_for(env, lambda found: found["states"].get("running", 0) > 0)
        worker.process.send_signal(signal.SIGTERM)
        assert worker.process.wait(timeout=5) == 0
    assert state(env)["states"].get("running", 0) == 0
    assert carrier(env, "work", "--once")["effects"] == [1, 1]


def test_ten_deliveries_at_once_have_one_effect(env: Env) -> None:
    assert carrier(env, "race", "10") == {"states": {"done": 1}, "effects": [1], "attempts": [1]}


def test_a_job_that_kills_its_worker_stops_after_three_attempts(env: Env) -> None:
    env["LEASE"] = "0.3"
    carrier(env, "enqueue", "poison", "1", "3")
    for _ in range(3):
        with Group(env, "tests.management.carrier", "work") as worker:
            assert worker.process.wait(timeout=30) == -signal.SIGKILL
        time.sleep(0.4)
    with Group(env, "tests.management.carrier", "work"):
        found = wait_for(env, lambda found: "failed" in found["states"])
    assert (found["states"], found["attempts"]) == ({"failed": 1}, [3])


@pytest.fixture(params=BROKERS, ids=["redis", "rabbitmq"])
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


@pytest.mark.production
def test_celery_carries_the_same_jobs_and_survives_being_killed(broker: Env, tmp_path: Path) -> None:
    carrier(broker, "enqueue", "effect", "6", "9")
    words = [
        "celery",
        "-A",
        "tests.management.carrier",
        "worker",
        "--beat",
        "--concurrency",
        "2",
        "--loglevel",
        "ERROR",
    ]
    words += ["--schedule", str(tmp_path / "beat"), "--without-gossip", "--without-mingle"]
    with Group(broker, *words) as worker:
        wait_for(broker, lambda found: found["states"].get("running", 0) == 2)
        worker.kill()
    with Group(broker, *words):
        found = wait_for(broker, are_done(6))
    assert (found["states"], found["effects"]) == ({"done": 6}, [1] * 6)


@pytest.mark.production
def test_a_broker_that_is_away_neither_fails_nor_holds_up_whoever_asks(env: Env) -> None:
    away = {**env, "CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}
    began = time.monotonic()
    assert carrier(away, "enqueue", "effect", "1", "9")["states"] == {"queued": 1}
    assert time.monotonic() - began < 10
    assert carrier(env, "work", "--once")["effects"] == [1]


@pytest.mark.soak
def test_fifty_kills_lose_nothing_and_double_nothing(env: Env) -> None:
    carrier(env, "enqueue", "effect", "60", "99")
    for _ in range(50):
        with Group(env, "tests.management.carrier", "work"):
            time.sleep(2.5)
    with Group(env, "tests.management.carrier", "work"):
        found = wait_for(env, are_done(60), seconds=120)
    assert (found["states"], found["effects"]) == ({"done": 60}, [1] * 60)
