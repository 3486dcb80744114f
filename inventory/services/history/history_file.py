"""The whole history written out for checking elsewhere, and such a file checked: no database is needed for that."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import groupby, islice
from typing import IO

from inventory.domain import audit as links
from inventory.domain import chain
from inventory.domain.chain import Finding, Heads, Walk
from inventory.exchange import history_file
from inventory.models import Action, Change, Person
from inventory.services import audit
from inventory.services.history import verification
from inventory.services.labelling import blind

AT_ONCE = 500  # actions looked at together
NOBODY = Person(discipline="other")  # sees what is blind for neither side
Told = Callable[[int, int], None]


def write(file: IO[bytes], *, at: datetime, told: Told = lambda done, total: None) -> Walk:
    """Every action up to the head of now. Answers that are blind for anybody are withheld, whoever asks: the file may
    be passed on. `told` hears how many actions of how many are through."""
    head = audit.head()
    walk, withheld = Walk(), 0

    def put(line: str) -> None:
        file.write(line.encode())

    put(history_file.first(chain.head(head.seq, head.hash), links.instant(at)))
    for actions in _batches(head.seq):
        hidden = _hidden([action.pk for action in actions])
        withheld += len(hidden)
        changes = _changes(actions, hidden)
        for action in actions:
            is_hidden = action.pk in hidden
            put(history_file.action(audit.chained(action), action.previous, action.hash, withheld=is_hidden))
            for stored in () if is_hidden else next(changes):
                put(history_file.change(stored))
                walk.changes += 1
            walk.seq, walk.hash, walk.actions = action.seq, action.hash, walk.actions + 1
        told(walk.actions, head.seq)
    put(
        history_file.last(
            chain.head(head.seq, head.hash), actions=walk.actions, changes=walk.changes, withheld=withheld
        )
    )
    return walk


def verify(lines: Iterable[str], *, published: Heads | None = None) -> verification.Report:
    """The chain of an exported history, and the heads `published` earlier against it. Raises `NoHistory`."""
    walk, withheld = Walk(published or {}), [0]

    def findings() -> Iterator[Finding]:
        for found in history_file.verify(lines, walk):
            if isinstance(found, Finding):
                yield found
            else:
                withheld[0] += 1

    found = tuple(islice(findings(), verification.MOST))
    return verification.Report(walk.seq, walk.hash, walk.changes, found, withheld[0])


def _batches(last: int) -> Iterator[list[Action]]:
    done = 0
    while found := list(Action.objects.filter(seq__gt=done, seq__lte=last).order_by("seq")[:AT_ONCE]):
        yield found
        done = found[-1].seq


def _hidden(pks: list[int]) -> set[int]:
    """The actions that touched a sheet which is still blind for somebody."""
    touched = list(Change.objects.filter(action__in=pks, record="sheet").values_list("action_id", "record_id"))
    seen = blind.visibility((record_id for _, record_id in touched), NOBODY) if touched else {}
    return {pk for pk, record_id in touched if record_id not in seen or seen[record_id].hidden}


def _changes(actions: list[Action], hidden: set[int]) -> Iterator[Iterator[links.Stored]]:
    """The changes of each action that is not hidden, as the actions come."""
    shown = [action for action in actions if action.pk not in hidden]
    rows = (
        Change.objects.filter(action__in=[action.pk for action in shown])
        .order_by("action__seq", "position")
        .values_list("action_id", "record", "record_id", "before", "after")
    )
    grouped = groupby(rows.iterator(chunk_size=2000), key=lambda row: row[0])
    following = next(grouped, None)
    for action in shown:
        if following is not None and following[0] == action.pk:
            yield ((row[1], row[2], row[3], row[4]) for row in following[1])
            following = next(grouped, None)
        else:
            yield iter(())
