"""What is told of a payment: how holds name it, and on whose timelines it stands."""

from datetime import datetime

from arbook.audit import log
from arbook.audit.models import Entry
from invoices.models import Invoice
from reconciliation.models import StripePayment


def source_of(payment: StripePayment) -> str:
    """How holds and tasks name this payment."""
    return f"payment:{payment.intent}"


def record(
    payment: StripePayment, verb: str, said: str, invoices: list[Invoice], now: datetime
) -> Entry:
    """Record on the timelines of the payment, its customer, its invoices and its pay link."""
    about = [payment, *invoices]
    if payment.customer:
        about.append(payment.customer)
    if payment.attempt:
        about.append(payment.attempt.link)
    return log.record(
        verb, said, about=about, by=None, at=now, company=payment.company, intent=payment.intent
    )
