"""Discounts negotiated with a platform: set from a day on, or taken back. What it makes of an amount is computed in
`domain.pricing` alone; amounts stored before stay until they are priced again."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from inventory.domain.audit import Actor
from inventory.models import Discount
from inventory.models.call import PROVIDERS
from inventory.services import audit, clash


class SetAlready(Exception):
    """One is set for this platform from this very day: take it back first."""


@transaction.atomic
def agree(
    *, platform: str, share: Decimal, on_fees: bool, valid_from: date, reason: str, by: Actor, at: datetime
) -> Discount:
    """From that day on this share is off every token price of the platform; 0 ends what held before. Raises
    `SetAlready`."""
    found = Discount(platform=platform, share=share, on_fees=on_fees, valid_from=valid_from, reason=reason)
    with clash.refused("valid_from", as_=SetAlready):  # the column: SQLite names no constraint of plain columns
        found.save(force_insert=True)
    after = audit.states(found)
    audit.record(
        kind="discount.agree", by=by, at=at, subject=found, before={}, after=after, reason=reason, title=title(found)
    )
    return found


@transaction.atomic
def withdraw(*, discount: Discount, reason: str, by: Actor, at: datetime) -> None:
    """As if it had never been set. One that somebody else took back meanwhile stays as it is: gone."""
    found = Discount.objects.select_for_update().filter(pk=discount.pk).first()
    if found is None:
        return
    before = audit.states(found)
    audit.record(
        kind="discount.withdraw", by=by, at=at, subject=found, before=before, after={}, reason=reason,
        title=title(found),
    )  # fmt: skip
    found.delete()


def title(discount: Discount) -> str:
    name = dict(PROVIDERS)[discount.platform]
    return f"{(discount.share * 100).normalize():f} % on {name} from {discount.valid_from:%Y-%m-%d}"


def listing() -> QuerySet[Discount]:
    """All of them, platform by platform, the newest first."""
    return Discount.objects.order_by("platform", "-valid_from")
