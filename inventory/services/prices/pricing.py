"""The price book in force, and what it makes of a call: kinds, costs, doubts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Max, QuerySet

from inventory.domain import book as prices
from inventory.domain import doubt, effort, plan, pricing, readiness
from inventory.domain.doubt import Doubt
from inventory.domain.part import Figures, Label, Path, State
from inventory.models import Call, ClaudeModel, Discount, Modifier, Part, PriceRow
from inventory.models.audit import last_of
from inventory.models.call import PROFILE

LOAD = "pricing.load"
CHANGES = (
    LOAD, "pricing.add", "pricing.end", "pricing.correct", "pricing.import", "discount.agree", "discount.withdraw",
)  # fmt: skip
STATE_DOUBTS = {
    State.UNLABELLED: Doubt.UNDECIDED,
    State.ONE_SIDE: Doubt.ONE_SIDED,
    State.DISPUTED: Doubt.DISPUTED,
    State.CHECK_NEEDED: Doubt.CHECK_NEEDED,
}
NEEDED = ("requests", "uncached_input", "output")
PREVIEWED = frozenset(
    ("provider", "model", "geo", "fast", "write_1h", "share_above", "today_path", "path_assumed", "figures", *PROFILE)
)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a call would cost a month in micro-dollars; None where the price or a figure is not known yet.

    `above` is the prompt length from which the model has a second price card, None where it has one.
    """

    model: str
    retires_on: date | None
    real_time: int | None
    batch: int | None
    today: int | None
    doubts: tuple[str, ...]
    above: int | None = None


def book(on: date) -> prices.Book:
    """The prices valid on that day. One query where this process knows the book already, else five."""
    return _book(on, last_change())


def last_change() -> str | None:
    """The link of the last action that changed a price; None where none did since the book was begun."""
    return last_of(CHANGES)


@lru_cache(maxsize=4)
def _book(on: date, last_change: str | None) -> prices.Book:
    """Prices change by the actions of `CHANGES` alone, so the last one says whether a book is still the book."""
    return prices.build(
        on=on,
        models=[row.as_model() for row in ClaudeModel.objects.order_by("key")],
        rows=[row.as_row() for row in PriceRow.objects.valid_on(on).select_related("model").order_by("pk")],
        factors={modifier.key: modifier.value for modifier in modifiers(on)},
        discounts={platform: found.as_discount() for platform, found in discounts(on).items()},
    )


def listing(*, platform: str, model: str, on: date) -> QuerySet[PriceRow]:
    """The rows valid on that day, of one platform and one model where they are given."""
    rows = PriceRow.objects.valid_on(on).listed()
    if platform:
        rows = rows.filter(platform=platform)
    return rows.filter(model__key=model) if model else rows


def modifiers(on: date) -> list[Modifier]:
    """The factors and fees in force on that day, by key."""
    valid = Modifier.objects.filter(valid_from__lte=on).order_by("key", "valid_from")
    return list({modifier.key: modifier for modifier in valid}.values())


def discounts(on: date) -> dict[str, Discount]:
    """What is negotiated off the prices in force on that day, by platform."""
    return {each.platform: each for each in Discount.objects.filter(valid_from__lte=on).order_by("valid_from")}


def as_of() -> date | None:
    """The day on which the newest price was read from its source; None where the book is empty."""
    newest: date | None = PriceRow.objects.aggregate(day=Max("as_of"))["day"]
    return newest


def apply(call: Call, parts: Sequence[Part], *, book: prices.Book) -> None:
    """Fill kind, why, costs, saving, possible and doubts of `parts`, kind and costs of `call`. Saves nothing.

    A split call's cost today is its own, shared out over its parts so that they add up to it exactly.
    """
    whole, costs = both_ways(call, parts, book=book)
    now = as_is(call, parts, costs, book=book)
    cases = [_case(call, *each) for each in zip(parts, costs, now, strict=True)]
    found = plan.moves(cases, today=Path(call.today_path), whole=whole, is_split=call.is_split)
    for part, move in zip(parts, found, strict=True):
        part.kind, part.why = move.kind, move.why
        part.cost_today, part.cost_target = move.today, move.target
        part.saving, part.possible = move.saving, move.possible
        part.priced_by = book.mark(call.provider, part.model, call.geo) if part.model else ""
        profile = profile_of(call, part if call.is_split else None)
        is_priced = move.today is not None
        part.doubts = _doubts(call, profile, found_for(call, part, book=book), part, is_priced=is_priced)
    call.cost_today = _together([move.today for move in found])
    call.cost_target = _together([move.target for move in found])
    call.kind = plan.Kind.SPLIT if call.is_split else parts[0].kind
    weigh(call, parts)
    call.priced_by, call.priced_on = book.mark(call.provider, call.model, call.geo), book.on


def weigh(call: Call, parts: Sequence[Part]) -> None:
    """Fill what the call saves for the effort of its moves. Saves nothing."""
    points = [part.effort_set or _points(call, part) for part in parts if part.kind in effort.MOVING]
    call.worth = effort.worth(call.saving or 0, points)


