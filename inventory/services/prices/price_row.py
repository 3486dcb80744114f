"""Dated prices, one by one or as a file: a row that has priced a call is never edited, it is ended and a new one
begins."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from inventory.domain import card
from inventory.domain.audit import Actor
from inventory.exchange.price_file import PriceFile, PriceLine
from inventory.exchange.reading import Problem
from inventory.models import Call, ClaudeModel, Part, PriceRow
from inventory.services import audit
from inventory.services.prices import pricing

# What a price is, beside what is said about it: source, confidence, retirement may be corrected at any time.
PRICE = (*PriceRow.PRICES, "us_multiplier")
KEPT = ("platform", "platform_id", "endpoint", "above", "valid_from")  # which row it is
USED = "has priced calls and is not edited: end it, and begin a new row on a day of its own"
TOO_EARLY = "must be today or later: until then it has priced calls"


class Wrong(Exception):
    """Fields that cannot be so, each with the reason."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(str(dict(problems)))
        self.problems = problems


class Used(Exception):
    """It has priced calls."""


class Refused(Exception):
    """Nothing of the file was taken in; `problems` in its order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(map(str, problems[:3])))
        self.problems = sorted(problems, key=lambda problem: problem.row or 0)


@dataclass(frozen=True, slots=True)
class Taken:
    new: int
    changed: int
    ended: int
    unchanged: int

    def told(self) -> str:
        if not self.new + self.changed + self.ended:
            return "Every row of the file was there already: nothing was changed."
        return f"{self.new:,} new, {self.changed:,} changed, {self.ended:,} ended, {self.unchanged:,} as they were."


@transaction.atomic
def add(*, fields: Mapping[str, Any], reason: str, by: Actor, at: datetime) -> PriceRow:
    """A price from a day on. The row that held without an end until now ends there. Raises `Wrong`."""
    row = PriceRow(**fields)
    _hold(row.model)
    others = _of_id(row)
    before = audit.states(*others)
    ended = _ended_by(row, others)
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
    if min(on, found.valid_to or on) < today and is_used(found, on=today):
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
    if is_used(found, on=timezone.localdate(at)):
        raise Used
    for name, value in fields.items():
        setattr(found, name, value)
    changed = audit.changed(found, before)
    if not changed:
        return found
    _check(found, [*(each for each in _of_id(found) if each is not found), found])
    if left and _key(left[0])[:3] != _key(found)[:3]:
        _check(found, left, at="platform_id")
    found.write(*changed)
    audit.record(
        kind="pricing.correct", by=by, at=at, subject=found, before=before, after=audit.states(found), reason=reason
    )
    return found


def is_used(row: PriceRow, *, on: date) -> bool:
    """Whether a call may have been priced by it: one is now, or it held once and holds no more."""
    if row.valid_from > on:
        return False
    return (row.valid_to is not None and row.valid_to <= on) or row.pk in used(on=on)


def used(*, on: date) -> set[int]:
    """The rows by which calls are priced on that day, retired calls too. Of amounts older than what is kept with them
    nobody knows by what they were priced: today's row counts."""
    book = pricing.book(on)
    groups = Call.objects.order_by().values_list("provider", "model", "geo", "priced_by").distinct()
    own = Part.objects.on_own_model().order_by()
    of_parts = own.values_list("call__provider", "model", "call__geo", "priced_by").distinct()
    rows: set[int] = set()
    for provider, model, geo, mark in (*groups, *of_parts):
        found = book.find(provider, model, geo)
        if found is not None and mark in ("", book.mark(provider, model, geo)):
            rows |= set(found.rows)
    return rows


def take_in(*, file: PriceFile, name: str, reason: str, by: Actor, at: datetime) -> Taken:
    """All rows of a file, or none, as one action. A row known by id, band and first day is changed as far as it may
    be; an empty cell of it changes nothing. Raises `Refused`."""
    if file.problems:
        raise Refused(file.problems)
    with transaction.atomic():
        return _take_in(file, name, reason, by, at)


def _take_in(file: PriceFile, name: str, reason: str, by: Actor, at: datetime) -> Taken:
    models = {model.key: model for model in ClaudeModel.objects.select_for_update(no_key=True).order_by("pk")}
    there = list(PriceRow.objects.select_related("model").order_by("pk"))
    before = audit.states(*there)
    problems: list[Problem] = []
    rows = _laid_over(file.lines, models, there, today=timezone.localdate(at), problems=problems)
    problems += _clashes(rows, there)
    if problems:
        raise Refused(problems)
    new = [row for row, _ in rows if row.pk is None]
    differing = [row for row in there if audit.changed(row, before)]
    for row in differing:
        row.write(*audit.changed(row, before))
    PriceRow.objects.bulk_create(new)
    changes = audit.Changes()
    changes.add(before, audit.states(*there, *new))
    audit.append(
        kind="pricing.import", by=by, at=at, record="price_book", record_id=name[:40], title=name, team_id=None,
        changes=changes, reason=reason,
    )  # fmt: skip
    named = {row.pk for row, _ in rows}
    changed = sum(row.pk in named for row in differing)
    return Taken(len(new), changed, len(differing) - changed, len(rows) - len(new) - changed)


