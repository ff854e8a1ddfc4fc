"""What a data audit finds: kinds of trouble with their rows, and who is concerned."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum
from django.urls import reverse

from arbook.companies.models import Company
from arbook.money import ZERO
from customers.models import Customer
from invoices.models import Invoice


@dataclass(frozen=True)
class Row:
    """One thing to fix: what it is about, a sentence, where to go, what is at stake."""

    title: str
    said: str
    url: str
    amount: Decimal = ZERO


@dataclass(frozen=True)
class Finding:
    """One kind of trouble, how often it occurs, and its first rows."""

    kind: str
    title: str
    said: str
    count: int
    amount: Decimal = ZERO
    rows: list[Row] = field(default_factory=list)
    tone: str = "warn"


def owing(company: Company) -> QuerySet[Customer]:
    """Customers with an open invoice, ``owed`` beside each."""
    is_open = Q(invoices__balance__gt=0, invoices__is_void=False, invoices__is_deleted=False)
    return (
        Customer.objects.of(company)
        .annotate(owed=Sum("invoices__balance", filter=is_open))
        .filter(owed__gt=0)
        .order_by("-owed", "name")
    )


def of_customers(
    company: Company,
    found: QuerySet[Customer],
    rows: int,
    kind: str,
    title: str,
    said: str,
    each: Callable[[Customer], str],
) -> Finding:
    figures = found.order_by().aggregate(count=Count("pk"), sum=Sum(F("owed")))
    return Finding(
        kind,
        title,
        said,
        figures["count"],
        figures["sum"] or ZERO,
        [Row(one.name, each(one), page(company, one.pk), one.owed) for one in found[:rows]],
    )


def of_invoices(
    company: Company, rows: int, kind: str, title: str, said: str, wanted: QuerySet[Invoice], each
) -> Finding:
    figures = wanted.order_by().aggregate(count=Count("pk"), sum=Sum("balance"))
    chosen = wanted.select_related("customer").order_by("issued_on", "pk")[:rows]
    return Finding(
        kind,
        title,
        said,
        figures["count"],
        figures["sum"] or ZERO,
        [
            Row(
                f"{one} of {one.customer}",
                each(one),
                reverse("customers:detail", args=[company.slug, one.customer_id]),
                one.balance,
            )
            for one in chosen
        ],
    )


def page(company: Company, customer_id: int | None) -> str:
    return reverse("customers:detail", args=[company.slug, customer_id]) if customer_id else ""