def _points(call: Call, part: Part) -> int:
    """By what effort is derived from; the rest of its facts is not known to a draft."""
    return effort.points(
        readiness.Facts(
            kind=plan.Kind(part.kind), why=plan.Why.NONE, state=State(part.state), in_split=call.is_split,
            guard=part.guard, tools=call.tools, streaming=call.streaming,
        )
    )  # fmt: skip


def found_for(call: Call, part: Part | None = None, *, book: prices.Book) -> prices.Found | None:
    """The price of a call, or of one part on the model it is planned on."""
    return book.find(call.provider, (part and part.model) or call.model, call.geo)


def both_ways(
    call: Call, parts: Sequence[Part], *, book: prices.Book
) -> tuple[pricing.Cost | None, list[pricing.Cost | None]]:
    """What a call costs a month in real time and in batch, and each of its parts on the model it is planned on; None
    where that is not known."""
    whole = priced(profile_of(call), found_for(call, book=book))
    if not call.is_split:
        return whole, [whole]
    return whole, [priced(profile_of(call, part), found_for(call, part, book=book)) for part in parts]


def as_is(
    call: Call, parts: Sequence[Part], costs: Sequence[pricing.Cost | None], *, book: prices.Book
) -> list[int | None]:
    """What each part would cost in real time on the model that runs today."""
    found = found_for(call, book=book)
    other = {i: priced(profile_of(call, part), found) for i, part in enumerate(parts) if part.model}
    now = [other.get(i, cost) for i, cost in enumerate(costs)]
    return [None if cost is None else cost.real_time for cost in now]


def drafted(fields: Mapping[str, Any]) -> Call:
    """A call that is still being typed; `fields` are model field names, any may be missing."""
    return Call(**{name: value for name, value in fields.items() if name in PREVIEWED and value not in (None, "")})


def preview(fields: Mapping[str, Any], *, on: date) -> Preview:
    """Costs and doubts of such a call."""
    draft = drafted(fields)
    if not draft.provider or not draft.model:
        return Preview("", None, None, None, None, ())
    found = book(on).find(draft.provider, draft.model, draft.geo)
    name, retires_on = (found.model.name, found.retires_on) if found else ("", None)
    complete = all(isinstance(fields.get(needed), int) for needed in NEEDED)
    cost = priced(profile_of(draft), found) if complete else None
    doubts = _doubts(draft, profile_of(draft), found, is_priced=not complete or cost is not None)
    above = (found.price.cards[-1].above or None) if found else None
    if cost is None:
        return Preview(name, retires_on, None, None, None, tuple(doubts), above)
    return Preview(name, retires_on, cost.real_time, cost.batch, _spent(cost, draft), tuple(doubts), above)


def profile_of(call: Call, part: Part | None = None) -> pricing.Profile:
    """The profile of a call, or of one part of a split. The call's share of long prompts holds for parts with the
    same prompt; other prompts go by their own size.
    """
    whole = call.profile(write_1h=call.write_1h, fast=call.fast, share_above=call.share_above)
    if part is None:
        return whole
    return pricing.of_part(whole, part.profile(write_1h=call.write_1h, fast=call.fast))


def priced(profile: pricing.Profile, found: prices.Found | None) -> pricing.Cost | None:
    """None where the model is unknown, or the amount is beyond what a column holds."""
    return pricing.priced(profile, found.price if found else None)


def _spent(cost: pricing.Cost, call: Call) -> int:
    """What it costs today, on the path it runs on."""
    return cost.batch if call.today_path == Path.BATCH and cost.batch is not None else cost.real_time


def _case(call: Call, part: Part, cost: pricing.Cost | None, now: int | None) -> plan.Case:
    state, label = State(part.state), Label(part.label)
    counts = state.is_sealed or (state is State.ONE_SIDE and call.team.one_side_enough and bool(label))
    return plan.Case(label, counts, part.blockers, cost, now)


def _together(amounts: Sequence[int | None]) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


def _doubts(
    call: Call, profile: pricing.Profile, found: prices.Found | None, part: Part | None = None, *, is_priced: bool
) -> list[str]:
    codes = [Doubt.MODEL_UNKNOWN] if found is None else found.doubts_for(profile)
    if found is not None and not is_priced:
        codes.append(Doubt.TOO_LARGE)
    if call.path_assumed:
        codes.append(Doubt.PATH_ASSUMED)
    if call.figures == Figures.ASSUMED:
        codes.append(Doubt.FIGURES_ASSUMED)
    if part is not None and part.model:
        codes.append(Doubt.OTHER_MODEL)
    if part is not None and part.guard and not profile.expired_share:
        codes.append(Doubt.EXPIRY_NOT_COUNTED)
    if part is not None and part.state in STATE_DOUBTS:
        codes.append(STATE_DOUBTS[State(part.state)])
    return doubt.ordered(codes)
