"""Access to a company's books, kept alive and watched.

Intuit's refresh token dies after 100 idle days, and with its grant after five years. The first is
prevented here, without a word; of the second the staff hears 30 and 7 days ahead.
"""

from datetime import datetime, timedelta

from django.urls import reverse

from arbook.alerts import alerts
from arbook.companies.models import Company
from arbook.gateways import quickbooks_oauth
from arbook.gateways.models import Connection
from arbook.setup.connection_cards import SOON, VERY_SOON, end_of

RENEW_AFTER = timedelta(days=7)
"""Access that was not used for so long is renewed; it would last a hundred days."""


def keep(company: Company, *, now: datetime) -> None:
    """Renew the company's access to its books when it lies idle, then warn of its end."""
    books = Connection.objects.of(company).filter(vendor=Connection.Vendor.QUICKBOOKS).first()
    if books is None or not books.is_usable:
        return
    if books.refreshed_at is None or now - books.refreshed_at > RENEW_AFTER:
        quickbooks_oauth.renew(books)
    _warn(books, now)


def _warn(books: Connection, now: datetime) -> None:
    end = end_of(books, now)
    if end is None or end.at - now > SOON:
        return
    ahead = VERY_SOON if end.at - now <= VERY_SOON else SOON
    alerts.tell(
        books.company,
        key=f"grant:{books.pk}:{end.at:%Y%m%d}:{ahead.days}",
        title=f"QuickBooks must be connected again before {end.at:%b %-d, %Y}",
        text=(
            f"Intuit ends our access to the books of {books.company} in {end.days} days. Until an"
            " owner connects them again after that, nothing is read, posted or sent."
        ),
        url=reverse("setup:connections", args=[books.company.slug]),
        now=now,
    )
