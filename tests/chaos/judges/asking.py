"""What a message asks for, and what was open when."""

import re
from collections import defaultdict
from decimal import Decimal

from tests.chaos.ledger import BookInvoice, Ledger, Person

FRESH = 60.0
"""Real seconds: nothing leaves on books that were read longer ago."""
NUMBER = re.compile(r"\b[AB]\d{5}\b")
AMOUNT = re.compile(r"\$([\d,]+\.\d\d)")
ASKS = "/pay/"
"""A message with a pay link asks for money; receipts and answers have none."""
ZERO = Decimal("0.00")


def words_of(one) -> str:
    return one.body if hasattr(one, "body") else one.text


class Open:
    """What was open when, worked out from the books' own payments."""

    def __init__(self, ledger: Ledger):
        self._of: dict[tuple[str, str], list[BookInvoice]] = defaultdict(list)
        self._paid: dict[tuple[str, str], list[tuple[float, Decimal]]] = defaultdict(list)
        for invoice in ledger.invoices:
            self._of[invoice.company, invoice.customer].append(invoice)
        for payment in ledger.payments:
            for invoice, amount in payment.lines.items():
                self._paid[payment.company, invoice].append((payment.real, amount))

    def overstated(self, one, person: Person) -> str | None:
        """Whether at no moment of the last minute the books held what this message asks for."""
        words = words_of(one)
        name = f"{getattr(one, 'sid', '') or f'mail {one.id}'} to {one.to}"
        asked = AMOUNT.search(words)
        if asked is None:
            return f"{name} asks for money and names no amount"
        invoices = self._of[person.company, person.id]
        moments = self._moments(invoices, one.real)
        total = Decimal(asked[1].replace(",", ""))
        if all(self._open(invoices, moment) < total for moment in moments):
            most = max(self._open(invoices, moment) for moment in moments)
            return f"{name} asks for {total}, {most} was open within the minute before"
        for number in NUMBER.findall(words):
            named = [invoice for invoice in invoices if invoice.number == number]
            if not named:
                return f"{name} names {number}, which is another customer's"
            if all(self._open(named, moment) <= 0 for moment in moments):
                return f"{name} names {number}, which was paid for over a minute"
        return None

    def _moments(self, invoices: list[BookInvoice], real: float) -> list[float]:
        found = [real - FRESH, real]
        for invoice in invoices:
            found += [at for at, _ in self._paid[invoice.company, invoice.id]]
            found += [at for at, _ in invoice.totals]
        return [at for at in found if real - FRESH <= at <= real]

    def _open(self, invoices: list[BookInvoice], real: float) -> Decimal:
        return sum(
            (
                invoice.total_at(real)
                - sum(
                    (
                        amount
                        for at, amount in self._paid[invoice.company, invoice.id]
                        if at <= real
                    ),
                    ZERO,
                )
                for invoice in invoices
            ),
            ZERO,
        )
