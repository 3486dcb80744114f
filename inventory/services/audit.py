"""The only place that writes history. Called inside the transaction of the write it tells of: both or neither."""

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any, ClassVar, Protocol

from django.db import connection

from inventory.domain import audit, effect, trace
from inventory.domain.audit import Actor, Stored
from inventory.domain.effect import Figures, Where
from inventory.models import Action, Called, ChainHead, Change, Effect, Trace, Unreviewed, bulk

Key = tuple[str, int]
Name = tuple[str, str, str]  # a record, its id, and what it is called from then on
States = Mapping[Key, Mapping[str, Any]]
ROWS = 500  # changes beyond which an action is long
NAMELESS = ("person", "membership", "link", "notice_choices")  # shown by the living name, never by one kept here

# The fields of an action its link covers, beside its time and (since schema 2) its salt.
CHAINED = (
    "seq", "actor_kind", "actor_id", "kind", "record", "record_id", "title", "team_id", "reason",
    "effect_today", "effect_saving", "effect_possible", "changes_count", "schema",
)  # fmt: skip
COLUMNS = ("id", "at", "salt", "previous", "hash", *CHAINED)


class Recorded(Protocol):
    """A model the history keeps: its name there, and which fields."""

    RECORD: ClassVar[Any]
    HISTORY: ClassVar[Any]
    pk: Any


class Lines(Protocol):
    """Changes as they are kept: counted, and walked over twice in the same order."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Stored]: ...


class Growing(Lines, Protocol):
    """Where changes are kept as they are gathered: a list, unless they are too many for memory."""

    def append(self, line: Stored, /) -> None: ...

    def extend(self, lines: Iterable[Stored], /) -> None: ...


class Gathered(Protocol):
    """What one action did, in memory (`Changes`) or read from where it was staged."""

    @property
    def stored(self) -> Lines: ...

    @property
    def effect(self) -> Mapping[str, int]: ...

    @property
    def words(self) -> Collection[str]: ...

    @property
    def gained(self) -> Mapping[Where, Figures]: ...

    @property
    def names(self) -> Collection[Name]: ...


class Changes:
    """The differences of one action, gathered chunk by chunk where it touches too many records to hold at once."""

    def __init__(self, stored: "Growing | None" = None) -> None:
        self.stored: Growing = [] if stored is None else stored
        self.effect = {"today": 0, "saving": 0, "possible": 0}
        self.words: set[str] = set()
        self.gained: dict[Where, Figures] = {}
        self.names: list[Name] = []

    def add(self, before: States, after: States) -> None:
        """Keys only in `after` were created, keys only in `before` deleted. Each record belongs in one chunk."""
        for key in (*before, *(k for k in after if k not in before)):
            found = audit.delta(*key, before.get(key), after.get(key))
            if found is not None:
                self.stored.append((found.record, found.record_id, _text(found.before), _text(found.after)))
                self.words.update(trace.words(found.record, found.before, found.after))
                called = trace.names(found.record, found.before, found.after)
                self.names += [(found.record, found.record_id, name) for name in called]
        self._gain(effect.gained(_parts(before), _parts(after)))

    def extend(self, more: "Changes") -> None:
        """Those gathered elsewhere, of other records, after these."""
        self.stored.extend(more.stored)
        self.words |= more.words
        self.names += more.names
        self._gain(more.gained)

    def _gain(self, gained: Mapping[Where, Figures]) -> None:
        for where, figures in gained.items():
            self.gained[where] = self.gained.get(where, Figures()) + figures
            for name in self.effect:
                self.effect[name] += getattr(figures, name)


def states(*records: Recorded) -> dict[Key, dict[str, Any]]:
    """The full kept state of each record, before and after a write: copies, since lists and dicts change in place."""
    return {(r.RECORD, r.pk): {name: _copied(getattr(r, name)) for name in r.HISTORY} for r in records}


def changed(record: Recorded, before: States) -> list[str]:
    """Names of the kept fields of `record` that differ from its state in `before`."""
    now = {name: getattr(record, name) for name in record.HISTORY}
    return audit.differing(before[(record.RECORD, record.pk)], now)


def record(
    *,
    kind: str,
    by: Actor,
    at: datetime,
    subject: Recorded,
    before: States,
    after: States,
    reason: str = "",
    title: str = "",
) -> Action | None:
    """Append one action with the difference between two sets of states; None, and nothing written, where none differs.

    Keys only in `after` were created, keys only in `before` deleted. Must run inside a transaction.
    """
    changes = Changes()
    changes.add(before, after)
    return append(
        kind=kind, by=by, at=at, record=subject.RECORD, record_id=str(subject.pk), title=title or _title(subject),
        team_id=_team_of(subject), changes=changes, reason=reason,
    )  # fmt: skip


def append(
    *, kind: str, by: Actor, at: datetime, record: str, record_id: str, title: str, team_id: int | None,
    changes: Gathered, reason: str = "",
) -> Action | None:  # fmt: skip
    """Append one action with the changes gathered; None, and nothing written, where there are none."""
    if not connection.in_atomic_block:
        raise RuntimeError("History is written in the transaction of the change it tells of.")
    if not len(changes.stored):
        return None
    action = Action(
        at=at, actor_kind=by.kind, actor_id=by.id, kind=kind, record=record, record_id=record_id, title=title[:200],
        team_id=team_id, reason=reason, changes_count=len(changes.stored), schema=audit.SCHEMA,
        salt=secrets.token_hex(16), **{f"effect_{name}": amount for name, amount in changes.effect.items()},
    )  # fmt: skip
    is_long = len(changes.stored) > ROWS
    if is_long:  # the lines first: while the head is held nobody else can write anything
        action.pk = bulk.reserve(Action, 1)[0]
        _insert(action, iter(changes.stored))
    head = hold()
    action.seq, action.previous = head.seq + 1, head.hash
    action.hash = audit.link(head.hash, chained(action), changes.stored)
    action.save(force_insert=True)
    if not is_long:
        _insert(action, iter(changes.stored))
    _index(action, changes)
    ChainHead.objects.filter(pk=1).update(seq=action.seq, hash=action.hash)
    return action


def chained(action: Action) -> dict[str, Any]:
    """What the link of an action covers."""
    found = {"at": audit.instant(action.at), **{name: getattr(action, name) for name in CHAINED}}
    return found if action.schema < audit.SALTED else {**found, "salt": action.salt}


def opened(row: dict[str, Any]) -> tuple[int, str, str]:
    """The id, the previous link and the own one of a row with the names in `COLUMNS`, its time already spelled. They
    are taken out of it: what is left is what the link covers."""
    found = (row.pop("id"), row.pop("previous"), row.pop("hash"))
    if row["schema"] < audit.SALTED:
        del row["salt"]
    return found


def hold() -> ChainHead:
    """The last link, held to the end of the transaction: nobody else's write can be committed before."""
    found, _ = ChainHead.objects.select_for_update(no_key=True).get_or_create(pk=1, defaults={"hash": audit.GENESIS})
    return found


