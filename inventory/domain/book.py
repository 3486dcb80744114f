"""Finding a price: which rows of the book price a model on a platform, and what is doubtful about that."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from inventory.domain import money, pricing
from inventory.domain.doubt import Doubt
from inventory.domain.pricing import Card, Fees, Price, Profile

ONE = Decimal(1)
FIRST_PARTY = "anthropic"
UNPRICED = {"gateway": Doubt.GATEWAY, "unknown": Doubt.PROVIDER_UNKNOWN}
REGIONS = ("us.", "eu.", "au.", "jp.", "apac.")
CACHE = ("write_5m", "write_1h", "read", "batch_write_5m", "batch_write_1h", "batch_read")


FEES = ("web_search", "code_execution")  # modifiers: dollars for a thousand searches, and for an hour of a container
REMEMBERED = 1000  # answers a book keeps: every id there is, but not every id anybody ever types


@dataclass(frozen=True, slots=True)
class Model:
    """`aliases` are all ids under which any platform offers it; `retires_on` is the date set on the Claude API."""

    key: str
    name: str
    aliases: tuple[str, ...]
    retires_on: date | None
    min_cacheable: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """One id on one platform in one prompt-length band. `us_multiplier` is None where that is not offered."""

    pk: int
    model: str
    platform: str
    platform_id: str
    endpoint: str
    us_multiplier: Decimal | None
    retires_on: date | None
    derived: frozenset[str]
    confidence: str
    card: Card


@dataclass(frozen=True, slots=True)
class Discount:
    """The share negotiated off every token price on one platform; off the fees of tools only where it says so."""

    share: Decimal
    on_fees: bool = False


NO_DISCOUNT = Discount(Decimal(0))
Offer = tuple[Row, ...]  # all bands of one id at one endpoint of one platform, lowest first


@dataclass(frozen=True, slots=True)
class Found:
    """The price of a model where a call runs, the rows it comes from, and what is doubtful about it.

    `derived` names, card by card, the figures that follow from a rule; `retires_on` is the date set where it runs.
    """

    model: Model
    price: Price
    rows: tuple[int, ...]
    doubts: tuple[Doubt, ...]
    derived: tuple[frozenset[str], ...]
    retires_on: date | None

    def doubts_for(self, profile: Profile) -> list[Doubt]:
        """The doubts that matter to this profile: a derived cache price does not where nothing is cached."""
        found = list(self.doubts)
        used = self.derived_for(profile)
        limit = self.price.cards[-1].above
        if used:
            found.append(Doubt.PRICE_DERIVED)
        if profile.fast and self.price.cards[0].fast is None:
            found.append(Doubt.FAST_NOT_PRICED)
        found += self._doubts_of_fees(profile)
        if limit and profile.share_above is None and profile.prompt * 4 >= limit:
            found.append(Doubt.BAND_ASSUMED)
        if 0 < profile.cacheable_prefix < (self.model.min_cacheable or 0):
            found.append(Doubt.PREFIX_TOO_SHORT)
        return found

    def _doubts_of_fees(self, profile: Profile) -> list[Doubt]:
        fees = self.price.fees
        used = ((profile.searches, fees.search), (profile.container_minutes, fees.container))
        found = [Doubt.FEE_NOT_PRICED] if any(count and fee is None for count, fee in used) else []
        return [*found, Doubt.FREE_HOURS] if profile.container_minutes and fees.container else found

    def derived_for(self, profile: Profile) -> set[str]:
        """The figures this profile is priced by that follow from a rule."""
        cards = [card for card, _ in pricing.bands(profile, self.price)]
        names = {n for card, ns in zip(self.price.cards, self.derived, strict=True) if card in cards for n in ns}
        return names if profile.cacheable_prefix else names.difference(CACHE)


@dataclass(frozen=True)
class Book:
    """The rows valid on one day. `factors` are the modifiers: what multiplies a price for where it runs, and the fees
    of tools. `discounts` are those negotiated, by platform."""

    on: date
    models: Mapping[str, Model]
    factors: Mapping[str, Decimal]
    _names: Mapping[str, str] = field(repr=False)
    _by_id: Mapping[tuple[str, str], list[Offer]] = field(repr=False)
    _by_model: Mapping[tuple[str, str], list[Offer]] = field(repr=False)
    _without_batch: frozenset[str] = field(repr=False)
    discounts: Mapping[str, Discount] = field(default_factory=dict)
    _memo: dict[tuple[str, str, str], Found | None] = field(default_factory=dict, repr=False)
    _marks: dict[tuple[str, str, str], str] = field(default_factory=dict, repr=False)

    def model(self, name: str) -> Model | None:
        """By any id a platform uses, or by its name; a path before the id (`anthropic/…`, an ARN) is ignored."""
        for plain in _spellings(name):
            if plain in self._names:
                return self.models[self._names[plain]]
        return None

    def find(self, platform: str, model_id: str, geo: str = "") -> Found | None:
        """The price of `model_id` there, None where the book does not know the model."""
        key = (platform, model_id, geo)
        if key in self._memo:
            return self._memo[key]
        found = self._discounted(self._find(*key), platform)
        if len(self._memo) < REMEMBERED:
            self._memo[key] = found
        return found

    def discounted(self, share: Decimal) -> "Book":
        """The same prices with that share off the tokens on every platform that has any, in place of what is agreed."""
        offered = {platform: Discount(share) for platform, _ in self._by_id}
        return replace(self, discounts=offered, _memo={}, _marks={})

    def mark(self, platform: str, model_id: str, geo: str = "") -> str:
        """A short text that is equal wherever calls are priced alike: what `find` says, without which rows say it."""
        key = (platform, model_id, geo)
        if key in self._marks:
            return self._marks[key]
        mark = _mark(self.find(*key))
        if len(self._marks) < REMEMBERED:
            self._marks[key] = mark
        return mark

    def _find(self, platform: str, model_id: str, geo: str) -> Found | None:
        model = self.model(model_id)
        if model is None:
            return None
        if platform in UNPRICED:
            return self._first_party(model, "", geo, UNPRICED[platform])
        for plain in _spellings(model_id):
            if exact := self._by_id.get((platform, plain)):
                same = len({offer[0].card for offer in exact}) == 1
                return self._offered(model, exact[0], geo, () if same else (Doubt.ENDPOINT_ASSUMED,))
        if offers := self._by_model.get((platform, model.key)):
            return self._offered(model, min(offers, key=lambda offer: _distance(offer, geo)), geo)
        place = _spellings(model_id)[-1] if platform in ("bedrock", "vertex") else ""
        found = self._first_party(model, place, geo, Doubt.PRICE_DERIVED)
        if found and platform in self._without_batch:
            cards = tuple(replace(card, batch=None) for card in found.price.cards)
            return replace(found, price=replace(found.price, cards=cards))
        return found

    def _discounted(self, found: Found | None, platform: str) -> Found | None:
        """The one place a negotiated discount enters. Where it is not known where a call runs, there is none."""
        agreed = self.discounts.get(platform, NO_DISCOUNT)
        if found is None or not agreed.share:
            return found
        return replace(found, price=replace(found.price, discount=agreed.share, discount_on_fees=agreed.on_fees))

    def _fees(self) -> Fees:
        return Fees(*(None if fee is None else money.micro(fee) for fee in map(self.factors.get, FEES)))

    def _offered(self, model: Model, offer: Offer, geo: str, doubts: tuple[Doubt, ...] = ()) -> Found:
        """A published row. An id that names its region is already priced for it."""
        row, factor = offer[0], ONE
        if geo == "us" and row.us_multiplier is not None:
            factor = row.us_multiplier
        elif geo == "us" and not row.platform_id.rsplit("/", 1)[-1].startswith(("us.", "us-gov", "anthropic.")):
            doubts = (*doubts, Doubt.GEO_NOT_OFFERED)
        return self._found(model, offer, factor, doubts)

    def _first_party(self, model: Model, place: str, geo: str, doubt: Doubt) -> Found | None:
        """The Claude API's price, where a platform publishes none; `place` is a cloud's id, its region first."""
        offers = self._by_model.get((FIRST_PARTY, model.key))
        if not offers:
            return None
        row, factor = offers[0][0], ONE
        doubts: tuple[Doubt, ...] = (doubt,)
        if place.startswith("us-gov"):
            factor = self.factors.get("cloud_gov", ONE)
        elif place.startswith(REGIONS):
            factor = self.factors.get("cloud_region", ONE)
        elif geo == "us" and row.us_multiplier is not None:
            factor = row.us_multiplier
        elif geo == "us":
            doubts = (doubt, Doubt.GEO_NOT_OFFERED)
        return self._found(model, offers[0], factor, doubts)

    def _found(self, model: Model, offer: Offer, factor: Decimal, doubts: tuple[Doubt, ...]) -> Found:
        retires = offer[0].retires_on
        if retires is not None:
            doubts = (*doubts, Doubt.MODEL_RETIRED if retires <= self.on else Doubt.MODEL_RETIRES)
        if any(row.confidence == "low" for row in offer):
            doubts = (*doubts, Doubt.PRICE_UNCERTAIN)
        price = Price(tuple(row.card for row in offer), factor, self._fees())
        return Found(model, price, tuple(row.pk for row in offer), doubts, tuple(row.derived for row in offer), retires)


def build(
    *, on: date, models: Iterable[Model], rows: Iterable[Row], factors: Mapping[str, Decimal],
    discounts: Mapping[str, Discount] | None = None,
) -> Book:  # fmt: skip
    """A book of the rows valid on that day."""
    known = {model.key: model for model in models}
    names = {name.lower(): model.key for model in known.values() for name in (model.key, model.name, *model.aliases)}
    grouped: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        names.setdefault(row.platform_id.lower(), row.model)
        grouped.setdefault((row.platform, row.platform_id.lower(), row.endpoint), []).append(row)
    offers = [tuple(sorted(group, key=lambda row: row.card.above)) for group in grouped.values()]
    offers.sort(key=lambda offer: (offer[0].card.standard.input, offer[0].endpoint, offer[0].platform_id))
    by_id: dict[tuple[str, str], list[Offer]] = {}
    by_model: dict[tuple[str, str], list[Offer]] = {}
    for offer in offers:
        by_id.setdefault((offer[0].platform, offer[0].platform_id.lower()), []).append(offer)
        by_model.setdefault((offer[0].platform, offer[0].model), []).append(offer)
    priced = {offer[0].platform for offer in offers}
    with_batch = {offer[0].platform for offer in offers if offer[0].card.batch is not None}
    return Book(on, known, factors, names, by_id, by_model, frozenset(priced - with_batch), discounts or {})


def _mark(found: Found | None) -> str:
    if found is None:
        return "none"
    price, derived = found.price, [sorted(names) for names in found.derived]
    doubts = [doubt.value for doubt in found.doubts]
    beside = (price.fees, price.discount, price.discount_on_fees)
    told = (price.cards, price.multiplier.normalize(), doubts, derived, found.model.min_cacheable, beside)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _spellings(model_id: str) -> tuple[str, str]:
    plain = model_id.strip().lower()
    return plain, plain.rsplit("/", 1)[-1]


def _distance(offer: Offer, geo: str) -> int:
    """How far an offer is from what a bare model name means: anywhere, or the US where that is asked for."""
    wanted = ("us.",) if geo == "us" else ("global.", "anthropic.claude", "claude")
    name = offer[0].platform_id.lower()
    return next((rank for rank, prefix in enumerate(wanted) if name.startswith(prefix)), len(wanted))
