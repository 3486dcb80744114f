"""A price comes back from its copy as it was."""

import json
from decimal import Decimal

from inventory.domain import price_copy
from inventory.domain.pricing import Card, Fees, Price, Rates

RATES = Rates(1, 2, 3, 4, 5)


def test_a_price_comes_back_from_its_copy_as_it_was() -> None:
    for price in (
        Price((Card(0, RATES, None),)),
        Price(
            (Card(0, RATES, RATES, RATES), Card(100_000, RATES, RATES)), Decimal("1.1"), Fees(10, None), Decimal("0.125"),
            discount_on_fees=True,
        ),
    ):  # fmt: skip
        assert price_copy.price(json.loads(json.dumps(price_copy.plain(price)))) == price
