"""What customers owe, for the screens: open, past due, credit, and how long they usually take.

The documents belong to the floor above; here they are only asked through their customer.
"""

import statistics
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import (
    Count,
    DecimalField,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from arbook.companies.models import Company
from arbook.money import ZERO
from customers.models import Channel, ConsentEvent, Contact, Customer, CustomerTag

AMOUNT = DecimalField(max_digits=14, decimal_places=2)
NOTHING = Value(ZERO, output_field=AMOUNT)
HOW_MANY = 200

FILTERS = {
    "": "All customers",
    "open": "With a balance",
    "overdue": "Past due",
    "vip": "VIP",
    "no_consent": "No consent to texts",
    "do_not_contact": "Asked to stop",
}


@dataclass(frozen=True)
class Totals:
    """The sums over the rows of a list; the header and the foot show the same."""

    customers: int
    open: Decimal
    overdue: Decimal
    credit: Decimal


@dataclass(frozen=True)
class DaysToPay:
    """How many days after issue a customer's invoices are usually paid."""

    count: int
    median: int | None = None
    low: int | None = None
    high: int | None = None

    @property
    def median_said(self) -> str:
        return f"{self.median} days" if self.median != 1 else "1 day"

    @property
    def spread_said(self) -> str:
        """The middle half, when there is more than one invoice to speak of."""
        if self.count < 4 or self.low == self.high:
            return f"from {self.count} paid invoice{'' if self.count == 1 else 's'}"
        return f"mostly {self.low} to {self.high}, from {self.count} paid invoices"


def listing(
    company: Company, *, today: date, show: str = "", words: str = ""
) -> QuerySet[Customer]:
    """Customers with ``open``, ``overdue``, ``credit``, ``oldest`` and ``is_silent``; one query."""
    rows = with_figures(Customer.objects.of(company), company, today).annotate(
        is_silent=Exists(
            CustomerTag.objects.filter(customer=OuterRef("pk"), tag__stops_dunning=True)
        )
    )
    # Gone from the books without a balance: history, not a row of the day.
    rows = rows.exclude(is_deleted=True, open_sum=None)
    if words:
        rows = rows.filter(_matches(words))
    return _narrowed(rows, show)


def with_figures(rows: QuerySet[Customer], company: Company, today: date) -> QuerySet[Customer]:
    """Adds what is open and past due in the company's currency, and credit not yet used."""
    is_open = Q(
        invoices__balance__gt=0,
        invoices__is_void=False,
        invoices__is_deleted=False,
        invoices__currency=company.currency,
    )
    late = is_open & Q(invoices__due_on__lt=today)
    credits = Coalesce(_sum_of(company, "payments", "unapplied"), NOTHING) + Coalesce(
        _sum_of(company, "credit_memos", "remaining"), NOTHING
    )
    return rows.annotate(
        open_sum=Sum("invoices__balance", filter=is_open),
        open=Coalesce(F("open_sum"), NOTHING),
        overdue=Coalesce(Sum("invoices__balance", filter=late), NOTHING),
        oldest=Min("invoices__due_on", filter=late),
        credit=credits,
    )


def totals(rows: QuerySet[Customer]) -> Totals:
    """The sums over all rows of a list, not only of one page; one query."""
    found = rows.order_by().aggregate(
        count=Count("pk"), all_open=Sum("open"), late=Sum("overdue"), loose=Sum("credit")
    )
    return Totals(
        found["count"], found["all_open"] or ZERO, found["late"] or ZERO, found["loose"] or ZERO
    )


def days_to_pay(customer: Customer) -> DaysToPay:
    """Median and the middle half of the days from issue to the last payment, newest 200."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(payment.paid_on) - invoice.issued_on FROM invoices_invoice invoice"
            " JOIN invoices_paymentline line ON line.document_type = 'Invoice'"
            "  AND line.document_id = invoice.quickbooks_id"
            " JOIN invoices_payment payment ON payment.id = line.payment_id"
            "  AND payment.company_id = invoice.company_id AND payment.total > 0"
            "  AND NOT payment.is_void AND NOT payment.is_deleted"
            " WHERE invoice.customer_id = %s AND invoice.balance = 0 AND invoice.total > 0"
            "  AND NOT invoice.is_void AND NOT invoice.is_deleted"
            " GROUP BY invoice.id ORDER BY max(payment.paid_on) DESC LIMIT %s",
            [customer.pk, HOW_MANY],
        )
        return spread([days for (days,) in cursor.fetchall()])


def spread(days: list[int]) -> DaysToPay:
    """Median and quartiles, in whole days, never below zero."""
    if not days:
        return DaysToPay(0)
    known = sorted(max(one, 0) for one in days)
    median = round(statistics.median(known))
    if len(known) == 1:
        return DaysToPay(1, median, median, median)
    low, _, high = statistics.quantiles(known, n=4, method="inclusive")
    return DaysToPay(len(known), median, round(low), round(high))


def _sum_of(company: Company, relation: str, amount: str) -> Subquery:
    counts = Q(
        **{
            f"{relation}__is_void": False,
            f"{relation}__is_deleted": False,
            f"{relation}__currency": company.currency,
        }
    )
    rows = Customer.objects.filter(pk=OuterRef("pk")).order_by()
    sums = rows.annotate(part=Sum(f"{relation}__{amount}", filter=counts)).values("part")
    return Subquery(sums, output_field=AMOUNT)


def _matches(words: str) -> Q:
    found = Q()
    for word in words.split()[:6]:
        one = (
            Q(name__icontains=word)
            | Q(company_name__icontains=word)
            | Q(given_name__icontains=word)
            | Q(family_name__icontains=word)
            | Exists(
                Contact.objects.filter(customer=OuterRef("pk")).filter(
                    Q(address__icontains=word) | Q(written__icontains=word)
                )
            )
            | Exists(Customer.objects.filter(pk=OuterRef("pk"), invoices__number__iexact=word))
        )
        found &= one
    return found


def _narrowed(rows: QuerySet[Customer], show: str) -> QuerySet[Customer]:
    if show == "open":
        return rows.filter(open__gt=0)
    if show == "overdue":
        return rows.filter(overdue__gt=0)
    if show == "vip":
        return rows.filter(is_silent=True)
    if show == "no_consent":
        return rows.filter(~Exists(_with_standing("given").filter(channel=Channel.SMS)))
    if show == "do_not_contact":
        return rows.filter(Exists(_with_standing("withdrawn")))
    return rows


def _with_standing(direction: str) -> QuerySet[Contact]:
    last = ConsentEvent.objects.filter(
        company=OuterRef("company"), channel=OuterRef("channel"), address=OuterRef("address")
    ).order_by("-at", "-id")
    return (
        Contact.objects.filter(customer=OuterRef("pk"))
        .exclude(address="")
        .exclude(state__in=[Contact.State.REMOVED, Contact.State.WRONG_PERSON])
        .annotate(direction=Subquery(last.values("direction")[:1]))
        .filter(direction=direction)
    )
