"""A price as plain values and back: what a frozen plan keeps of it, so that it can be reckoned with again."""

from decimal import Decimal
from typing import Any

from inventory.domain.pricing import Card, Fees, Price, Rates

Plain = dict[str, Any]


def plain(price: Price) -> Plain:
    """Rates as whole micro-dollars, factors and shares as text: nothing is rounded on the way."""
    return {
        "cards": [_card(card) for card in price.cards],
        "multiplier": str(price.multiplier),
        "fees": [price.fees.search, price.fees.container],
        "discount": str(price.discount),
        "discount_on_fees": price.discount_on_fees,
    }


def price(found: Plain) -> Price:
    return Price(
        tuple(Card(card["above"], *map(_rates, card["rates"])) for card in found["cards"]),  # type: ignore[arg-type]
        Decimal(found["multiplier"]),
        Fees(*found["fees"]),
        Decimal(found["discount"]),
        found["discount_on_fees"],
    )


def _card(card: Card) -> Plain:
    ways = (card.standard, card.batch, card.fast)
    return {
        "above": card.above,
        "rates": [rates and [rates.input, rates.output, rates.write_5m, rates.write_1h, rates.read] for rates in ways],
    }


def _rates(found: list[int] | None) -> Rates | None:
    return None if found is None else Rates(*found)
