"""What a pay link asks for right now: the live balance of its invoices."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from arbook import money
from arbook.companies.models import Company
from arbook.gateways import errors, quickbooks
from arbook.gateways.quickbooks_shapes import Deleted
from invoices import disputes, mirror, plan_money
from invoices.models import Invoice
from reconciliation import in_flight
from reconciliation.models import PayLink

# A page that is looked at again and again does not read the books each time.
FRESH = timedelta(seconds=60)


@dataclass(frozen=True)
class Part:
    """One invoice of the link and what is still to pay on it."""

    invoice: Invoice
    open: Decimal
    flying: Decimal
    # Contested, so not asked for until it is settled; the rest is.
    disputed: Decimal = money.ZERO
    # What a running plan asks for now on this invoice; None without a plan.
    planned: Decimal | None = None

    @property
    def due(self) -> Decimal:
        rest = max(self.open - self.flying - self.disputed, money.ZERO)
        return (
            rest if self.planned is None else min(rest, max(self.planned - self.flying, money.ZERO))
        )

    @property
    def later(self) -> Decimal:
        """What a plan asks for on another day."""
        return max(self.open - self.flying - self.disputed - self.due, money.ZERO)


@dataclass(frozen=True)
class Owed:
    """The state of a link: its parts, and whether the books could be asked just now."""

    parts: list[Part]
    is_live: bool

    @property
    def amount(self) -> Decimal:
        return sum((part.due for part in self.parts), money.ZERO)

    @property
    def flying(self) -> Decimal:
        return sum((part.flying for part in self.parts), money.ZERO)

    @property
    def set_aside(self) -> Decimal:
        """Contested amounts: open, but not asked for."""
        return sum((part.disputed for part in self.parts if part.open), money.ZERO)

    @property
    def later(self) -> Decimal:
        """What is not asked for today, because a plan says so."""
        return sum((part.later for part in self.parts), money.ZERO)

    @property
    def everything(self) -> "Owed":
        """The same for who does not wait for the days of a plan."""
        return replace(self, parts=[replace(part, planned=None) for part in self.parts])

    @property
    def wanted(self) -> list[list]:
        """The parts as an attempt keeps them."""
        return [[part.invoice.pk, str(part.due)] for part in self.parts if part.due > 0]


def look(link: PayLink, *, now: datetime, must_be_live: bool = False) -> Owed:
    """What is owed, from the books when they were not read within a minute.

    ``must_be_live`` reads the books in any case, and raises the vendor's error when it cannot;
    otherwise the mirror answers and ``is_live`` is False.
    """
    theirs = invoices_of(link)
    invoices = list(theirs.select_related("company", "customer").order_by("due_on", "pk"))
    stale = [one for one in invoices if must_be_live or now - one.read_at > FRESH]
    is_live = True
    if stale:
        try:
            _read(link, stale, now)
        except errors.VendorError:
            if must_be_live:
                raise
            is_live = False
        invoices = list(theirs.select_related("company").order_by("due_on", "pk"))
    return Owed(parts_of(link.company, invoices, now=now), is_live)


def parts_of(company: Company, invoices: list[Invoice], *, now: datetime) -> list[Part]:
    """Each invoice with what is open, on its way, contested and planned, as the mirror has it."""
    keys = [one.pk for one in invoices]
    flying = in_flight.by_invoice(company, keys)
    disputed = disputes.disputed_amounts(keys)
    planned = plan_money.asked_by_invoice(keys, today=company.local_date(now))
    return [
        Part(
            one,
            one.balance if one.is_open else money.ZERO,
            flying.get(one.pk, money.ZERO),
            disputed.get(one.pk, money.ZERO),
            planned.get(one.pk),
        )
        for one in invoices
    ]


def invoices_of(link: PayLink) -> QuerySet[Invoice]:
    """The invoices of the link; one that the books gave to somebody else is theirs to see."""
    owners = [pk for pk in (link.customer_id, link.customer.merged_into_id) if pk]
    return link.invoices.filter(customer__in=owners)


def _read(link: PayLink, invoices: list[Invoice], now: datetime) -> None:
    ids = [invoice.quickbooks_id for invoice in invoices]
    read = quickbooks.of(link.company).read_invoices(ids)
    # One that is there and cannot be read is not gone; what we knew of it stays.
    gone = [
        Deleted("Invoice", one, None) for one in ids if one not in read and one not in read.broken
    ]
    found = mirror.Found(invoices=list(read.values()), deleted=gone)
    mirror.take(link.company, found, now=now)
    Invoice.objects.of(link.company).filter(quickbooks_id__in=ids).update(read_at=now)
