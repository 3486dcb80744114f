"""Effects and names, the two indexes made from history, held against what its changes come to.

Changes are read record by record, the indexes action by action, and neither fits in memory. So what either says of an
action is added up under coefficients that nobody can know beforehand: a block of actions comes out even only where both
say the same. Of the first block that does not, each action is added up by itself, while nobody writes.
"""

import secrets
import struct
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from django.db import transaction
from django.db.models import Max, OuterRef, QuerySet, Subquery

from inventory.domain import effect, trace
from inventory.domain.chain import Finding
from inventory.domain.effect import Figures
from inventory.models import Action, Called, ChainHead, Effect
from inventory.services.history import replay

BLOCKS, LEAST = 4096, 256  # how many there are at most, and how many actions are in one at least
PRIME = (1 << 61) - 1
EFFECT = "has other effects on the figures beside it than its changes come to"
CALLED = "has other names beside it than its changes gave"
# What an older history did not keep of a part, as the figures take it.
PART: Mapping[str, Any] = {
    "is_live": True, "label": "", "possible": 0, "cost_today": None, "cost_target": None, "team_id": 0, "feature_id": 0,
}  # fmt: skip
State = Mapping[str, Any]


class Sums:
    """Of every `size` actions from the number `first` on, what their changes come to less what the indexes say."""

    def __init__(self, first: int, last: int, size: int) -> None:
        self.first, self.last, self.size = first, last, size
        self.key, self.prefix = secrets.token_bytes(32), secrets.token_hex(32)
        self.count = max(0, last - first) // size + 1
        self.effects, self.names = [0] * self.count, [0] * self.count

    @classmethod
    def of_all(cls) -> "Sums":
        last = Action.objects.aggregate(last=Max("pk"))["last"] or 0
        return cls(0, last, max(LEAST, last // BLOCKS + 1))

    def watch(self, record: str) -> "Watch | None":
        """Whoever plays back records of a kind hands their changes in there; None where no index tells of them."""
        return Watch(self, record) if record in trace.NAMED else None

    def effect(self, action: int, team: int, feature: int, figures: tuple[int, ...], sign: int = 1) -> None:
        place = (action - self.first) // self.size
        if place >= 0 and any(figures):
            mixed = blake2b(b"%d %d %d" % (action, team, feature), key=self.key, digest_size=48).digest()
            found = sum(a * b for a, b in zip(struct.unpack("<6Q", mixed), figures, strict=True))
            place = min(place, self.count - 1)  # what has come since belongs to the last block, here and below
            self.effects[place] = (self.effects[place] + sign * found) % PRIME

    def name(self, action: int, record: str, record_id: str, name: str, folded: str, sign: int = 1) -> None:
        """By Python's own hash of a text, which is keyed too and takes a tenth: there are as many names as changes."""
        place = (action - self.first) // self.size
        if place >= 0:
            found = hash(f"{self.prefix}{action} {record} {record_id} {len(name)} {name}{folded}")
            self.names[min(place, self.count - 1)] += sign * found

    def uneven(self) -> Iterator[tuple[int, str]]:
        """The first action of each block that differs, and in what."""
        for place, (found, named) in enumerate(zip(self.effects, self.names, strict=True)):
            if found:
                yield self.first + place * self.size, EFFECT
            if named:
                yield self.first + place * self.size, CALLED


class Watch:
    """Records of one kind played back, each change by change in their order."""

    def __init__(self, sums: Sums, record: str) -> None:
        self.sums, self.record, self.is_part = sums, record, record == "part"
        self.record_id, self.where, self.figures = "", (0, 0), Figures()

    def step(self, action: int, record_id: str, before: State | None, after: State | None, now: State | None) -> None:
        """`now` is all of it after the change, of which `before` and `after` have the fields that differ."""
        if after is not None and ("name" in after or "key" in after):
            for name in dict.fromkeys(trace.names(self.record, before, after)):
                self.sums.name(action, self.record, record_id, name[:200], name[:200].casefold())
        if self.is_part:
            self._weigh(action, record_id, now)

    def _weigh(self, action: int, record_id: str, now: State | None) -> None:
        if record_id != self.record_id:
            self.record_id, self.figures = record_id, Figures()
        state = {**PART, **(now or {})}
        where, figures = (state["team_id"], state["feature_id"]), Figures() if now is None else effect.of_part(state)
        if where == self.where or now is None:
            self.sums.effect(action, *self.where, (figures - self.figures).all)
        else:
            self.sums.effect(action, *self.where, (Figures() - self.figures).all)
            self.sums.effect(action, *where, figures.all)
            self.where = where
        self.figures = figures


def take_stored(sums: Sums, *, of: QuerySet[Action] | None = None) -> Iterator[Finding]:
    """What the indexes say, taken off: of all actions or of these. Of one that is not there, a finding."""
    for seq, action, team, feature, *figures in _joined(Effect, ("team_id", "feature_id", *effect.NAMES), of):
        if action is None:
            yield Finding(None, f"an effect on the figures is of action {seq}, which is not there")
        else:
            sums.effect(action, team, feature, tuple(figures), sign=-1)
    for seq, action, record, record_id, name, folded in _joined(Called, ("record", "record_id", "name", "folded"), of):
        if action is None:
            yield Finding(None, f"a name is of action {seq}, which is not there")
        else:
            sums.name(action, record, record_id, name, folded, sign=-1)


def differing(sums: Sums) -> Iterator[Finding]:
    """The first action of each block that does not come out even, looked at by itself while nobody writes."""
    for first, text in sums.uneven():
        with transaction.atomic():
            ChainHead.objects.select_for_update(no_key=True).filter(pk=1).first()
            last = first + sums.size - 1
            if last >= sums.last:
                last = max(last, Action.objects.aggregate(last=Max("pk"))["last"] or 0)
            own = _one_by_one(first, last)
            found = [action for action, said in own.uneven() if said == text]
            seqs = list(Action.objects.filter(pk__in=found[:1]).values_list("seq", flat=True))
        yield from (Finding(seq, text) for seq in seqs)


def _one_by_one(first: int, last: int) -> Sums:
    own, block = Sums(first, last, 1), Action.objects.filter(pk__gte=first, pk__lte=last)
    for record in sorted(trace.NAMED):
        replay.play(record, own.watch(record), first, last)
    for _ in take_stored(own, of=block):
        pass  # of these actions all are there
    return own


def _joined(model: Any, columns: Sequence[str], of: QuerySet[Action] | None) -> Iterator[tuple[Any, ...]]:
    """Rows of an index with the number of their action before them, and the key it has."""
    rows = model.objects.order_by() if of is None else model.objects.order_by().filter(seq__in=of.values("seq"))
    keys = Action.objects.filter(seq=OuterRef("seq")).values("pk")
    found: Iterator[tuple[Any, ...]] = (
        rows.annotate(action=Subquery(keys)).values_list("seq", "action", *columns).iterator(chunk_size=2000)
    )
    return found
