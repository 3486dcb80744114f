"""One command starts everything, and Ctrl-C leaves nothing of it behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest
from django.conf import settings

from inventory.management.commands import serve
from tests.management.processes import Env

pytestmark = pytest.mark.slow
IS_HERE = re.compile(r"  (http://127\.0\.0\.1:\d+/link/\S+)")


class Served:
    """`manage.py serve` with a folder and a port of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        given = {n: v for n, v in os.environ.items() if n not in ("DATABASE_URL", "CELERY_BROKER_URL", "HOST")}
        url = f"sqlite:///{folder / 'deep' / 'other.sqlite3'}"
        self.env = {**given, "PORT": str(self.port), "VAR_DIR": str(folder / "var"), "DATABASE_URL": url}
        self.output = folder / "output"

    def start(self) -> subprocess.Popen[bytes]:
        """With SIGINT as a shell in the foreground would leave it."""
        with self.output.open("w") as output:
            return subprocess.Popen(
                [sys.executable, "manage.py", "serve"], cwd=settings.BASE_DIR, env=self.env,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def get(self, path: str) -> tuple[int, str]:
        """Status and body; 0 where nothing answers."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as response:
                return response.status, response.read().decode()
        except HTTPError as error:
            return error.code, ""
        except (URLError, OSError):
            return 0, ""

    def wait_until_well(self) -> bool:
        return wait_until(lambda: self.get("/healthz")[0] == 200)


def wait_until(is_so, seconds: float = 90) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if is_so():
            return True
        time.sleep(0.1)
    return False


def below(pid: int) -> set[int]:
    """The processes that this one started, and what those started."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], check=True, capture_output=True, text=True).stdout
    parents = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found, new = set(), {pid}
    while new:
        new = {child for child, parent in parents if parent in new}
        found |= new
    return found


def are_gone(pids: set[int]) -> bool:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,stat="], check=True, capture_output=True, text=True).stdout
    alive = {int(pid) for pid, state in map(str.split, listed.splitlines()) if not state.startswith("Z")}
    return not pids & alive


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path)
    started: list[subprocess.Popen[bytes]] = []
    start = served.start
    served.start = lambda: started.append(start()) or started[-1]  # type: ignore[method-assign,func-returns-value]
    yield served
    for process in started:
        for pid in {process.pid, *below(process.pid)}:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.wait()


def test_it_starts_heals_refuses_a_second_start_and_stops(served: Served) -> None:
    process = served.start()
    assert served.wait_until_well()
    link = IS_HERE.search(served.output.read_text())
    assert link is not None
    assert served.output.read_text().count("http://") == 1
    assert served.get(link[1].partition(str(served.port))[2])[0] == 200

    again = subprocess.run(
        [sys.executable, "manage.py", "serve"], cwd=settings.BASE_DIR, env=served.env, capture_output=True, text=True
    )
    assert (again.returncode, again.stdout, again.stderr.count("\n")) == (1, "", 1)
    assert f"127.0.0.1:{served.port}" in again.stderr

    children = below(process.pid)
    leaders = [pid for pid in children if os.getpgid(pid) == pid]
    assert len(leaders) == 2
    for pid in leaders:
        os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: are_gone(children))
    assert served.wait_until_well()
    assert json.loads(served.get("/healthz")[1]) == {"database": "ok", "queue": "ok"}

    everything = {process.pid, *below(process.pid)}
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0
    assert are_gone(everything)
    assert served.output.read_text().endswith("Batchline has stopped.\n")


@pytest.mark.django_db
def test_a_second_run_keeps_the_data_and_a_killed_supervisor_takes_its_children_along(served: Served, env: Env) -> None:
    """On a database that is migrated already: the test above begins with none."""
    served.env["DATABASE_URL"] = env["DATABASE_URL"]
    process = served.start()
    assert served.wait_until_well()
    children = below(process.pid)
    process.kill()
    process.wait()
    assert wait_until(lambda: are_gone(children), seconds=20)
    again = served.start()
    assert served.wait_until_well()
    again.send_signal(signal.SIGTERM)
    assert again.wait(timeout=20) == 0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HOST", "192.0.2.77", "192.0.2.77"),
        ("HOST", "no.such.name.invalid", "no.such.name.invalid"),
        ("PORT", 70000, "70000"),
    ],
)
def test_where_it_cannot_listen_is_said_in_one_line(
    name: str, value: object, said: str, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """As manage.py would end, but without a process: nothing was started yet."""
    setattr(settings, name, value)
    with pytest.raises(SystemExit) as ended:
        serve.Command().run_from_argv(["manage.py", "serve"])
    told = capsys.readouterr()
    assert (ended.value.code, told.out, told.err.count("\n")) == (1, "", 1)
    assert said in told.err


@pytest.mark.parametrize("url", ["postgres://nobody@127.0.0.1:1/none", "sqlite:////proc/none.sqlite3"])
def test_a_database_that_cannot_be_used_is_said_in_one_line(served: Served, url: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=settings.BASE_DIR,
        env={**served.env, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "The database cannot be used" in done.stderr
