"""Is history whole, and does it tell of the rows as they are? In constant memory, while others go on working."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from inventory.domain import audit, chain, lots
from inventory.domain.chain import Finding, Heads, Walk
from inventory.models import Action, ChainHead, Change, append_only
from inventory.models.audit import stored
from inventory.services.audit import COLUMNS, opened
from inventory.services.audit import head as last_link
from inventory.services.history import indexes, replay, unreviewed

ACTIONS = 1000  # read at once
MOST = 100  # findings told; the first is the one that matters


@dataclass(frozen=True, slots=True)
class Report:
    seq: int
    hash: str
    changes: int
    findings: tuple[Finding, ...]
    withheld: int = 0  # actions of an export whose content was left out

    @property
    def is_whole(self) -> bool:
        return not self.findings

    @property
    def head(self) -> str:
        return chain.head(self.seq, self.hash)


def verify(*, published: Heads | None = None) -> Report:
    """Walk the chain, hold it against heads `published` earlier, then the rows against it.

    Finds what was edited, deleted, inserted, moved or re-timed; a cut tail and a rewritten suffix as far as the stored
    or the published heads show them; rows changed, added or removed behind the app's back; effects and names that stand
    beside the chain and are not what its changes come to; actions kept from whoever reviews.
    """
    walk = Walk(published or {})
    found = list(islice(_findings(walk), MOST))
    return Report(walk.seq, walk.hash, walk.changes, tuple(found))


def published_head() -> str:
    """`SEQ:HASH`: what pages, exports and the log print, and `verify_history` takes."""
    head = last_link()
    return chain.head(head.seq, head.hash)


def _findings(walk: Walk) -> Iterator[Finding]:
    yield from _along(walk)
    with transaction.atomic():
        head = ChainHead.objects.select_for_update(no_key=True).filter(pk=1).first()  # from here on nobody appends
        late = list(islice(_along(walk), MOST))
        late += _at_the_end(walk, head)
    yield from late
    yield from walk.end()
    yield from _stray_changes()
    sums = indexes.Sums.of_all()
    for record, seq, text in replay.differences(sums):
        yield Finding(seq, f"{record} {text}")
    yield from indexes.take_stored(sums)
    yield from indexes.differing(sums)
    yield from unreviewed.differing()
    for name in append_only.missing(connection):
        yield Finding(None, f"the database trigger {name} is missing: run manage.py migrate")


def _along(walk: Walk) -> Iterator[Finding]:
    """Each action's own link, then whether it follows the one before. The first may have a number below 1: a forged
    one may have any."""
    while chunk := stored(COLUMNS, after=walk.seq if walk.actions else None, most=ACTIONS):
        for seq, previous, digest, complaint in _rehashed(chunk, walk):
            yield from walk.step(seq, previous, digest, complaint)


def _rehashed(chunk: list[dict[str, Any]], walk: Walk) -> Iterator[tuple[int, str, str, str]]:
    """Each action with what is wrong with it by itself: its own link is computed over the stored previous one."""
    heads = [opened(action) for action in chunk]
    links = {pk: audit.Link(previous, action) for (pk, previous, _), action in zip(heads, chunk, strict=True)}
    counts, misplaced = _fed(links)
    walk.changes += sum(counts.values())
    for (pk, previous, digest), action in zip(heads, chunk, strict=True):
        complaint = "has its changes in another order" if pk in misplaced else ""
        if counts[pk] != action["changes_count"]:
            complaint = f"has {counts[pk]} changes, not {action['changes_count']}"
        elif links[pk].hex() != digest:
            complaint = "was altered after it was written"
        yield action["seq"], previous, digest, complaint


def _fed(links: dict[int, audit.Link]) -> tuple[dict[int, int], set[int]]:
    """Every change added to the link of its action: how many each has, and which have them out of place."""
    counts, misplaced = dict.fromkeys(links, 0), set()
    # By range: a thousand numbers in a query cost as much as what they find. Others among them are not looked at.
    changes = Change.objects.filter(action_id__gte=min(links), action_id__lte=max(links))
    columns = ("action_id", "position", "record", "record_id", "before", "after")
    rows = changes.order_by("action_id", "position").values_list(*columns).iterator(chunk_size=2000)
    for pk, own in groupby(rows, key=itemgetter(0)):
        if pk not in links:
            continue
        for some in lots.of(own):
            links[pk].feed("".join([audit.spelled(*row[2:]) for row in some]))
            count = counts[pk]
            counts[pk] = count + len(some)
            if [row[1] for row in some] != list(range(count, counts[pk])):
                misplaced.add(pk)
    return counts, misplaced


def _at_the_end(walk: Walk, head: ChainHead | None) -> list[Finding]:
    if head is None:
        return [Finding(walk.seq, "is not followed by the head of the chain, which is missing")] if walk.seq else []
    if head.seq > walk.seq:
        return [Finding(walk.seq + 1, f"is missing at the end, where the head stands at {head.seq}")]
    if head.seq < walk.seq:
        return [Finding(head.seq + 1, "stands after the head of the chain")]
    return [] if head.hash == walk.hash else [Finding(walk.seq, "is not the one the head of the chain names")]


def _stray_changes() -> Iterator[Finding]:
    """Rows of no action: only possible where somebody switched off the foreign keys."""
    known = Action.objects.filter(pk=OuterRef("action_id"))
    strays = Change.objects.filter(~Exists(known)).order_by("pk").values_list("record", "record_id")
    for record, record_id in strays[:MOST]:
        yield Finding(None, f"a change of {record} {record_id} belongs to no action")
