"""Copies of invoices for customers: an address that proves itself and ends, the paper itself."""

from datetime import datetime, timedelta

from arbook.gateways import errors, quickbooks
from invoices.models import Invoice
from reconciliation import signed_links

GOOD_FOR = timedelta(days=14)


class NoCopy(Exception):
    """There is no paper right now. The message is fit for the page."""


def url(invoice: Invoice, *, now: datetime) -> str:
    """Where a copy is found for the next days."""
    return signed_links.copy_url(invoice, until=now + GOOD_FOR)


def paper(invoice: Invoice) -> bytes:
    """The PDF as QuickBooks draws it at this moment; nothing is kept here."""
    try:
        found = quickbooks.of(invoice.company).invoice_pdf(invoice.quickbooks_id)
    except errors.VendorError as error:
        raise NoCopy("The copy cannot be made right now. Please try again later.") from error
    if found is None:
        raise NoCopy("This invoice is not there any more.")
    return found
