"""From which figure on a batch pays: how many requests must, or may, find the prefix cached, and how much a part that
moves must cost to pay for the context that is sent twice."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from inventory.domain import pricing
from inventory.domain.pricing import ONE, ZERO, Price, Profile, Way


@dataclass(frozen=True, slots=True)
class Prefix:
    """Shares from 0 to 1 of the requests that find the prefix cached; None where no share makes a difference.

    `most_now`: with more hits in real time, a batch without cache costs more than real time. `least_in_batch`: with
    fewer hits in batch, a batch with cache costs more than real time does today. Below 0 or above 1: no share does it.
    """

    most_now: Decimal | None
    least_in_batch: Decimal | None


NO_PREFIX = Prefix(None, None)


def prefix(profile: Profile, price: Price) -> Prefix:
    """The two shares for this call as a whole: what expires and what a tool costs is the same on both sides of each."""
    if not profile.cacheable_prefix or not profile.requests or not price.has_batch:
        return NO_PREFIX
    without = pricing.exact(Way.BATCH_WITHOUT_CACHE, profile, price)
    now = pricing.exact(Way.REAL_TIME, profile, price)

    def real_time(hits: Decimal) -> Decimal:
        return pricing.exact(Way.REAL_TIME, replace(profile, hit_share=hits), price)

    def batch(hits: Decimal) -> Decimal:
        return pricing.exact(Way.BATCH_WITH_CACHE, replace(profile, batch_hit_share=hits), price)

    return Prefix(_crossing(real_time, without), _crossing(batch, now))


def words(found: Prefix) -> list[str]:
    """Both shares as sentences; none where there is nothing to say."""
    told = []
    if found.most_now is not None:
        told.append(_most_now(found.most_now))
    if found.least_in_batch is not None:
        told.append(_least_in_batch(found.least_in_batch))
    return told


def _most_now(share: Decimal) -> str:
    if share >= ONE:
        return "A batch without cache costs less than real time, however many requests find the prefix cached."
    if share < ZERO:
        return "A batch without cache costs more than real time, however few requests find the prefix cached."
    return f"Break-even: a batch without cache pays while at most {_percent(share)} of requests find the prefix today."


def _least_in_batch(share: Decimal) -> str:
    if share > ONE:
        return "A batch with cache costs more than real time, however many of its requests find the prefix cached."
    if share <= ZERO:
        return "A batch with cache costs less than real time, however few of its requests find the prefix cached."
    return (
        f"Break-even: a batch with cache pays where at least {_percent(share)} of its requests find the prefix cached."
    )


def _percent(share: Decimal) -> str:
    return f"{(100 * share).quantize(Decimal('0.1'), ROUND_HALF_UP)} %"


def moved(*, overhead: int, real_time: int, batch: int | None) -> int | None:
    """What a part must cost in real time so that its move pays for the `overhead` of the split; micro-dollars a month.
    None where batch saves nothing of it, so that no cost is enough; 0 where there is nothing to pay for."""
    if overhead <= 0:
        return 0
    if batch is None or batch >= real_time:
        return None
    return int((Decimal(overhead) * real_time / (real_time - batch)).to_integral_value(ROUND_CEILING))


def _crossing(cost: Callable[[Decimal], Decimal], target: Decimal) -> Decimal | None:
    """The share of hits at which `cost`, a straight line that falls, meets `target`; None where hits save nothing."""
    none, every = cost(ZERO), cost(ONE)
    return None if none <= every else (none - target) / (none - every)
