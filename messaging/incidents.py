"""Reminders that left twice, which must never happen: counted, so that all see that none did."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max
from django.db.models.functions import TruncDate

from arbook.companies.models import Company
from customers.models import Customer
from messaging.models import Message, MessageLine

LOOKED_AT = timedelta(days=30)
State = Message.State
LEFT = (State.HANDED_OVER, State.DELIVERED)


@dataclass(frozen=True)
class Doubled:
    """One customer who was reminded twice, on a day or of the same step."""

    customer: Customer
    day: date
    said: str


def doubled(company: Company, *, now: datetime) -> list[Doubled]:
    """Who was reminded twice in the last thirty days; the newest first."""
    left = Message.objects.of(company).filter(
        purpose=Message.Purpose.REMINDER,
        state__in=LEFT,
        handed_over_at__gt=now - LOOKED_AT,
        test_address="",
        removed_at=None,
    )
    days = (
        left.annotate(day=TruncDate("handed_over_at", tzinfo=company.zone))
        .order_by()
        .values("customer", "day")
        .annotate(count=Count("pk"))
        .filter(count__gt=1, customer__isnull=False)
    )
    steps = (
        MessageLine.objects.filter(message__in=left, reminder__isnull=False)
        .order_by()
        .values("reminder", "message__customer")
        .annotate(count=Count("message", distinct=True), last=Max("message__handed_over_at"))
        .filter(count__gt=1)
    )
    found = [(row["customer"], row["day"], f"{row['count']} on one day") for row in days]
    found += [
        (
            row["message__customer"],
            company.local_date(row["last"]),
            f"{row['count']} for one step of the cadence",
        )
        for row in steps
    ]
    known = Customer.objects.of(company).in_bulk({pk for pk, *_ in found})
    rows = [Doubled(known[pk], day, said) for pk, day, said in found if pk in known]
    return sorted(rows, key=lambda one: (one.day, one.customer.pk), reverse=True)
