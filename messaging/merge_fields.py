"""What merge fields say, in both languages: invoices, days, amounts, how to pay and how to stop."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from arbook import money
from arbook.web import spanish

MOST_NUMBERS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One invoice as a message names it."""

    invoice_id: int
    number: str
    amount: Decimal
    issued_on: date
    due_on: date | None
    set_aside: Decimal = Decimal("0.00")
    """The disputed part, not asked for."""


def date_words(day: date, language: str) -> str:
    """``Mar 3`` or ``3 de marzo``."""
    if language == "es":
        return spanish.day(day)
    return f"{day:%b} {day.day}"


def invoices_words(lines: Iterable[Line], language: str) -> str:
    """``invoice 1042`` or ``3 invoices (1042, 1043, 1044)``."""
    lines = list(lines)
    numbers = [line.number for line in lines if line.number]
    one, many = ("factura", "facturas") if language == "es" else ("invoice", "invoices")
    if len(lines) == 1:
        return f"{one} {numbers[0]}" if numbers else f"1 {one}"
    if len(lines) > MOST_NUMBERS or len(numbers) < len(lines):
        return f"{len(lines)} {many}"
    return f"{len(lines)} {many} ({', '.join(numbers)})"


def due_words(lines: Iterable[Line], today: date, language: str) -> str:
    """``due Mar 3`` or ``past due since Mar 3``, by the oldest. Dates only, never a count of days:
    a text that was approved on Friday says the same on Monday.
    """
    lines = list(lines)
    oldest = min(line.due_on or line.issued_on for line in lines)
    day, several = date_words(oldest, language), len(lines) > 1
    if language == "es":
        if oldest < today:
            return f"vencida{'s' if several else ''} desde el {day}"
        return f"con primer vencimiento el {day}" if several else f"con vencimiento el {day}"
    if oldest < today:
        return f"past due since {day}"
    return f"the first due {day}" if several else f"due {day}"


def list_words(
    lines: Iterable[Line], today: date, currency: str, language: str, *, with_due: bool = True
) -> str:
    """One row for each invoice, as mails have them."""
    one = "Factura" if language == "es" else "Invoice"
    words = []
    for line in lines:
        when = f", {due_words([line], today, language)}" if with_due else ""
        amount = money.words(line.amount, currency)
        aside = (
            f" ({set_aside_words(line.set_aside, currency, language)})" if line.set_aside else ""
        )
        words.append(f"{one} {line.number or '-'}: {amount}{when}{aside}")
    return "\n".join(words)


def set_aside_words(aside: Decimal, currency: str, language: str) -> str:
    """What of one invoice is not asked for: ``$180.00 disputed, set aside``."""
    amount = money.words(aside, currency)
    return f"{amount} en disputa, aparte" if language == "es" else f"{amount} disputed, set aside"


def aside_words(aside: Decimal, currency: str, language: str, *, is_short: bool = False) -> str:
    """The sentence on what is disputed; nothing when nothing is. Short for telephones."""
    if not aside:
        return ""
    amount = money.words(aside, currency)
    if is_short:
        return f"Sin {amount} en disputa." if language == "es" else f"Without {amount} in dispute."
    if language == "es":
        return f"No incluye {amount} que usted disputa; lo estamos revisando."
    return f"This leaves out {amount} that you dispute; we are looking into it."


def pay_label(language: str) -> str:
    return "Ver o pagar" if language == "es" else "View or pay"


def stop_hint(language: str, *, is_first: bool) -> str:
    """How to stop: in every text, and how to get help in the first."""
    if language == "es":
        return (
            "Responda AYUDA para ayuda, STOP para cancelar."
            if is_first
            else "Responda STOP para cancelar."
        )
    return "Reply HELP for help, STOP to opt out." if is_first else "Reply STOP to opt out."
