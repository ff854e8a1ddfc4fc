"""Calls that put themselves on the list: much is past due, and a reminder brought no answer."""

from datetime import datetime, timedelta

from django.db.models import Max, Q, Sum

from arbook import money
from arbook.companies.models import Company
from customers.models import Customer
from invoices import holds, tasks
from invoices.models import Invoice, Task
from messaging.models import Message

GRACE = timedelta(days=2)
"""Time a reminder has to work before somebody calls."""
AT_MOST_EVERY = timedelta(days=14)


def plan(company: Company, *, now: datetime) -> int:
    """Ask for calls of customers past due above the company's amount; returns how many are new.

    Only after a reminder was handed over, and never while something keeps the customer quiet.
    """
    if company.calls_above <= 0 or company.mode == Company.Mode.DRY_RUN:
        return 0
    owing = _past_due(company, now)
    reminded = _reminded(company, owing, now)
    quiet = {
        pk
        for pk, rows in holds.active(company, reminded, now=now).items()
        if any(row.invoice_id is None for row in rows)
    }
    customers = Customer.objects.of(company).present().filter(pk__in=set(reminded) - quiet)
    found = 0
    for customer in customers.exclude(tags__stops_dunning=True).select_related("company", "owner"):
        amount, last = owing[customer.pk], reminded[customer.pk].astimezone(company.zone)
        words = money.words(amount, company.currency)
        tasks.open_task(
            company,
            kind=Task.Kind.CALL,
            key=f"call:{customer.pk}",
            title=f"{words} past due at {customer}",
            detail=f"The reminder of {last:%b} {last.day} brought no answer.",
            customer=customer,
            amount=amount,
            due_on=company.local_date(now),
            now=now,
        )
        found += 1
    return found


def _past_due(company: Company, now: datetime) -> dict[int, object]:
    rows = (
        Invoice.objects.of(company)
        .open()
        .filter(currency=company.currency, due_on__lt=company.local_date(now))
        .order_by()
        .values("customer")
        .annotate(owing=Sum("balance"))
        .filter(owing__gte=company.calls_above)
    )
    return dict(rows.values_list("customer", "owing"))


def _reminded(company: Company, owing, now: datetime) -> dict[int, datetime]:
    """Who got a reminder that had its time, has not answered it, and was not called lately."""
    lately = (
        Task.objects.of(company)
        .filter(kind=Task.Kind.CALL, customer__in=list(owing))
        .filter(Q(done_at=None) | Q(opened_at__gt=now - AT_MOST_EVERY))
        .values_list("customer", flat=True)
    )
    ids = set(owing) - set(lately)
    rows = Message.objects.of(company).filter(customer__in=ids, test_address="").order_by()
    sent = dict(
        rows.filter(purpose=Message.Purpose.REMINDER, handed_over_at__isnull=False)
        .values("customer")
        .annotate(last=Max("handed_over_at"))
        .values_list("customer", "last")
    )
    answered = dict(
        rows.filter(direction=Message.Direction.IN)
        .values("customer")
        .annotate(last=Max("created_at"))
        .values_list("customer", "last")
    )
    return {
        pk: last
        for pk, last in sent.items()
        if last <= now - GRACE and not (pk in answered and answered[pk] >= last)
    }
