"""Money that did not come, or went back: the customer rests until a person has looked."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from arbook import money
from arbook.alerts import alerts
from arbook.audit import log
from arbook.gateways.stripe_shapes import CardPayment
from invoices import holds, tasks
from invoices.models import Hold, Invoice, Task
from reconciliation import telling
from reconciliation.models import StripePayment


def failed(payment: StripePayment, seen: CardPayment, now: datetime) -> None:
    """The money did not come: stop asking by machine until a person has looked."""
    payment.failure = (seen.failure_message or seen.failure_code or "canceled")[:300]
    payment.matches.all().delete()
    invoices = list(
        Invoice.objects.of(payment.company).filter(
            pk__in=[pk for pk, _ in payment.attempt.parts] if payment.attempt else []
        )
    )
    said = f"{money.words(payment.amount, payment.currency)} by {payment.method} failed"
    entry = telling.record(payment, "money.failed", f"{said}: {payment.failure}", invoices, now)
    with log.because(entry.pk):
        holds.lift_source(
            payment.company, telling.source_of(payment), now=now, reason="The payment failed."
        )
        if payment.customer is None:
            return
        task = tasks.open_task(
            payment.company,
            kind=Task.Kind.PAYMENT_FAILED,
            key=f"failed:{payment.intent}",
            title=f"Payment of {payment.customer} failed",
            detail=f"{said}: {payment.failure}. Reminders rest until this is done.",
            customer=payment.customer,
            invoice=invoices[0] if invoices else None,
            amount=payment.amount,
            now=now,
        )
        holds.place(
            payment.customer,
            reason=Hold.Reason.PAYMENT_FAILED,
            source=tasks.hold_source(task),
            note=payment.failure,
            by=None,
            now=now,
        )
        alerts.tell(
            payment.company,
            key=f"failed:{payment.intent}",
            title=f"{payment.customer}: payment failed",
            text=f"{said}: {payment.failure}",
            url=payment.customer.get_absolute_url(),
            now=now,
        )


@transaction.atomic
def note_refund(payment: StripePayment, *, refunded: Decimal, now: datetime) -> None:
    """Money went back: the books are told by a person, so that person gets a task."""
    payment = StripePayment.objects.select_for_update(of=["self"]).get(pk=payment.pk)
    if refunded <= payment.refunded:
        return
    payment.refunded = refunded
    payment.save(update_fields=["refunded"])
    invoices = [match.invoice for match in payment.matches.select_related("invoice")]
    said = f"{money.words(refunded, payment.currency)} was refunded at Stripe"
    telling.record(payment, "money.refunded", said, invoices, now)
    tasks.open_task(
        payment.company,
        kind=Task.Kind.REFUND,
        key=f"refund:{payment.intent}:{refunded}",
        title=f"{said} to {payment.customer or payment.payer_email or 'a payer'}",
        detail="Record the refund in QuickBooks.",
        customer=payment.customer,
        amount=refunded,
        now=now,
    )
