"""Features: register, edit with the hand-over of owners, retire and restore with their calls; what their pages read."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone

from inventory.domain.audit import Actor
from inventory.models import Call, Feature, Part, Person, Team
from inventory.services import audit, clash
from inventory.services.calls import call as calls
from inventory.services.labelling import recount
from inventory.services.prices import pricing

BATCH = 500
OWNERS = ("product_owner_id", "engineering_owner_id")


class NameTaken(Exception):
    """The team already has a feature of this name; upper and lower case count as the same."""


class TeamRetired(Exception):
    """A retired team takes no feature in, and none of its own back."""


class GuessFrozen(Exception):
    """The first guess is asked before the first label. A label of this feature was sealed: it can no longer change."""


class OwnerGone(Exception):
    """Whoever shall own the feature was deactivated meanwhile."""


class HasLiveCalls(Exception):
    """The feature still has calls that are not retired."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count:,} calls are not retired")
        self.count = count


@transaction.atomic
def register(*, team: Team, fields: Mapping[str, Any], by: Actor, at: datetime) -> Feature:
    """A new feature of `team`. Raises `NameTaken`, `TeamRetired` and `OwnerGone`."""
    active = _held_owners(Feature(), fields)
    feature = Feature(team=_home(team), **fields)
    _must_be_there(feature, OWNERS, active)
    with clash.refused("feature_name_once_in_team", as_=NameTaken):
        feature.save(force_insert=True)
    audit.record(kind="feature.register", by=by, at=at, subject=feature, before={}, after=audit.states(feature))
    return feature


@transaction.atomic
def edit(
    *, feature: Feature, version: int, fields: Mapping[str, Any], by: Actor, at: datetime, reason: str = ""
) -> Feature:
    """Change any field, the team among them: its calls and parts then move along, and what rests on one side's sheet
    is counted by the rule of the new team. No difference: nothing is written.

    Raises `Stale`, `NameTaken`, `TeamRetired`, `OwnerGone`, and `GuessFrozen` where the first guess would change after
    a seal.
    """
    active = _held_owners(feature, fields)
    if "team" in fields and fields["team"].pk != feature.team_id:
        fields = {**fields, "team": _home(fields["team"])}
    feature = _locked(feature)
    before = audit.states(feature)
    for name, value in fields.items():
        setattr(feature, name, value)
    changed = audit.changed(feature, before)
    if not changed:
        return feature
    _must_be_there(feature, [name for name in changed if name in OWNERS], active)
    if "first_guess" in changed and guess_is_frozen(feature):
        raise GuessFrozen
    _write(feature, version, changed)
    found, parts = contents(feature) if {"name", "team_id"} & set(changed) else ([], [])
    before |= audit.states(*found, *parts)
    carry_along(feature, found, parts)
    if "team_id" in changed:
        one_side_enough = feature.team.one_side_enough
        recount.count_anew(resting(found, parts), before, one_side_enough=one_side_enough, at=at)
    after = audit.states(feature, *found, *parts)
    audit.record(kind="feature.edit", by=by, at=at, subject=feature, before=before, after=after, reason=reason)
    return feature


@transaction.atomic
def retire(
    *, feature: Feature, version: int, reason: str, by: Actor, at: datetime, with_calls: bool = False
) -> Feature:
    """Take the feature out of every list; with `with_calls` its live calls too, as one action. Labels stay.

    Raises `Stale`, and `HasLiveCalls` where it has some and they were not to be retired.
    """
    feature = _locked(feature)
    if feature.retired_at is not None:
        return feature
    found, parts = contents(feature)
    live = [call for call in found if call.retired_at is None]
    if live and not with_calls:
        raise HasLiveCalls(len(live))
    return _set_retired(
        feature, live, parts, version=version, to=at, kind="feature.retire", reason=reason, by=by, at=at
    )


@transaction.atomic
def restore(*, feature: Feature, version: int, by: Actor, at: datetime) -> Feature:
    """Bring a retired feature back, with the calls that were retired together with it, at the prices of today.

    Raises `Stale` and `TeamRetired`.
    """
    if feature.retired_at is not None:
        _home(feature.team)
    feature = _locked(feature)
    if feature.retired_at is None:
        return feature
    found, parts = contents(feature)
    together = [call for call in found if call.retired_at == feature.retired_at]
    return _set_retired(
        feature, together, parts, version=version, to=None, kind="feature.restore", reason="", by=by, at=at
    )


SORTS = ("name", "team", "today", "saving")


def listing(
    *, words: str = "", team: Team | None = None, retired: bool = False, sort: str = "name"
) -> models.QuerySet[Feature]:
    """The features of a page, searched, filtered and sorted by one of SORTS, `-` before it turns the order round."""
    found = Feature.objects.retired() if retired else Feature.objects.live()
    found = found.matching(words).select_related("team", "product_owner", "engineering_owner")
    if team is not None:
        found = found.filter(team=team)
    name = sort.removeprefix("-")
    if name in ("today", "saving"):
        found = found.alias(amount=_total("cost_today" if name == "today" else "saving"))
    first = {"name": Lower("name"), "team": Lower("team__name")}.get(name, models.F("amount"))
    return found.order_by(first.desc() if sort.startswith("-") else first.asc(), "name", "pk")


