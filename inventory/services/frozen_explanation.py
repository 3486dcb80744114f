"""How the amounts of a frozen version came about: its own copies of the facts, of the prices and of their sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from inventory.domain import price_copy, pricing
from inventory.models import Call, ClaudeModel, Frozen, FrozenCall, FrozenPart, FrozenPrice, Part, PriceRow
from inventory.models.call import PROFILE
from inventory.services import explanation, plan_then
from inventory.services.explanation import Explained, Facts
from inventory.services.pricing import profile_of

OF_CALL = ("provider", "model", "geo", "fast", "write_1h", "share_above", "today_path", "figures", "is_split", *PROFILE)
DAYS = ("valid_from", "valid_to", "as_of")


@dataclass(frozen=True, slots=True)
class Then:
    """The call as it ran then, and each of its parts with its own; an unsplit call has the same for both."""

    call: FrozenCall
    whole: Explained
    parts: Sequence[tuple[FrozenPart, Explained]]


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
    return Then(call, whole, [(part, _explained(call, part, by_model)) for part in parts])


def _explained(row: FrozenCall, part: FrozenPart | None, by_model: Mapping[str, FrozenPrice | None]) -> Explained:
    """Worked out anew from what was copied, by the formula of the plan."""
    call = Call(**{name: getattr(row, name) for name in OF_CALL})
    own = None
    if part is not None:
        own = Part(call=call, model=part.model, **{name: getattr(part, name) for name in PROFILE})
    copied = by_model.get((part and part.model) or row.model)
    price = price_copy.price(copied.price) if copied and copied.price else None
    cost = pricing.priced(profile_of(call, own), price)
    rows = tuple(_row(copied, each) for each in copied.rows) if copied else ()
    on = copied.on if copied else row.priced_on or date.min
    return explanation.told(call, own, Facts(price, cost, rows, on))


def _row(copied: FrozenPrice, plain: Mapping[str, Any]) -> PriceRow:
    days = {name: date.fromisoformat(plain[name]) if plain.get(name) else None for name in DAYS}
    return PriceRow(**{**plain, **days, "model": ClaudeModel(key=copied.model, name=copied.model)})
