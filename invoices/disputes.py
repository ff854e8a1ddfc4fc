"""Contested amounts: the disputed part is set aside, the rest keeps moving."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from arbook import money
from arbook.audit import log
from arbook.companies.models import User
from invoices import holds
from invoices.models import Dispute, Hold, Invoice


class DisputeRefused(Exception):
    """The dispute cannot be opened or closed like this. The message is fit for the screen."""


@transaction.atomic
def open_dispute(
    *,
    invoice: Invoice,
    amount: Decimal,
    reason: str,
    by: User | None,
    now: datetime,
    owner: User | None = None,
) -> Dispute:
    """Set an amount aside; a dispute about all that is open silences the invoice."""
    invoice = (
        Invoice.objects.select_for_update(of=("self",))
        .select_related("company", "customer__company", "customer__owner")
        .get(pk=invoice.pk)
    )
    if not reason.strip():
        raise DisputeRefused("Say what is contested.")
    if amount <= 0:
        raise DisputeRefused("A dispute is about an amount above zero.")
    if not invoice.is_open or amount > invoice.balance:
        left = money.words(max(invoice.balance, money.ZERO), invoice.currency)
        raise DisputeRefused(f"{invoice} has only {left} open.")
    if invoice.disputes.filter(state=Dispute.State.OPEN).exists():
        raise DisputeRefused(f"{invoice} already has an open dispute; close that one first.")
    dispute = Dispute.objects.create(
        company=invoice.company,
        invoice=invoice,
        amount=amount,
        reason=reason.strip()[:300],
        owner=owner or by or invoice.customer.owner,
        opened_at=now,
    )
    entry = log.record(
        "dispute.opened",
        f"{money.words(amount, invoice.currency)} of {invoice} is disputed: {dispute.reason}",
        about=[dispute, invoice, invoice.customer],
        by=by,
        at=now,
        amount=str(amount),
    )
    if not _match_hold(dispute, invoice, by, now):
        holds.revisit(invoice.company, invoice.customer_id, entry, now=now)
    return dispute


@transaction.atomic
def resolve_dispute(dispute: Dispute, *, outcome: str, by: User | None, now: datetime) -> Dispute:
    """Close a dispute with what came of it; the invoice moves again."""
    if not outcome.strip():
        raise DisputeRefused("Say what came of it.")
    dispute = (
        Dispute.objects.select_for_update(of=("self",))
        .select_related("company", "invoice__customer")
        .get(pk=dispute.pk)
    )
    if dispute.state != Dispute.State.OPEN:
        raise DisputeRefused("This dispute is already closed.")
    dispute.state, dispute.resolved_at = Dispute.State.RESOLVED, now
    dispute.outcome = outcome.strip()[:300]
    dispute.save(update_fields=["state", "resolved_at", "outcome"])
    invoice = dispute.invoice
    entry = log.record(
        "dispute.resolved",
        f"Dispute about {money.words(dispute.amount, invoice.currency)} of {invoice} is closed:"
        f" {dispute.outcome}",
        about=[dispute, invoice, invoice.customer],
        by=by,
        at=now,
    )
    lifted = holds.lift_source(
        dispute.company, _source(dispute), by=by, now=now, reason="the dispute is closed"
    )
    if not lifted:
        holds.revisit(dispute.company, invoice.customer_id, entry, now=now)
    return dispute


@transaction.atomic
def settle(invoice_ids: Iterable[int], *, now: datetime) -> int:
    """Bring disputes in line with balances read back; returns how many closed by themselves."""
    closed = 0
    rows = Dispute.objects.filter(
        invoice__in=list(invoice_ids), state=Dispute.State.OPEN
    ).select_related("company", "invoice__customer__company")
    for dispute in rows:
        if not dispute.invoice.is_open:
            resolve_dispute(
                dispute, outcome="Nothing is open any more in QuickBooks.", by=None, now=now
            )
            closed += 1
        else:
            _match_hold(dispute, dispute.invoice, None, now)
    return closed


def disputed_amounts(invoice_ids: Iterable[int]) -> dict[int, Decimal]:
    """The contested part of each invoice that has one, never more than what is open."""
    rows = Dispute.objects.filter(
        invoice__in=list(invoice_ids), state=Dispute.State.OPEN
    ).values_list("invoice", "amount", "invoice__balance")
    return {pk: min(amount, max(balance, money.ZERO)) for pk, amount, balance in rows}


def _source(dispute: Dispute) -> str:
    return f"dispute:{dispute.pk}"


def _match_hold(dispute: Dispute, invoice: Invoice, by: User | None, now: datetime) -> bool:
    """Silence when all that is open is contested, and only then; whether anything changed."""
    open_hold = Hold.objects.of(dispute.company).filter(source=_source(dispute), lifted_at=None)
    if dispute.amount >= invoice.balance:
        if open_hold.exists():
            return False
        holds.place(
            invoice,
            reason=Hold.Reason.DISPUTE,
            note=dispute.reason,
            source=_source(dispute),
            by=by,
            now=now,
        )
        return True
    reason = "only a part of what is open is disputed"
    return bool(holds.lift_source(dispute.company, _source(dispute), by=by, now=now, reason=reason))
