"""A company whose books stand in the sandbox, connected over real HTTP."""

from django.conf import settings

from arbook import clock
from arbook.companies.models import Company
from arbook.gateways import connections, quickbooks
from invoices import sync
from tests import factories

REALM = "9130350000000001"


def company_with_books(sandbox, **fields) -> tuple[Company, object]:
    """The company here and its books there, still empty and never read."""
    connections.forget()
    app = sandbox.quickbooks.app
    app.client_id = settings.QUICKBOOKS_CLIENT_ID
    app.client_secret = settings.QUICKBOOKS_CLIENT_SECRET
    ledger = sandbox.quickbooks.add_company(REALM, "Harbor Dental", refresh_token="RT-first")
    company = factories.company(slug="harbor", name="Harbor Dental", **fields)
    quickbooks.adopt(company, REALM, "RT-first", clock.now())
    return company, ledger


def read_in_full(company) -> sync.SyncReport:
    return sync.full(company, now=clock.now())


def read_changes(company) -> sync.SyncReport:
    return sync.changes(company, now=clock.now())
