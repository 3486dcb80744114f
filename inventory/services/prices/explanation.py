"""How an amount comes about: the arithmetic, the price rows behind it, and how sure the figures in it are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from inventory.domain import book as prices
from inventory.domain import break_even, money, origin, plan, pricing
from inventory.domain.origin import Mix
from inventory.domain.part import Figures, Path
from inventory.domain.pricing import Unit, Way
from inventory.models import Call, Discount, Modifier, Part, PriceRow
from inventory.models.call import FIGURES
from inventory.services.prices import drift
from inventory.services.prices.explained import Explained, Explanations, Facts, Input, Line, Share
from inventory.services.prices.pricing import as_is, both_ways, discounts, drafted, found_for, priced, profile_of
from inventory.services.prices.pricing import book as book_of

WORDS = dict(FIGURES)
SAID = {Unit.TOKENS: "a million tokens", Unit.SEARCHES: "a thousand searches", Unit.MINUTES: "an hour"}


@dataclass(frozen=True, slots=True)
class _Sources:
    """What the amounts of one call are taken from, read once."""

    book: prices.Book
    rows: Mapping[int, PriceRow]
    fees: tuple[Modifier, ...]
    discount: Discount | None


def of(call: Call, parts: Sequence[Part], *, on: date, assumed: prices.Book | None = None) -> Explanations:
    """Explain a call and its parts at the prices of that day, or by what a book `assumed` makes of them. Two queries
    where the book is known, however many parts; one more where tools are charged for, and one where a discount is
    negotiated."""
    sources = _sources(call, parts, on, assumed)
    whole, drifts = _explained(call, None, sources), drift.of(call, parts, book=sources.book)
    if not call.is_split:
        return Explanations(whole, tuple((part, whole) for part in parts), drifts)
    each = tuple((part, _explained(call, part, sources)) for part in parts)
    return Explanations(whole, each, drifts, {} if drifts else _shares(call, parts, sources.book))


def of_draft(fields: Mapping[str, Any], *, on: date) -> Explained:
    """Explain a call that is still being typed, as `pricing.preview` prices it."""
    call = drafted(fields)
    return _explained(call, None, _sources(call, (), on))


def _shares(call: Call, parts: Sequence[Part], book: prices.Book) -> dict[int, Share]:
    whole, costs = both_ways(call, parts, book=book)
    weights = [weight for weight in as_is(call, parts, costs, book=book) if weight is not None]
    if whole is None or len(weights) < len(parts) or not sum(weights):
        return {}
    spent, together = plan.spent_on(whole, Path(call.today_path)), sum(weights)
    return {part.pk: Share(spent, weight, together) for part, weight in zip(parts, weights, strict=True)}


def _sources(call: Call, parts: Sequence[Part], on: date, assumed: prices.Book | None = None) -> _Sources:
    book = assumed or book_of(on)
    found = [found_for(call, part, book=book) for part in (None, *parts)]
    keys = {pk for each in found if each for pk in each.rows}
    rows = PriceRow.objects.filter(pk__in=keys).select_related("model").order_by("above", "pk")
    uses_tools = any(record.searches or record.container_minutes for record in (call, *parts))
    fees = Modifier.objects.filter(key__in=prices.FEES, valid_from__lte=on).order_by("key", "valid_from")
    newest = tuple({fee.key: fee for fee in fees}.values()) if uses_tools else ()
    has_discount = assumed is None and any(each and each.price.discount for each in found)
    return _Sources(book, {row.pk: row for row in rows}, newest, discounts(on)[call.provider] if has_discount else None)


def _explained(call: Call, part: Part | None, sources: _Sources) -> Explained:
    found = found_for(call, part, book=sources.book)
    rows = tuple(sources.rows[pk] for pk in found.rows) if found else ()
    price, cost = (found.price, priced(profile_of(call, part), found)) if found else (None, None)
    return told(call, part, Facts(price, cost, rows, sources.book.on, sources.fees, sources.discount))


def told(call: Call, part: Part | None, facts: Facts) -> Explained:
    """The profile of a call, or of one part of it, line by line."""
    profile, rows, price, cost = profile_of(call, part), facts.rows, facts.price, facts.cost
    same: dict[str, Any] = {
        "requests": profile.requests,
        "model": (part and part.model) or call.model,
        "rows": rows,
        "is_borrowed": any(row.platform != call.provider for row in rows),
        "inputs": tuple(_inputs(call, part, profile, price)),
        "on": facts.on,
    }
    if cost is None or price is None:
        return Explained(**same)
    cheaper = Way.BATCH_WITH_CACHE if cost.batch_cached else Way.BATCH_WITHOUT_CACHE
    now, batch = (pricing.terms(way, profile, price) for way in (Way.REAL_TIME, cheaper))
    figures, hits = _origin(call, part), _origin_in_batch(call, part, profile)
    return Explained(
        **same,
        real_time=cost.real_time,
        batch=cost.batch,
        batch_cached=cost.batch_cached,
        other_batch=cost.batch_without_cache if cost.batch_cached else cost.batch_with_cache,
        real_time_lines=tuple(map(_line, now)),
        batch_lines=tuple(map(_line, batch)),
        real_time_mix=_mix(now, figures, figures),
        batch_mix=_mix(batch, figures, hits),
        even=break_even.prefix(profile, price),
        expired=_percent(profile.expired_share) if profile.expired_share else "",
        fees=tuple(fee for fee in facts.fees if _uses(profile, fee)),
        discount=facts.discount,
    )  # fmt: skip


def _uses(profile: pricing.Profile, fee: Modifier) -> bool:
    return bool(profile.searches if fee.key == prices.FEES[0] else profile.container_minutes)


def _mix(terms: Sequence[pricing.Term], figures: Figures, hits: Figures) -> Mix:
    """A line about the prefix is as sure as the share of hits in it, every other as sure as volume and tokens."""
    cached = origin.weaker(figures, hits)
    found = ((cached if "prefix" in each.what and not each.repeated else figures, each.amount) for each in terms)
    return origin.mix((sure, money.micro(amount)) for sure, amount in found)


def _line(term: pricing.Term) -> Line:
    share = "" if term.share == 1 else _percent(term.share)
    factor = "" if term.factor == 1 else _plain(term.factor)
    off = _percent(term.off) if term.off else ""
    what = f"{term.what}, expired and repeated in real time" if term.repeated else term.what
    per = "" if term.unit is Unit.TOKENS else SAID[term.unit]
    return Line(what, f"{Decimal(term.count).normalize():,f}", term.rate, share, factor, term.above,
                money.micro(term.amount), off, per)  # fmt: skip


def _inputs(call: Call, part: Part | None, profile: pricing.Profile, price: pricing.Price | None) -> list[Input]:
    said = WORDS[_origin(call, part)]
    inputs = [
        Input("Requests a month", f"{profile.requests:,}", said),
        Input("Input tokens, not cacheable", f"{profile.uncached_input:,}", said),
        Input("Cacheable prefix tokens", f"{profile.cacheable_prefix:,}", said),
        Input("Output tokens", f"{profile.output:,}", said),
    ]
    if profile.cacheable_prefix:
        inputs.append(Input("Read from cache", _percent(profile.hit_share), said))
        in_batch = WORDS[_origin_in_batch(call, part, profile)]
        inputs.append(Input("Read from cache in batch", _percent(profile.batch_hit_share), in_batch))
    if profile.searches:
        inputs.append(Input("Web searches a request", _plain(profile.searches), said))
    if profile.container_minutes:
        inputs.append(Input("Container minutes a request", _plain(profile.container_minutes), said))
    if profile.expired_share:
        inputs.append(Input("Expires in batch, repeated", _percent(profile.expired_share), WORDS[Figures.TYPED]))
    if price is not None and len(price.cards) > 1:
        inputs.append(_long_prompts(profile, price, said))
    path = "In batch" if call.today_path == "batch" else "In real time"
    return [*inputs, Input("Runs today", path, WORDS[Figures.ASSUMED if call.path_assumed else Figures.TYPED])]


def _long_prompts(profile: pricing.Profile, price: pricing.Price, said: str) -> Input:
    limit = price.cards[-1].above
    share = next((s for card, s in pricing.bands(profile, price) if card.above), Decimal(0))
    guessed = profile.share_above is None
    name = f"Prompts of more than {limit:,} tokens"
    return Input(name, _percent(share), "Judged by the average prompt" if guessed else said)


def _origin(call: Call, part: Part | None) -> Figures:
    """Where volume and tokens come from. Nobody has measured a part of a split: it is what somebody says it will be."""
    figures = Figures(call.figures)
    return figures if part is None else origin.weaker(figures, Figures.TYPED)


def _origin_in_batch(call: Call, part: Part | None, profile: pricing.Profile) -> Figures:
    """The default is the low end of the published range: nobody measured it here."""
    default = Call._meta.get_field("batch_hit_share").default
    return Figures.ASSUMED if profile.batch_hit_share == default else _origin(call, part)


def _percent(share: Decimal) -> str:
    return f"{_plain(share * 100)} %"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
