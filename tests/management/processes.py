"""Processes that tests start and kill, each on a database of its own, and what they left there."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any
from uuid import uuid4

import psycopg
from django.conf import settings

Env = dict[str, str]
BARE = {n: v for n, v in os.environ.items() if n != "CELERY_BROKER_URL"} | {"SECRET_KEY": "x" * 60}
BARE["WORKER_NICENESS"] = "1"  # enough to be seen, and not to starve on a busy machine
BARE["DATABASE_POOL"] = "4"  # others use the server too
MOST = 25  # connections to one database, those of killed processes that the server has not noticed yet among them


def postgres() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_URL"], dbname="postgres", autocommit=True)


@contextmanager
def database(server: psycopg.Connection, template: str) -> Iterator[str]:
    """The address of a copy of `template`, dropped afterwards."""
    name = f"jobs_{uuid4().hex[:12]}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"
    finally:
        for url in [url for url in _looking if url.endswith(f"/{name}")]:
            _looking.pop(url).close()
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def carrier(env: Env, *words: str) -> dict[str, Any]:
    """Run one command to its end; what the database holds then."""
    command = [sys.executable, "-m", "tests.management.carrier", *words]
    subprocess.run(command, cwd=settings.BASE_DIR, env=env, check=True, timeout=60)
    return state(env)


def state(env: Env) -> dict[str, Any]:
    """Jobs by state, how often each had its effect, and their attempts."""
    with connected(env) as connection:
        jobs = connection.execute("SELECT state, attempts FROM inventory_job").fetchall()
        effects = Counter(
            name.split(",")[0] for (name,) in connection.execute("SELECT name FROM inventory_team").fetchall()
        )
        assert connections(connection) <= MOST, "too many connections are held"
    return {
        "states": dict(Counter(name for name, _ in jobs)),
        "effects": sorted(effects.values()),
        "attempts": sorted(attempts for _, attempts in jobs),
    }


def rows(env: Env, query: str) -> list[tuple[Any, ...]]:
    with connected(env) as connection:
        return list(connection.execute(query).fetchall())


@contextmanager
def connected(env: Env) -> Iterator[Any]:
    """The file, or the one connection to the server that all looks of a test share."""
    url = env["DATABASE_URL"]
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            yield connection
    else:
        if url not in _looking or _looking[url].closed:
            _looking[url] = psycopg.connect(url, autocommit=True)
        yield _looking[url]


_looking: dict[str, "psycopg.Connection[Any]"] = {}


def connections(connection: Any) -> int:
    """How many this database has on the server; a file has none."""
    if isinstance(connection, sqlite3.Connection):
        return 0
    counted = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()"
    return int(connection.execute(counted).fetchone()[0])


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
