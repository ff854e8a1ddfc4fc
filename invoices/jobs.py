"""Periodic work on receivables."""

from datetime import datetime

from arbook.companies.models import Company
from arbook.gateways.models import Connection
from arbook.heartbeat.jobs import each_company
from invoices import drift
from invoices import sync as books_sync


def sync(now: datetime) -> None:
    """Read what changed in the books of every connected company."""
    each_company(_sync, now, companies=_connected())


def check_drift(now: datetime) -> None:
    """Compare our receivable with QuickBooks' own report."""
    each_company(_check_drift, now, companies=_connected())


def _sync(company: Company, now: datetime) -> None:
    books_sync.run(company, now=now)


def _check_drift(company: Company, now: datetime) -> None:
    if hasattr(company, "books") and company.books.full_synced_at:
        drift.check(company, now=now)


def _connected():
    connected = Connection.objects.filter(
        vendor=Connection.Vendor.QUICKBOOKS, state=Connection.State.CONNECTED
    )
    return Company.objects.active().filter(pk__in=connected.values("company"))
