"""A walk over every write service at random: history tells of all of it, and where it cannot be written nothing is.

To let a walk know a new service: tests/writes.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from inventory.domain import waiting
from inventory.services import audit, replay, verification
from tests import test_architecture as code
from tests.writes import WRITES, walk

SHORT, LONG = 300, 100_000
LOOK = 5000  # steps after which it is looked at in between

# Public functions that write and are no service of their own, each with the reason.
NO_SERVICE = {
    "audit.append": "writes the action itself",
    "audit.record": "writes the action itself",
    "sheet.concluded": "the end of every service that saves a sheet",
    "labelling.copying.filled": "what copying and answering together share",
    "intake.taking.import_rows": "what `intake.upload.take_in` calls",
    "price_load.load_packaged": "`price_load.load` of the book that comes along",
    "job.save_file": "a job's own machinery; test_job.py",
}
# Written by several actions: each has its own.
SEVERAL = ("demo.load", "labelling.together.begin", "labelling.together.confirm")


@pytest.fixture(autouse=True)
def version_of_the_test() -> Iterator[None]:
    newest = waiting.CURRENT
    yield
    waiting.CURRENT = newest


def services() -> set[str]:
    """Public functions of services that open a transaction or write an action, by their path."""
    below = code.ROOT / "inventory" / "services"
    recording = code.recording()
    return {
        f"{'.'.join(path.relative_to(below).with_suffix('').parts)}.{f.name}"
        for path in code.python_files("inventory/services")
        for f in code.parsed(path).body
        if isinstance(f, code.ast.FunctionDef) and not f.name.startswith("_")
        if code.is_atomic(f) or f"{Path(path).stem}.{f.name}" in recording
    }


def test_the_walk_knows_every_write_service() -> None:
    found = services()
    assert found - set(WRITES) - set(NO_SERVICE) == set(), "draw their arguments in tests/writes"
    assert set(WRITES) - found == set(), "are services no more"
    assert set(NO_SERVICE) <= found, "an exception is no longer needed"


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1])
def test_history_played_back_is_the_state_of_every_record(seed: int) -> None:
    played_back(seed, SHORT)


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_history_of_a_long_walk_played_back_is_the_state_of_every_record() -> None:
    found = played_back(2, LONG)
    assert set(WRITES) - set(found.done) - {"labelling.queue.take"} == set()


def played_back(seed: int, steps: int) -> walk.Walk:
    found = walk.begun(seed)
    for step, name in enumerate(found.names(steps), 1):
        drawn = found.drawn(name)
        if drawn is not None:
            found.step(name, *drawn)
        if step % LOOK == 0:
            assert list(replay.differences()) == [], step
    report = verification.verify()
    assert report.findings == ()
    assert report.seq > steps / 3
    assert {record for record, _ in walk.kept()} == {model.RECORD for model in replay.recorded()} or steps < LONG
    return found


@pytest.mark.soak
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_an_action_names_every_record_it_changed_and_no_other(seed: int) -> None:
    """And what was refused, or came to nothing, has changed nothing."""
    found = walk.begun(seed)
    for name in found.names(2000):
        drawn = found.drawn(name)
        if drawn is not None:
            told(found, name, drawn)


def told(found: walk.Walk, name: str, drawn: tuple[walk.Do, walk.Then]) -> None:
    before, seq = walk.kept(), audit.head().seq
    found.step(name, *drawn)
    after, named = walk.kept(), walk.told_since(seq)
    changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    count = walk.actions_since(seq)
    assert changed == named or (name in SEVERAL and changed <= named), (name, seq + 1, changed ^ named)
    assert count <= 1 or name in SEVERAL, (name, count)
