"""What a month of one profile costs, now and in a batch. Formulas: cost of a call with cached prefix, two rate
cards by prompt length, batch with its own hit share or without cache, whichever is cheaper."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum

from inventory.domain import money

EXACT_DIGITS = 80  # 10^12 requests of 10^9 tokens at any rate and share, with room to spare
ZERO, ONE = Decimal(0), Decimal(1)
PICO = 10**12  # micro-dollars per million tokens to dollars per token


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
class Price:
    """One model on one platform: its cards, lowest band first, and what multiplies every token (geography)."""

    cards: tuple[Card, ...]
    multiplier: Decimal = ONE

    @property
    def has_batch(self) -> bool:
        """Only where every card has a batch price: half a price is none."""
        return all(card.batch is not None for card in self.cards)


@dataclass(frozen=True, slots=True)
class Profile:
    """A month of one call or part. Tokens are per request; shares run from 0 to 1.

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

    @property
    def prompt(self) -> int:
        return self.uncached_input + self.cacheable_prefix


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the arithmetic, in dollars a month: requests x `share` x `tokens` x `rate` x `factor` = `amount`.

    `above` is the limit of the card it is priced by, `factor` what geography multiplies.
    """

    what: str
    tokens: int
    rate: int
    share: Decimal
    factor: Decimal
    above: int
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
        shares = bands(profile, price)
        real_time = _total(Way.REAL_TIME, profile, price, shares)
        if not price.has_batch:
            return Cost(real_time, None, None)
        without = _total(Way.BATCH_WITHOUT_CACHE, profile, price, shares)
        return Cost(real_time, _total(Way.BATCH_WITH_CACHE, profile, price, shares), without)


def terms(way: Way, profile: Profile, price: Price) -> tuple[Term, ...]:
    """The arithmetic of one way, line by line; unrounded, the amounts add up to the cost."""
    if way is not Way.REAL_TIME and not price.has_batch:
        return ()
    with localcontext(prec=EXACT_DIGITS):
        return tuple(
            _term(line, share, card, profile, price)
            for card, share in bands(profile, price)
            for line in _lines(way, profile, card)
        )


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


def _total(way: Way, profile: Profile, price: Price, shares: list[tuple[Card, Decimal]]) -> int:
    """Micro-dollars a month."""
    a_request = ZERO
    for card, share in shares:
        a_request += share * sum((tokens * rate * part for _, tokens, rate, part in _lines(way, profile, card)), ZERO)
    return money.micro(a_request * price.multiplier * profile.requests / PICO)


def _term(line: Line, share: Decimal, card: Card, profile: Profile, price: Price) -> Term:
    what, tokens, rate, part = line
    amount = tokens * rate * profile.requests * share * part * price.multiplier / PICO
    return Term(what, tokens, rate, share * part, price.multiplier, card.above, amount)
