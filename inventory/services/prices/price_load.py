"""Price books from a file: the one this version comes with, or one's own; laid over what is there."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from dataclasses import fields as fields_of
from datetime import datetime
from typing import Any

from django.db import transaction

from inventory.domain import card
from inventory.domain.audit import Actor
from inventory.exchange import price_book, price_rows
from inventory.exchange.record import Problem
from inventory.models import Action, ClaudeModel, Modifier, PriceRow
from inventory.services import audit
from inventory.services.prices.pricing import LOAD

PACKAGE = Actor("command", "load_prices")
ROW_KEY = ("platform", "platform_id", "endpoint", "above", "valid_from")


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many records of a price book were new, differed, or were there already."""

    created: int
    changed: int
    unchanged: int


@transaction.atomic
def load(*, found: price_book.PriceBook, by: Actor, at: datetime, reason: str = "") -> Loaded:
    """Bring models, rows and modifiers to what the file says, as one action. Records the file does not name stay, and
    so does the end of a row where the file knows of none. Stored amounts are not re-priced.

    Raises `BadPriceBook` where its rows cannot stand beside those that are there.
    """
    changes = audit.Changes()
    models = _merge(
        ClaudeModel, ("key",), [asdict(entry) | {"aliases": list(entry.aliases)} for entry in found.models], changes
    )
    ids = dict(ClaudeModel.objects.values_list("key", "pk"))
    rows = _merge(PriceRow, ROW_KEY, [_columns(entry, ids) for entry in found.rows], changes)
    if problems := list(_contradicting()):
        raise price_book.BadPriceBook(tuple(problems))
    modifiers = _merge(Modifier, ("key", "valid_from"), [asdict(entry) for entry in found.modifiers], changes)
    day = found.as_of.isoformat()
    audit.append(
        kind=LOAD, by=by, at=at, record="price_book", record_id=day, title=f"Prices of {day}",
        team_id=None, changes=changes, reason=reason,
    )  # fmt: skip
    return Loaded(*(sum(counts) for counts in zip(models, rows, modifiers, strict=True)))


def _contradicting() -> Iterator[Problem]:
    """What of all rows, of the file and others, cannot stand beside each other."""
    groups: dict[tuple[str, str, str], list[PriceRow]] = {}
    for row in PriceRow.objects.order_by("pk"):
        groups.setdefault((row.platform, row.platform_id.lower(), row.endpoint), []).append(row)
    for rows in groups.values():
        yield from (Problem(f"price of {row}", field, reason) for row, field, reason in card.clashes(rows))


def packaged_is_new() -> bool:
    """Whether the book this version comes with was never loaded: laid over again it would take back what
    administrators have corrected since."""
    day = price_book.read().as_of.isoformat()
    return not Action.objects.filter(kind=LOAD, record="price_book", record_id=day).exists()


def load_packaged(*, at: datetime, by: Actor = PACKAGE) -> Loaded:
    """The book this version of Batchline comes with. Changes nothing where it is loaded already."""
    return load(found=price_book.read(), by=by, at=at)


def _columns(entry: price_rows.RowEntry, ids: Mapping[str, int]) -> dict[str, Any]:
    values = {f.name: getattr(entry, f.name) for f in fields_of(entry) if f.name not in ("model", "prices")}
    prices_of = {name: entry.prices.get(name) for name in PriceRow.PRICES}
    return values | prices_of | {"model_id": ids[entry.model], "derived": list(entry.derived)}


def _merge(
    kind: type[ClaudeModel | PriceRow | Modifier],
    key: tuple[str, ...],
    wanted: list[dict[str, Any]],
    changes: audit.Changes,
) -> tuple[int, int, int]:
    """Insert what is new, update what differs; how many were created, changed, unchanged."""
    there: dict[tuple[Any, ...], Any] = {
        tuple(getattr(record, name) for name in key): record for record in kind._default_manager.all()
    }
    new: list[Any] = []
    differing: list[Any] = []
    for values in wanted:
        record = there.get(tuple(values[name] for name in key))
        if isinstance(record, PriceRow) and values["valid_to"] is None:
            values = {**values, "valid_to": record.valid_to}
        if record is None:
            new.append(kind(**values))
        elif any(getattr(record, name) != value for name, value in values.items()):
            before = audit.states(record)
            for name, value in values.items():
                setattr(record, name, value)
            changes.add(before, audit.states(record))
            if isinstance(record, PriceRow):
                record.version += 1
            differing.append(record)
    kind._default_manager.bulk_create(new)
    if differing:
        fields = [name for name in wanted[0] if name not in key]
        kind._default_manager.bulk_update(differing, [*fields, "version"] if kind is PriceRow else fields)
    changes.add({}, audit.states(*new))
    return len(new), len(differing), len(wanted) - len(new) - len(differing)
