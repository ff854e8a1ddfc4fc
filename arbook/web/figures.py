"""How figures, days and numbers are written on screens. The template filters call these."""

from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

import phonenumbers
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

MINUS = "\u2212"
NOTHING = "\u2013"
SYMBOLS = {"USD": "$", "CAD": "CA$", "AUD": "A$", "EUR": "€", "GBP": "£", "MXN": "MX$"}


def money(amount: Decimal | int | str | None, currency: str = "USD") -> str:
    """``$1,234.50``; a true minus before the sign of the currency; a dash for no amount at all."""
    number = _decimal(amount)
    if number is None:
        return NOTHING
    symbol = SYMBOLS.get(currency or "USD", f"{currency}\u00a0")
    sign = MINUS if number < 0 else ""
    return f"{sign}{symbol}{abs(number):,.2f}"


def money_short(amount: Decimal | int | str | None, currency: str = "USD") -> str:
    """For axes and tiles: ``$950``, ``$12.4k``, ``$3.1m``."""
    number = _decimal(amount)
    if number is None:
        return NOTHING
    symbol = SYMBOLS.get(currency or "USD", f"{currency}\u00a0")
    sign, size = (MINUS if number < 0 else ""), abs(number)
    if size >= 999_950:
        return f"{sign}{symbol}{size / 1_000_000:.1f}m"
    if size >= 10_000:
        return f"{sign}{symbol}{size / 1000:.1f}k"
    return f"{sign}{symbol}{size:,.0f}"


def percent(share: Decimal | float | None, places: int = 0) -> str:
    """A share between 0 and 1 as ``12%``."""
    if share is None or share == "":
        return NOTHING
    return f"{Decimal(str(share)) * 100:.{places}f}%".replace("-", MINUS)


def phone(number: str | None) -> str:
    """``+18605550123`` as people here read it: ``(860) 555-0123``; foreign ones with their code."""
    if not number:
        return NOTHING
    try:
        parsed = phonenumbers.parse(str(number), "US")
    except phonenumbers.NumberParseException:
        return str(number)
    kind = phonenumbers.PhoneNumberFormat
    here = parsed.country_code == 1
    return phonenumbers.format_number(parsed, kind.NATIONAL if here else kind.INTERNATIONAL)


def day(value: date | datetime | None, today: date | None = None) -> str:
    """``Mar 14``, with the year when it is not this one."""
    value = _local(value)
    if value is None:
        return NOTHING
    today = today or timezone.localtime(now()).date()
    short = f"{value:%b} {value.day}"
    return short if value.year == today.year else f"{short}, {value.year}"


def weekday(value: date | datetime | None) -> str:
    """``Thu Mar 14``: for days that lie ahead, where the weekday matters more than the year."""
    value = _local(value)
    return NOTHING if value is None else f"{value:%a} {value:%b} {value.day}"


def clock(value: datetime | None) -> str:
    """``09:12`` in the zone in force."""
    value = _local(value)
    return NOTHING if value is None else f"{value:%H:%M}"


def moment(value: datetime | None, today: date | None = None) -> str:
    """``09:12`` today, ``Mar 14, 09:12`` on another day."""
    value = _local(value)
    if value is None:
        return NOTHING
    today = today or timezone.localtime(now()).date()
    return clock(value) if value.date() == today else f"{day(value, today)}, {clock(value)}"


def ago(value: datetime | date | None, at: datetime | None = None) -> str:
    """``just now``, ``4 min ago``, ``3 h ago``, ``yesterday``, ``5 days ago``, ``in 4 min``."""
    if value is None or value == "":
        return "never"
    at = at or now()
    if not isinstance(value, datetime):
        return _days((value - timezone.localtime(at).date()).days)
    gap = value - at
    seconds = abs(gap).total_seconds()
    if seconds < 45:
        return "just now" if gap <= timedelta() else "in a moment"
    if seconds < 3600:
        size = f"{max(1, round(seconds / 60))} min"
    elif seconds < 22 * 3600:
        size = f"{round(seconds / 3600)} h"
    else:
        here, there = timezone.localtime(at).date(), timezone.localtime(value).date()
        return _days((there - here).days)
    return f"in {size}" if gap > timedelta() else f"{size} ago"


def now() -> datetime:
    """The product's clock, by the dotted path in settings."""
    path = getattr(settings, "CLOCK", "django.utils.timezone.now")
    return import_string(path)()


def initials(name: str | None) -> str:
    """Two letters that stand for a name; ``?`` when it has none."""
    words = [word for word in str(name or "").split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][:2] if len(words) == 1 else words[0][0] + words[-1][0]
    return letters.upper()


def _days(count: int) -> str:
    near = {0: "today", -1: "yesterday", 1: "tomorrow"}
    if count in near:
        return near[count]
    return f"in {count} days" if count > 0 else f"{-count} days ago"


def _decimal(amount) -> Decimal | None:
    if amount is None or amount == "":
        return None
    try:
        return Decimal(str(amount))
    except InvalidOperation:
        return None


def _local(value):
    if not value:
        return None
    if isinstance(value, str):
        # What an approval froze is kept as JSON, its days as 2026-11-20.
        return date.fromisoformat(value)
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value
