"""What an escalation is about: the invoices of its case, and what a manager is shown of them."""

from datetime import datetime, timedelta

from arbook import money
from arbook.audit import timeline
from arbook.companies.models import Company, Role
from customers.models import Customer
from invoices import approvals, cadence, disputes, holds, letters
from invoices.models import Approval, CadenceStep, Escalation, Invoice, Reminder

Stage = Escalation.Stage
ACTIONS = {Stage.REVIEW: CadenceStep.Action.ESCALATE, Stage.LETTER: CadenceStep.Action.LETTER}
TIME_TO_DECIDE = timedelta(days=14)
LATEST_LINES = 12


def subject_of(escalation: Escalation) -> str:
    """How approvals, holds and alerts name the case."""
    return f"escalation:{escalation.pk}"


def due_touches(company: Company, stage: str, now: datetime):
    """Planned touches of this stage whose day has come, on invoices that are open."""
    return (
        Reminder.objects.of(company)
        .due(company.local_date(now))
        .filter(
            is_rehearsal=cadence.is_rehearsal(company),
            step__action=ACTIONS[Stage(stage)],
            invoice__balance__gt=0,
            invoice__is_void=False,
            invoice__is_deleted=False,
        )
        .select_related("invoice", "step")
        .order_by("invoice__issued_on", "invoice__pk")
    )


def of_customer(company: Company, stage: str, customer: Customer, now: datetime) -> list[Reminder]:
    """The touches a case is about: not those of invoices that are promised, contested or paused."""
    touches = list(due_touches(company, stage, now).filter(invoice__customer=customer))
    aside = disputes.disputed_amounts(touch.invoice_id for touch in touches)
    held = {row.invoice_id for row in holds.active(company, [customer.pk], now=now)[customer.pk]}
    return [
        touch
        for touch in touches
        if touch.invoice_id not in held
        and touch.invoice.balance > aside.get(touch.invoice_id, money.ZERO)
    ]


def ask(row: Escalation, touches: list[Reminder], now: datetime) -> Approval:
    """Put the case before a manager with today's content."""
    company, customer = row.company, row.customer
    invoices = [touch.invoice for touch in touches]
    aside = disputes.disputed_amounts(invoice.pk for invoice in invoices)
    amount = sum(
        (invoice.balance - aside.get(invoice.pk, money.ZERO) for invoice in invoices), money.ZERO
    )
    content: dict = {"invoices": facts(invoices, aside, company)}
    contacts = _contacts_made(customer, cadence.is_rehearsal(company))
    oldest = (company.local_date(now) - invoices[0].issued_on).days
    if row.stage == Stage.LETTER:
        letter = letters.compose(
            company,
            customer,
            invoices,
            set_aside=aside,
            dated_on=company.local_date(now),
            written_before=bool(contacts),
        )
        content["letter"] = letter.as_content()
        Escalation.objects.filter(pk=row.pk).update(letter=letter.text)
        kind, title = Approval.Kind.LETTER, f"Letter to {customer}"
        why = f"Day {oldest} since issue. A letter never leaves without a manager."
    else:
        content["contacts"] = contacts
        content["history"] = _history(customer)
        kind, title = Approval.Kind.ESCALATION, f"Review of {customer}"
        why = f"Day {oldest} since issue and still open. Reminders are paused until you decide."
    return approvals.ask(
        company,
        kind=kind,
        subject=subject_of(row),
        title=title,
        why=why,
        customer=customer,
        invoice=row.invoice,
        amount=amount,
        content=content,
        needs_role=Role.MANAGER,
        expires_at=now + TIME_TO_DECIDE,
        now=now,
    )


def facts(invoices: list[Invoice], aside: dict, company: Company) -> list[dict]:
    """The amounts a decision is bound to."""
    return [
        {
            "number": invoice.number or invoice.quickbooks_id,
            "issued_on": invoice.issued_on.isoformat(),
            "due_on": invoice.due_on.isoformat() if invoice.due_on else "",
            "open": money.words(invoice.balance, company.currency),
            "disputed": money.words(aside[invoice.pk], company.currency)
            if invoice.pk in aside
            else "",
        }
        for invoice in invoices
    ]


def _contacts_made(customer: Customer, rehearsal: bool) -> list[dict]:
    rows = (
        Reminder.objects.filter(
            invoice__customer=customer, state=Reminder.State.SENT, is_rehearsal=rehearsal
        )
        .select_related("step", "invoice", "company")
        .order_by("-settled_at")[:LATEST_LINES]
    )
    return [
        {
            "on": row.company.local_date(row.settled_at).isoformat(),
            "what": row.step.get_action_display(),
            "about": str(row.invoice),
        }
        for row in rows
    ]


def _history(customer: Customer) -> list[dict]:
    return [
        {"on": customer.company.local_date(line.at).isoformat(), "said": line.said, "by": line.by}
        for line in timeline.of(customer, limit=LATEST_LINES)
    ]
