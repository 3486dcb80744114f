"""Money, shares and words as pages show them."""

from django import template

from inventory.domain import money as amounts

register = template.Library()


@register.filter
def money(amount: int | None) -> str:
    """Micro-dollars as `$1,240.40`; an unknown amount says so."""
    return "not known" if amount is None else amounts.shown(amount)


@register.filter
def money_signed(amount: int | None) -> str:
    return "not known" if amount is None else amounts.shown(amount, sign=True)


@register.filter
def rate(per_million: int | None) -> str:
    """Micro-dollars per million tokens as `$0.0125`."""
    return "–" if per_million is None else amounts.rate_shown(per_million)


@register.filter
def number(value: int | None) -> str:
    """`96,000`"""
    return "–" if value is None else f"{value:,}"
