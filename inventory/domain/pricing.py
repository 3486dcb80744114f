"""What a month of one profile costs, now and in a batch. Formulas: cost of a call with cached prefix, two rate
cards by prompt length, batch with its own hit share or without cache, whichever is cheaper."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from inventory.domain import money

EXACT_DIGITS = 80  # 10^12 requests of 10^9 tokens at any rate and share, with room to spare
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
    multiplier: Decimal = Decimal(1)


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
    real_time_terms: tuple[Term, ...]
    batch_terms: tuple[Term, ...]

    @property
    def batch_cached(self) -> bool:
        """Whether a batch with cache is the cheaper way."""
        if self.batch_with_cache is None or self.batch_without_cache is None:
            return False
        return self.batch_with_cache < self.batch_without_cache

    @property
    def batch(self) -> int | None:
        return self.batch_with_cache if self.batch_cached else self.batch_without_cache


def monthly(profile: Profile, price: Price) -> Cost:
    """Real-time and batch cost of `profile` a month at `price`, each rounded once to a micro-dollar."""
    with localcontext(prec=EXACT_DIGITS):
        return _monthly(profile, price)


def _monthly(profile: Profile, price: Price) -> Cost:
    now: list[Term] = []
    cached: list[Term] = []
    plain: list[Term] = []
    has_batch = all(card.batch is not None for card in price.cards)
    for card, share in bands(profile, price):
        rates = card.fast if profile.fast and card.fast else card.standard
        weigh = _Weigher(profile.requests, share, price.multiplier, card.above)
        now += _terms(profile, rates, profile.hit_share, profile.write_1h, weigh)
        if has_batch and card.batch is not None:
            cached += _terms(profile, card.batch, profile.batch_hit_share, profile.batch_write_1h, weigh)
            plain += _uncached_terms(profile, card.batch, weigh)
    real_time = money.micro(_total(now))
    if not has_batch:
        return Cost(real_time, None, None, tuple(now), ())
    with_cache, without = money.micro(_total(cached)), money.micro(_total(plain))
    return Cost(real_time, with_cache, without, tuple(now), tuple(cached if with_cache < without else plain))


def bands(profile: Profile, price: Price) -> list[tuple[Card, Decimal]]:
    """Which share of the requests each card prices. Cached tokens count towards the limit (the safe reading)."""
    if len(price.cards) == 1:
        return [(price.cards[0], Decimal(1))]
    low, high = price.cards[0], price.cards[-1]
    share = profile.share_above
    if share is None:
        share = Decimal(profile.prompt > high.above)
    return [(card, part) for card, part in ((low, 1 - share), (high, share)) if part]


@dataclass(frozen=True, slots=True)
class _Weigher:
    """Turns tokens and a rate into a term, for the requests that one card prices."""

    requests: int
    share: Decimal
    factor: Decimal
    above: int

    def term(self, what: str, tokens: int, rate: int, share: Decimal) -> Term:
        of_all = self.share * share
        amount = Decimal(self.requests * tokens * rate) / PICO * of_all * self.factor
        return Term(what, tokens, rate, of_all, self.factor, self.above, amount)


def _terms(profile: Profile, rates: Rates, hits: Decimal, long_write: bool, weigh: _Weigher) -> list[Term]:
    write = rates.write_1h if long_write else rates.write_5m
    lines = [
        ("input", profile.uncached_input, rates.input, Decimal(1)),
        ("prefix read from cache", profile.cacheable_prefix, rates.read, hits),
        ("prefix written to cache", profile.cacheable_prefix, write, 1 - hits),
        ("output", profile.output, rates.output, Decimal(1)),
    ]
    return [weigh.term(*line) for line in lines if line[1] and line[3]]


def _uncached_terms(profile: Profile, rates: Rates, weigh: _Weigher) -> list[Term]:
    lines = [("input, not cached", profile.prompt, rates.input), ("output", profile.output, rates.output)]
    return [weigh.term(*line, Decimal(1)) for line in lines if line[1]]


def _total(terms: list[Term]) -> Decimal:
    return sum((term.amount for term in terms), Decimal(0))
