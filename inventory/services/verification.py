"""Is history whole, and does it tell of the rows as they are? In constant memory, while others go on working."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from inventory.domain import audit
from inventory.models import Action, ChainHead, Change, append_only
from inventory.services import replay
from inventory.services.audit import chained
from inventory.services.audit import head as last_link

ACTIONS = 500  # read at once
MOST = 100  # findings told; the first is the one that matters


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `seq` is the action concerned, None where none tells of it. Never says a value."""

    seq: int | None
    text: str

    def __str__(self) -> str:
        return self.text if self.seq is None else f"action {self.seq}: {self.text}"


@dataclass(frozen=True, slots=True)
class Report:
    seq: int
    hash: str
    changes: int
    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        return not self.findings


@dataclass(slots=True)
class _Walk:
    """Where the walk along the chain stands."""

    seq: int | None = None
    hash: str = audit.GENESIS
    changes: int = 0
    missed: list[Finding] = field(default_factory=list)


def verify(*, published: tuple[int, str] | None = None) -> Report:
    """Walk the chain, hold it against a head `published` earlier (sequence number, hash), then the rows against it.

    Finds what was edited, deleted, inserted, moved or re-timed; a cut tail and a rewritten suffix as far as the stored
    or the published head shows them; rows changed, added or removed behind the app's back.
    """
    walk = _Walk()
    found = list(islice(_findings(walk, published), MOST))
    return Report(walk.seq or 0, walk.hash, walk.changes, tuple(found))


def _findings(walk: _Walk, published: tuple[int, str] | None) -> Iterator[Finding]:
    yield from _along(walk)
    with transaction.atomic():
        head = ChainHead.objects.select_for_update(no_key=True).filter(pk=1).first()  # from here on nobody appends
        late = list(islice(_along(walk), MOST))
        late += _at_the_end(walk, head)
    yield from late
    yield from _against(published)
    yield from _stray_changes()
    for record, seq, text in replay.differences():
        yield Finding(seq, f"{record} {text}")
    for name in append_only.missing(connection):
        yield Finding(None, f"the database trigger {name} is missing: run manage.py migrate")


def _along(walk: _Walk) -> Iterator[Finding]:
    """Each action's own link, then whether it follows the one before."""
    while chunk := _next(walk.seq):
        for action, complaint in _rehashed(chunk, walk):
            yield from _in_place(action, walk)
            if complaint:
                yield Finding(action.seq, complaint)
            walk.seq, walk.hash = action.seq, action.hash


def _next(seq: int | None) -> list[Action]:
    rows = Action.objects.order_by("seq")
    return list((rows if seq is None else rows.filter(seq__gt=seq))[:ACTIONS])


def _in_place(action: Action, walk: _Walk) -> Iterator[Finding]:
    expected = (walk.seq or 0) + 1
    if action.seq == expected + 1:
        yield Finding(expected, "is missing")
    elif action.seq > expected:
        yield Finding(expected, f"is missing, and all that follow it up to {action.seq - 1}")
    elif action.seq < expected:
        yield Finding(action.seq, "has a number that no action can have")
    elif action.previous != walk.hash:
        yield Finding(action.seq, "does not continue the action before it: one of the two was rewritten")


def _rehashed(chunk: list[Action], walk: _Walk) -> Iterator[tuple[Action, str]]:
    """Each action with what is wrong with it by itself: its own link is computed over the stored previous one."""
    links = {action.pk: audit.Link(action.previous, chained(action)) for action in chunk}
    counts = dict.fromkeys(links, 0)
    misplaced = set()
    columns = ("action_id", "position", "record", "record_id", "before", "after")
    changes = Change.objects.filter(action_id__in=links).order_by("action_id", "position").values_list(*columns)
    for pk, position, *change in changes.iterator(chunk_size=2000):
        links[pk].add((change[0], change[1], change[2], change[3]))
        if position != counts[pk]:
            misplaced.add(pk)
        counts[pk] += 1
    walk.changes += sum(counts.values())
    for action in chunk:
        if counts[action.pk] != action.changes_count:
            yield action, f"has {counts[action.pk]} changes, not {action.changes_count}"
        elif links[action.pk].hex() != action.hash:
            yield action, "was altered after it was written"
        else:
            yield action, "has its changes in another order" if action.pk in misplaced else ""


def _at_the_end(walk: _Walk, head: ChainHead | None) -> list[Finding]:
    seq = walk.seq or 0
    if head is None:
        return [Finding(seq, "is not followed by the head of the chain, which is missing")] if seq else []
    if head.seq > seq:
        return [Finding(seq + 1, f"is missing at the end, where the head stands at {head.seq}")]
    if head.seq < seq:
        return [Finding(head.seq + 1, "stands after the head of the chain")]
    return [] if head.hash == walk.hash else [Finding(seq, "is not the one the head of the chain names")]


def _against(published: tuple[int, str] | None) -> Iterator[Finding]:
    if published is None or published == (0, audit.GENESIS):
        return
    seq, digest = published
    found = Action.objects.filter(seq=seq).values_list("hash", flat=True).first()
    if found is None:
        yield Finding(seq, "is missing, although its head was published")
    elif found != digest:
        yield Finding(seq, "or one before it was rewritten: its head was published with another hash")


def _stray_changes() -> Iterator[Finding]:
    """Rows of no action: only possible where somebody switched off the foreign keys."""
    known = Action.objects.filter(pk=OuterRef("action_id"))
    strays = Change.objects.filter(~Exists(known)).order_by("pk").values_list("record", "record_id")
    for record, record_id in strays[:MOST]:
        yield Finding(None, f"a change of {record} {record_id} belongs to no action")


def published_head() -> str:
    """`SEQ:HASH`: what pages, exports and the log print, and `verify_history --head` takes."""
    head = last_link()
    return f"{head.seq}:{head.hash}"
