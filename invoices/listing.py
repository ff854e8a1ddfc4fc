"""The list of invoices: what may be asked of it, and the sums over all its rows."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from arbook.companies.models import Company
from arbook.money import ZERO
from invoices.buckets import STANDARD, BucketSet
from invoices.idle import idle
from invoices.models import Hold, Invoice

STATES = {
    "open": "Open",
    "past_due": "Past due",
    "on_hold": "On hold",
    "idle": "Idle",
    "paid": "Paid",
    "void": "Void or deleted",
    "all": "All",
}


@dataclass(frozen=True)
class Asked:
    """Which invoices are wanted, in which buckets they are counted."""

    company: Company
    now: datetime
    state: str = "open"
    words: str = ""
    customer_id: int | None = None
    bucket_set: BucketSet = STANDARD
    bucket: int | None = None
    currency: str = ""

    @property
    def today(self) -> date:
        return self.company.local_date(self.now)

    @property
    def shown_currency(self) -> str:
        return self.currency or self.company.currency

    @property
    def is_narrowed(self) -> bool:
        return bool(
            self.words
            or self.customer_id
            or self.currency
            or self.bucket is not None
            or self.state not in ("open", "all")
        )


@dataclass(frozen=True)
class Totals:
    """Sums over all rows in the currency shown; rows in others are only counted."""

    count: int
    total: Decimal
    balance: Decimal
    elsewhere: int


def rows(asked: Asked) -> QuerySet[Invoice]:
    """The invoices asked for, the longest past due first."""
    found = _in_state(asked).with_ages_from()
    if asked.customer_id:
        found = found.filter(customer=asked.customer_id)
    if asked.currency:
        found = found.filter(currency=asked.currency)
    if asked.words:
        found = found.filter(
            Q(number__icontains=asked.words)
            | Q(customer__name__icontains=asked.words)
            | Q(quickbooks_id=asked.words[:40])
        )
    if asked.bucket is not None:
        bucket = asked.bucket_set.buckets[asked.bucket]
        if bucket.first is not None:
            found = found.filter(ages_from_on__lte=asked.today - timedelta(days=bucket.first))
        if bucket.last is not None:
            found = found.filter(ages_from_on__gte=asked.today - timedelta(days=bucket.last))
    return found.select_related("customer").order_by("ages_from_on", "pk")


def totals(asked: Asked, found: QuerySet[Invoice]) -> Totals:
    """One statement over all rows, not only of one page."""
    own = Q(currency=asked.shown_currency)
    sums = found.order_by().aggregate(
        count=Count("pk"),
        elsewhere=Count("pk", filter=~own),
        sum_total=Sum("total", filter=own),
        sum_balance=Sum("balance", filter=own & Q(is_void=False, is_deleted=False)),
    )
    return Totals(
        sums["count"], sums["sum_total"] or ZERO, sums["sum_balance"] or ZERO, sums["elsewhere"]
    )


def _in_state(asked: Asked) -> QuerySet[Invoice]:
    all_of_them = Invoice.objects.of(asked.company)
    if asked.state == "past_due":
        return all_of_them.past_due(asked.today)
    if asked.state == "on_hold":
        holds = Hold.objects.active(asked.now).filter(
            Q(invoice=OuterRef("pk")) | Q(invoice=None, customer=OuterRef("customer"))
        )
        return all_of_them.open().filter(Exists(holds))
    if asked.state == "idle":
        return idle([asked.company], now=asked.now)
    if asked.state == "paid":
        return all_of_them.filter(balance__lte=0, is_void=False, is_deleted=False)
    if asked.state == "void":
        return all_of_them.filter(Q(is_void=True) | Q(is_deleted=True))
    if asked.state == "all":
        return all_of_them
    return all_of_them.open()
