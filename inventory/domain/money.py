"""Amounts of money: whole micro-dollars (int) where stored, Decimal dollars where computed, cents where shown."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

MICRO = 1_000_000
_CENT = Decimal("0.01")


def micro(dollars: Decimal) -> int:
    """Dollars to whole micro-dollars, rounded half up once: the one place an exact amount is rounded for storing."""
    return int((dollars * MICRO).to_integral_value(ROUND_HALF_UP))


def dollars(amount: int) -> Decimal:
    """Stored micro-dollars to exact dollars."""
    return Decimal(amount) / MICRO


def whole(amount: Fraction) -> int:
    """Exact micro-dollars to whole ones, half up, away from zero."""
    size = int(abs(amount) + Fraction(1, 2))
    return size if amount >= 0 else -size


def cents(amount: int) -> Decimal:
    """Stored micro-dollars to dollars and cents, half up: what every page, workbook and history line shows."""
    return dollars(amount).quantize(_CENT, ROUND_HALF_UP)


def shown(amount: int, *, sign: bool = False) -> str:
    """`$1,240.40`; negative as `−$260.00`; with `sign`, positive as `+$260.00`."""
    value = cents(amount)
    lead = "−" if value < 0 else "+" if sign and value > 0 else ""
    return f"{lead}${abs(value):,}"


def rounded(amount: int, *, sign: bool = False) -> str:
    """For pictures: whole dollars from a hundred on, `$1,240`; smaller amounts keep their cents."""
    value = cents(amount)
    if abs(value) < 100:
        return shown(amount, sign=sign)
    return shown(int(value.to_integral_value(ROUND_HALF_UP)) * MICRO, sign=sign).removesuffix(".00")


def rate_shown(per_million: int) -> str:
    """A price row's micro-dollars per million tokens as `$0.0125`, at least two decimals."""
    text = f"{dollars(per_million):,.6f}".rstrip("0")
    whole, _, fraction = text.partition(".")
    return f"${whole}.{fraction:0<2}"


def shared_out(total: int, weights: list[int]) -> list[int]:
    """`total` over `weights`, whole and adding up to it exactly: largest remainder, first wins a tie.

    All weights zero: everything goes to the first. Weights must not be negative.
    """
    whole = sum(weights)
    if whole == 0:
        return [total, *([0] * (len(weights) - 1))]
    shares = [total * weight // whole for weight in weights]
    remainders = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in remainders[: total - sum(shares)]:
        shares[i] += 1
    return shares


def percent(part: int, whole: int) -> int | None:
    """Whole percent, half up; None where there is nothing to take a share of."""
    return None if whole == 0 else int((Decimal(100 * part) / whole).to_integral_value(ROUND_HALF_UP))
