"""The rows of the workbook's sheet of parts: what a part is priced from, and what its formulas come to now.

A call whose stored amounts are not what today's prices make of it keeps them as fixed numbers, and says so: the
workbook never shows other totals than the pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inventory.domain import money, pricing
from inventory.domain.book import Book, Found
from inventory.domain.line import Side
from inventory.domain.plan import Kind, Why
from inventory.domain.pricing import Cost, Profile
from inventory.exchange import live
from inventory.exchange.workbook import Own, Typed
from inventory.exchange.written import NOTHING
from inventory.models import Call, Part, PriceRow
from inventory.models import call as call_models
from inventory.models.call import PROFILE
from inventory.models.pricing import PLATFORMS
from inventory.services.planning import plan
from inventory.services.prices import pricing as prices_of

SIDE_WORDS = {Side.WAITS: "Somebody waits", Side.OPEN: "On the line", Side.NOBODY: "Nobody waits"}
PATHS: dict[str, str] = dict(call_models.PATHS)
PLATFORM_NO = {name: number for number, name in enumerate(PLATFORMS, 1)}
IN_SPLIT = plan.KIND_NAMES[Kind.SPLIT]
SHALL = {
    (Kind.UNDECIDED, Why.NONE): live.OPEN, (Kind.MOVE_TO_BATCH, Why.NONE): live.IF_CHEAPER,
    (Kind.STAY_REAL_TIME, Why.BATCH_DEARER): live.IF_CHEAPER, (Kind.CANNOT_MOVE, Why.NO_BATCH_PRICE): live.IF_CHEAPER,
    (Kind.STAY_BATCH, Why.NONE): live.IN_BATCH,
}  # fmt: skip
BATCH_AMOUNTS = ("with_cache", "without_cache", "batch")
Cells = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Where:
    """The numbers and the wave by which a part's row is added up. `wave` is how the wave it counts in is called, `done`
    whether its saving counts as realised."""

    call_no: int
    team_no: int
    wave_no: int
    wave: str
    done: bool = False


class Lines:
    """Rows for call after call. `rows` are the price rows in the order in which the sheet of prices has them."""

    def __init__(self, rows: Sequence[PriceRow], book: Book) -> None:
        self._line = {row.pk: number for number, row in enumerate(rows, 1)}
        self._without_batch = {row.pk for row in rows if row.batch_input is None}
        self._book = book
        self.count = 0  # rows so far

    def of(self, call: Call, parts: Sequence[Part], where: Sequence[Where]) -> list[Cells]:
        """One row a part, in order; before those of a split call one with the call as it runs today."""
        total, costs = prices_of.both_ways(call, parts, book=self._book)
        now = prices_of.as_is(call, parts, costs, book=self._book)
        if not _reproduced(call, parts, total, costs, now):
            return [self._fixed(call, part, place) for part, place in zip(parts, where, strict=True)]
        found = []
        split = 0
        if call.is_split and total is not None:
            found.append(self._whole(call, total, sum(each or 0 for each in now), len(parts), where[0]))
            split = self.count
        for part, place, cost, as_is in zip(parts, where, costs, now, strict=True):
            assert cost is not None  # else the stored amounts could not have been reproduced
            assert as_is is not None
            row = self._live(call, part, place, cost, as_is)
            if split:
                whole = (_spent(call, total), sum(each or 0 for each in now))
                row |= {"whole_no": split, "whole": split + 1, "rounding": _rounding(part, as_is, whole)}
            else:
                row["spent"] = part.cost_today
            found.append(row)
        return found

    def _start(self, call: Call, name: str, where: Where) -> Cells:
        self.count += 1
        return {
            "no": self.count, "team": call.team.name, "feature": call.feature.name, "call": call.name, "key": call.key,
            "part": name, "path": PATHS[call.today_path], "team_no": where.team_no,
            "platform_no": PLATFORM_NO.get(call.provider),
        }  # fmt: skip

    def _part(self, call: Call, part: Part, where: Where) -> Cells:
        kind, why = Kind(part.kind), Why(part.why)
        return {
            **self._start(call, part.name, where), "row_is": live.PART, "move": plan.KIND_NAMES[kind],
            "wave": where.wave,
            "shall": SHALL.get((kind, why), live.REAL_TIME), "one_sided": part.one_sided,
            "side": SIDE_WORDS[plan.SIDES[part.kind, part.why]], "counts": 1, "call_no": where.call_no,
            "counted_as": IN_SPLIT if part.in_split else plan.KIND_NAMES[kind], "wave_no": where.wave_no,
            "model": part.model or call.model, "alone": part.saving if part.one_sided else 0,
            "done": where.done,
        }  # fmt: skip

    def _fixed(self, call: Call, part: Part, where: Where) -> Cells:
        """Amounts as they are stored. Walked back, it costs what it costs today."""
        moves = Typed(int(part.kind in plan.MOVING))
        row = {**self._part(call, part, where), **_inputs(prices_of.profile_of(call, part)), "moves": moves}
        if part.cost_today is None or part.cost_target is None:
            return {**row, "figures": live.UNPRICED, "unpriced": 1}
        after: Own | Typed = Own(f'=IF([walked]="yes",[today],{part.cost_target / money.MICRO!r})', part.cost_target)
        if part.kind != Kind.MOVE_TO_BATCH:
            after = Typed(part.cost_target)
        amounts = {
            "today": Typed(part.cost_today),
            "after": after,
            "saving": part.saving,
            "possible": Typed(part.possible),
        }
        return {**row, **amounts, "figures": live.FIXED}

    def _live(self, call: Call, part: Part, where: Where, cost: Cost, as_is: int) -> Cells:
        split = call.is_split
        profile, found = self._profile(call, part if split else None)
        row = {
            **self._part(call, part, where), **_inputs(profile), **self._priced(found, profile, cost),
            "figures": live.LIVE,
            "today": part.cost_today, "after": part.cost_target, "saving": part.saving, "possible": part.possible,
            "as_is": as_is, "moves": int(part.kind in plan.MOVING),
        }  # fmt: skip
        return {**row, **self._todays_model(call, profile, as_is)} if split and part.model else row

    def _whole(self, call: Call, cost: Cost, weights: int, parts: int, where: Where) -> Cells:
        profile, found = self._profile(call, None)
        return {
            **self._start(call, "", where), **_inputs(profile), **self._priced(found, profile, cost),
            "model": call.model,
            "row_is": live.WHOLE, "figures": live.LIVE, "spent": _spent(call, cost), "weights": weights, "parts": parts,
        }  # fmt: skip

    def _profile(self, call: Call, part: Part | None) -> tuple[Profile, Found]:
        found = prices_of.found_for(call, part, book=self._book)
        assert found is not None  # it has been priced
        return prices_of.profile_of(call, part), found

    def _priced(self, found: Found, profile: Profile, cost: Cost) -> Cells:
        price = found.price
        line, long = self._line_numbers(found)
        fees = sum(count * (rate or 0) / pricing.PER[unit] for count, rate, unit in (
            (profile.searches, price.fees.search, pricing.Unit.SEARCHES),
            (profile.container_minutes, price.fees.container, pricing.Unit.MINUTES),
        ))  # fmt: skip
        return {
            "line": line, "line_long": long, "factor": price.multiplier, "row": line,
            "row_long": long or 0,
            "batch_offered": price.has_batch or any(pk in self._without_batch for pk in found.rows),
            "has_batch": "yes" if price.has_batch else "no", "kept": price.multiplier * (1 - price.discount),
            "fees": fees * (1 - (price.discount if price.discount_on_fees else 0)), "long": _long(profile, found),
            "hits": profile.batch_hit_share, "one": cost.real_time / (profile.requests or 1),
            "real_time": cost.real_time,
            "with_cache": cost.batch_with_cache, "without_cache": cost.batch_without_cache, "batch": cost.batch,
        } | ({} if price.has_batch else dict.fromkeys(BATCH_AMOUNTS, NOTHING))  # fmt: skip

    def _todays_model(self, call: Call, profile: Profile, as_is: int) -> Cells:
        found = prices_of.found_for(call, book=self._book)
        assert found is not None
        line, long = self._line_numbers(found)
        return {
            "line_today": line, "line_today_long": long, "factor_today": found.price.multiplier, "row_today": line,
            "row_today_long": long or 0, "long_today": _long(profile, found),
            "one_today": as_is / (profile.requests or 1),
        }  # fmt: skip

    def _line_numbers(self, found: Found) -> tuple[int, int | None]:
        return self._line[found.rows[0]], self._line[found.rows[-1]] if len(found.rows) > 1 else None


def _reproduced(
    call: Call, parts: Sequence[Part], total: Cost | None, costs: Sequence[Cost | None], now: Sequence[int | None]
) -> bool:
    """Whether formulas over today's prices come to the very amounts that are stored."""
    if total is None or None in costs or None in now or call.is_split != (len(parts) > 1):
        return False
    spent = [_spent(call, total)]
    if call.is_split:
        weights = [each or 0 for each in now]
        if not any(weights):
            return False
        spent = money.shared_out(spent[0], weights)
    return all(
        (part.cost_today, part.cost_target, part.possible) == (today, *_target(part, cost, as_is))
        for part, today, cost, as_is in zip(parts, spent, costs, now, strict=True)
        if cost is not None
    )


