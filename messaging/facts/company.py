"""What is the same for every customer of one run: settings, connections, age of the books."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_datetime

from arbook.companies import stops
from arbook.companies.models import Company
from arbook.companies.stops import Stop
from arbook.gateways.models import Connection
from invoices.models import BooksState
from messaging.quiet_hours import as_time

AT_THE_WIRE = timedelta(seconds=60)
"""How old a fresh reading may be."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The state of one vendor's connection."""

    is_usable: bool
    said: str
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """What is the same for every customer of one run."""

    name: str
    mode: str
    zone: ZoneInfo
    currency: str
    stop: Stop | None
    sends_from: time
    sends_until: time
    review_above: Decimal
    per_week: int
    books: Connected
    books_read_at: datetime | None
    books_max_age: timedelta
    texts: Connected
    """Twilio connected, a sender set, the campaign verified, the channel not blocked."""
    test_email: str
    test_phone: str

    @property
    def is_dry_run(self) -> bool:
        return self.mode == Company.Mode.DRY_RUN


def of_company(
    company: Company, *, now: datetime, books_read_at: datetime | None = None
) -> CompanyFacts:
    """The facts all customers share."""
    connections = {row.vendor: row for row in Connection.objects.of(company)}
    state = BooksState.objects.filter(company=company).first()
    return CompanyFacts(
        name=company.name,
        mode=company.mode,
        zone=company.zone,
        currency=company.currency,
        stop=stops.standing(company, now),
        sends_from=as_time(company.sends_from),
        sends_until=as_time(company.sends_until),
        review_above=company.review_above,
        per_week=company.touches_per_week,
        books=_books(connections.get(Connection.Vendor.QUICKBOOKS)),
        books_read_at=books_read_at or (state.last_read_at if state else None),
        books_max_age=(
            AT_THE_WIRE if books_read_at else timedelta(minutes=company.books_max_age_minutes)
        ),
        texts=_texts(connections.get(Connection.Vendor.TWILIO)),
        test_email=company.test_email,
        test_phone=company.test_phone,
    )


def _books(row: Connection | None) -> Connected:
    if row is None:
        return Connected(False, "QuickBooks is not connected")
    if not row.is_usable:
        return Connected(False, f"QuickBooks must be reconnected: {row.error or 'access was lost'}")
    return Connected(True, "connected", row.last_ok_at)


def _texts(row: Connection | None) -> Connected:
    if row is None:
        return Connected(False, "Twilio is not connected")
    if not row.is_usable:
        return Connected(False, f"Twilio must be reconnected: {row.error or 'access was lost'}")
    if not row.options.get("messaging_service"):
        return Connected(False, "no sender is set up at Twilio")
    blocked = row.options.get("blocked") or {}
    campaign = row.options.get("campaign") or {}
    read_at = parse_datetime(campaign.get("read_at") or "") if campaign.get("read_at") else None
    if blocked:
        return Connected(False, f"texts are blocked: {blocked.get('said', '')}", read_at)
    state = campaign.get("state") or ("not registered" if read_at else "not read yet")
    if state == "UNREADABLE":
        return Connected(True, "the campaign cannot be read; the carriers decide", read_at)
    if state != "VERIFIED":
        return Connected(False, f"the campaign is {state}, not VERIFIED", read_at)
    if campaign.get("numbers") == []:
        return Connected(False, "no number is in the sender's pool at Twilio", read_at)
    return Connected(True, "campaign VERIFIED", read_at)
