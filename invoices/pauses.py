"""A person's own pause of a customer: placed with a reason, ended when they say so."""

from datetime import date, datetime

from django.db.models.functions import Length

from arbook.companies.models import User
from customers.models import Customer
from invoices import holds
from invoices.models import Hold, Invoice, Reminder

SOURCE = "person"


def pause(
    customer: Customer, *, until: date | None, note: str, by: User | None, now: datetime
) -> Hold:
    """Keep every reminder of the customer silent to the end of a day, or until it is ended."""
    return holds.place(
        customer,
        reason=Hold.Reason.PERSON,
        note=note,
        until=until,
        source=SOURCE,
        by=by,
        now=now,
    )


def in_force(customer: Customer, *, now: datetime) -> list[Hold]:
    """Why the customer or an invoice of theirs is quiet, each ``said`` in words, the whole
    customer first."""
    rows = holds.active(customer.company, [customer.pk], now=now)[customer.pk]
    for hold in rows:
        hold.said = holds.describe(hold)
    return sorted(rows, key=lambda hold: (hold.invoice_id is not None, hold.placed_at))


def next_touches(invoices: list[Invoice]) -> dict[int, Reminder]:
    """The planned touch of each invoice, that of an agreement before the others; one query."""
    rows = Reminder.objects.planned().filter(invoice__in=invoices).select_related("step")
    rows = rows.order_by(Length("source"), "due_on", "pk")
    return {row.invoice_id: row for row in rows}
