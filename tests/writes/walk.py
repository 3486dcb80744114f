"""The walk: services drawn at random, one after the other; and the database as it is, to hold two moments against."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from inventory.domain import waiting
from inventory.domain.question import Test
from inventory.models import Action, Change
from inventory.services import audit
from inventory.services.history import replay
from tests.writes.world import WRITES, Then, World

FIRST = ("people.people.first_link", "people.people.begin", "prices.price_load.load")  # nothing else can be done before
Row = tuple[Any, ...]
Tables = dict[str, set[Row]]
Do = Callable[[], Any]


class NoHistory(Exception):
    """Stands for a disk that is full, or a database that is gone, where an action is written."""


def is_refusal(error: Exception) -> bool:
    """Whether a service says no in its own words."""
    return type(error).__module__.startswith("inventory.")


@dataclass
class Walk:
    """`done` counts by service what left an action, `refused` what was refused, `still` what changed nothing."""

    world: World
    patch: pytest.MonkeyPatch
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    still: Counter[str] = field(default_factory=Counter)

    def names(self, steps: int, *, wanted: Collection[str] = ()) -> Iterator[str]:
        """Which service is next, every other time one of those `wanted`. Halfway another version of the test comes."""
        yield from FIRST
        names = list(WRITES)
        weights = [WRITES[name].weight for name in names]
        for step in range(len(FIRST), steps):
            if step == steps // 2:
                self.another_test()
            if step % 2 and wanted:
                yield self.world.pick(sorted(wanted))
            else:
                yield self.world.random.choices(names, weights)[0]

    def another_test(self) -> None:
        """A version that asks for no stand-in, and knows nobody as no answer to who would notice first."""
        asked = [each for each in waiting.CURRENT.questions if not each.id.endswith("standin")]
        fewer = [
            replace(each, options=tuple(option for option in each.options if option.id != "nobody"))
            if each.id == "notice"
            else each
            for each in asked
        ]
        found = Test(waiting.CURRENT.version + 1, tuple(fewer))
        self.patch.setattr(waiting, "TESTS", {**waiting.TESTS, found.version: found})
        self.patch.setattr(waiting, "CURRENT", found)

    def drawn(self, name: str) -> tuple[Do, Then] | None:
        self.world.tick()
        try:
            return WRITES[name].drawn(self.world)
        except Exception as error:
            if not is_refusal(error):
                raise
            return None

    def step(self, name: str, do: Do, then: Then) -> bool:
        """Whether it left an action. What is no refusal goes through."""
        before = last()
        try:
            then(do())
        except Exception as error:
            if not is_refusal(error):
                raise
            self.refused[name] += 1
            return False
        is_done = last() > before
        (self.done if is_done else self.still)[name] += 1
        return is_done


def begun(seed: int, patch: pytest.MonkeyPatch) -> Walk:
    return Walk(World(Random(seed), timezone.now()), patch)


def last() -> int:
    """The number of the last action; without a model, as it is asked for twice a step."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM inventory_chainhead")
        found = cursor.fetchone()
    return int(found[0]) if found else 0


def tables() -> Tables:
    """Every row of every table."""
    found = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.django_table_names(only_existing=False, include_views=False):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            found[name] = {tuple(map(_plain, row)) for row in cursor.fetchall()}
    return found


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def kept() -> dict[tuple[str, str], dict[str, Any]]:
    """Every record of which history tells, with the fields it keeps."""
    return {
        (model.RECORD, str(row["pk"])): row
        for model in replay.recorded()
        for row in model._base_manager.values("pk", *model.HISTORY)
    }


def told_since(seq: int) -> set[tuple[str, str]]:
    """The records that the actions after this one name."""
    return set(Change.objects.filter(action__seq__gt=seq).values_list("record", "record_id"))


def actions_since(seq: int) -> int:
    """But for the jobs that are asked for along with what somebody does."""
    return Action.objects.filter(seq__gt=seq).exclude(kind="job.enqueue").count()


@contextmanager
def history_failing() -> Iterator[None]:
    """Every action is written and then fails, as if the disk were full: all of it has to be taken back."""
    append = audit.append

    def failing(**given: Any) -> None:
        if append(**given) is not None:
            raise NoHistory

    audit.append = failing
    try:
        yield
    finally:
        audit.append = append
