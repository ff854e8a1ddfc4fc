"""Card disputes: everything for the customer rests until a manager has looked."""

from datetime import datetime

from django.db import transaction

from arbook import money
from arbook.alerts import alerts
from arbook.audit import log
from arbook.companies.models import Company, Role
from arbook.gateways.stripe_shapes import CardDispute
from invoices import holds, tasks
from invoices.models import Hold, Task
from reconciliation.models import Chargeback, StripePayment

OVER = {"won", "lost", "prevented", "warning_closed"}


@transaction.atomic
def observe(company: Company, seen: CardDispute, *, now: datetime) -> Chargeback:
    """Write down where a card dispute stands; the first sight of it freezes the customer."""
    payment = (
        StripePayment.objects.of(company)
        .select_related("customer")
        .filter(intent=seen.payment_intent or "-")
        .first()
    )
    row, is_new = Chargeback.objects.get_or_create(
        company=company,
        dispute_id=seen.id,
        defaults={
            "payment": payment,
            "amount": seen.amount,
            "reason": seen.reason or "",
            "state": seen.state,
            "evidence_due_at": seen.due_by,
            "opened_at": now,
        },
    )
    row = Chargeback.objects.select_for_update().get(pk=row.pk)
    ended = seen.state in OVER and row.closed_at is None
    row.state, row.amount = seen.state, seen.amount
    row.evidence_due_at = seen.due_by or row.evidence_due_at
    if ended:
        row.closed_at = now
    row.save()
    if is_new:
        _freeze(row, payment, now)
    elif ended:
        _say(row, payment, "money.chargeback_closed", f"The card dispute ended: {seen.state}", now)
    return row


def _freeze(row: Chargeback, payment: StripePayment | None, now: datetime) -> None:
    said = f"{money.words(row.amount)} is disputed by card ({row.reason or 'no reason given'})"
    entry = _say(row, payment, "money.chargeback", said, now)
    customer = payment.customer if payment else None
    with log.because(entry.pk):
        if customer:
            holds.place(
                customer,
                reason=Hold.Reason.CHARGEBACK,
                source=f"chargeback:{row.dispute_id}",
                note=said,
                lift_role=Role.MANAGER,
                by=None,
                now=now,
            )
        due = f" Evidence by {row.evidence_due_at:%d %b}." if row.evidence_due_at else ""
        tasks.open_task(
            row.company,
            kind=Task.Kind.CHARGEBACK,
            key=f"chargeback:{row.dispute_id}",
            title=f"Card dispute of {customer or 'an unknown payer'}",
            detail=f"{said}.{due} Answer it in Stripe; nothing is answered by itself.",
            customer=customer,
            amount=row.amount,
            now=now,
        )
        alerts.tell(
            row.company,
            key=f"chargeback:{row.dispute_id}",
            title=f"Card dispute: {customer or 'unknown payer'}",
            text=f"{said}.{due}",
            url=customer.get_absolute_url() if customer else "",
            now=now,
        )


def _say(row: Chargeback, payment: StripePayment | None, verb: str, said: str, now: datetime):
    about: list = [row]
    if payment:
        about.append(payment)
        about += [match.invoice for match in payment.matches.select_related("invoice")]
        if payment.customer:
            about.append(payment.customer)
    return log.record(verb, said, about=about, by=None, at=now, company=row.company)
