"""The price book: rows, files, discounts, and amounts at the prices of today."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from django.utils import timezone

from inventory.exchange import price_book, price_file
from inventory.models import ClaudeModel, Discount, PriceRow, Repricing
from inventory.models.pricing import PLATFORMS
from inventory.services import job as jobs
from inventory.services.prices import discount as discounts
from inventory.services.prices import reprice
from tests.writes.inventory import MODELS
from tests.writes.world import COMMAND, World, write

MOST_ROWS = 40
Given = dict[str, Any]
PRICE = {"input": 2_000_000, "output": 10_000_000, "write_5m": 2_500_000, "write_1h": 4_000_000, "read": 200_000}
BATCH = {f"batch_{name}": amount // 2 for name, amount in PRICE.items()}


def priced(world: World) -> date:
    """The day from which a price holds: mostly one to come."""
    return timezone.localdate(world.at) + timedelta(days=world.random.randint(-3, 30))


@cache
def packaged() -> price_book.PriceBook:
    """Of the book Batchline comes with what the models of the walk need: 300 rows would be read again and again."""
    found = price_book.read()
    rows = tuple(row for row in found.rows if row.model in MODELS and row.platform in ("anthropic", "aws"))
    return replace(found, models=tuple(each for each in found.models if each.key in MODELS), rows=rows)


@write("prices.price_load.load", 0.2)
def load(world: World) -> Given:
    """As it comes, or with a note and a model of its own."""
    found = packaged()
    if world.chance(0.6):
        first, *others = found.models
        found = replace(found, models=(replace(first, note=world.text()), *others))
    return {"found": found, "reason": world.reason()}


@write("prices.price_row.add", 0.3)
def add(world: World) -> Given | None:
    model = world.any(ClaudeModel.objects.all())
    if model is None or PriceRow.objects.count() >= MOST_ROWS:
        return None
    factor = world.pick([1, 2, 3])
    amounts = {name: amount * factor for name, amount in (PRICE | world.pick([{}, BATCH])).items()}
    other = world.pick(MODELS)  # now and then an id of another model
    fields = {
        "model": model, "platform": world.pick(PLATFORMS), "platform_id": model.key if world.chance(0.9) else other,
        "valid_from": priced(world), "as_of": priced(world), "source": "A list", "confidence": "high", **amounts,
    }  # fmt: skip
    return {"fields": fields, "reason": world.reason()}


def row(world: World, **more: Any) -> Given | None:
    found = world.any(PriceRow.objects.filter(valid_from__gt=world.at.date())) or world.any(PriceRow.objects.all())
    return None if found is None else {"row": found, "version": world.version(found), **more}


@write("prices.price_row.correct", 0.4)
def correct(world: World) -> Given | None:
    fields = world.pick(
        [{"output": 11_000_000}, {"note": world.text()}, {"valid_from": priced(world), "valid_to": None}, {}]
    )
    return row(world, fields=fields, reason=world.reason())


@write("prices.price_row.end", 0.2)
def end(world: World) -> Given | None:
    return row(world, on=priced(world), reason=world.reason())


@write("prices.price_intake.take_in", 0.2)
def take_in(world: World) -> Given:
    """A file of a few rows: known ones, new ones, now and then one that is wrong."""
    names = price_file.COLUMNS
    rows = [_line(world) for _ in range(world.random.randint(1, 3))]
    text = "\n".join([",".join(names), *(",".join(each.get(name, "") for name in names) for each in rows)])
    return {"file": price_file.read(text.encode()), "name": "prices.csv", "reason": world.reason()}


def _line(world: World) -> dict[str, str]:
    known = world.any(PriceRow.objects.select_related("model"))
    model, day = known.model.key if known else MODELS[0], known.valid_from if known else priced(world)
    is_full = PriceRow.objects.count() >= MOST_ROWS
    return {
        "model": model, "id": known.platform_id if known else model, "platform": known.platform if known else "aws",
        "above": str(known.above) if known else "0", "valid_from": str(day if is_full or world.chance(0.5) else priced(world)),
        "input": "2", "output": world.pick(["10", "12", "many"] if world.chance(0.2) else ["10", "12"]),
        "write_5m": "2.5", "write_1h": "4", "read": "0.2", "source": "A list", "as_of": "2026-11-22",
        "note": world.pick(["", "Read again"]),
    }  # fmt: skip


@write("prices.discount.agree", 0.4)
def agree(world: World) -> Given:
    share = world.pick([Decimal(0), Decimal("0.1"), Decimal("0.125")])
    own = {"platform": world.pick(PLATFORMS[:2]), "share": share, "on_fees": world.chance(0.5)}
    return {**own, "valid_from": priced(world), "reason": world.reason()}


@write("prices.discount.withdraw", 0.4)
def withdraw(world: World) -> Given | None:
    found = world.any(Discount.objects.all())
    return None if found is None else {"discount": found, "reason": world.reason()}


def staged(world: World) -> Repricing | None:
    """What a job has computed of the prices of today: one of now, or the last."""
    if world.chance(0.3):
        return Repricing.objects.order_by("-pk").first()
    job = jobs.enqueue(kind="reprice", params={}, by=world.by(), at=world.at)
    held = jobs.claim(pk=job.pk, worker="walk", at=world.at)
    assert held is not None
    found = reprice.stage(job=held, on=timezone.localdate(world.at), at=world.at, told=lambda done, total: None)
    jobs.finish(held, at=world.at)
    return found


def changed_price(world: World) -> None:
    """So that there is something to compute."""
    if world.chance(0.7):
        found = Discount.objects.filter(platform="anthropic", valid_from=timezone.localdate(world.at)).first()
        if found is not None:
            discounts.withdraw(discount=found, reason="Over", by=COMMAND, at=world.at)
        else:
            given = {"platform": "anthropic", "share": Decimal("0.05"), "on_fees": False, "reason": "Bargain"}
            discounts.agree(**given, valid_from=timezone.localdate(world.at), by=COMMAND, at=world.at)


@write("prices.reprice.confirm", 0.2)
def confirm(world: World) -> Given | None:
    changed_price(world)
    found, person = staged(world), world.person()
    if found is None or person is None:
        return None
    return {"repricing": found, "reason": world.reason(), "person": person, "by": person.actor}


@write("prices.reprice.apply", 0.3)
def apply(world: World) -> Given | None:
    changed_price(world)
    found = staged(world)
    return None if found is None else {"repricing": found, "reason": world.reason()}
