"""Idle: past due invoices to which nothing will happen by itself and nobody is to do anything."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from arbook.companies.models import Company
from invoices.models import Escalation, Hold, Invoice, Reminder, Task

# The touch after one that just left is planned with the next batch, within minutes.
JUST_SENT = timedelta(minutes=15)


def idle(companies: Iterable[Company], *, now: datetime) -> QuerySet[Invoice]:
    """Past due invoices without a planned or fresh touch, hold, task, escalation or VIP tag."""
    companies = list(companies)
    today = min((company.local_date(now) for company in companies), default=now.date())
    of_customer = Q(customer=OuterRef("customer"), invoice=None)
    of_either = of_customer | Q(invoice=OuterRef("pk"))
    return (
        Invoice.objects.of_companies(companies)
        .past_due(today)
        .filter(
            ~Exists(Reminder.objects.planned().filter(invoice=OuterRef("pk"))),
            ~Exists(
                Reminder.objects.filter(
                    invoice=OuterRef("pk"),
                    state=Reminder.State.SENT,
                    settled_at__gt=now - JUST_SENT,
                )
            ),
            ~Exists(Hold.objects.active(now).filter(of_either)),
            ~Exists(Task.objects.open().filter(of_either)),
            ~Exists(Escalation.objects.filter(customer=OuterRef("customer"), closed_at=None)),
            customer__is_deleted=False,
        )
        .exclude(customer__tags__stops_dunning=True)
    )