def _total(column: str) -> Coalesce:
    """The sum over a feature's live parts, worked out only for the page that sorts by it."""
    parts = Part.objects.live().filter(feature=models.OuterRef("pk")).order_by().values("feature")
    return Coalesce(models.Subquery(parts.annotate(total=models.Sum(column)).values("total")), 0)


def guess_is_frozen(feature: Feature) -> bool:
    """Whether a label of this feature counts, or once did: the first guess is then no longer a guess."""
    return Part.objects.ever_labelled().filter(feature=feature).exists()


def _set_retired(
    feature: Feature, chosen: Sequence[Call], parts: Sequence[Part],
    *, version: int, to: datetime | None, kind: str, reason: str, by: Actor, at: datetime,
) -> Feature:  # fmt: skip
    affected = [part for part in parts if part.call_id in {call.pk for call in chosen}]
    before = audit.states(feature, *chosen, *affected)
    feature.retired_at = to
    for call in chosen:
        call.retired_at = to
    for part in affected:
        part.is_live = to is None
    if to is None:
        _reprice(chosen, affected, at)
    _write(feature, version, ["retired_at"])
    _save(Call, chosen, ["retired_at", "kind", "cost_today", "cost_target", "worth", "priced_by", "priced_on"])
    _save(Part, affected, ["is_live", *_PRICED, "priced_by"])
    after = audit.states(feature, *chosen, *affected)
    audit.record(kind=kind, by=by, at=at, subject=feature, before=before, after=after, reason=reason)
    return feature


_PRICED = ("kind", "why", "cost_today", "cost_target", "saving", "possible", "doubts")


def _reprice(chosen: Iterable[Call], parts: Sequence[Part], at: datetime) -> None:
    book = pricing.book(timezone.localdate(at))
    for call in chosen:
        pricing.apply(call, [part for part in parts if part.call_id == call.pk], book=book)


def carry_along(feature: Feature, found: Sequence[Call], parts: Sequence[Part]) -> None:
    """Calls and parts name their feature's team, and are found by the names of both."""
    for call in found:
        call.feature, call.team = feature, feature.team
        call.search_text = calls.search_text(call)
    moved = [part for part in parts if part.team_id != feature.team_id]
    for part in moved:
        part.team = feature.team
    _save(Call, found, ["team", "search_text"])
    _save(Part, moved, ["team"])


def resting(found: Sequence[Call], parts: Sequence[Part]) -> recount.Affected:
    """Those whose labels rest on one side's answer alone."""
    resting = {part.call_id for part in parts if part.state in recount.REST_ON_ONE_SIDE}
    return recount.Affected(
        [call for call in found if call.pk in resting], [part for part in parts if part.call_id in resting]
    )


def _locked(feature: Feature) -> Feature:
    """The feature as it is now, held until the transaction ends."""
    Feature.objects.select_for_update(no_key=True).get(pk=feature.pk)
    return Feature.objects.select_related("team").get(pk=feature.pk)


def _home(team: Team) -> Team:
    """The team a feature comes into, held until the transaction ends: it neither retires nor changes its rule."""
    found = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    if found.retired_at is not None:
        raise TeamRetired
    return found


def _held_owners(feature: Feature, fields: Mapping[str, Any]) -> set[int]:
    """Of those who shall own it from now on, who can sign in: held until the transaction ends, so that nobody takes
    that away meanwhile. Before the team and the feature, as whoever deactivates a person holds them."""
    given = ((fields.get(name.removesuffix("_id")), getattr(feature, name)) for name in OWNERS)
    wanted = {person.pk for person, now in given if person is not None and person.pk != now}
    held = Person.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk") if wanted else ()
    return {person.pk for person in held if person.is_active}


def _must_be_there(feature: Feature, names: Iterable[str], active: Collection[int]) -> None:
    if any(getattr(feature, name) not in active for name in names if getattr(feature, name)):
        raise OwnerGone


def contents(feature: Feature) -> tuple[list[Call], list[Part]]:
    """Its calls, held until the transaction ends, and their parts."""
    found = list(Call.objects.select_for_update(no_key=True).filter(feature=feature).order_by("pk"))
    return found, list(Part.objects.filter(feature=feature).order_by("call_id", "position"))


def _write(feature: Feature, version: int, changed: Sequence[str]) -> None:
    feature.version = version
    with clash.refused("feature_name_once_in_team", as_=NameTaken):
        feature.write(*changed)


def _save(model: type[Call] | type[Part], records: Sequence[Any], fields: Sequence[str]) -> None:
    """Many rows at once; `contents` holds them, so that no version can be stale."""
    for record in records:
        record.version += 1
    model._base_manager.bulk_update(records, [*fields, "version"], batch_size=BATCH)
