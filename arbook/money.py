"""Money is Decimal with two places. This module is the only place that rounds it."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def quantize(amount: Decimal | int | str) -> Decimal:
    """The amount in whole cents, halves away from zero.

    Raises TypeError for a float: it has already lost what we want to keep.
    """
    if isinstance(amount, float):
        raise TypeError("Money is never a float.")
    return Decimal(amount).quantize(CENT, rounding=ROUND_HALF_UP)


def from_minor(cents: int) -> Decimal:
    """Stripe's whole cents as an amount of dollars."""
    return (Decimal(cents) / 100).quantize(CENT)


def to_minor(amount: Decimal) -> int:
    """An amount of dollars as Stripe's whole cents."""
    return int(quantize(amount) * 100)


def words(amount: Decimal, currency: str = "USD") -> str:
    """The amount as messages and sentences write it: ``$1,234.50`` or ``CAD 1,234.50``."""
    amount = quantize(amount)
    sign = "-" if amount < 0 else ""
    body = f"{abs(amount):,.2f}"
    return f"{sign}${body}" if currency == "USD" else f"{sign}{currency} {body}"
