"""The plan as it was at one time: read from a frozen version, or from the inventory as it stands, alike."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from django.db.models import QuerySet

from inventory.domain import effort, price_copy, weighed
from inventory.domain.difference import Amounts, CallThen, PartThen
from inventory.domain.effort import Weights
from inventory.domain.part import Label, Path
from inventory.domain.plan import Kind
from inventory.domain.pricing import Price, Profile
from inventory.domain.status import WORDS, Status
from inventory.models import Frozen, FrozenCall, FrozenPart, StagedCall, StagedPart
from inventory.models.call import PROFILE
from inventory.models.overruled import overruled
from inventory.models.staged import OF_CALL, OF_PART
from inventory.services.versions import frozen_price
from inventory.services.versions.plan_now import Standing

CHUNK = 1000  # calls of either side read at once
Row = Mapping[str, Any]
T = TypeVar("T")
Kept = Mapping[str, Weights]
Rows = tuple[Row, list[Row]]  # a call and its parts


def kept_weights(version: Frozen) -> Kept:
    """What followed from the facts, by what was known of a part."""
    return {each.weighed_by: each.found() for each in version.weights.all()}


def nearest(
    exact: Mapping[frozen_price.Key, T], call: Row, parts: Iterable[Row], models: Iterable[str],
    newest: Mapping[tuple[str, ...], T] | None = None,
) -> dict[str, T | None]:  # fmt: skip
    """The price of each model, by the mark that the call or its part carries; where that is not there, the newest of
    the same model. `exact` is sorted by day, so the last one is the newest."""
    newest = {key[:3]: price for key, price in exact.items()} if newest is None else newest
    provider, geo = call["provider"], call["geo"]
    marks = {row["model"]: row["priced_by"] for row in (*parts, call)}
    return {
        model: exact.get((provider, model, geo, marks.get(model, ""))) or newest.get((provider, model, geo))
        for model in models
    }


class Prices:
    """Those of one side."""

    def __init__(self, found: Iterable[tuple[frozen_price.Key, Price | None]]) -> None:
        self._exact = dict(found)
        self._newest: dict[tuple[str, ...], Price | None] = {key[:3]: price for key, price in self._exact.items()}

    def of(self, call: Row, parts: Iterable[Row], models: Iterable[str]) -> dict[str, Price | None]:
        return nearest(self._exact, call, parts, models, self._newest)


@dataclass(frozen=True, slots=True)
class Side:
    """Where the rows of one side are read from."""

    calls: "QuerySet[Any, Any]"
    parts: "QuerySet[Any, Any]"
    prices: Prices
    weigh: Callable[[str], Weights | None]  # what follows from what is known; None where that was not kept

    def after(self, position: int) -> list[int]:
        found = self.calls.filter(call_id__gt=position).order_by("call_id")
        return list(found.values_list("call_id", flat=True)[:CHUNK])

    def read(self, above: int, upto: int) -> dict[int, Rows]:
        """The calls with numbers above the one and up to the other, each with its parts."""
        between = {"call_id__gt": above, "call_id__lte": upto}
        found: dict[int, Rows] = {
            row["call_id"]: (row, []) for row in self.calls.filter(**between).order_by().values(*OF_CALL)
        }
        for row in self.parts.filter(**between).order_by("call_id", "position").values(*OF_PART):
            if row["call_id"] in found:
                found[row["call_id"]][1].append(row)
        return found


def frozen(version: Frozen) -> Side:
    """As it was frozen."""
    copies = version.prices.order_by("on", "pk").values_list("provider", "model", "geo", "priced_by", "price")
    prices = Prices(((p, m, g, mark), price_copy.price(kept) if kept else None) for p, m, g, mark, kept in copies)
    calls = FrozenCall.objects.filter(frozen=version)
    weights = kept_weights(version)
    return Side(calls, FrozenPart.objects.filter(frozen=version), prices, weights.get)


def now(standing: Standing) -> Side:
    """As it stood when it was set aside."""
    prices = Prices((each.key, each.price) for each in standing.used)
    return Side(StagedCall.objects.all(), StagedPart.objects.all(), prices, _weigh)


@lru_cache(maxsize=10_000)
def _weigh(mark: str) -> Weights:
    return effort.weights(weighed.facts(mark))


def pair(first: Rows | None, second: Rows | None, sides: tuple[Side, Side]) -> tuple[CallThen | None, CallThen | None]:
    """The same call on both sides, each with the price of every model that either has."""
    known = [side for side in (first, second) if side is not None]
    models = {name for call, parts in known for name in (call["model"], *(part["model"] for part in parts)) if name}
    was, is_now = (
        None if rows is None else _call(*rows, side.prices.of(*rows, models), side)
        for rows, side in zip((first, second), sides, strict=True)
    )
    return was, is_now


def _call(row: Row, parts: list[Row], prices: Mapping[str, Price | None], side: Side) -> CallThen:
    profile = _profile(row, row, row["share_above"])
    return CallThen(
        row["call_id"], row["name"], row["provider"], row["model"], row["geo"], Path(row["today_path"]), profile,
        bool(row["is_split"]), tuple(_part(part, row, side) for part in parts), prices,
    )  # fmt: skip


def _part(row: Row, call: Row, side: Side) -> PartThen:
    profile = _profile(row, call, None) if call["is_split"] else _profile(call, call, call["share_above"])
    return PartThen(
        id=row["part_id"],
        name=row["name"],
        model=row["model"],
        profile=profile,
        label=Label.NONE if row["kind"] == Kind.UNDECIDED else Label(row["label"]),
        blockers=tuple(row["blockers"]),
        amounts=_amounts(row),
        agreed=not row["one_sided"],
        scheduled=row["counted_on"] is not None,
        wave=_wave(row["wave"], row["starts_on"], row["ramp_months"]),
        status=WORDS[Status(row["status"])] if row["status"] else "",
        kind=row["kind"],
        weights=_weights(row, side.weigh(row["weighed_by"])),
    )


def _weights(row: Row, found: Weights | None) -> tuple[str, ...]:
    if found is None:
        return ()
    counted = overruled(found, row)
    return counted.effort.value, counted.risk.value, counted.ready.value


def _amounts(row: Row) -> Amounts:
    today, after = row["cost_today"] or 0, row["cost_target"] or 0
    in_plan = not row["one_sided"] and row["counted_on"] is not None
    return Amounts(today, after, today - after if in_plan else 0)


def _profile(row: Row, call: Row, share_above: Decimal | None) -> Profile:
    figures = {name: row[name] for name in PROFILE}
    return Profile(**figures, write_1h=bool(call["write_1h"]), fast=bool(call["fast"]), share_above=share_above)


def _wave(name: str | None, starts_on: date | None, ramp: int | None) -> str:
    if not name:
        return ""
    told = [name, f"from {starts_on:%B %Y}" if starts_on else "no start yet"]
    return ", ".join([*told, f"ramp of {ramp} month{'s' if ramp > 1 else ''}"] if ramp else told)
