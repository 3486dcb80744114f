"""Parts: split a call, change a split, undo it, and say of one part who uses it and how it reaches them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from inventory.domain import part as domain
from inventory.domain.audit import Actor
from inventory.domain.book import Book
from inventory.domain.part import Balance, Gap, Label, Option, Path, State
from inventory.domain.plan import Kind
from inventory.models import Call, Part, Sheet, Stale
from inventory.models.call import PROFILE
from inventory.services import audit
from inventory.services.labelling import part_notice, seal
from inventory.services.prices import explanation, pricing
from inventory.services.prices.explained import Explanations

LEAST, MOST = 2, 10
TEXTS = ("consumer", "reaches", "read_when", "deadline", "hand_over", "meanwhile")


class WrongCount(Exception):
    """A split has at least two parts and at most ten."""


class FallsShort(Exception):
    """The parts would not do all the work of the call. `gaps` says what is missing and by how much."""

    def __init__(self, gaps: Sequence[Gap]) -> None:
        super().__init__(", ".join(f"{gap.missing:,} {gap.tokens} a month" for gap in gaps))
        self.gaps = gaps


class NotOfThisCall(Exception):
    """A part was named that this call does not have."""


class CallRetired(Exception):
    """A retired call is restored before its parts change."""


class NotPriced(Exception):
    """A part is planned on a model of no known price: then nothing of its call would be counted. `positions` says
    which of the parts, from 0."""

    def __init__(self, positions: Sequence[int]) -> None:
        super().__init__(", ".join(map(str, positions)))
        self.positions = positions


class ReasonNeeded(Exception):
    """A label that counts would be lost: say why."""


@transaction.atomic
def split(
    *, call: Call, version: int, parts: Sequence[Mapping[str, Any]], by: Actor, at: datetime, reason: str = ""
) -> Call:
    """Make these the parts of the call. A mapping with the `id` of a part changes that one, without it is a new one,
    and a part not named is taken away with its answer sheets.

    Keeps the labels of parts whose facts did not change, breaks the seal of the others; new parts start without one.
    No difference: nothing is written. Raises `Stale` and the refusals above.
    """
    call, old = _locked(call, version)
    named = {fields.get("id") for fields in parts}
    gone = [part for part in old if part.pk not in named] if call.is_split else old
    before = audit.states(call, *old, *Sheet.objects.filter(part__in=gone))
    counted = {part.pk for part in old if counts(part)}
    drafted = drafts(call, old, parts, seal.not_before(old, at))
    book = pricing.book(timezone.localdate(at))
    check(call, drafted, book)
    if not reason and any(part in gone or not counts(part) for part in old if part.pk in counted):
        raise ReasonNeeded
    pricing.apply(call, drafted, book=book)
    kept = [part for part in drafted if part.pk is not None]
    told = part_notice.people([part for part in gone if part.pk in counted])
    if _save(gone, drafted, before):
        call.write(*audit.changed(call, before))
    after = audit.states(call, *drafted)
    audit.record(kind="part.split", by=by, at=at, subject=call, before=before, after=after, reason=reason)
    part_notice.to_check(kept, before, by=by, at=at)
    part_notice.taken_away(told, call, by=by, at=at)
    return call


@transaction.atomic
def unsplit(*, call: Call, version: int, by: Actor, at: datetime, reason: str) -> Call:
    """Make the call one part again, with its own profile and without a label: the parts' answers go with them.

    Raises `Stale`, `CallRetired` and `ReasonNeeded`.
    """
    call, old = _locked(call, version)
    if not call.is_split:
        return call
    if not reason:
        raise ReasonNeeded
    before = audit.states(call, *old, *Sheet.objects.filter(part__in=old))
    told = part_notice.people([part for part in old if counts(part)])
    call.is_split = False
    whole = Part(call=call, feature=call.feature, team=call.team, position=0, name=call.name)
    for name in PROFILE:
        setattr(whole, name, getattr(call, name))
    _reprice(call, [whole], at)
    _save(old, [whole], before)
    call.write(*audit.changed(call, before))
    after = audit.states(call, whole)
    audit.record(kind="part.unsplit", by=by, at=at, subject=call, before=before, after=after, reason=reason)
    part_notice.taken_away(told, call, by=by, at=at)
    return call


@transaction.atomic
def edit(*, part: Part, version: int, fields: Mapping[str, Any], by: Actor, at: datetime) -> Part:
    """Say who uses the part first, how it reaches them and by when. Breaks the seal where that changes.

    `fields` are any of TEXTS. No difference: nothing is written. Raises `Stale`, `CallRetired` and `NotOfThisCall`.
    """
    call, parts = _locked(part.call)
    found = next((each for each in parts if each.pk == part.pk), None)
    if found is None:
        raise NotOfThisCall
    before, was = audit.states(call, *parts), found.rests_on()
    for name in TEXTS:
        setattr(found, name, fields.get(name, getattr(found, name)))
    if not audit.changed(found, before):
        return found
    seal.edited(found, was, at=seal.not_before([found], at))
    _reprice(call, parts, at)
    found.version = version
    _save([], parts, before)
    if fields_of_call := audit.changed(call, before):
        call.write(*fields_of_call)
    after = audit.states(call, *parts)
    audit.record(kind="part.edit", by=by, at=at, subject=found, before=before, after=after)
    part_notice.to_check([found], before, by=by, at=at)
    return found


@dataclass(frozen=True, slots=True)
class PartCost:
    """One part as typed: what it costs a month on either path, the split when only this part moves, and what it must
    cost for that to pay (`domain.part.Balance`). `as_is` is its cost in real time on the call's model, where it is
    planned on another."""

    name: str
    real_time: int
    batch: int | None
    path: Path | None
    one_sided: bool
    alone: int | None
    must_cost: int | None
    model: str
    as_is: int | None

    @property
    def alone_pays(self) -> bool:
        return self.must_cost is not None and self.real_time >= self.must_cost


@dataclass(frozen=True, slots=True)
class Economics:
    """A split before it is saved. The costs are empty where the price of the call's model is not known; else
    `explained` says how they come about."""

    shortfall: tuple[Gap, ...]
    overhead: tuple[Gap, ...]
    today: int | None = None
    balance: Balance | None = None
    whole_batch: int | None = None
    parts: tuple[PartCost, ...] = ()
    explained: Explanations | None = None


def economics(*, call: Call, parts: Sequence[Mapping[str, Any]], on: date) -> Economics:
    """Weigh the parts as typed against the whole. Changes nothing, in memory or in the database."""
    draft, old = Call.objects.select_related("feature", "team").get(pk=call.pk), list(call.parts.order_by("position"))
    drafted = drafts(draft, old, parts, timezone.now())
    profiles = draft.profile(), [part.profile() for part in drafted]
    missing, extra = domain.shortfall(*profiles), domain.overhead(*profiles)
    book = pricing.book(on)
    whole, costs = pricing.both_ways(draft, drafted, book=book)
    if whole is None or None in costs:
        return Economics(missing, extra)
    pricing.apply(draft, drafted, book=book)
    options = [Option(c.real_time, c.batch, _path(part)) for c, part in zip(costs, drafted, strict=True) if c]
    weighed = domain.balance(whole.real_time, options)
    as_is = pricing.as_is(draft, drafted, costs, book=book)
    rows = tuple(
        PartCost(
            part.name, option.real_time, option.batch, option.path, part.one_sided, alone, must, part.model,
            now if part.model else None,
        )
        for part, option, alone, must, now in zip(
            drafted, options, weighed.alone, weighed.must_cost, as_is, strict=True
        )
    )  # fmt: skip
    told = explanation.of(draft, drafted, on=on)
    return Economics(missing, extra, draft.cost_today, weighed, whole.batch, rows, told)


def _path(part: Part) -> Path | None:
    if part.kind == Kind.UNDECIDED:
        return None
    return Path.BATCH if part.kind in (Kind.MOVE_TO_BATCH, Kind.STAY_BATCH) else Path.REAL_TIME


def _locked(call: Call, version: int | None = None) -> tuple[Call, list[Part]]:
    """The call as it is now, held until the transaction ends, and its parts. Raises `Stale` for another `version`, and
    `CallRetired`."""
    Call.objects.select_for_update(no_key=True).get(pk=call.pk)
    fresh = Call.objects.select_related("feature", "team").get(pk=call.pk)
    if version is not None and fresh.version != version:
        raise Stale(fresh)
    if fresh.retired_at is not None:
        raise CallRetired
    return fresh, list(fresh.parts.order_by("position"))


def drafts(call: Call, old: Sequence[Part], given: Sequence[Mapping[str, Any]], at: datetime) -> list[Part]:
    """The parts as they would be, in the order given. Changes `call` and `old` in memory. Raises `NotOfThisCall`."""
    known = {part.pk: part for part in old if call.is_split}
    call.is_split = True
    drafted = []
    for fields in given:
        pk = fields.get("id")
        if pk is not None and pk not in known:
            raise NotOfThisCall
        drafted.append(_changed(known.pop(pk), fields, at) if pk is not None else _new(call, fields))
    return drafted


def _new(call: Call, fields: Mapping[str, Any]) -> Part:
    given = {name: fields[name] for name in ("name", "model", *TEXTS, *PROFILE) if fields.get(name) is not None}
    shares = {name: getattr(call, name) for name in ("hit_share", "batch_hit_share", "expired_share")}
    return Part(call=call, feature=call.feature, team=call.team, in_split=True, **{**shares, **given})


def _changed(part: Part, fields: Mapping[str, Any], at: datetime) -> Part:
    was = part.rests_on()
    for name in ("name", "model", *TEXTS, *PROFILE):
        if fields.get(name) is not None:
            setattr(part, name, fields[name])
    part.in_split = True
    seal.edited(part, was, at=at)
    return part


def counts(part: Part) -> bool:
    """Whether its label counts now: sealed, or one-sided in a team for which that is enough."""
    return part.label != Label.NONE and part.state != State.CHECK_NEEDED


def check(call: Call, drafted: Sequence[Part], book: Book) -> None:
    """Raises `WrongCount`, `NotPriced` and `FallsShort`."""
    if not LEAST <= len(drafted) <= MOST:
        raise WrongCount
    if unknown := not_priced(call, drafted, book):
        raise NotPriced(unknown)
    if gaps := domain.shortfall(call.profile(), [part.profile() for part in drafted]):
        raise FallsShort(gaps)


def not_priced(call: Call, drafted: Sequence[Part], book: Book) -> list[int]:
    """Which of the parts name a model of their own that has no price where the call runs."""
    named = [(i, part) for i, part in enumerate(drafted) if part.model]
    return [i for i, part in named if pricing.found_for(call, part, book=book) is None]


def _reprice(call: Call, parts: Sequence[Part], at: datetime) -> None:
    pricing.apply(call, parts, book=pricing.book(timezone.localdate(at)))


def _save(gone: Sequence[Part], parts: Sequence[Part], before: audit.States) -> bool:
    """Whether anything was written. Kept parts stay in their order and new ones follow, so that no two ever claim one
    position."""
    Part.objects.filter(pk__in=[part.pk for part in gone]).delete()
    touched = bool(gone)
    for position, part in enumerate(sorted(parts, key=lambda each: (each.pk is None, each.position))):
        part.position = position
        if part.pk is None:
            part.save(force_insert=True)
            touched = True
        elif fields := audit.changed(part, before):
            part.write(*fields)
            touched = True
    return touched
