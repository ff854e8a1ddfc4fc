"""Asking QuickBooks for what one change needs: single records, and the customers they name."""

from collections.abc import Iterable
from dataclasses import replace

from arbook.companies.models import Company
from arbook.gateways.quickbooks import IDS_PER_QUERY, QuickBooks
from arbook.gateways.quickbooks_calls import checked_id
from arbook.gateways.quickbooks_shapes import Page
from arbook.gateways.quickbooks_wire import quoted
from invoices import mirror
from invoices.mirror import Found


def by_ids(gateway: QuickBooks, entity: str, ids: Iterable[str]) -> Page:
    """The named records as they stand; what is in neither rows nor broken is gone."""
    wanted = sorted({checked_id(id) for id in ids})
    rows, broken, journals = [], [], []
    for at in range(0, len(wanted), IDS_PER_QUERY):
        literals = ", ".join(quoted(id) for id in wanted[at : at + IDS_PER_QUERY])
        for page in gateway.pages(entity, where=f"Id IN ({literals})"):
            rows += page.rows
            broken += page.broken
            journals += page.journal_ids
    return Page(rows, broken, tuple(journals))


def present(entity: str, page: Page) -> set[str]:
    """Ids of the records that exist, readable or not."""
    living = set(page.journal_ids)
    if entity != "JournalEntry":
        living = {row.id for row in page.rows}
    return living | {record.id for record in page.broken}


def with_customers(company: Company, gateway: QuickBooks, found: Found) -> Found:
    """The same with the customers that its documents name and that we do not know yet."""
    missing = mirror.unknown_customers(company, found)
    if not missing:
        return found
    page = by_ids(gateway, "Customer", missing)
    return replace(
        found,
        customers=[*found.customers, *page.rows],
        broken=[*found.broken, *page.broken],
    )
