"""What we read from QuickBooks, in our own words.

Money is Decimal in cents, dates are the company's calendar days, instants are aware and in UTC.
Texts that QuickBooks leaves out are ``""``; ``currency`` is ``""`` where a company has only one.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class BookCustomer:
    """A customer, or a job of one (``is_job``). ``emails`` and phones are raw text as typed."""

    id: str
    sync_token: str
    name: str
    company_name: str
    given_name: str
    family_name: str
    active: bool
    balance: Decimal
    parent_id: str | None
    is_job: bool
    emails: str
    phone: str
    mobile: str
    other_phone: str
    street: str
    city: str
    state: str
    postal_code: str
    country: str
    terms: str
    currency: str
    customer_type: str
    notes: str
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class BookInvoice:
    """An invoice as it stands. ``delivered_on`` is the company's day on which QuickBooks last sent
    it, ``delivered_at`` the moment; ``online_payment`` says that QuickBooks' own pay page is
    switched on for it."""

    id: str
    sync_token: str
    number: str
    customer_id: str
    issued_on: date
    due_on: date | None
    total: Decimal
    balance: Decimal
    currency: str
    bill_email: str
    terms: str
    is_void: bool
    email_status: str
    delivered_on: date | None
    private_note: str
    memo: str
    online_payment: bool
    updated_at: datetime | None
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """The part of a payment that settles one transaction."""

    amount: Decimal
    txn_type: str
    txn_id: str


@dataclass(frozen=True, slots=True)
class BookPayment:
    """A payment in the books; ``unapplied`` is what settles nothing yet."""

    id: str
    sync_token: str
    customer_id: str
    paid_on: date
    total: Decimal
    unapplied: Decimal
    currency: str
    reference: str
    private_note: str
    is_void: bool
    applied: tuple[Applied, ...]
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class BookCreditMemo:
    """A credit; ``remaining`` can still be used."""

    id: str
    sync_token: str
    number: str
    customer_id: str
    issued_on: date
    total: Decimal
    remaining: Decimal
    currency: str
    is_void: bool
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class BookJournalLine:
    """A line of a journal entry on receivables: a debit (+) or credit (-) of a customer."""

    journal_id: str
    line_id: str
    customer_id: str
    dated_on: date
    amount: Decimal
    description: str
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """A record that could not be read, with the reason fit for "data to fix"; it stops no page."""

    entity: str
    id: str
    reason: str
    raw: Any


@dataclass(frozen=True, slots=True)
class Deleted:
    """A record that is gone from the books."""

    entity: str
    id: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a full read. ``journal_ids`` names the journal entries behind the lines,
    those without a line on receivables included."""

    rows: list
    broken: list[BrokenRecord] = field(default_factory=list)
    journal_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since an instant. ``truncated`` names entities that must be read in full;
    ``watermark`` is the vendor's time to ask from next. The lines of each of ``journal_ids``
    replace all former lines of that entry."""

    customers: list[BookCustomer]
    invoices: list[BookInvoice]
    payments: list[BookPayment]
    credit_memos: list[BookCreditMemo]
    journal_lines: list[BookJournalLine]
    journal_ids: tuple[str, ...]
    deleted: list[Deleted]
    broken: list[BrokenRecord]
    watermark: datetime
    truncated: frozenset[str]


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One leaf of the AgedReceivableDetail report; credits are negative."""

    customer_id: str
    customer: str
    txn_type: str
    txn_id: str
    number: str
    dated_on: date | None
    due_on: date | None
    open_balance: Decimal


@dataclass(frozen=True, slots=True)
class CompanyInfo:
    """Whose books these are; ``offset`` is the company's distance from UTC today."""

    name: str
    country: str
    email: str
    offset: timedelta


@dataclass(frozen=True, slots=True)
class Preferences:
    """Switches of the books that change what we may do."""

    book_close_date: date | None
    home_currency: str
    multicurrency: bool
    auto_apply_payments: bool
    auto_apply_credit: bool
    online_payment: bool
