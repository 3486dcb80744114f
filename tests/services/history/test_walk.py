"""A walk over every write service at random: history tells of all of it, and where it cannot be written nothing is.

To let a walk know a new service: tests/writes.
"""

import contextlib
import inspect
import pkgutil
from collections.abc import Iterable
from importlib import import_module
from types import FunctionType

import pytest

from inventory import services as below
from inventory.models import Change
from inventory.services.history import replay, verification
from tests.writes import WRITES, walk

SHORT, BROAD, LONG = 150, 180, 100_000
LOOK = 5000  # steps after which it is looked at in between

# Public functions that write and are no service of their own, each with the reason.
TOLD = "tells people of what the service that calls it has written"
NO_SERVICE = {
    "audit.append": "writes the action itself",
    "audit.record": "writes the action itself",
    "labelling.sheet.concluded": "the end of every service that saves a sheet",
    "labelling.copying.filled": "what copying and answering together share",
    "intake.taking.import_rows": "what `intake.upload.take_in` calls",
    "prices.price_load.load_packaged": "`prices.price_load.load` of the book that comes along",
    "job.save_file": "a job's own machinery: test_job.py",
    "notice.write": TOLD,
    "labelling.sheet.tell": TOLD,
    **{f"talk.comment_notice.{name}": TOLD for name in ("about", "about_mentions", "about_resolved")},
    **{f"labelling.part_notice.{name}": TOLD for name in ("about", "taken_away", "tell", "to_check")},
}
WITHOUT_ACTION = {"labelling.queue.take"}  # as test_architecture.py says
LARGE = {"demo.load", "demo.remove"}  # with the sample, looking at all tables takes longest
# Written by several actions: each has its own.
SEVERAL = ("demo.load", "labelling.together.begin", "labelling.together.confirm")


def services() -> set[str]:
    """Public functions of services that open a transaction, or are told who acts, by their path."""
    found = set()
    for each in pkgutil.walk_packages(below.__path__, f"{below.__name__}."):
        module = import_module(each.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            is_here = inspect.unwrap(function).__module__ == module.__name__ and not name.startswith("_")
            if is_here and (_is_atomic(function) or "by" in inspect.signature(function).parameters):
                found.add(f"{each.name.removeprefix(f'{below.__name__}.')}.{name}")
    return found


def _is_atomic(function: FunctionType | None) -> bool:
    """Wrapped by `transaction.atomic`, as by any decorator that is a context manager; whatever else it is wrapped by."""
    while function is not None:
        if function.__code__.co_name == "inner" and function.__code__.co_filename == contextlib.__file__:
            return True
        function = getattr(function, "__wrapped__", None)
    return False


def test_the_walk_knows_every_write_service() -> None:
    found = services()
    assert found - set(WRITES) - set(NO_SERVICE) == set(), "draw their arguments in tests/writes"
    assert set(WRITES) - found == set(), "are services no more"
    assert set(NO_SERVICE) <= found, "an exception is no longer needed"


@pytest.mark.either
@pytest.mark.django_db
def test_history_played_back_is_the_state_of_every_record(monkeypatch: pytest.MonkeyPatch) -> None:
    played_back(walk.begun(1, monkeypatch), SHORT)


@pytest.mark.production
@pytest.mark.django_db
def test_services_drawn_one_by_one_leave_a_history_that_plays_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every other draw is of one not done yet: what is asked of services on SQLite alone rests on this."""
    wanted = set(WRITES) - WITHOUT_ACTION - LARGE
    played_back(walk.begun(1, monkeypatch), BROAD, wanted)
    assert len(wanted) < len(WRITES) / 2, wanted


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_history_of_a_long_walk_played_back_is_the_state_of_every_record(monkeypatch: pytest.MonkeyPatch) -> None:
    found = walk.begun(2, monkeypatch)
    played_back(found, LONG)
    assert set(WRITES) - set(found.done) - WITHOUT_ACTION == set()


def played_back(found: walk.Walk, steps: int, wanted: set[str] | None = None) -> None:
    """Of those `wanted` the ones that were done are taken out."""
    wanted = set() if wanted is None else wanted
    for step, name in enumerate(found.names(steps, wanted=wanted), 1):
        drawn = found.drawn(name)
        if drawn is not None:
            found.step(name, *drawn)
            wanted.difference_update(found.done)
        if step % LOOK == 0:
            assert list(replay.differences()) == [], step
    report = verification.verify()
    assert report.findings == ()
    assert report.seq > steps / 4
    told = set(Change.objects.order_by().values_list("record", flat=True).distinct())
    assert told == {model.RECORD for model in replay.recorded()} or steps < LONG


@pytest.mark.soak
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_an_action_names_every_record_it_changed_and_no_other(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what was refused, or came to nothing, has changed nothing."""
    found = walk.begun(seed, monkeypatch)
    for name in found.names(2000):
        drawn = found.drawn(name)
        if drawn is not None:
            told(found, name, drawn)


def told(found: walk.Walk, name: str, drawn: tuple[walk.Do, walk.Then]) -> None:
    before, seq = walk.kept(), walk.last()
    found.step(name, *drawn)
    after, named = walk.kept(), walk.told_since(seq)
    changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    count = walk.actions_since(seq)
    assert changed == named or (name in SEVERAL and changed <= named), (name, seq + 1, changed ^ named)
    assert count <= 1 or name in SEVERAL, (name, count)


@pytest.mark.django_db
@pytest.mark.either
def test_where_history_cannot_be_written_nothing_is(monkeypatch: pytest.MonkeyPatch) -> None:
    found = walk.begun(5, monkeypatch)
    wanted = set(WRITES) - WITHOUT_ACTION - LARGE
    taken_back(found, wanted, found.names(70, wanted=wanted))
    assert len(wanted) < len(WRITES) - 20


@pytest.mark.soak
@pytest.mark.django_db
def test_where_history_cannot_be_written_no_service_changes_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every service is tried so, in a state of the world in which it would have left an action."""
    found = walk.begun(5, monkeypatch)
    wanted = set(WRITES) - WITHOUT_ACTION - LARGE
    taken_back(found, wanted, found.names(4000, wanted=wanted))
    assert wanted == set()


@pytest.mark.soak
@pytest.mark.django_db
def test_where_history_cannot_be_written_no_sample_comes_or_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = set(LARGE)
    taken_back(walk.begun(6, monkeypatch), wanted, [*walk.FIRST, "demo.load", "demo.remove"])
    assert wanted == set()


def taken_back(found: walk.Walk, wanted: set[str], names: Iterable[str]) -> None:
    """Walk until each of the wanted services was refused because its action was; takes them out of `wanted`."""
    for name in names:
        drawn = found.drawn(name)
        if drawn is not None:
            if name in wanted and is_taken_back(drawn[0]):
                wanted.remove(name)
            found.step(name, *drawn)
        if not wanted:
            return


def is_taken_back(do: walk.Do) -> bool:
    """Whether it would have left an action. Then nothing of it is there; and where it would not, no record changed."""
    before, kept = walk.tables(), walk.kept()
    with walk.history_failing():
        try:
            do()
        except walk.NoHistory:
            is_tried = True
        except Exception as error:
            if not walk.is_refusal(error):
                raise
            is_tried = False
        else:
            assert walk.kept() == kept
            return False
    after = walk.tables()
    assert {name for name in before if before[name] != after[name]} == set()
    return is_tried
