"""Past what reminders can do: a manager's review at day thirty, a drafted letter at day sixty.

Cases are opened here and follow the books; a manager decides them in ``case_decisions``. A review
keeps the whole customer quiet until then.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from arbook import money
from arbook.alerts import alerts
from arbook.audit import log
from arbook.companies.models import Company, Role, User
from customers.models import Customer
from invoices import approvals, cadence, cases, disputes, holds
from invoices.models import Approval, Escalation, Hold, Invoice, Reminder

Stage, Outcome = Escalation.Stage, Escalation.Outcome


def take_due(company: Company, *, now: datetime) -> int:
    """Open the reviews and draft the letters that have come due; returns how many are new."""
    for row in _open().filter(company=company):
        refresh(row, now)
    return sum(
        _open_case(company, stage, customer_id, now)
        for stage in (Stage.REVIEW, Stage.LETTER)
        for customer_id in _customers_due(company, stage, now)
    )


def settle_paid(invoice_ids: Iterable[int], *, now: datetime) -> int:
    """After the books changed: close cases that are paid, ask again where amounts moved.

    Returns how many were closed.
    """
    customers = Invoice.objects.filter(pk__in=list(invoice_ids)).values("customer")
    return sum(refresh(row, now) for row in _open().filter(customer__in=customers))


# --- Opening -------------------------------------------------------------------------------------


def _open():
    return Escalation.objects.filter(closed_at=None).select_related(
        "company", "customer__company", "invoice", "reminder"
    )


def _customers_due(company: Company, stage: str, now: datetime) -> list[int]:
    """Customers with a due touch, no open case of the stage, and no reason to be left alone."""
    due: dict[int, list[int]] = defaultdict(list)
    for customer_id, invoice_id in (
        cases.due_touches(company, stage, now)
        .exclude(invoice__customer__tags__stops_dunning=True)
        .values_list("invoice__customer", "invoice")
    ):
        due[customer_id].append(invoice_id)
    busy = set(
        Escalation.objects.of(company)
        .filter(customer__in=list(due), stage=stage, closed_at=None)
        .values_list("customer", flat=True)
    )
    held = holds.active(company, due, now=now)
    return [
        customer_id
        for customer_id, invoice_ids in due.items()
        if customer_id not in busy and not _is_held(held[customer_id], invoice_ids)
    ]


def _is_held(rows: list[Hold], invoice_ids: list[int]) -> bool:
    """Whether every invoice of the case is quiet already, by itself or with its customer."""
    quiet = {hold.invoice_id for hold in rows}
    return None in quiet or quiet.issuperset(invoice_ids)


@transaction.atomic
def _open_case(company: Company, stage: str, customer_id: int, now: datetime) -> bool:
    customer = (
        Customer.objects.select_for_update(no_key=True, of=("self",))
        .select_related("company")
        .get(pk=customer_id)
    )
    touches = cases.of_customer(company, stage, customer, now)
    if not touches or customer.escalations.filter(stage=stage, closed_at=None).exists():
        return False
    first = touches[0]
    # A case that was settled and came back (a payment that bounced) goes on under its old number.
    row, _ = Escalation.objects.update_or_create(
        reminder=first,
        defaults={
            "company": company,
            "customer": customer,
            "invoice": first.invoice,
            "stage": stage,
            "opened_at": now,
            "closed_at": None,
            "outcome": "",
        },
    )
    if stage == Stage.REVIEW:
        holds.place(
            customer,
            reason=Hold.Reason.ESCALATION,
            note="waits for a manager's review",
            source=cases.subject_of(row),
            lift_role=Role.MANAGER,
            by=None,
            now=now,
        )
    approval = cases.ask(row, touches, now)
    amount = money.words(approval.amount, company.currency)
    log.record(
        "escalation.opened",
        f"{_name(row)} of {customer}: {amount} open, the oldest since"
        f" {first.invoice.issued_on:%b} {first.invoice.issued_on.day}.",
        about=[row, first.invoice, customer],
        by=None,
        at=now,
    )
    alerts.tell(
        company,
        key=f"{cases.subject_of(row)}:{approval.pk}",
        title=f"{_name(row)}: {customer}, {amount}",
        text=approval.why,
        url=settings.PUBLIC_URL + reverse("invoices:approval", args=[company.slug, approval.pk]),
        now=now,
    )
    return True


def _name(row: Escalation) -> str:
    return row.get_stage_display()


# --- Following the books -------------------------------------------------------------------------


def refresh(row: Escalation, now: datetime) -> bool:
    """Bring an open case in line with today's facts; whether that closed it."""
    with transaction.atomic():
        row = _open().select_for_update(of=("self",)).filter(pk=row.pk).first()
        if row is None:
            return False
        is_of_this_mode = row.reminder.is_rehearsal == cadence.is_rehearsal(row.company)
        touches = (
            cases.of_customer(row.company, row.stage, row.customer, now) if is_of_this_mode else []
        )
        if not touches:
            reason = _why_over(row)
            approvals.void(row.company, cases.subject_of(row), reason=reason, now=now)
            close(row, Outcome.SETTLED, now, by=None, reason=reason, settle=False)
            return True
        waiting = Approval.objects.of(row.company).filter(
            subject=cases.subject_of(row), state=Approval.State.WAITING
        )
        known = waiting.first()
        invoices = [touch.invoice for touch in touches]
        aside = disputes.disputed_amounts(invoice.pk for invoice in invoices)
        if (
            known is None
            or known.content.get("invoices") != cases.facts(invoices, aside, row.company)
            or (known.expires_at and known.expires_at <= now)
        ):
            cases.ask(row, touches, now)
        return False


def _why_over(row: Escalation) -> str:
    if row.reminder.is_rehearsal != cadence.is_rehearsal(row.company):
        return "The dry run is over." if row.reminder.is_rehearsal else "A dry run has begun."
    is_open = row.customer.invoices.open().exists()
    return "Nothing of this case is due any more." if is_open else "Everything is paid."


def close(
    row: Escalation,
    outcome: str,
    now: datetime,
    *,
    by: User | None,
    reason: str,
    skip: bool = False,
    lift: bool = True,
    settle: bool = True,
) -> None:
    """Close a case with its outcome: its touches are taken, the quiet it asked for ends.

    ``skip`` lets the touches go instead; without ``settle`` they stay planned; without ``lift``
    the customer stays quiet.
    """
    row.closed_at, row.outcome = now, outcome
    row.save(update_fields=["closed_at", "outcome"])
    if settle:
        cadence.settle(
            [touch.pk for touch in cases.of_customer(row.company, row.stage, row.customer, now)],
            state=Reminder.State.SKIPPED if skip else Reminder.State.SENT,
            now=now,
            reason=reason,
        )
    if lift:
        holds.lift_source(row.company, cases.subject_of(row), by=by, now=now, reason=reason)
    log.record(
        "escalation.closed",
        f"{_name(row)} of {row.customer} is decided: {row.get_outcome_display()}.",
        about=[row, row.invoice, row.customer],
        by=by,
        at=now,
        outcome=str(outcome),
    )
