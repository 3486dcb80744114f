"""Calls: register, edit, retire, restore. A call that is not split keeps its one part in step with itself."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from inventory.domain import part as parts_of
from inventory.domain.audit import Actor
from inventory.domain.book import Book
from inventory.domain.part import Gap
from inventory.models import Call, Feature, Part, Team
from inventory.models.call import PROFILE
from inventory.services import audit, clash
from inventory.services.labelling import part_notice, recount, seal
from inventory.services.prices import pricing


class KeyTaken(Exception):
    """Another call already has this key; upper and lower case count as the same."""


class NameTaken(Exception):
    """The feature has a call of this name, and the new one was given no key to be told apart by: often the same form
    sent twice."""


class FeatureRetired(Exception):
    """Calls are registered, moved and restored only under a feature that is not retired."""


class PartsFallShort(Exception):
    """The parts of a split call would no longer do all of its work."""

    def __init__(self, gaps: Sequence[Gap]) -> None:
        super().__init__(", ".join(f"{gap.missing:,} {gap.tokens} a month" for gap in gaps))
        self.gaps = gaps


def built(*, feature: Feature, fields: Mapping[str, Any]) -> tuple[Call, Part]:
    """An unsaved call and its one part, ready for `pricing.apply`. `fields` hold the key; no query where the feature
    came with its team."""
    call = Call(feature=feature, team=feature.team, **fields)
    call.search_text = search_text(call)
    part = Part(call=call, position=0)
    keep_in_step(call, [part])
    return call, part


def search_text(call: Call) -> str:
    """What the search looks through, in lower case. A renamed feature or team changes it too."""
    of_call = (call.name, call.key, call.model, call.entry_point, call.tag, call.prompt_name)
    return "\n".join(filter(None, (*of_call, call.feature.name, call.team.name))).lower()


def free_key(name: str) -> str:
    """The name as a key that no call has: `nightly-tags`, else `nightly-tags-2` and so on."""
    stem = slugify(name)[:70].strip("-_") or "call"
    for start in count(1, 20):
        wanted = [stem if n == 1 else f"{stem}-{n}" for n in range(start, start + 20)]
        taken = {key.lower() for key in Call.objects.with_keys(wanted).values_list("key", flat=True)}
        free = next((key for key in wanted if key not in taken), "")
        if free:
            return free
    raise AssertionError("count() never ends")


@transaction.atomic
def register(*, feature: Feature, fields: Mapping[str, Any], by: Actor, at: datetime) -> Call:
    """A new call with its one part, priced. Without a key it gets one from its name.

    Raises `KeyTaken`, `NameTaken` and `FeatureRetired`.
    """
    feature = _home(feature)
    if not fields.get("key") and Call.objects.live().filter(feature=feature, name__iexact=fields["name"]).exists():
        raise NameTaken
    call, part = built(feature=feature, fields={**fields, "key": fields.get("key") or free_key(fields["name"])})
    pricing.apply(call, [part], book=pricing.book(timezone.localdate(at)))
    with clash.refused("call_key_once", as_=KeyTaken):
        call.save(force_insert=True)
    part.call = call
    part.save(force_insert=True)
    audit.record(kind="call.register", by=by, at=at, subject=call, before={}, after=audit.states(call, part))
    return call


@transaction.atomic
def edit(*, call: Call, version: int, fields: Mapping[str, Any], by: Actor, at: datetime, reason: str = "") -> Call:
    """Change any field, the feature among them. No difference: nothing is written.

    Raises `Stale`, `KeyTaken`, `FeatureRetired` and `PartsFallShort`.
    """
    if "feature" in fields and fields["feature"].pk != call.feature_id:
        fields = {**fields, "feature": _home(fields["feature"])}
    call, parts = _locked(call)
    before = audit.states(call, *parts)
    book, since = pricing.book(timezone.localdate(at)), seal.not_before(parts, at)
    if not revise(call, parts, fields, book=book, at=since):
        return call
    write(call, parts, before, version)
    audit.record(
        kind="call.edit", by=by, at=at, subject=call, before=before, after=audit.states(call, *parts), reason=reason
    )
    part_notice.to_check(parts, before, by=by, at=at)
    return call


def revise(call: Call, parts: Sequence[Part], fields: Mapping[str, Any], *, book: Book, at: datetime) -> bool:
    """What an edit makes of a call and its parts; saves nothing. False, and nothing touched, where no field differs.

    Reprices; breaks the seal of every part that no longer has the facts it rests on; in another team, counts by its
    rule what rests on one side. Raises `PartsFallShort`.
    """
    before = audit.states(call)
    facts = [part.rests_on() for part in parts]
    for name, value in fields.items():
        setattr(call, name, value)
    if not audit.changed(call, before):
        return False
    was = before["call", call.pk]
    call.team = call.feature.team
    keep_in_step(call, parts)
    for part, rested in zip(parts, facts, strict=True):
        seal.edited(part, rested, at=at)
    if call.team_id != was["team_id"]:
        recount.weigh_anew(parts, one_side_enough=call.team.one_side_enough, at=at)
    call.search_text = search_text(call)
    pricing.apply(call, parts, book=book)
    return True


@transaction.atomic
def retire(*, call: Call, version: int, reason: str, by: Actor, at: datetime) -> Call:
    """Take the call and its parts out of every list and total; labels and history stay. Raises `Stale`."""
    return _set_retired(call, version=version, retired_at=at, kind="call.retire", reason=reason, by=by, at=at)


@transaction.atomic
def restore(*, call: Call, version: int, by: Actor, at: datetime) -> Call:
    """Bring a retired call back, at the prices of today. Raises `Stale` and `FeatureRetired`."""
    return _set_retired(call, version=version, retired_at=None, kind="call.restore", reason="", by=by, at=at)


def _set_retired(
    call: Call, *, version: int, retired_at: datetime | None, kind: str, reason: str, by: Actor, at: datetime
) -> Call:
    call, parts = _locked(call)
    if (call.retired_at is None) == (retired_at is None):
        return call
    if retired_at is None and call.feature.retired_at is not None:
        raise FeatureRetired
    before = audit.states(call, *parts)
    call.retired_at = retired_at
    for part in parts:
        part.is_live = retired_at is None
    if retired_at is None:
        pricing.apply(call, parts, book=pricing.book(timezone.localdate(at)))
    write(call, parts, before, version)
    audit.record(kind=kind, by=by, at=at, subject=call, before=before, after=audit.states(call, *parts), reason=reason)
    return call


def _locked(call: Call) -> tuple[Call, list[Part]]:
    """The call as it is now, held until the transaction ends, and its parts: whoever touches parts locks their call."""
    Call.objects.select_for_update(no_key=True).get(pk=call.pk)
    fresh = Call.objects.select_related("feature__team", "team").get(pk=call.pk)
    return fresh, list(fresh.parts.order_by("position"))


def _home(feature: Feature) -> Feature:
    """The feature a call comes into, held with its team: neither is retired or changes its rules meanwhile.

    Everybody holds the team first, then the feature, then calls: two who did it the other way round would wait for each
    other.
    """
    homes = Feature.objects.filter(pk=feature.pk)
    Team.objects.select_for_update(no_key=True).get(pk__in=homes.values("team"))
    found = homes.select_for_update(of=("self",), no_key=True).select_related("team").get()
    if found.retired_at is not None:
        raise FeatureRetired
    return found


def write(call: Call, parts: Sequence[Part], before: audit.States, version: int) -> None:
    """UPDATE what differs from `before`, with the price's own fields. Raises `Stale` and `KeyTaken`."""
    call.version = version
    for record, fields in differing(call, parts, before):
        with clash.refused("call_key_once", as_=KeyTaken):
            record.write(*fields)


def differing(call: Call, parts: Sequence[Part], before: audit.States) -> Iterator[tuple[Call | Part, list[str]]]:
    """The records to write since `before`, each with which fields: the call, and those of its parts that differ."""
    yield call, [*audit.changed(call, before), "search_text"]
    for part in parts:
        if fields := audit.changed(part, before):
            yield part, fields


def keep_in_step(call: Call, parts: Sequence[Part]) -> None:
    """Parts belong where their call belongs. The one part of an unsplit call is the call; several must cover it."""
    for part in parts:
        part.feature, part.team = call.feature, call.team
    if not call.is_split:
        parts[0].model = ""
        for name in ("name", *PROFILE):
            setattr(parts[0], name, getattr(call, name))
    elif gaps := parts_of.shortfall(call.profile(), [part.profile() for part in parts]):
        raise PartsFallShort(gaps)
