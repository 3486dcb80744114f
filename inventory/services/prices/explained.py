"""What a page needs to open an amount to its arithmetic: the lines, the figures they rest on, the price rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from inventory.domain import break_even, origin, pricing
from inventory.domain.break_even import Prefix
from inventory.domain.origin import Mix
from inventory.models import Discount, Modifier, Part, PriceRow
from inventory.services.prices.drift import Drift


@dataclass(frozen=True, slots=True)
class Line:
    """requests x share x count x rate x factor x (100 % - off) = amount. `share`, `factor` and `off` are empty where
    they change nothing; `per` is what the rate is for where that is not a million tokens."""

    what: str
    count: str
    rate: int
    share: str
    factor: str
    above: int
    amount: int
    off: str = ""
    per: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """One figure the amount rests on, and where it comes from."""

    name: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Explained:
    """One profile's month in real time and in batch, line by line. Amounts are micro-dollars, None where not known.

    `other_batch` is the batch's dearer way (without cache where `batch_cached`, with it otherwise). `fees` are the
    modifiers its tools are charged by, `discount` what is negotiated where it runs.
    """

    requests: int
    model: str
    rows: tuple[PriceRow, ...]
    is_borrowed: bool
    inputs: tuple[Input, ...]
    on: date
    real_time: int | None = None
    batch: int | None = None
    batch_cached: bool = False
    other_batch: int | None = None
    real_time_lines: tuple[Line, ...] = ()
    batch_lines: tuple[Line, ...] = ()
    real_time_mix: Mix = origin.NOTHING
    batch_mix: Mix = origin.NOTHING
    even: Prefix = break_even.NO_PREFIX
    expired: str = ""
    fees: tuple[Modifier, ...] = ()
    discount: Discount | None = None

    @property
    def dearer(self) -> int:
        """By how much a month batch costs more; negative where it costs less."""
        return (self.batch or 0) - (self.real_time or 0)

    @property
    def cheaper(self) -> int:
        return -self.dearer

    @property
    def breaks_even(self) -> list[str]:
        """From which share of cache hits on a batch pays, in words."""
        return break_even.words(self.even)


@dataclass(frozen=True, slots=True)
class Explanations:
    """The call as it runs today, and each of its parts with its own. An unsplit call has the same for both. `drifts`
    are of the parts whose stored amounts are not those of that day's prices."""

    whole: Explained
    parts: tuple[tuple[Part, Explained], ...]
    drifts: Mapping[int, Drift]
    shares: Mapping[int, "Share"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Share:
    """What of `whole`, a month of the call as it runs, falls to a part: as much as `own` is of `together`. These are
    what it and all parts would cost in real time on the model of today. Micro-dollars."""

    whole: int
    own: int
    together: int


@dataclass(frozen=True, slots=True)
class Facts:
    """By what one profile is priced: the price and what it comes to, None where there is none, its rows and their day,
    the fees of tools and the discount."""

    price: pricing.Price | None
    cost: pricing.Cost | None
    rows: tuple[PriceRow, ...]
    on: date
    fees: tuple[Modifier, ...] = ()
    discount: Discount | None = None
