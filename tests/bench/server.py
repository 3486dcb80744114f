"""The web process as it runs in production, on a free port, and requests against it."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from statistics import median

WAIT = 30  # seconds for the server to come up
LEAST_ASKED = 40  # times, for a p95 that tells something
TURN = 3  # seconds that a worker works, or is stopped


@contextmanager
def running(environment: dict[str, str]) -> Iterator[int]:
    """Starts gunicorn with one worker (one request at a time is measured), yields its port, stops it."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "-c", "config/gunicorn.py", "-w", "1"]
    command += ["-b", f"127.0.0.1:{port}", "--log-level", "error"]
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def milliseconds(
    port: int, session: str, paths: dict[str, tuple[str, dict[str, str]]], rounds: int
) -> dict[str, float]:
    """Median of `rounds` interleaved requests for each named (path, headers), after three to warm up."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times: dict[str, list[float]] = {name: [] for name in paths}
    for turn in range(rounds + 3):
        for name, (path, headers) in paths.items():
            taken = _one(connection, path, session, headers)
            if turn >= 3:
                times[name].append(taken)
    connection.close()
    return {name: median(found) for name, found in times.items()}


def p95_beside(
    port: int, session: str, paths: dict[str, tuple[str, dict[str, str]]], worker: subprocess.Popen[bytes]
) -> dict[str, tuple[float, float]]:
    """Milliseconds that 95 of 100 requests for each path stay below while the worker works, and while it is stopped:
    in turns until it ends, so that whatever else the machine does weighs on both alike. Paths that were asked for too
    seldom to tell are left out: a short job is over too soon."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in paths}
    for turn in count():
        works = turn % 2 == 0
        worker.send_signal(signal.SIGCONT if works else signal.SIGSTOP)
        until = time.perf_counter() + TURN
        while time.perf_counter() < until:
            for name, (path, headers) in paths.items():
                times[name][not works].append(_one(connection, path, session, headers))
                time.sleep(0.02)  # people read: nobody asks for the next page at once
        if works and worker.poll() is not None:
            break
    connection.close()
    enough = {name: both for name, both in times.items() if min(map(len, both)) >= LEAST_ASKED}
    return {name: (_p95(during), _p95(before)) for name, (during, before) in enough.items()}


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def _one(connection: http.client.HTTPConnection, path: str, session: str, headers: dict[str, str]) -> float:
    given = {"Cookie": f"batchline_session={session}", **headers}
    start = time.perf_counter()
    connection.request("GET", path, headers=given)
    try:
        answer = connection.getresponse()
    except http.client.RemoteDisconnected:  # nothing was asked for seconds on a busy machine
        start = time.perf_counter()
        connection.request("GET", path, headers=given)
        answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise SystemExit(f"bench: {path} answered {answer.status}")
    return (time.perf_counter() - start) * 1000


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("bench: the web process did not start")
