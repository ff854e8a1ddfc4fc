"""Contested amounts: the disputed part is set aside, the rest keeps moving."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Q, Sum

from arbook import money
from arbook.audit import log
from arbook.companies.models import User
from invoices import holds
from invoices.models import Dispute, Hold, Invoice, PaymentLine

Kind, Ending = Dispute.Kind, Dispute.Ending


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
    kind: str = Kind.OTHER,
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
        total_then=invoice.total,
        kind=kind,
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
def resolve_dispute(
    dispute: Dispute, *, outcome: str, by: User | None, now: datetime, ending: str = ""
) -> Dispute:
    """Close a dispute with what came of it; the invoice moves again, on what is open now.

    A credit is believed when QuickBooks shows it, not when somebody means to enter it.
    """
    if not outcome.strip():
        raise DisputeRefused("Say what came of it.")
    dispute = _locked(dispute)
    _must_be_in_the_books(dispute, ending)
    dispute.state, dispute.ending = Dispute.State.RESOLVED, ending
    dispute.outcome = outcome.strip()[:300]
    said = f"is closed: {dispute.outcome}"
    _end(dispute, "dispute.resolved", said, over="the dispute is closed", by=by, now=now)
    return dispute


@transaction.atomic
def take_back(dispute: Dispute, *, by: User, now: datetime) -> Dispute:
    """Nothing was contested: the dispute was opened by mistake, and nothing came of it yet."""
    dispute = _locked(dispute)
    if dispute.credited or dispute.evidence.exists():
        raise DisputeRefused("Something came of this dispute; close it with its outcome.")
    dispute.state, dispute.outcome = Dispute.State.UNDONE, "Opened by mistake."
    over = "the dispute was taken back"
    _end(dispute, "dispute.undone", "is taken back.", over=over, by=by, now=now)
    return dispute


def _locked(dispute: Dispute) -> Dispute:
    dispute = (
        Dispute.objects.select_for_update(of=("self",))
        .select_related("company", "invoice__customer")
        .get(pk=dispute.pk)
    )
    if dispute.state != Dispute.State.OPEN:
        raise DisputeRefused("This dispute is already closed.")
    return dispute


def _end(
    dispute: Dispute, verb: str, said: str, *, over: str, by: User | None, now: datetime
) -> None:
    """Write that a dispute is no more; what it set aside is asked for again."""
    dispute.resolved_at = now
    dispute.save(update_fields=["state", "resolved_at", "outcome", "ending"])
    invoice = dispute.invoice
    entry = log.record(
        verb,
        f"Dispute about {money.words(dispute.amount, invoice.currency)} of {invoice} {said}",
        about=[dispute, invoice, invoice.customer],
        by=by,
        at=now,
    )
    lifted = holds.lift_source(dispute.company, _source(dispute), by=by, now=now, reason=over)
    if not lifted:
        holds.revisit(dispute.company, invoice.customer_id, entry, now=now)


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
                dispute,
                outcome="Nothing is open any more in QuickBooks.",
                ending=Ending.SETTLED,
                by=None,
                now=now,
            )
            closed += 1
        elif _read_back(dispute) and not dispute.contested:
            amount = money.words(dispute.amount, dispute.invoice.currency)
            resolve_dispute(
                dispute,
                outcome=f"QuickBooks shows a credit of {amount}.",
                ending=Ending.CREDITED,
                by=None,
                now=now,
            )
            closed += 1
        else:
            _match_hold(dispute, dispute.invoice, None, now)
    return closed


@transaction.atomic
def assign(dispute: Dispute, *, owner: User | None, by: User, now: datetime) -> Dispute:
    """Say who looks after it."""
    if owner and not owner.memberships.filter(company=dispute.company_id).exists():
        raise DisputeRefused(f"{owner} does not work for {dispute.company}.")
    Dispute.objects.filter(pk=dispute.pk).update(owner=owner)
    dispute.owner = owner
    log.record(
        "dispute.assigned",
        f"{owner or 'Nobody'} looks after the dispute about {dispute.invoice} now.",
        about=[dispute, dispute.invoice, dispute.invoice.customer],
        by=by,
        at=now,
    )
    return dispute


def disputed_amounts(invoice_ids: Iterable[int]) -> dict[int, Decimal]:
    """The contested part of each invoice that has one, never more than what is open."""
    rows = Dispute.objects.filter(
        invoice__in=list(invoice_ids), state=Dispute.State.OPEN
    ).values_list("invoice", F("amount") - F("credited"), "invoice__balance")
    return {pk: min(amount, max(balance, money.ZERO)) for pk, amount, balance in rows}


def credited(dispute: Dispute) -> Decimal:
    """What the books have taken off the invoice since: credits used on it, a smaller total."""
    invoice = dispute.invoice
    corrected = money.ZERO
    if dispute.total_then is not None:
        corrected = max(dispute.total_then - invoice.total, money.ZERO)
    # QuickBooks links a credit by a payment that brings no money.
    links = PaymentLine.objects.filter(
        payment__company=dispute.company_id,
        payment__total=0,
        payment__is_void=False,
        payment__is_deleted=False,
        payment__paid_on__gte=dispute.company.local_date(dispute.opened_at),
        document_type="Invoice",
        document_id=invoice.quickbooks_id,
    ).filter(
        Q(payment__books_updated_at=None) | Q(payment__books_updated_at__gte=dispute.opened_at)
    )
    return corrected + (links.aggregate(sum=Sum("amount"))["sum"] or money.ZERO)


def _read_back(dispute: Dispute) -> bool:
    """Bring the credited part in line with the books; whether it changed."""
    found = min(credited(dispute), dispute.amount)
    if found == dispute.credited:
        return False
    dispute.credited = found
    dispute.save(update_fields=["credited"])
    invoice = dispute.invoice
    log.record(
        "dispute.credited",
        f"{money.words(found, invoice.currency)} of the"
        f" {money.words(dispute.amount, invoice.currency)} disputed on {invoice} are"
        " credited in QuickBooks.",
        about=[dispute, invoice, invoice.customer],
        by=None,
        at=invoice.read_at,
    )
    return True


def _must_be_in_the_books(dispute: Dispute, ending: str) -> None:
    if ending not in (Ending.CREDITED, Ending.PARTLY) or dispute.total_then is None:
        return
    found, currency = credited(dispute), dispute.invoice.currency
    if ending == Ending.CREDITED and found < dispute.amount:
        raise DisputeRefused(
            f"QuickBooks shows a credit of {money.words(found, currency)} on {dispute.invoice},"
            f" not of {money.words(dispute.amount, currency)}. Enter it there first."
        )
    if ending == Ending.PARTLY and not found:
        raise DisputeRefused(
            f"QuickBooks shows no credit on {dispute.invoice} yet. Enter it there first."
        )


def _source(dispute: Dispute) -> str:
    return f"dispute:{dispute.pk}"


def _match_hold(dispute: Dispute, invoice: Invoice, by: User | None, now: datetime) -> bool:
    """Silence when all that is open is contested, and only then; whether anything changed."""
    open_hold = Hold.objects.of(dispute.company).filter(source=_source(dispute), lifted_at=None)
    if dispute.contested >= invoice.balance:
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
