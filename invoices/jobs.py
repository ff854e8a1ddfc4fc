"""Periodic work on receivables."""

from datetime import datetime

from arbook.companies.models import Company
from arbook.gateways.models import Connection
from arbook.heartbeat.jobs import each_company
from invoices import approvals, cadence, drift, escalations, holds, plan_progress, promises
from invoices import sync as books_sync


def sync(now: datetime) -> None:
    """Read what changed in the books of every connected company."""
    each_company(_sync, now, companies=_connected())


def check_drift(now: datetime) -> None:
    """Compare our receivable with QuickBooks' own report."""
    each_company(_check_drift, now, companies=_connected(), may_be_refused=True)


def plan(now: datetime) -> None:
    """End what has run out, judge promises, and bring every plan up to the day."""
    each_company(_plan, now)


def escalate(now: datetime) -> None:
    """Open the reviews and draft the letters that have come due."""
    each_company(_escalate, now)


def _plan(company: Company, now: datetime) -> None:
    holds.expire(company, now=now)
    promises.evaluate(company, now=now)
    plan_progress.evaluate(company, now=now)
    cadence.plan(company, now=now)


def _escalate(company: Company, now: datetime) -> None:
    approvals.expire(company, now=now)
    escalations.take_due(company, now=now)


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
