"""Where each kind of the books' documents goes, and what makes a row of it different."""

from datetime import date, datetime
from decimal import Decimal

from arbook.companies.models import Company
from arbook.gateways.quickbooks_shapes import (
    BookCreditMemo,
    BookInvoice,
    BookJournalLine,
    BookPayment,
)
from arbook.upsert import Target
from invoices.models import CreditMemo, Invoice, JournalLine, Payment

KEY = ("company_id", "quickbooks_id")

INVOICES = Target(
    model=Invoice,
    constants=("company_id", "is_deleted", "read_at"),
    columns=(
        "quickbooks_id",
        "customer_id",
        "sync_token",
        "number",
        "issued_on",
        "due_on",
        "delivered_on",
        "total",
        "balance",
        "currency",
        "terms",
        "bill_email",
        "email_status",
        "memo",
        "online_payment",
        "is_void",
        "books_updated_at",
        "closed_on",
    ),
    key=KEY,
    silent=frozenset({"read_at", "closed_on"}),
    derived={
        "closed_on": "CASE WHEN excluded.balance = 0"
        " THEN COALESCE(mine.closed_on, excluded.closed_on) END"
    },
    watched=("balance", "total", "is_void", "is_deleted", "due_on", "customer_id"),
)

PAYMENTS = Target(
    model=Payment,
    constants=("company_id", "is_deleted"),
    columns=(
        "quickbooks_id",
        "customer_id",
        "sync_token",
        "paid_on",
        "total",
        "unapplied",
        "currency",
        "reference",
        "note",
        "is_void",
        "books_updated_at",
    ),
    key=KEY,
    watched=("total", "unapplied", "is_void", "is_deleted", "customer_id"),
)

CREDIT_MEMOS = Target(
    model=CreditMemo,
    constants=("company_id", "is_deleted"),
    columns=(
        "quickbooks_id",
        "customer_id",
        "sync_token",
        "number",
        "issued_on",
        "total",
        "remaining",
        "currency",
        "is_void",
        "books_updated_at",
    ),
    key=KEY,
    watched=("total", "remaining", "is_void", "is_deleted", "customer_id"),
)

JOURNAL_LINES = Target(
    model=JournalLine,
    constants=("company_id", "is_deleted"),
    columns=(
        "journal_id",
        "line_id",
        "customer_id",
        "dated_on",
        "amount",
        "description",
        "books_updated_at",
    ),
    key=("company_id", "journal_id", "line_id"),
    name="journal_id",
    watched=("amount", "is_deleted", "customer_id"),
)

# The widest amount that the books can hold here; anything above is a record to look at.
LIMIT = Decimal(10) ** 12


def is_too_large(*amounts: Decimal) -> bool:
    return not -LIMIT < min(amounts) <= max(amounts) < LIMIT


def invoice(row: BookInvoice, customer_id: int, company: Company, today: date, zone) -> tuple:
    closed_on = None
    if not row.balance:
        closed_on = row.updated_at.astimezone(zone).date() if row.updated_at else today
    return (
        row.id,
        customer_id,
        row.sync_token,
        row.number,
        row.issued_on,
        row.due_on,
        row.delivered_on,
        row.total,
        row.balance,
        row.currency or company.currency,
        row.terms,
        row.bill_email,
        row.email_status,
        row.memo,
        row.online_payment,
        row.is_void,
        row.updated_at,
        closed_on,
    )


def payment(row: BookPayment, customer_id: int, company: Company) -> tuple:
    return (
        row.id,
        customer_id,
        row.sync_token,
        row.paid_on,
        row.total,
        row.unapplied,
        row.currency or company.currency,
        row.reference,
        row.private_note,
        row.is_void,
        row.updated_at,
    )


def credit_memo(row: BookCreditMemo, customer_id: int, company: Company) -> tuple:
    return (
        row.id,
        customer_id,
        row.sync_token,
        row.number,
        row.issued_on,
        row.total,
        row.remaining,
        row.currency or company.currency,
        row.is_void,
        row.updated_at,
    )


def journal_line(row: BookJournalLine, customer_id: int) -> tuple:
    return (
        row.journal_id,
        row.line_id,
        customer_id,
        row.dated_on,
        row.amount,
        row.description,
        row.updated_at,
    )


def is_older(seen: datetime | None, known: datetime | None) -> bool:
    return seen is not None and known is not None and seen < known
