"""Reads for the money screens: what is on its way, what is not tied, and the proof of postings."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Q, Sum

from arbook import money
from arbook.companies.models import Company
from invoices.models import Invoice, Task
from reconciliation import paylinks
from reconciliation.models import Chargeback, Match, PayLink, Posting, StripePayment

WORK = [Task.Kind.MONEY, Task.Kind.REFUND, Task.Kind.VERIFY_PAYMENT, Task.Kind.PAYMENT_FAILED]


@dataclass(frozen=True)
class Figures:
    """What the money page says at its head."""

    in_flight: Decimal
    captured: Decimal
    posted: Decimal
    unposted: Decimal
    disputed: Decimal

    @property
    def adds_up(self) -> bool:
        """Every captured dollar is either in QuickBooks or named as not there yet."""
        return self.captured == self.posted + self.unposted


def figures(company: Company) -> Figures:
    """Sums over everything Stripe captured for a company, in dollars of its own currency."""
    state, verified = StripePayment.State, Posting.State.VERIFIED
    sums = StripePayment.objects.of(company).aggregate(
        in_flight=Sum("amount", filter=Q(state=state.IN_FLIGHT)),
        captured=Sum("amount", filter=Q(state=state.SUCCEEDED)),
        posted=Sum("amount", filter=Q(state=state.SUCCEEDED, posting__state=verified)),
    )
    captured, posted = sums["captured"] or money.ZERO, sums["posted"] or money.ZERO
    unposted = (
        StripePayment.objects.of(company)
        .filter(state=state.SUCCEEDED)
        .filter(Q(posting=None) | ~Q(posting__state=verified))
        .aggregate(total=Sum("amount"))["total"]
    )
    disputed = Chargeback.objects.of(company).filter(closed_at=None).aggregate(s=Sum("amount"))["s"]
    return Figures(
        sums["in_flight"] or money.ZERO,
        captured,
        posted,
        unposted or money.ZERO,
        disputed or money.ZERO,
    )


def payments(company: Company, *, state: str = "", words: str = ""):
    """Payments newest first, with what belongs to them, in a constant number of statements."""
    rows = (
        StripePayment.objects.of(company)
        .select_related("customer", "posting")
        .prefetch_related("matches__invoice")
    )
    if state == "untied":
        rows = rows.filter(state=StripePayment.State.SUCCEEDED, matches=None)
    elif state == "unposted":
        rows = rows.filter(state=StripePayment.State.SUCCEEDED).exclude(
            posting__state=Posting.State.VERIFIED
        )
    elif state in StripePayment.State.values:
        rows = rows.filter(state=state)
    if words:
        rows = rows.filter(
            Q(customer__name__icontains=words)
            | Q(intent__iexact=words)
            | Q(payer_email__icontains=words)
            | Q(pk__in=Match.objects.of(company).filter(invoice__number=words).values("payment"))
        )
    return rows.order_by("-started_at", "-pk")


def work(company: Company, now: datetime):
    """Open tasks about money, the largest first."""
    return (
        Task.objects.of(company)
        .filter(kind__in=WORK)
        .waiting(company.local_date(now))
        .select_related("customer", "invoice", "owner")
        .order_by("-amount", "opened_at")
    )


@dataclass(frozen=True)
class LinkLine:
    """A pay link as the invoice page shows it."""

    url: str
    invoices: int
    opened: int
    last_opened_at: datetime | None
    payments: list[StripePayment]


def links_of(invoice: Invoice) -> list[LinkLine]:
    """The links that ask for the invoice, the last looked at first, in three statements."""
    links = (
        PayLink.objects.filter(invoices=invoice)
        .select_related("company")
        .prefetch_related("attempts__payments")
        .order_by(F("last_opened_at").desc(nulls_last=True), "-pk")
    )
    return [
        LinkLine(
            url=paylinks.url(link),
            invoices=link.invoice_set.count(",") + 1,
            opened=link.opened_count,
            last_opened_at=link.last_opened_at,
            payments=[
                payment for attempt in link.attempts.all() for payment in attempt.payments.all()
            ],
        )
        for link in links
    ]


def postings(company: Company, *, state: str = ""):
    """Each posting as it was intended and as QuickBooks holds it."""
    rows = Posting.objects.of(company).select_related("payment__customer")
    rows = rows.prefetch_related("payment__matches__invoice")
    return (rows.filter(state=state) if state in Posting.State.values else rows).order_by("-pk")