def _target(part: Part, cost: Cost, as_is: int | None) -> tuple[int, int]:
    """What it costs after, and could save besides, as the formulas have it."""
    real_time, batch = cost.real_time, cost.real_time if cost.batch is None else cost.batch
    shall = SHALL.get((Kind(part.kind), Why(part.why)))
    if shall == live.OPEN:
        after = max(real_time, as_is or 0)
        return after, after - min(real_time, batch)
    if shall == live.IF_CHEAPER:
        return min(real_time, batch), 0
    return (batch if shall == live.IN_BATCH else real_time), 0


def _spent(call: Call, cost: Cost | None) -> int:
    assert cost is not None
    return cost.batch if call.today_path == "batch" and cost.batch is not None else cost.real_time


def _rounding(part: Part, as_is: int, whole: tuple[int, int]) -> int | None:
    """Millionths between its share of the call as a formula rounds it, and the share that lets all add up."""
    spent, weights = whole
    rounded = (2 * spent * as_is + weights) // (2 * weights)
    return ((part.cost_today or 0) - rounded) or None


def _inputs(profile: Profile) -> Cells:
    own = ("share_above", "write_1h", "fast")
    return {name: getattr(profile, name) for name in (*PROFILE, *own)}


def _long(profile: Profile, found: Found) -> Any:
    return sum(share for card, share in pricing.bands(profile, found.price) if card is not found.price.cards[0])
