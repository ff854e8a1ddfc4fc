"""What QuickBooks itself mails to customers: invoices and its own reminders count as contacts too.

The books keep the last mail of each invoice only (``DeliveryInfo``), so each is written down when
it is seen. Mails of one day are one contact: invoices often leave in a batch.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.db.models import Q

from arbook.companies.models import Company
from arbook.gateways.quickbooks_shapes import BookInvoice
from customers.models import BookMail, Customer

KEPT_FROM = timedelta(days=400)
"""Older mails than this are not written down when the books are first read."""


def note(company: Company, rows: Iterable[BookInvoice], *, now: datetime) -> None:
    """Write down the mails these invoices tell of; what is known already stays as it is."""
    sent = [(row, at) for row in rows if (at := sent_at(company, row)) and at > now - KEPT_FROM]
    if not sent:
        return
    names = {row.customer_id for row, _ in sent}
    owners = dict(
        Customer.objects.of(company)
        .filter(quickbooks_id__in=names)
        .values_list("quickbooks_id", "pk")
    )
    BookMail.objects.bulk_create(
        [
            BookMail(
                company=company,
                customer_id=owners[row.customer_id],
                document=row.id,
                number=row.number[:40],
                sent_at=at,
            )
            for row, at in sent
            if row.customer_id in owners
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )


def sent_at(company: Company, row: BookInvoice) -> datetime | None:
    """When it was mailed; where the books name only a day, that day's end: later is narrower."""
    if row.delivered_at or row.delivered_on is None:
        return row.delivered_at
    return datetime.combine(row.delivered_on, time(23, 59), company.zone)


def lately(
    company: Company, customer_ids: Iterable[int], *, since: datetime, until: datetime
) -> dict[int, list[BookMail]]:
    """Those of each customer in the time, the last of each of the company's days."""
    rows = BookMail.objects.filter(
        Q(sent_at__gt=since, sent_at__lte=until + timedelta(days=1)), customer__in=customer_ids
    )
    last: dict[tuple, BookMail] = {}
    for row in rows.order_by("sent_at", "pk"):
        last[row.customer_id, company.local_date(row.sent_at)] = row
    found: dict[int, list[BookMail]] = defaultdict(list)
    for (customer, _), row in last.items():
        found[customer].append(row)
    return found