def head() -> ChainHead:
    """The last link, to be published where nobody can rewrite it; the genesis where nothing happened yet."""
    return ChainHead.objects.filter(pk=1).first() or ChainHead(pk=1, seq=0, hash=audit.GENESIS)


def _insert(action: Action, stored: Iterator[Stored]) -> None:
    """As they come: an import has a hundred thousand of them, too many to make a model of each first."""
    fields = ("action_id", "position", "record", "record_id", "before", "after")
    bulk.insert(Change, ((action.pk, position, *change) for position, change in enumerate(stored)), fields)


def _index(action: Action, changes: Gathered) -> None:
    """What the action will be found by, that it waits for a review, and what it did to each feature."""
    seq = action.seq
    if audit.is_reviewable(action.kind):
        Unreviewed.objects.create(seq=seq)
    bulk.insert(Trace, ((word, seq) for word in sorted(changes.words)), ("word", "seq"))
    gained = ((seq, team, feature, *found.all) for (team, feature), found in sorted(changes.gained.items()) if found)
    bulk.insert(Effect, gained, ("seq", "team_id", "feature_id", *effect.NAMES))
    names = dict.fromkeys(changes.names)
    called = ((seq, record, pk, name[:200], name[:200].casefold()) for record, pk, name in names)
    bulk.insert(Called, called, ("seq", "record", "record_id", "name", "folded"))


def _copied(value: Any) -> Any:
    return deepcopy(value) if isinstance(value, list | dict) else value


def _text(state: Mapping[str, Any] | None) -> str:
    return "" if state is None else audit.canonical(state)


def _title(subject: Recorded) -> str:
    return "" if subject.RECORD in NAMELESS else str(subject)


def _team_of(subject: Recorded) -> int | None:
    return subject.pk if subject.RECORD == "team" else getattr(subject, "team_id", None)


def _parts(found: States) -> Iterator[Mapping[str, Any]]:
    return (state for (name, _), state in found.items() if name == "part")
