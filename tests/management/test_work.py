"""Jobs whose worker is killed: each effect happens once."""

import os
import random
import signal
import time
from typing import Any

import pytest

from tests.management.processes import Env, Group, are_done, carrier, rows, state, wait_for

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_stopped_and_killed_workers_lose_nothing_and_double_nothing(env: Env) -> None:
    """One after the other at the same jobs. The last first has one more, which is delivered ten times at once."""
    with Group(env, "tests.management.carrier", "enqueue", "effect", "6", "9", "then", "work") as worker:
        wait_for(env, both_threads_carry)
        assert os.getpriority(os.PRIO_PROCESS, worker.process.pid) == 1  # behind the web process
        worker.process.send_signal(signal.SIGTERM)
        assert worker.process.wait(timeout=5) == 0
    assert state(env)["states"].get("running", 0) == 0  # given back at once
    with Group(env, "tests.management.carrier", "work") as worker:
        wait_for(env, both_threads_carry)
        worker.kill()
    assert state(env)["states"].get("running") == 2
    env["DATABASE_POOL"] = "12"  # at once: each on a connection of its own
    with Group(env, "tests.management.carrier", "race", "10", "then", "work"):
        found = wait_for(env, are_done(7))
    assert (found["states"], found["effects"]) == ({"done": 7}, [1] * 7)
    assert rows(env, "SELECT attempts FROM inventory_job ORDER BY id DESC LIMIT 1") == [(1,)]


def both_threads_carry(found: dict[str, Any]) -> bool:
    return bool(found["states"].get("running", 0) == 2)


@pytest.mark.soak
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


@pytest.mark.soak
def test_fifty_kills_lose_nothing_and_double_nothing(env: Env) -> None:
    carrier(env, "enqueue", "effect", "60", "99")
    for _ in range(50):
        with Group(env, "tests.management.carrier", "work"):
            time.sleep(2.5)
    with Group(env, "tests.management.carrier", "work"):
        found = wait_for(env, are_done(60), seconds=120)
    assert (found["states"], found["effects"]) == ({"done": 60}, [1] * 60)


@pytest.mark.soak
def test_an_import_whose_worker_is_killed_twenty_times_comes_in_once(env: Env) -> None:
    """Wherever it was: working out its rows, or writing them."""
    carrier(env, "import", "3000")
    dice, hit = random.Random(20), set()
    for _ in range(20):
        with Group(env, "tests.management.carrier", "work") as worker:
            wait_for(env, lambda found: "running" in found["states"])
            time.sleep(dice.uniform(0, 3))
            worker.kill()
        hit |= {message[:3] for (message,) in rows(env, "SELECT message FROM inventory_job WHERE state = 'running'")}
        if state(env)["states"].get("done") == 2:
            break
    assert hit
    with Group(env, "tests.management.carrier", "work"):
        wait_for(env, are_done(2), seconds=120)
    counts = [rows(env, f"SELECT COUNT(*) FROM inventory_{name}")[0][0] for name in ("call", "part", "feature", "team")]
    assert counts == [3000, 3000, 7, 1]
    assert rows(env, "SELECT changes_count FROM inventory_action WHERE kind = 'exchange.import'") == [(6008,)]
