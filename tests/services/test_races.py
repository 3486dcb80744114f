"""Two processes save from the same version at the same moment: one wins, the other is shown what the first has stored.

Each trial has a part of its own. What the loser typed is still in its hands: nothing of it is in the database.
"""

import json
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.conf import settings

from tests.management.conftest import copied, empty  # noqa: F401, the fixture
from tests.management.processes import Env, Group
from tests.services.racer import RACES

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SOON = 0.002  # until both have read the line that starts them
PATIENCE = 60
SETTLED_ELSEWHERE = ("adopt or settle",)  # who adopts too late holds a sheet nobody changed, on a part that is settled


class Racer(Group):
    """The process, killed with its block; one line of JSON to it is answered by one."""

    name = ""  # of the race

    def __init__(self, given: Env) -> None:
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        command = [sys.executable, "-m", "tests.services.racer"]
        self.process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=given, start_new_session=True, **pipes)

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()
        self.kill()
        self.process.stdout.close()

    def ask(self, do: str, **given: Any) -> None:
        self.process.stdin.write(json.dumps({"do": do, "name": self.name, **given}) + "\n")
        self.process.stdin.flush()

    def told(self) -> Any:
        assert select.select([self.process.stdout], [], [], PATIENCE)[0], "no answer"
        return json.loads(self.process.stdout.readline())

    def do(self, do: str, **given: Any) -> Any:
        self.ask(do, **given)
        return self.told()


@pytest.fixture(scope="module")
def pair(empty: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Racer]]:  # noqa: F811
    """Two processes for all the races of the module: each race has a feature, people and parts of its own."""
    with copied(empty, tmp_path_factory.mktemp("races")) as given, ExitStack() as stack:
        yield [stack.enter_context(Racer(given)) for _ in range(2)]


@pytest.fixture
def racers(pair: list[Racer], name: str) -> list[Racer]:
    for racer in pair:
        racer.name = name
    return pair


@pytest.mark.parametrize("trials", [10, pytest.param(1000, marks=pytest.mark.soak)])
@pytest.mark.parametrize("name", RACES)
def test_one_wins_and_the_other_sees_both_values(name: str, trials: int, racers: list[Racer]) -> None:
    prepared = racers[0].do("prepare", count=trials)
    before = racers[0].do("count")
    met = 0
    for each in prepared:
        found = _trial(racers, each)
        won = [told["won"] for told in found if "won" in told]
        lost = [told["theirs"] for told in found if "lost" in told]
        assert (len(won), lost) == (1, won)
        assert name in SETTLED_ELSEWHERE or {told.get("lost") for told in found} == {None, "Stale"}
        assert racers[0].do("stored", pk=each["pk"]) == {"value": won[0], "version": each["version"] + 1}
        met += max(told["began"] for told in found) < min(told["ended"] for told in found)
    assert racers[0].do("count") == before + trials
    assert met > trials / 2  # else this was no race


def _trial(racers: list[Racer], part: dict[str, int]) -> list[dict[str, Any]]:
    at = time.monotonic() + SOON
    for me, racer in enumerate(racers):
        racer.ask("race", **part, me=me, at=at)
    return [racer.told() for racer in racers]
