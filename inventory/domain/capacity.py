"""Whether a wave fits into the limits of the batch services: requests in a batch, its size, the waiting queue.

Limits as documented in autumn 2026. An account may have others: what is said here is what to look up before the wave.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

DAYS = 30  # a month's volume, spread evenly
BYTES_A_TOKEN = 4
MEGABYTE = 10**6


@dataclass(frozen=True, slots=True)
class Limits:
    """None where no limit is known. `queue`: requests that may wait at once, by the tier's name, smallest first."""

    requests: int | None = None
    megabytes: int | None = None
    queue: Mapping[str, int] | None = None
    note: str = ""


CLAUDE = Limits(100_000, 256, {"Start": 200_000, "Build": 300_000, "Scale": 500_000})
LIMITS: Mapping[str, Limits] = {
    "anthropic": CLAUDE,
    "gateway": CLAUDE,
    "aws": CLAUDE,
    "bedrock": Limits(50_000, 1_000, note="one model a job; look up the account's own quota"),
    "vertex": Limits(note="four jobs at a time in a project"),
}


@dataclass(frozen=True, slots=True)
class Load:
    """What the parts of a wave send in batch by one provider: requests and input tokens a month."""

    provider: str
    requests: int
    tokens: float


@dataclass(frozen=True, slots=True)
class Fit:
    """`batches` a day, None where no limit is known; `fits` False where something has to be done, `words` says what."""

    provider: str
    a_day: int
    batches: int | None
    fits: bool
    words: str


def fits(loads: Iterable[Load]) -> list[Fit]:
    """One line a provider, for a day on which a thirtieth of the month is sent at once."""
    return [_fit(load) for load in loads if load.requests]


def _fit(load: Load) -> Fit:
    limits = LIMITS.get(load.provider)
    a_day = -(-load.requests // DAYS)
    if limits is None:
        return Fit(load.provider, a_day, None, fits=True, words="the limits there are not known to Batchline")
    batches = _batches(load, a_day, limits)
    fits, words = _queued(a_day, limits.queue)
    size = _too_large(load, limits)
    said = [] if batches is None else [f"{batches:,} batch{'' if batches == 1 else 'es'} a day"]
    told = "; ".join(filter(None, (*said, words, size, limits.note)))
    return Fit(load.provider, a_day, batches, fits and not size, told)


def _batches(load: Load, a_day: int, limits: Limits) -> int | None:
    """As many as requests or bytes ask for, whichever is more."""
    if limits.requests is None or limits.megabytes is None:
        return None
    size = load.tokens / DAYS * BYTES_A_TOKEN
    return max(1, -(-a_day // limits.requests), -int(-size // (limits.megabytes * MEGABYTE)))


def _queued(a_day: int, queue: Mapping[str, int] | None) -> tuple[bool, str]:
    if queue is None:
        return True, ""
    for tier, most in queue.items():
        if a_day <= most:
            return True, f"fits the queue from tier {tier} on ({most:,} requests)"
    tier, most = list(queue.items())[-1]
    return (
        False,
        f"more than the queue of tier {tier} holds ({most:,} requests): send it in {-(-a_day // most):,} rounds",
    )


def _too_large(load: Load, limits: Limits) -> str:
    """One request larger than a whole batch may be."""
    if limits.megabytes is None:
        return ""
    size = load.tokens / load.requests * BYTES_A_TOKEN
    return f"one request is larger than a batch of {limits.megabytes} MB" if size > limits.megabytes * MEGABYTE else ""
