"""What a month of one profile costs, now and in a batch. Formulas: cost of a call with cached prefix, two rate
cards by prompt length, batch with its own hit share or without cache, whichever is cheaper; what expires in a batch is
repeated in real time; fees of tools cost the same on either path."""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from math import lcm

from inventory.domain import money

EXACT_DIGITS = 80  # 10^12 requests of 10^9 tokens at any rate and share, with room to spare
ZERO, ONE = Decimal(0), Decimal(1)
MILLION = 10**6  # tokens a price is for, and micro-dollars in a dollar
LARGEST_AMOUNT = 10**15  # micro-dollars a month: a billion dollars; sums of thousands of them still fit a column
SEARCHES, MINUTES = 1000, 60  # how many of each a fee is for: a thousand searches, an hour of a container


@dataclass(frozen=True, slots=True)
class Rates:
    """Micro-dollars per million tokens."""

    input: int
    output: int
    write_5m: int
    write_1h: int
    read: int

    def at(self, input_rate: int, output_rate: int) -> "Rates":
        """The same cache multipliers on other base prices: how cache prices stack on fast mode."""
        with localcontext(prec=EXACT_DIGITS):
            scaled = [
                int((Decimal(rate) * input_rate / self.input).to_integral_value(ROUND_HALF_UP))
                for rate in (self.write_5m, self.write_1h, self.read)
            ]
        return Rates(input_rate, output_rate, *scaled)


@dataclass(frozen=True, slots=True)
class Card:
    """The rates for prompts of more than `above` tokens. `batch` is None where no batch price is known."""

    above: int
    standard: Rates
    batch: Rates | None
    fast: Rates | None = None


@dataclass(frozen=True, slots=True)
class Fees:
    """Micro-dollars for a thousand web searches and for an hour of a container; None where no fee is known. They are
    the same in real time and in batch, whatever the geography."""

    search: int | None = None
    container: int | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """One model on one platform: its cards, lowest band first, and what multiplies every token (geography).

    `discount` is the share negotiated off every token price, in real time and in batch; off the fees only where
    `discount_on_fees`.
    """

    cards: tuple[Card, ...]
    multiplier: Decimal = ONE
    fees: Fees = Fees()
    discount: Decimal = ZERO
    discount_on_fees: bool = False

    @property
    def has_batch(self) -> bool:
        """Only where every card has a batch price: half a price is none."""
        return all(card.batch is not None for card in self.cards)


@dataclass(frozen=True, slots=True)
class Profile:
    """A month of one call or part. Tokens, searches and minutes of a container are per request; shares run from 0 to 1.

    `expired_share` of the requests in a batch expire, which costs nothing, and are repeated in real time.
    `share_above` is the share of requests over the second card's limit; None derives it from the prompt's size.
    In batch the cache is written for an hour unless told otherwise: a batch outlives five minutes.
    """

    requests: int
    uncached_input: int
    cacheable_prefix: int
    output: int
    hit_share: Decimal = Decimal(0)
    batch_hit_share: Decimal = Decimal("0.3")
    write_1h: bool = False
    share_above: Decimal | None = None
    fast: bool = False
    batch_write_1h: bool = True
    expired_share: Decimal = Decimal(0)
    searches: Decimal = Decimal(0)
    container_minutes: Decimal = Decimal(0)

    @property
    def prompt(self) -> int:
        return self.uncached_input + self.cacheable_prefix


class Unit(StrEnum):
    """What a price is for."""

    TOKENS = "tokens"
    SEARCHES = "searches"
    MINUTES = "minutes"


