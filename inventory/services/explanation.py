"""How an amount comes about: the arithmetic, the price rows behind it, and how sure the figures in it are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from inventory.domain import book as prices
from inventory.domain import money, pricing
from inventory.domain.part import Figures
from inventory.domain.pricing import Way
from inventory.models import Call, Part, PriceRow
from inventory.models.call import FIGURES
from inventory.services.pricing import book as book_of
from inventory.services.pricing import priced, profile_of

ASSUMED = dict(FIGURES)[Figures.ASSUMED]


@dataclass(frozen=True, slots=True)
class Line:
    """requests x share x tokens x rate x factor = amount. `share` and `factor` are empty where they change nothing."""

    what: str
    tokens: int
    rate: int
    share: str
    factor: str
    above: int
    amount: int


@dataclass(frozen=True, slots=True)
class Input:
    """One figure the amount rests on, and where it comes from."""

    name: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Explained:
    """One profile's month in real time and in batch, line by line. Amounts are micro-dollars, None where not known.

    `other_batch` is the batch's dearer way (without cache where `batch_cached`, with it otherwise).
    """

    requests: int
    real_time: int | None
    batch: int | None
    batch_cached: bool
    other_batch: int | None
    real_time_lines: tuple[Line, ...]
    batch_lines: tuple[Line, ...]
    rows: tuple[PriceRow, ...]
    is_borrowed: bool
    inputs: tuple[Input, ...]
    on: date


@dataclass(frozen=True, slots=True)
class Explanations:
    """The call as it runs today, and each of its parts with its own. An unsplit call has the same for both."""

    whole: Explained
    parts: tuple[tuple[Part, Explained], ...]


def of(call: Call, parts: Sequence[Part], *, on: date) -> Explanations:
    """Explain a call and its parts at the prices of that day. Four queries, however many parts."""
    book = book_of(on)
    found = book.find(call.provider, call.model, call.geo)
    rows = PriceRow.objects.filter(pk__in=found.rows).select_related("model").order_by("above", "pk") if found else ()
    source = tuple(rows)
    whole = _explained(call, profile_of(call), found, source, on)
    if not call.is_split:
        return Explanations(whole, tuple((part, whole) for part in parts))
    own = ((part, _explained(call, profile_of(call, part), found, source, on)) for part in parts)
    return Explanations(whole, tuple(own))


def _explained(
    call: Call, profile: pricing.Profile, found: prices.Found | None, rows: tuple[PriceRow, ...], on: date
) -> Explained:
    cost = priced(profile, found)
    inputs = tuple(_inputs(call, profile, found))
    borrowed = any(row.platform != call.provider for row in rows)
    if cost is None or found is None:
        return Explained(profile.requests, None, None, False, None, (), (), rows, borrowed, inputs, on)
    return Explained(
        requests=profile.requests,
        real_time=cost.real_time,
        batch=cost.batch,
        batch_cached=cost.batch_cached,
        other_batch=cost.batch_without_cache if cost.batch_cached else cost.batch_with_cache,
        real_time_lines=_lines(Way.REAL_TIME, profile, found),
        batch_lines=_lines(Way.BATCH_WITH_CACHE if cost.batch_cached else Way.BATCH_WITHOUT_CACHE, profile, found),
        rows=rows,
        is_borrowed=borrowed,
        inputs=inputs,
        on=on,
    )


def _lines(way: Way, profile: pricing.Profile, found: prices.Found) -> tuple[Line, ...]:
    return tuple(map(_line, pricing.terms(way, profile, found.price)))


def _line(term: pricing.Term) -> Line:
    share = "" if term.share == 1 else _percent(term.share)
    factor = "" if term.factor == 1 else _plain(term.factor)
    return Line(term.what, term.tokens, term.rate, share, factor, term.above, money.micro(term.amount))


def _inputs(call: Call, profile: pricing.Profile, found: prices.Found | None) -> list[Input]:
    origin = dict(FIGURES)[Figures(call.figures)]
    inputs = [
        Input("Requests a month", f"{profile.requests:,}", origin),
        Input("Input tokens, not cacheable", f"{profile.uncached_input:,}", origin),
        Input("Cacheable prefix tokens", f"{profile.cacheable_prefix:,}", origin),
        Input("Output tokens", f"{profile.output:,}", origin),
    ]
    if profile.cacheable_prefix:
        inputs.append(Input("Read from cache", _percent(profile.hit_share), origin))
        inputs.append(Input("Read from cache in batch", _percent(profile.batch_hit_share), _in_batch(call, profile)))
    if found is not None and len(found.price.cards) > 1:
        limit = found.price.cards[-1].above
        share = next((s for card, s in pricing.bands(profile, found.price) if card.above), Decimal(0))
        guessed = profile.share_above is None
        name = f"Prompts of more than {limit:,} tokens"
        inputs.append(Input(name, _percent(share), "Judged by the average prompt" if guessed else origin))
    path = "In batch" if call.today_path == "batch" else "In real time"
    inputs.append(Input("Runs today", path, ASSUMED if call.path_assumed else dict(FIGURES)[Figures.TYPED]))
    return inputs


def _in_batch(call: Call, profile: pricing.Profile) -> str:
    """The default is the low end of the published range: nobody measured it here."""
    default = Call._meta.get_field("batch_hit_share").default
    return ASSUMED if profile.batch_hit_share == default else dict(FIGURES)[Figures(call.figures)]


def _percent(share: Decimal) -> str:
    return f"{_plain(share * 100)} %"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
