"""How the amounts of a frozen version came about: its own copies of the facts, of the prices and of their sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from inventory.domain import price_copy, pricing
from inventory.domain.part import Path
from inventory.models import Call, ClaudeModel, Frozen, FrozenCall, FrozenPart, FrozenPrice, Part, PriceRow
from inventory.models.call import PROFILE
from inventory.services.prices import explanation
from inventory.services.prices.explained import Explained, Facts, Share
from inventory.services.prices.pricing import profile_of
from inventory.services.versions import plan_then

OF_CALL = ("provider", "model", "geo", "fast", "write_1h", "share_above", "today_path", "figures", "is_split", *PROFILE)
DAYS = ("valid_from", "valid_to", "as_of")


@dataclass(frozen=True, slots=True)
class Then:
    """The call as it ran then, and each of its parts with its own; an unsplit call has the same for both."""

    call: FrozenCall
    whole: Explained
    parts: Sequence[tuple[FrozenPart, Explained]]
    shares: Mapping[int, Share] = field(default_factory=dict)


def of(version: Frozen, call: FrozenCall) -> Then:
    """Three queries, however many parts."""
    parts = list(version.part_rows.filter(call_id=call.call_id).order_by("position"))
    models = {name for name in (call.model, *(part.model for part in parts)) if name}
    copies = list(version.prices.filter(provider=call.provider, geo=call.geo, model__in=models).order_by("on", "pk"))
    known = {(each.provider, each.model, each.geo, each.priced_by): each for each in copies}
    rows = [{"model": part.model, "priced_by": part.priced_by} for part in parts]
    about = {"provider": call.provider, "geo": call.geo, "model": call.model, "priced_by": call.priced_by}
    by_model: Mapping[str, FrozenPrice | None] = plan_then.nearest(known, about, rows, models)
    whole = _explained(call, None, by_model)
    if not call.is_split:
        return Then(call, whole, [(part, whole) for part in parts])
    each = [(part, _explained(call, part, by_model)) for part in parts]
    return Then(call, whole, each, _shares(call, whole, parts, by_model))


def _shares(
    row: FrozenCall, whole: Explained, parts: Sequence[FrozenPart], by_model: Mapping[str, FrozenPrice | None]
) -> dict[int, Share]:
    """What of the whole fell to each part: as much as it would have cost in real time on the model of the call."""
    call, price = _call(row), _price(by_model.get(row.model))
    spent = whole.batch if row.today_path == Path.BATCH and whole.batch is not None else whole.real_time
    costs = [pricing.priced(profile_of(call, _part(call, part)), price) for part in parts]
    weights = [cost.real_time for cost in costs if cost is not None]
    if spent is None or len(weights) < len(parts) or not sum(weights):
        return {}
    return {part.part_id: Share(spent, weight, sum(weights)) for part, weight in zip(parts, weights, strict=True)}


def _explained(row: FrozenCall, part: FrozenPart | None, by_model: Mapping[str, FrozenPrice | None]) -> Explained:
    """Worked out anew from what was copied, by the formula of the plan."""
    call = _call(row)
    own = _part(call, part) if part is not None else None
    copied = by_model.get((part and part.model) or row.model)
    price = _price(copied)
    cost = pricing.priced(profile_of(call, own), price)
    rows = tuple(_row(copied, each) for each in copied.rows) if copied else ()
    on = copied.on if copied else row.priced_on or date.min
    return explanation.told(call, own, Facts(price, cost, rows, on))


def _call(row: FrozenCall) -> Call:
    return Call(**{name: getattr(row, name) for name in OF_CALL})


def _part(call: Call, row: FrozenPart) -> Part:
    return Part(call=call, model=row.model, **{name: getattr(row, name) for name in PROFILE})


def _price(copied: FrozenPrice | None) -> pricing.Price | None:
    return price_copy.price(copied.price) if copied and copied.price else None


def _row(copied: FrozenPrice, plain: Mapping[str, Any]) -> PriceRow:
    days = {name: date.fromisoformat(plain[name]) if plain.get(name) else None for name in DAYS}
    return PriceRow(**{**plain, **days, "model": ClaudeModel(key=copied.model, name=copied.model)})
