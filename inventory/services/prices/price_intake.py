"""Dated prices as a file: all of its rows or none, as one action."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from inventory.domain import card
from inventory.domain.audit import Actor
from inventory.exchange.price_file import PriceFile, PriceLine
from inventory.exchange.reading import Problem
from inventory.models import ClaudeModel, PriceRow
from inventory.services import audit
from inventory.services.prices import price_row, price_use

KEPT = ("platform", "platform_id", "endpoint", "above", "valid_from")  # which row it is
USED = "has priced calls and is not edited: end it, and begin a new row on a day of its own"


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
    known = {card.key(row): row for row in there}
    owners = price_row.owners(models.values())
    priced = price_use.used(on=today)
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
            problems += _changed(row, line, today, used=price_use.is_used(row, on=today, used_now=priced))
            found.append((row, line.number))
    new = sorted((row for row, _ in found if row.pk is None), key=lambda row: row.valid_from)
    for row in new:
        card.ended_by(row, [each for each in (*there, *new) if card.id_of(each) == card.id_of(row)])
    return found


def _changed(row: PriceRow, line: PriceLine, today: date, *, used: bool) -> Iterable[Problem]:
    """Put into a known row what its line says; what may not be changed any more is a problem."""
    if row.model.key != line.model:
        yield Problem(line.number, "model", line.model, f"is {row.model.key} in the price book: a row keeps its model")
    for name in sorted(line.said - set(KEPT)):
        was, now = getattr(row, name), line.fields[name]
        if was == now:
            continue
        if used and name in price_row.PRICE:
            yield Problem(line.number, name, "", USED)
        elif used and name == "valid_to" and min(now, was or now) < today:
            yield Problem(line.number, name, str(now), price_row.TOO_EARLY)
        setattr(row, name, now)


def _clashes(rows: Sequence[tuple[PriceRow, int]], there: Sequence[PriceRow]) -> Iterable[Problem]:
    """What cannot stand beside each other; told at the row of the file that brings it about."""
    numbers = {id(row): number for row, number in rows}
    groups: dict[tuple[str, str, str], list[PriceRow]] = {}
    for row in [*there, *(row for row, _ in rows if row.pk is None)]:
        groups.setdefault(card.id_of(row), []).append(row)
    for group in groups.values():
        named = [row for row in group if id(row) in numbers]
        for row, field, reason in card.clashes(group) if named else ():
            at = row if id(row) in numbers else named[-1]
            yield Problem(numbers[id(at)], field, str(getattr(at, field)), reason)
