"""One command starts everything, and Ctrl-C leaves nothing of it behind."""

import json
import os
import re
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
from django.conf import settings

from inventory.management.commands import serve, work
from inventory.management.supervisor import SUPERVISOR, Child
from inventory.services import job as jobs
from tests.management.processes import Env
from tests.management.serving import Served, are_gone, below, wait_until

pytestmark = pytest.mark.slow
GONE = "-1"  # no process has this number
IS_HERE = re.compile(r"  (http://127\.0\.0\.1:\d+/link/\S+)")


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


def test_it_starts_heals_refuses_a_second_start_and_stops(
    served: Served, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a database that is not there yet."""
    process = served.start()
    assert served.wait_until_well()
    link = IS_HERE.search(served.output.read_text())
    assert link is not None
    assert served.output.read_text().count("http://") == 1
    assert served.get(link[1].partition(str(served.port))[2])[0] == 200

    settings.HOST, settings.PORT = "127.0.0.1", served.port
    assert f"127.0.0.1:{served.port}" in refused(capsys)

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


@pytest.mark.soak
@pytest.mark.django_db
def test_a_second_run_keeps_the_data_and_a_killed_supervisor_takes_its_children_along(served: Served, env: Env) -> None:
    """On a database that is migrated already: the test above begins with none. Every day only what each child does
    when its supervisor is gone is asked, below."""
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


def test_children_know_their_supervisor() -> None:
    child = Child("one", ["sh", "-c", f'test "${SUPERVISOR}" = "$PPID"'])
    child.start()
    assert child.process is not None
    assert child.process.wait(timeout=20) == 0


def test_the_web_process_ends_when_its_supervisor_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: SimpleQueue[tuple[int, int]] = SimpleQueue()
    monkeypatch.setenv(SUPERVISOR, GONE)
    monkeypatch.setattr(os, "kill", lambda *given: sent.put(given))
    runpy.run_path(str(settings.BASE_DIR / "config" / "gunicorn.py"))["when_ready"](None)
    assert sent.get(timeout=20) == (os.getpid(), signal.SIGTERM)


def test_the_worker_ends_when_its_supervisor_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it begins anything, and by itself: its threads are told to stop."""
    told = threading.Event()
    monkeypatch.setenv(SUPERVISOR, GONE)
    monkeypatch.setattr(jobs, "stopping", told)
    monkeypatch.setattr(signal, "signal", lambda *given: None)
    monkeypatch.setattr(os, "nice", lambda by: None)
    work.Command().handle(once=False, threads=0)
    assert told.is_set()


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
    setattr(settings, name, value)
    assert said in refused(capsys)


def refused(capsys: pytest.CaptureFixture[str]) -> str:
    """What a start says that ends at once: as manage.py would end it, but without a process, for it starts none."""
    with pytest.raises(SystemExit) as ended:
        serve.Command().run_from_argv(["manage.py", "serve"])
    told = capsys.readouterr()
    assert (ended.value.code, told.out, told.err.count("\n")) == (1, "", 1)
    return told.err


@pytest.mark.parametrize(
    "url",
    ["postgres://nobody@127.0.0.1:1/none", pytest.param("sqlite:////proc/none.sqlite3", marks=pytest.mark.soak)],
)
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
