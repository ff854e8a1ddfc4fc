"""What the screen shows of each vendor: how fresh, how fast, how well, how long yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from arbook.companies.models import Company
from arbook.gateways import lines, mail, pace
from arbook.gateways.lines import Standing
from arbook.gateways.models import Connection
from arbook.gateways.pace import Pace
from arbook.gateways.quickbooks_oauth import REFRESH_AHEAD
from arbook.setup import companies

WHAT = {
    "quickbooks": "The book of record: invoices, customers and payments.",
    "stripe": "Cards and bank debits through our pay links.",
    "twilio": "Texts to customers and their answers.",
    "slack": "Alerts for your staff. Optional; mail always works.",
}
ICONS = {
    "quickbooks": "book-open",
    "stripe": "credit-card",
    "twilio": "chat-bubble-left-right",
    "slack": "hashtag",
}
SOON = timedelta(days=30)
VERY_SOON = timedelta(days=7)


@dataclass(frozen=True)
class End:
    """The day our access to a vendor ends unless a person connects again."""

    at: datetime
    days: int

    @property
    def tone(self) -> str:
        if self.days <= VERY_SOON.days:
            return "bad"
        return "warn" if self.days <= SOON.days else ""


@dataclass(frozen=True)
class Card:
    """One vendor on the screen. ``rest`` is set while it is left alone or on trial."""

    vendor: str
    label: str
    what: str
    icon: str
    connection: Connection | None = None
    webhook: str = ""
    rest: Standing | None = None
    # Failures in a row of a line that is still open.
    failures: int = 0
    pace: Pace | None = None
    end: End | None = None
    renews_at: datetime | None = None
    server: str = ""

    @property
    def can_be_read(self) -> bool:
        """Whether it has lists of what happened there."""
        is_read = self.vendor in ("quickbooks", "stripe", "twilio")
        return bool(is_read and self.connection and self.connection.is_usable)


def cards(company: Company, *, now: datetime) -> list[Card]:
    """One card for each vendor, and one for the mail server that all companies share."""
    found = {one.vendor: one for one in Connection.objects.of(company)}
    made = [
        _card(company, vendor, label, found.get(vendor), now)
        for vendor, label in Connection.Vendor.choices
    ]
    rest, failures = _rest(mail.line(), now)
    letters = Card(
        vendor="mail",
        label="Mail server",
        what="Letters to customers and staff; one server for all companies.",
        icon="envelope",
        server=f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}",
        rest=rest,
        failures=failures,
    )
    return [*made, letters]


def end_of(connection: Connection, now: datetime) -> End | None:
    """When the grant ends whatever we do; an idle one is kept alive long before its own end."""
    ends = [one for one in (connection.hard_expires_at, connection.refresh_expires_at) if one]
    return End(min(ends), max((min(ends) - now).days, 0)) if ends else None


def _card(company: Company, vendor: str, label: str, connection: Connection | None, now) -> Card:
    rest, failures = _rest(lines.key_of(company.pk, vendor), now) if connection else (None, 0)
    is_books = connection is not None and vendor == Connection.Vendor.QUICKBOOKS
    expires = connection.access_expires_at if is_books else None
    return Card(
        vendor=vendor,
        label=label,
        what=WHAT[vendor],
        icon=ICONS[vendor],
        connection=connection,
        webhook=companies.webhook_url(company, vendor) if vendor != "slack" else "",
        rest=rest,
        failures=failures,
        pace=pace.in_use(connection.external_id) if is_books else None,
        end=end_of(connection, now) if is_books and connection.is_usable else None,
        renews_at=expires - REFRESH_AHEAD if expires else None,
    )


def _rest(key: str, now: datetime) -> tuple[Standing | None, int]:
    found = lines.standing(key)
    rests = found.is_resting(now) or found.is_on_trial(now)
    return found if rests else None, found.failures
