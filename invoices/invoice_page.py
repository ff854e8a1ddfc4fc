"""What the page of one invoice shows: what was paid, what is planned, why it is quiet."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q

from arbook.audit import timeline
from arbook.audit.models import Entry
from invoices import flags, next_touch
from invoices.models import (
    Approval,
    Dispute,
    Escalation,
    Hold,
    Invoice,
    PaymentLine,
    PromiseToPay,
    Reminder,
    SyncProblem,
    Task,
)


@dataclass(frozen=True)
class Problem:
    """Something in the books that keeps us from collecting, and what to do about it."""

    said: str
    advice: str = ""


@dataclass(frozen=True)
class Page:
    """Everything but the fragments that other apps serve."""

    today: date
    days: int
    state: str
    flags: list[flags.Flag]
    problems: list[Problem]
    next: Reminder | None
    next_sentence: str
    touches: list[Reminder]
    paid: list[PaymentLine]
    holds: list[Hold]
    promises: list[PromiseToPay]
    disputes: list[Dispute]
    tasks: list[Task]
    escalations: list[Escalation]
    approvals: list[Approval]
    entries: list[timeline.Line] = field(default_factory=list)

    @property
    def has_work(self) -> bool:
        return bool(self.tasks or self.approvals or self.escalations)


def gather(invoice: Invoice, *, now: datetime) -> Page:
    """The page's facts in a number of statements that does not depend on how much happened."""
    company, today = invoice.company, invoice.company.local_date(now)
    owners = {invoice.pk: invoice.customer_id}
    touch = next_touch.of_invoice(invoice)
    return Page(
        today=today,
        days=invoice.days_past_due(today),
        state=state_words(invoice),
        flags=flags.of_invoices(company, owners, now=now)[invoice.pk] if invoice.is_open else [],
        problems=_problems(invoice),
        next=touch,
        next_sentence=next_touch.sentence(touch or invoice, today=today),
        touches=list(
            invoice.reminders.exclude(state=Reminder.State.PLANNED)
            .select_related("step__cadence")
            .order_by("-settled_at", "-due_on", "-pk")[:50]
        ),
        paid=list(
            PaymentLine.objects.filter(
                payment__company=company,
                document_type="Invoice",
                document_id=invoice.quickbooks_id,
                payment__is_deleted=False,
            )
            .select_related("payment")
            .order_by("payment__paid_on", "pk")
        ),
        holds=list(
            Hold.objects.of(company).active(now).touching(invoice).select_related("placed_by")
        ),
        promises=list(invoice.promises.all()[:20]),
        disputes=list(invoice.disputes.select_related("owner")[:20]),
        tasks=list(
            Task.objects.of(company)
            .open()
            .filter(Q(invoice=invoice) | Q(invoice=None, customer=invoice.customer_id))
            .select_related("owner")[:20]
        ),
        escalations=list(
            Escalation.objects.of(company).filter(invoice=invoice).order_by("-opened_at")[:10]
        ),
        approvals=list(
            Approval.objects.of(company).waiting(now).filter(invoice=invoice).order_by("asked_at")
        ),
        entries=timeline.of(invoice),
    )


def version(invoice: Invoice) -> str:
    """Changes whenever something happened to the invoice; one statement."""
    newest = Entry.objects.about(invoice).order_by("-pk").values_list("pk", flat=True).first()
    flags = f"{invoice.is_void:d}{invoice.is_deleted:d}"
    return f"{invoice.balance}-{invoice.due_on}-{flags}-{newest or 0}"


def state_words(invoice: Invoice) -> str:
    """Where the invoice stands in the books, in a word or two."""
    if invoice.is_deleted:
        return "Deleted in QuickBooks"
    if invoice.is_void:
        return "Void"
    if invoice.balance <= 0:
        return "Paid"
    return "Partly paid" if invoice.balance < invoice.total else "Open"


def _problems(invoice: Invoice) -> list[Problem]:
    company, found = invoice.company, []
    if invoice.is_open and invoice.due_on is None:
        found.append(
            Problem(
                "QuickBooks has no due date for this invoice.",
                "Its age counts from the day it was issued. Set a due date in QuickBooks.",
            )
        )
    if invoice.currency != company.currency:
        found.append(
            Problem(
                f"This invoice is in {invoice.currency}; {company} works in {company.currency}.",
                "It is never added to sums, reminded or paid through a link. Collect it by hand.",
            )
        )
    if invoice.is_open and not invoice.number:
        found.append(
            Problem(
                "This invoice has no number.",
                f"Messages name it by its QuickBooks id {invoice.quickbooks_id}.",
            )
        )
    if invoice.is_open and invoice.online_payment:
        found.append(
            Problem(
                "QuickBooks' own pay page is switched on for this invoice.",
                "Beside our pay link the customer might pay twice. Switch one of them off.",
            )
        )
    if invoice.due_on and invoice.due_on < invoice.issued_on - timedelta(days=1):
        found.append(Problem("It is due before it was issued.", "Check both dates in QuickBooks."))
    rows = SyncProblem.objects.of(company).filter(
        entity="Invoice", quickbooks_id=invoice.quickbooks_id, solved_at=None
    )
    found += [
        Problem(
            f"The last reading of this invoice failed: {reason}", "Shown is what was read before."
        )
        for reason in rows.values_list("reason", flat=True)
    ]
    return found