def _laid_over(
    lines: Iterable[PriceLine], models: Mapping[str, ClaudeModel], there: Sequence[PriceRow],
    *, today: date, problems: list[Problem],
) -> list[tuple[PriceRow, int]]:  # fmt: skip
    """The rows as the file wants them, each with its number there; known ones are changed in memory."""
    known = {_key(row): row for row in there}
    owners = _owners(models.values())
    priced = used(on=today)
    found: list[tuple[PriceRow, int]] = []
    for line in lines:
        name = line.fields["platform_id"]
        row = known.get(line.key)
        if line.model not in models:
            problems.append(Problem(line.number, "model", line.model, "is not a model of the price book"))
        elif owners.get(name.lower(), line.model) != line.model:
            problems.append(Problem(line.number, "id", name, f"is an id of {owners[name.lower()]}"))
        elif row is None:
            found.append((PriceRow(model=models[line.model], **line.fields), line.number))
        else:
            problems += _changed(row, line, today, used=_has_priced(row, priced, today))
            found.append((row, line.number))
    new = sorted((row for row, _ in found if row.pk is None), key=lambda row: row.valid_from)
    for row in new:
        _ended_by(row, [each for each in (*there, *new) if _key(each)[:3] == _key(row)[:3]])
    return found


def _changed(row: PriceRow, line: PriceLine, today: date, *, used: bool) -> Iterable[Problem]:
    """Put into a known row what its line says; what may not be changed any more is a problem."""
    if row.model.key != line.model:
        yield Problem(line.number, "model", line.model, f"is {row.model.key} in the price book: a row keeps its model")
    for name in sorted(line.said - set(KEPT)):
        was, now = getattr(row, name), line.fields[name]
        if was == now:
            continue
        if used and name in PRICE:
            yield Problem(line.number, name, "", USED)
        elif used and name == "valid_to" and min(now, was or now) < today:
            yield Problem(line.number, name, str(now), TOO_EARLY)
        setattr(row, name, now)


def _has_priced(row: PriceRow, priced: set[int], today: date) -> bool:
    over = row.valid_to is not None and row.valid_to <= today
    return row.valid_from <= today and (over or row.pk in priced)


def _clashes(rows: Sequence[tuple[PriceRow, int]], there: Sequence[PriceRow]) -> Iterable[Problem]:
    """What cannot stand beside each other; told at the row of the file that brings it about."""
    numbers = {id(row): number for row, number in rows}
    groups: dict[tuple[str, str, str], list[PriceRow]] = {}
    for row in [*there, *(row for row, _ in rows if row.pk is None)]:
        groups.setdefault((row.platform, row.platform_id.lower(), row.endpoint), []).append(row)
    for group in groups.values():
        named = [row for row in group if id(row) in numbers]
        for row, field, reason in card.clashes(group) if named else ():
            at = row if id(row) in numbers else named[-1]
            yield Problem(numbers[id(at)], field, str(getattr(at, field)), reason)


def _key(row: PriceRow) -> tuple[str, str, str, int, date]:
    return row.platform, row.platform_id.lower(), row.endpoint, row.above, row.valid_from


def _ended_by(row: PriceRow, others: Iterable[PriceRow]) -> list[PriceRow]:
    """Of rows of its id: those of the same band that hold without an end and began before it end where it begins."""
    ended = [e for e in others if e.above == row.above and e.valid_to is None and e.valid_from < row.valid_from]
    for each in ended:
        each.valid_to = row.valid_from
    return ended


def _check(row: PriceRow, rows: Sequence[PriceRow], at: str = "") -> None:
    """Raise `Wrong` with what of `row` cannot stand beside the others of its id; `at` is the one field that was set."""
    problems: dict[str, str] = {}
    owner = _owners(ClaudeModel.objects.all()).get(row.platform_id.lower(), row.model.key)
    if owner != row.model.key:
        problems["platform_id"] = f"This is an id of {owner}."
    for other, field, reason in card.clashes(rows):
        if other is not row and not at and reason != card.ONE_OF_EACH:
            field, reason = "valid_to", f"the row that holds from {other.valid_from} would no longer fit beside it"
        problems.setdefault(at or field, f"{reason[:1].upper()}{reason[1:]}.")
    if problems:
        raise Wrong(problems)


def _owners(models: Iterable[ClaudeModel]) -> dict[str, str]:
    """Of each id, the model it is an id of."""
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