PER = {Unit.TOKENS: MILLION, Unit.SEARCHES: SEARCHES, Unit.MINUTES: MINUTES}
COMMON = lcm(*PER.values())  # a price over any of these is whole in this many parts: nothing is divided but at the end


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the arithmetic, in dollars a month: requests x `share` x `count` x `rate` x `factor` x (1 - `off`) =
    `amount`. `rate` is for as many units as PER says.

    `above` is the limit of the card it is priced by, `factor` what geography multiplies, `off` the negotiated discount,
    `repeated` whether it expired in a batch before.
    """

    what: str
    unit: Unit
    count: int | Decimal
    rate: int
    share: Decimal
    factor: Decimal
    off: Decimal
    above: int
    repeated: bool
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Cost:
    """Micro-dollars a month. `batch` is the cheaper of the two ways, None where no batch price is known."""

    real_time: int
    batch_with_cache: int | None
    batch_without_cache: int | None

    @property
    def batch_cached(self) -> bool:
        """Whether a batch with cache is the cheaper way."""
        if self.batch_with_cache is None or self.batch_without_cache is None:
            return False
        return self.batch_with_cache < self.batch_without_cache

    @property
    def batch(self) -> int | None:
        return self.batch_with_cache if self.batch_cached else self.batch_without_cache


class Way(StrEnum):
    """The ways a profile can be run, each with its own lines of arithmetic."""

    REAL_TIME = "real_time"
    BATCH_WITH_CACHE = "batch_with_cache"
    BATCH_WITHOUT_CACHE = "batch_without_cache"


def monthly(profile: Profile, price: Price) -> Cost:
    """Real-time and batch cost of `profile` a month at `price`, each rounded once to a micro-dollar."""
    with localcontext(prec=EXACT_DIGITS):
        real_time = _run(Way.REAL_TIME, profile, price)
        if not price.has_batch:
            return Cost(_micro(real_time), None, None)
        ways = (Way.BATCH_WITH_CACHE, Way.BATCH_WITHOUT_CACHE)
        kept = 1 - profile.expired_share
        repeated = profile.expired_share * real_time
        batch = [_micro(kept * _run(way, profile, price) + repeated) for way in ways]
        return Cost(_micro(real_time), *batch)


def priced(profile: Profile, price: Price | None) -> Cost | None:
    """The same; None where the price is not known, or the amount is beyond what a column holds."""
    if price is None:
        return None
    cost = monthly(profile, price)
    return None if max(cost.real_time, cost.batch or 0) > LARGEST_AMOUNT else cost


def of_part(whole: Profile, part: Profile) -> Profile:
    """The profile of one part of a split. The call's share of long prompts holds for parts with the same prompt; other
    prompts go by their own size."""
    return replace(part, share_above=whole.share_above if part.prompt == whole.prompt else None)


def exact(way: Way, profile: Profile, price: Price) -> Decimal:
    """Dollars a month of one way as if nothing expired, not rounded; a batch only where there is a batch price."""
    with localcontext(prec=EXACT_DIGITS):
        return _run(way, profile, price) / (COMMON * money.MICRO)


def terms(way: Way, profile: Profile, price: Price) -> tuple[Term, ...]:
    """The arithmetic of one way, line by line; unrounded, the amounts add up to the cost."""
    if way is not Way.REAL_TIME and not price.has_batch:
        return ()
    expired = ZERO if way is Way.REAL_TIME else profile.expired_share
    with localcontext(prec=EXACT_DIGITS):
        found = _terms(way, profile, price, 1 - expired)
        if expired:
            found += _terms(Way.REAL_TIME, profile, price, expired, repeated=True)
        return tuple(found)


def bands(profile: Profile, price: Price) -> list[tuple[Card, Decimal]]:
    """Which share of the requests each card prices. Cached tokens count towards the limit (the safe reading)."""
    if len(price.cards) == 1:
        return [(price.cards[0], ONE)]
    low, high = price.cards[0], price.cards[-1]
    share = profile.share_above
    if share is None:
        share = Decimal(profile.prompt > high.above)
    return [(card, part) for card, part in ((low, 1 - share), (high, share)) if part]


Line = tuple[str, int, int, Decimal]  # what, tokens a request, rate, in which share of a card's requests
Fee = tuple[str, Unit, Decimal, int]  # what, of which unit, how many a request, rate


def _lines(way: Way, profile: Profile, card: Card) -> list[Line]:
    """What one request of `profile` is charged for on `card`: the formula, in one place."""
    fast = card.fast if profile.fast else None
    rates = fast or card.standard if way is Way.REAL_TIME else card.batch
    assert rates is not None  # a batch is asked for only where every card has a batch price
    output = ("output", profile.output, rates.output, ONE)
    if way is Way.BATCH_WITHOUT_CACHE:
        lines = [("input, not cached", profile.prompt, rates.input, ONE), output]
    else:
        now = way is Way.REAL_TIME
        hits = profile.hit_share if now else profile.batch_hit_share
        write = rates.write_1h if (profile.write_1h if now else profile.batch_write_1h) else rates.write_5m
        lines = [
            ("input", profile.uncached_input, rates.input, ONE),
            ("prefix read from cache", profile.cacheable_prefix, rates.read, hits),
            ("prefix written to cache", profile.cacheable_prefix, write, 1 - hits),
            output,
        ]
    return [line for line in lines if line[1] and line[3]]


def _fees(profile: Profile, price: Price) -> list[Fee]:
    """What one request is charged for beside its tokens, on every path."""
    found = (
        ("web searches", Unit.SEARCHES, profile.searches, price.fees.search),
        ("code execution, container minutes", Unit.MINUTES, profile.container_minutes, price.fees.container),
    )
    return [(what, unit, count, rate) for what, unit, count, rate in found if count and rate]


def _run(way: Way, profile: Profile, price: Price) -> Decimal:
    """A month of every request going this way, in COMMON parts of a micro-dollar: exact, where a division by sixty
    minutes would leave half a micro-dollar a hair short of being rounded up."""
    tokens = ZERO
    for card, share in bands(profile, price):
        tokens += share * sum((count * rate * part for _, count, rate, part in _lines(way, profile, card)), ZERO)
    a_request = tokens * price.multiplier * (1 - price.discount) * (COMMON // MILLION)
    for _, unit, count, rate in _fees(profile, price):
        a_request += count * rate * (1 - _off_fees(price)) * (COMMON // PER[unit])
    return a_request * profile.requests


def _micro(parts: Decimal) -> int:
    return money.micro(parts / (COMMON * money.MICRO))


def _off_fees(price: Price) -> Decimal:
    return price.discount if price.discount_on_fees else ZERO


def _terms(way: Way, profile: Profile, price: Price, of: Decimal, *, repeated: bool = False) -> list[Term]:
    """The lines of the share `of` of the requests."""
    found: list[tuple[str, Unit, int | Decimal, int, Decimal, Decimal, Decimal, int]] = [
        (what, Unit.TOKENS, count, rate, of * share * part, price.multiplier, price.discount, card.above)
        for card, share in bands(profile, price)
        for what, count, rate, part in _lines(way, profile, card)
    ]
    found += [
        (what, unit, count, rate, of, ONE, _off_fees(price), 0) for what, unit, count, rate in _fees(profile, price)
    ]
    return [Term(*each, repeated, _amount(profile.requests, *each[1:7])) for each in found if each[4]]


def _amount(
    requests: int, unit: Unit, count: int | Decimal, rate: int, share: Decimal, factor: Decimal, off: Decimal
) -> Decimal:
    return requests * share * count * rate * factor * (1 - off) / (PER[unit] * money.MICRO)
