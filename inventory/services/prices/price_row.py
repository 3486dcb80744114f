"""Dated prices, one by one: a row that has priced a call is never edited, it is ended and a new one begins."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from inventory.domain import card
from inventory.domain.audit import Actor
from inventory.models import ClaudeModel, PriceRow
from inventory.services import audit
from inventory.services.prices import price_use

# What a price is, beside what is said about it: source, confidence, retirement may be corrected at any time.
PRICE = (*PriceRow.PRICES, "us_multiplier")
TOO_EARLY = "must be today or later: until then it has priced calls"


class Wrong(Exception):
    """Fields that cannot be so, each with the reason."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(str(dict(problems)))
        self.problems = problems


class Used(Exception):
    """It has priced calls."""


@transaction.atomic
def add(*, fields: Mapping[str, Any], reason: str, by: Actor, at: datetime) -> PriceRow:
    """A price from a day on. The row that held without an end until now ends there. Raises `Wrong`."""
    row = PriceRow(**fields)
    _hold(row.model)
    others = _of_id(row)
    before = audit.states(*others)
    ended = card.ended_by(row, others)
    _check(row, [*others, row])
    for each in ended:
        each.write("valid_to")
    row.save(force_insert=True)
    after = audit.states(*others, row)
    audit.record(kind="pricing.add", by=by, at=at, subject=row, before=before, after=after, reason=reason)
    return row


@transaction.atomic
def end(*, row: PriceRow, version: int, on: date, reason: str, by: Actor, at: datetime) -> PriceRow:
    """From that day on it no longer holds. Raises `Wrong` and `Stale`."""
    found = _held(row, version)
    if found.valid_to == on:
        return found
    if on <= found.valid_from:
        raise Wrong({"on": f"must be after {found.valid_from}, the day from which it holds"})
    today = timezone.localdate(at)
    if min(on, found.valid_to or on) < today and price_use.is_used(found, on=today):
        raise Wrong({"on": TOO_EARLY})
    before = audit.states(found)
    found.valid_to = on
    _check(found, _of_id(found), at="on")
    found.write("valid_to")
    audit.record(
        kind="pricing.end", by=by, at=at, subject=found, before=before, after=audit.states(found), reason=reason
    )
    return found


@transaction.atomic
def correct(
    *, row: PriceRow, version: int, fields: Mapping[str, Any], reason: str, by: Actor, at: datetime
) -> PriceRow:
    """Put right a row that has priced nothing. Raises `Used`, `Wrong` and `Stale`."""
    found = _held(row, version)
    before, left = audit.states(found), [each for each in _of_id(found) if each is not found]
    if price_use.is_used(found, on=timezone.localdate(at)):
        raise Used
    for name, value in fields.items():
        setattr(found, name, value)
    changed = audit.changed(found, before)
    if not changed:
        return found
    _check(found, [*(each for each in _of_id(found) if each is not found), found])
    if left and card.id_of(left[0]) != card.id_of(found):
        _check(found, left, at="platform_id")
    found.write(*changed)
    audit.record(
        kind="pricing.correct", by=by, at=at, subject=found, before=before, after=audit.states(found), reason=reason
    )
    return found


def _check(row: PriceRow, rows: Sequence[PriceRow], at: str = "") -> None:
    """Raise `Wrong` with what of `row` cannot stand beside the others of its id; `at` is the one field that was set."""
    problems: dict[str, str] = {}
    owner = owners(ClaudeModel.objects.all()).get(row.platform_id.lower(), row.model.key)
    if owner != row.model.key:
        problems["platform_id"] = f"This is an id of {owner}."
    for other, field, reason in card.clashes(rows):
        if other is not row and not at and reason != card.ONE_OF_EACH:
            field, reason = "valid_to", f"the row that holds from {other.valid_from} would no longer fit beside it"
        problems.setdefault(at or field, f"{reason[:1].upper()}{reason[1:]}.")
    if problems:
        raise Wrong(problems)


def owners(models: Iterable[ClaudeModel]) -> dict[str, str]:
    """Of each id in small letters, the key of the model it is an id of."""
    return {name.lower(): model.key for model in models for name in (model.key, *model.aliases)}


def _of_id(row: PriceRow) -> list[PriceRow]:
    """Every row of its id at its endpoint, of all days; itself as it is in memory."""
    same = {"platform": row.platform, "platform_id__iexact": row.platform_id, "endpoint": row.endpoint}
    found = PriceRow.objects.filter(**same).select_related("model").order_by("valid_from", "above", "pk")
    return [row if each.pk == row.pk else each for each in found]


def _hold(model: ClaudeModel) -> None:
    """Whoever changes prices of one model does so one after the other."""
    ClaudeModel.objects.select_for_update(no_key=True).get(pk=model.pk)


def _held(row: PriceRow, version: int) -> PriceRow:
    _hold(row.model)
    found = PriceRow.objects.select_related("model").get(pk=row.pk)
    found.version = version
    return found
