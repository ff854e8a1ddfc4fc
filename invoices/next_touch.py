"""The next touch of an invoice, and the sentence that says it."""

from datetime import date

from django.db.models.functions import Length

from invoices import cadence
from invoices.default_cadences import TEXTS
from invoices.models import Invoice, Reminder


def of_invoice(invoice: Invoice) -> Reminder | None:
    """The invoice's planned touch; one that an agreement names goes before the cadence's."""
    rows = invoice.reminders.planned().select_related("step", "step__cadence", "invoice")
    return rows.order_by(Length("source").desc(), "due_on", "pk").first()


def sentence(subject: Invoice | Reminder, *, today: date) -> str:
    """What comes next for an invoice, as a screen says it."""
    reminder = subject if isinstance(subject, Reminder) else of_invoice(subject)
    if reminder is None:
        invoice = subject
        if invoice.is_void:
            return "Nothing more: the invoice is void."
        if invoice.is_deleted:
            return "Nothing more: the invoice was deleted in QuickBooks."
        if not invoice.is_open:
            return "Nothing more: the invoice is paid."
        if invoice.currency != invoice.company.currency:
            return f"Nothing planned: only invoices in {invoice.company.currency} are reminded."
        return "Nothing planned: no step of the cadence is left for this invoice."
    step = reminder.step
    name = f"{step.get_action_display()} ({step_day(step)} from {step.get_anchor_display()})"
    if reminder.source:
        name = f"{step.get_action_display()} ({TEXTS.get(step.template, step.template).lower()})"
    day = f"{reminder.due_on:%a} {reminder.due_on:%b} {reminder.due_on.day}"
    if step.action in cadence.MESSAGES:
        if reminder.due_on > today:
            return f"Next: {name} on {day}, unless paid, disputed or answered."
        return f"Next: {name}, due since {day}; it leaves once every check passes."
    if reminder.due_on > today:
        return f"Next: {name} on {day}; a manager decides."
    return f"Next: {name}, due since {day}; it waits for a manager."


def step_day(step) -> str:
    """``T+14``."""
    return f"T{step.day:+d}"
