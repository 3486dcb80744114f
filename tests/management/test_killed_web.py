"""The web process killed in the middle of writes: what was answered with success is there, and its action with it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from itertools import count
from threading import Lock
from urllib.parse import urlencode

import pytest
from django.conf import settings

from tests.management.processes import Env, rows
from tests.management.serving import below

pytestmark = pytest.mark.django_db
LINK = """
import django; django.setup()
from django.utils import timezone
from inventory.services.people import people
print(people.first_link(at=timezone.now()))
"""
WORD = "nine brown cats"
ME = {
    "email": "ada@example.test",
    "name": "Ada",
    "discipline": "product",
    "team": "Search",
    "password": WORD,
    "again": WORD,
}
CALL = {
    "provider": "anthropic", "model": "claude-sonnet-5-5", "today_path": "real_time", "requests": "96000",
    "uncached_input": "6000", "output": "800", "figures": "typed", "version": "1",
}  # fmt: skip
CREATED = "SELECT after FROM inventory_change WHERE record = 'call' AND before = ''"
FEW = 1  # kills in make test
TOKEN = "a" * 32  # whatever the browser sends twice


class Web:
    """The web process as `manage.py serve` starts it, on a port that stays open while nobody listens."""

    def __init__(self, env: Env) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listening.getsockname()[1]
        self.env = {**env, "LISTEN_FD": str(self.listening.fileno())}
        self.cookies = {"batchline_csrf": TOKEN}

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]
        self.process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=self.env, start_new_session=True, pass_fds=(self.listening.fileno(),)
        )

    def kill(self, *, whole: bool) -> None:
        """The processes that answer; with `whole` also the one that would start them again: then we do."""
        if whole:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.start()
            return
        for pid in below(self.process.pid):
            os.kill(pid, signal.SIGKILL)

    def post(self, path: str, given: dict[str, str]) -> int | None:
        """The status; None where no answer came."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "X-CSRFToken": TOKEN, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request("POST", path, urlencode(given), headers)
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie", []):
                name, _, value = line.partition(";")[0].partition("=")
                if name.endswith("session"):
                    self.cookies[name] = value
            return answer.status
        except (HTTPException, OSError):
            return None
        finally:
            connection.close()


@contextmanager
def serving(env: Env) -> Iterator[Web]:
    web = Web(env)
    web.start()
    try:
        yield web
    finally:
        os.killpg(web.process.pid, signal.SIGKILL)
        web.process.wait()
        web.listening.close()


@pytest.mark.parametrize(
    ("writes", "kills"), [pytest.param(24, FEW, marks=pytest.mark.slow), pytest.param(1000, 20, marks=pytest.mark.soak)]
)
def test_what_was_answered_is_there_with_its_action_and_no_action_without_its_write(
    env: Env, writes: int, kills: int
) -> None:
    token = subprocess.run(
        [sys.executable, "-c", LINK], env=env, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    with serving(env) as web:
        assert web.post(f"/link/{token.stdout.strip()}", ME) == 302
        ((team,),) = rows(env, "SELECT id FROM inventory_team")
        assert web.post("/features/new", {"team": str(team), "name": "Tickets"}) == 302
        ((feature,),) = rows(env, "SELECT id FROM inventory_feature")
        answered, killed = written(web, {**CALL, "feature": str(feature)}, writes, kills)
    assert killed == kills
    stored = {key for (key,) in rows(env, "SELECT key FROM inventory_call")}
    told = {json.loads(after)["key"] for (after,) in rows(env, CREATED)}
    assert len(answered) >= writes
    assert answered - stored == set()
    assert stored == told
    assert rows(env, "SELECT COUNT(*) FROM inventory_part") == [(len(stored),)]
    ((last, actions),) = rows(env, "SELECT MAX(seq), COUNT(*) FROM inventory_action")
    assert last == actions == len(stored) + 3  # the link, the administrator, the feature
    if kills > FEW:
        verified = subprocess.run([sys.executable, "manage.py", "verify_history"], env=env, cwd=settings.BASE_DIR)
        assert verified.returncode == 0


def written(web: Web, given: dict[str, str], writes: int, kills: int) -> tuple[set[str], int]:
    """Post until so many writes were answered, from several clients at once, and kill in between. The keys that were
    answered with success, and how often it was killed."""
    numbers, lock = count(1), Lock()
    answered: set[str] = set()
    done = [0]

    def client() -> None:
        while len(answered) < writes:
            with lock:
                key = f"call-{next(numbers)}"
            status = web.post("/calls/new", {**given, "name": key, "key": key})
            assert status in (302, None), status
            with lock:
                if status == 302:
                    answered.add(key)
                is_due = len(answered) * (kills + 1) // writes > done[0] < kills
                if is_due:
                    done[0] += 1
                    web.kill(whole=done[0] % 5 == 0)

    with ThreadPoolExecutor(6) as pool:
        for each in [pool.submit(client) for _ in range(6)]:
            each.result()
    return answered, done[0]
