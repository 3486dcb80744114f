"""Many write at once: the chain has no gap and no fork, nothing is lost, and it costs little beside bare inserts."""

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from inventory.domain import audit
from tests.management.conftest import copied, empty, env  # noqa: F401, the fixtures
from tests.management.processes import Env, Group, rows

pytestmark = pytest.mark.django_db
MOST_LOSS = 0.3
ROUNDS = 4  # with the chain and without it by turns: what else the machine does meanwhile hits both


class Writers(Group):
    """A process that forks as many writers as it is asked for; killed with its block."""

    def __init__(self, given: Env) -> None:
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        command = [sys.executable, "-m", "tests.services.writers"]
        self.env = given
        self.process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=given, start_new_session=True, **pipes)

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()
        self.kill()
        self.process.stdout.close()

    def do(self, do: str, **given: Any) -> Any:
        self.process.stdin.write(json.dumps({"do": do, **given}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@pytest.mark.slow
def test_some_who_write_at_once_leave_one_chain(env: Env) -> None:  # noqa: F811
    with Writers(env) as writers:
        pks = writers.do("prepare", writers=5)
        told = writers.do("run", pks=pks, actions=5, chained=True)
    assert (told["raised"], told["ended"]) == ({}, 5)
    assert_one_chain(env, writers=5, actions=5)


@pytest.mark.soak
def test_fifty_who_write_at_once_leave_one_chain_and_lose_little_by_it(empty: str, tmp_path: Path) -> None:  # noqa: F811
    seconds = dict.fromkeys((True, False), 0.0)
    with ExitStack() as stack:
        folders = {chained: tmp_path / str(chained) for chained in seconds}
        for folder in folders.values():
            folder.mkdir()
        both = {chained: Writers(stack.enter_context(copied(empty, folder))) for chained, folder in folders.items()}
        for each in both.values():
            stack.enter_context(each)
        pks = {chained: each.do("prepare", writers=50) for chained, each in both.items()}
        for _ in range(ROUNDS):
            for chained, each in both.items():
                told = each.do("run", pks=pks[chained], actions=200 // ROUNDS, chained=chained)
                assert (told["raised"], told["ended"]) == ({}, 50)
                seconds[chained] += told["seconds"]
        assert_one_chain(both[True].env, writers=50, actions=200)
    loss = 1 - seconds[False] / seconds[True]
    told = f"{10_000 / seconds[True]:.0f} writes a second with the chain, {10_000 / seconds[False]:.0f} without"
    print(told)  # noqa: T201
    assert loss <= MOST_LOSS, told


def assert_one_chain(given: Env, *, writers: int, actions: int) -> None:
    found = rows(given, "SELECT seq, previous, hash FROM inventory_action ORDER BY seq")
    assert [seq for seq, _, _ in found] == list(range(1, writers * (actions + 1) + 3))
    assert [previous for _, previous, _ in found] == [audit.GENESIS, *(link for _, _, link in found[:-1])]
    assert rows(given, "SELECT seq, hash FROM inventory_chainhead") == [(found[-1][0], found[-1][2])]
    assert rows(given, "SELECT requests FROM inventory_call") == [(actions + 1,)] * writers
