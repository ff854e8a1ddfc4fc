"""What a plan has got and asks for: instalments filled by money, the touch that names the next."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from arbook import money
from invoices import agreed_touches
from invoices.models import Installment, PaymentPlan

NOTES = ("instalment-due", "instalment-missed")


def paid_of(plan: PaymentPlan) -> Decimal:
    """How much of what the plan covers is not open any more in the books."""
    open_now = sum(
        (
            min(part.amount, part.invoice.balance if part.invoice.is_open else money.ZERO)
            for part in plan.parts.select_related("invoice")
        ),
        money.ZERO,
    )
    return plan.total - open_now


def asked(plan: PaymentPlan, *, today: date) -> tuple[Installment | None, Decimal]:
    """The instalment that is due next or now, and what is to pay with it, late ones included."""
    rows = list(plan.installments.order_by("number"))
    unpaid = [one for one in rows if not one.is_paid]
    current = next((one for one in unpaid if one.missed_at is None), None)
    due = [one for one in unpaid if one.due_on <= today or one == current or one.missed_at]
    return current, sum((one.left for one in due), money.ZERO)


def asked_by_invoice(invoice_ids: Iterable[int], *, today: date) -> dict[int, Decimal]:
    """What a running plan asks for now on each of its invoices; others are not in the answer."""
    plans = PaymentPlan.objects.running().filter(parts__invoice__in=list(invoice_ids)).distinct()
    found: dict[int, Decimal] = {}
    for plan in plans:
        _, amount = asked(plan, today=today)
        found |= spread(plan, amount, keep_zeros=True)
    return found


def plan_notes(plan: PaymentPlan, now: datetime) -> None:
    """Plan what is said about the instalment that is due next."""
    current, amount = asked(plan, today=plan.company.local_date(now))
    if current is None:
        agreed_touches.cancel(
            plan.company, plan.source, reason="every instalment has had its day", now=now
        )
        return
    agreed_touches.plan(
        plan.company,
        plan.source,
        parts=spread(plan, amount),
        anchor_on=current.due_on,
        keys=NOTES,
        now=now,
    )


def spread(plan: PaymentPlan, amount: Decimal, *, keep_zeros: bool = False) -> dict[int, Decimal]:
    """An amount over the plan's invoices, oldest first."""
    left, parts = amount, {}
    rows = plan.parts.select_related("invoice").order_by("invoice__due_on", "invoice")
    for part in rows:
        invoice = part.invoice
        share = min(left, part.amount, invoice.balance if invoice.is_open else money.ZERO)
        left -= share
        if share > 0 or keep_zeros:
            parts[invoice.pk] = max(share, money.ZERO)
    return parts
