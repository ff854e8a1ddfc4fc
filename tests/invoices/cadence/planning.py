"""Invoices of so many days ago, touches taken, and the plan made of them."""

from datetime import timedelta

from invoices import cadence
from invoices.models import CadenceStep, Invoice, Reminder
from tests import factories
from tests.factories import NOW, TODAY

State = Reminder.State


def issued(customer, days_ago, *, due_after=10, balance="100.00", **fields) -> Invoice:
    day = TODAY - timedelta(days=days_ago)
    fields = {"issued_on": day, "due_on": day + timedelta(days=due_after)} | fields
    return factories.invoice(customer, balance, **fields)


def plan(company, *, days=0):
    return cadence.plan(company, now=NOW + timedelta(days=days))


def next_key(invoice) -> str | None:
    row = invoice.reminders.planned().first()
    return row.step_key if row else None


def take(invoice, *keys, state=State.SENT):
    """Touches taken on their day, as a sender would have."""
    company = invoice.company
    for key in keys:
        step = CadenceStep.objects.get(
            cadence__company=company, cadence__is_current=True, cadence__is_default=True, key=key
        )
        day = invoice.issued_on + timedelta(days=step.day)
        Reminder.objects.create(
            company=company,
            invoice=invoice,
            step=step,
            step_key=key,
            anchor_on=invoice.issued_on,
            due_on=day,
            state=state,
            settled_at=NOW - timedelta(days=(TODAY - day).days),
        )
