"""The figures above the list: what is open, what comes, and what is held back."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, F, Q, Sum, Value

from arbook import money
from arbook.companies.models import Company
from invoices.models import Invoice, Payment
from messaging.models import Decision, Message
from messaging.review import SILENT
from reconciliation.models import StripePayment


@dataclass
class Figures:
    """Sums of all companies with one currency, each counted by the calendar of its own place."""

    currency: str
    open: Decimal = money.ZERO
    past_due: Decimal = money.ZERO
    due_this_week: Decimal = money.ZERO
    collected_today: Decimal = money.ZERO


@dataclass(frozen=True)
class Header:
    """One row of figures for each currency, what is leaving, and what is held."""

    figures: list[Figures]
    leaving: int
    # Customers kept quiet, by the first reason: "Contacted recently: 3".
    held: list[str]


def by_day(companies: list[Company], now: datetime) -> dict[date, list[int]]:
    """The companies' ids by the calendar day it is at their places: two or three days on earth."""
    days: dict[date, list[int]] = defaultdict(list)
    for company in companies:
        days[company.local_date(now)].append(company.pk)
    return days


def header(companies: list[Company], *, now: datetime) -> Header:
    """What stands above Today, in four statements however many companies there are."""
    held = (
        Decision.objects.filter(company__in=companies, is_current=True, passed=False)
        .filter(at__gte=now - timedelta(days=1))
        .order_by()
        .values("stopped_by")
        .annotate(n=Count("customer", distinct=True))
        .order_by("-n", "stopped_by")
    )
    return Header(
        figures=_figures(companies, now),
        leaving=Message.objects.filter(company__in=companies).leaving().count(),
        held=[f"{SILENT.get(one['stopped_by'], 'Held')}: {one['n']}" for one in held],
    )


def _figures(companies: list[Company], now: datetime) -> list[Figures]:
    currencies = {company.pk: company.currency for company in companies}
    sums = {currency: Figures(currency) for currency in sorted(set(currencies.values()))}
    for one in _receivable(companies, now):
        row = sums[currencies[one["company"]]]
        row.open += one["open"] or money.ZERO
        row.past_due += one["past_due"] or money.ZERO
        row.due_this_week += one["week"] or money.ZERO
    for pk, _, amount in _collected(companies, now):
        sums[currencies[pk]].collected_today += amount
    # A currency without a single invoice says nothing beside the others.
    told = [row for row in sums.values() if row.open or row.collected_today]
    return told or list(sums.values())[:1]


def _receivable(companies: list[Company], now: datetime):
    late = week = Q(pk__in=[])
    for day, ids in by_day(companies, now).items():
        late |= Q(company__in=ids, due_on__lt=day)
        week |= Q(company__in=ids, due_on__gte=day, due_on__lt=day + timedelta(days=7))
    return (
        Invoice.objects.filter(company__in=companies, currency=F("company__currency"))
        .open()
        .order_by()
        .values("company")
        .annotate(
            open=Sum("balance"),
            past_due=Sum("balance", filter=late),
            week=Sum("balance", filter=week),
        )
    )


def _collected(companies: list[Company], now: datetime):
    """Payments the books hold for today, and card payments of today that are on their way there."""
    booked = settled = Q(pk__in=[])
    for day, ids in by_day(companies, now).items():
        booked |= Q(company__in=ids, paid_on=day)
    for company in companies:
        midnight = datetime.combine(company.local_date(now), time.min, company.zone)
        settled |= Q(company=company.pk, settled_at__gte=midnight)
    payments = Payment.objects.filter(booked, is_void=False, is_deleted=False)
    cards = StripePayment.objects.filter(settled, state=StripePayment.State.SUCCEEDED).exclude(
        posting__state="verified"
    )
    return (
        payments.order_by()
        .values_list("company", Value("books"))
        .annotate(sum=Sum("total"))
        .union(
            cards.order_by().values_list("company", Value("cards")).annotate(sum=Sum("amount")),
            all=True,
        )
    )
