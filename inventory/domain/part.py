"""A part: which path it takes, which label it carries, how sure that is, and what a call loses or gains by a split."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from inventory.domain import break_even
from inventory.domain.pricing import Profile


class Path(StrEnum):
    REAL_TIME = "real_time"
    BATCH = "batch"


class Label(StrEnum):
    """What the waiting test says of a part. Hybrid is never stored: such a part is split."""

    NONE = ""
    WAITING = "waiting"
    NOT_WAITING = "not_waiting"


class State(StrEnum):
    """How far the two disciplines have come with a label."""

    UNLABELLED = "unlabelled"
    ONE_SIDE = "one_side"
    AGREED = "agreed"
    DISPUTED = "disputed"
    SETTLED = "settled"
    CHECK_NEEDED = "check_needed"

    @property
    def is_sealed(self) -> bool:
        return self in (State.AGREED, State.SETTLED)


class Figures(StrEnum):
    """Where volume and tokens come from."""

    TYPED = "typed"
    ASSUMED = "assumed"
    MEASURED = "measured"


TOKENS = {
    "uncached_input": "input tokens, not cacheable",
    "cacheable_prefix": "cacheable prefix tokens",
    "output": "output tokens",
    "searches": "web searches",
    "container_minutes": "container minutes",
}
Work = int | Decimal


@dataclass(frozen=True, slots=True)
class Gap:
    """One kind of work a month, tokens or use of a tool: what the whole does, and what its parts do together."""

    tokens: str  # one of TOKENS
    whole: Work
    parts: Work

    @property
    def name(self) -> str:
        return TOKENS[self.tokens]

    @property
    def missing(self) -> Work:
        return max(0, self.whole - self.parts)

    @property
    def extra(self) -> Work:
        return max(0, self.parts - self.whole)


def gaps(whole: Profile, parts: Sequence[Profile]) -> tuple[Gap, ...]:
    """The work of a month, kind by kind: requests × tokens a request, of the whole and summed over its parts."""
    return tuple(Gap(kind, _work([whole], kind), _work(parts, kind)) for kind in TOKENS)


def shortfall(whole: Profile, parts: Sequence[Profile]) -> tuple[Gap, ...]:
    """The kinds of which the parts send fewer tokens a month than the whole: work that no part does.

    Each kind stands alone: more output never makes up for missing input, nor a prefix for input that is not cacheable.
    Only the work counts, not how it is cut: half the requests with twice the tokens do not fall short, and a part
    without prefix does not as long as the others carry all of it.
    """
    return tuple(gap for gap in gaps(whole, parts) if gap.missing)


def overhead(whole: Profile, parts: Sequence[Profile]) -> tuple[Gap, ...]:
    """The kinds of which the parts send more than the whole: context that several of them need."""
    return tuple(gap for gap in gaps(whole, parts) if gap.extra)


def _work(profiles: Sequence[Profile], kind: str) -> Work:
    """A whole number where it is one: `1,500` and not `1,500.0000`."""
    found = sum((Decimal(profile.requests * getattr(profile, kind)) for profile in profiles), Decimal(0))
    return int(found) if found == int(found) else found.normalize()


@dataclass(frozen=True, slots=True)
class Option:
    """What one part costs a month on either path, in micro-dollars. `path` is None while its label does not count."""

    real_time: int
    batch: int | None
    path: Path | None = None

    @property
    def least(self) -> int:
        """On the path its label sets; without one, on the cheaper."""
        if self.path is Path.REAL_TIME or self.batch is None:
            return self.real_time
        return self.batch if self.path is Path.BATCH else min(self.real_time, self.batch)


@dataclass(frozen=True, slots=True)
class Balance:
    """A split against the same call unsplit, in micro-dollars a month.

    `whole` is the call in real time, which is what it stays while somebody waits for any of it. `overhead` is what
    the parts cost more than that before any of them moves. `least` is the cheapest the split can become. `alone` is,
    part by part, the split with only that one in batch: None where it has no batch price. `must_cost` is, part by part,
    what it must cost in real time so that its move alone pays for the overhead: None where no cost is enough.
    """

    whole: int
    overhead: int
    least: int
    alone: tuple[int | None, ...]
    must_cost: tuple[int | None, ...] = ()

    @property
    def saving(self) -> int:
        return self.whole - self.least

    @property
    def pays(self) -> bool:
        return self.saving > 0


def balance(whole: int, parts: Sequence[Option]) -> Balance:
    """Weigh a split against `whole`, the call in real time.

    While labels are open, one open part at least is taken to wait: were nobody waiting for any of them, the call
    would move as one and need no split.
    """
    real_time = sum(part.real_time for part in parts)
    least = sum(part.least for part in parts)
    stays = [part for part in parts if part.path is Path.REAL_TIME]
    open_parts = [part for part in parts if part.path is None]
    if open_parts and not stays:
        least += min(part.real_time - part.least for part in open_parts)
    alone = tuple(None if part.batch is None else real_time - part.real_time + part.batch for part in parts)
    overhead = real_time - whole
    must = (break_even.moved(overhead=overhead, real_time=part.real_time, batch=part.batch) for part in parts)
    return Balance(whole, overhead, least, alone, tuple(must))
