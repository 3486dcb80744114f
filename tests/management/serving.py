"""`manage.py serve` as a process of its own, what it started, and whether that is gone."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from django.conf import settings


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
