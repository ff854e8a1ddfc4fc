"""Documents of the books taken over, kind by kind: only what differs is written.

A document we cannot take becomes a problem with a name; one of a customer we do not know gets a
placeholder for its owner.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from arbook.companies.models import Company
from arbook.gateways.quickbooks_shapes import (
    BookCreditMemo,
    BookInvoice,
    BookJournalLine,
    BookPayment,
)
from arbook.upsert import Row, Target, upsert
from customers import book_mails
from customers import mirror as customer_mirror
from customers.mirror import Applied
from invoices import book_news, payment_lines, sync_problems
from invoices import mirror_targets as targets
from invoices.models import Invoice, JournalLine
from invoices.sync_problems import Problem


@dataclass(frozen=True)
class Kind:
    """One kind of document: its name in the books and in a sentence, where and how it is kept."""

    entity: str
    what: str
    target: Target
    amounts: Callable[[Any], Sequence[Decimal]]
    name: Callable[[Any], str] = lambda row: row.id


INVOICE = Kind("Invoice", "invoice", targets.INVOICES, lambda row: (row.total, row.balance))
PAYMENT = Kind(
    "Payment",
    "payment",
    targets.PAYMENTS,
    lambda row: (row.total, row.unapplied, *(one.amount for one in row.applied)),
)
CREDIT_MEMO = Kind(
    "CreditMemo", "credit memo", targets.CREDIT_MEMOS, lambda row: (row.total, row.remaining)
)
JOURNAL_LINE = Kind(
    "JournalEntry",
    "journal entry",
    targets.JOURNAL_LINES,
    lambda row: (row.amount,),
    lambda row: row.journal_id,
)


@transaction.atomic
def apply_invoices(
    company: Company, rows: Sequence[BookInvoice], *, now: datetime, quiet: bool = False
) -> Applied:
    """Take over invoices; ``changed_ids`` are our keys of those that are new or different."""
    unique = {row.id: row for row in rows}
    today, zone = company.local_date(now), company.zone
    written = _write(
        company,
        INVOICE,
        unique.values(),
        lambda row, owner: targets.invoice(row, owner, company, today, zone),
        constants={"read_at": now},
        ids=unique,
        now=now,
        quiet=quiet,
    )
    book_mails.note(company, unique.values(), now=now)
    if written and not quiet:
        book_news.of_invoices(company, written, now=now)
    return _applied(written, len(unique), [row.id for row in written])


@transaction.atomic
def apply_payments(
    company: Company, rows: Sequence[BookPayment], *, now: datetime, quiet: bool = False
) -> Applied:
    """Take over payments with what they settle; ``changed_ids`` are invoices they touch."""
    unique = {row.id: row for row in rows}
    written = _write(
        company,
        PAYMENT,
        unique.values(),
        lambda row, owner: targets.payment(row, owner, company),
        ids=unique,
        now=now,
        quiet=quiet,
    )
    touched = payment_lines.replace(company, written, unique)
    if written and not quiet:
        book_news.of_payments(company, written, unique, now=now)
    return _applied(written, len(unique), touched)


@transaction.atomic
def apply_credit_memos(
    company: Company, rows: Sequence[BookCreditMemo], *, now: datetime, quiet: bool = False
) -> Applied:
    """Take over credit memos; ``changed_ids`` are the open invoices of their customers."""
    unique = {row.id: row for row in rows}
    written = _write(
        company,
        CREDIT_MEMO,
        unique.values(),
        lambda row, owner: targets.credit_memo(row, owner, company),
        ids=unique,
        now=now,
        quiet=quiet,
    )
    touched: list[int] = []
    if written and not quiet:
        touched = open_invoices(company, {row.after["customer_id"] for row in written})
        book_news.of_credit_memos(company, written, now=now)
    return _applied(written, len(unique), touched)


@transaction.atomic
def apply_journal_lines(
    company: Company,
    rows: Sequence[BookJournalLine],
    *,
    now: datetime,
    journal_ids: Iterable[str] = (),
    quiet: bool = False,
) -> Applied:
    """Take over journal entries on receivables; the lines of an entry replace all former ones."""
    unique = {(row.journal_id, row.line_id): row for row in rows}
    entries = {*journal_ids, *(row.journal_id for row in rows)}
    written = _write(
        company,
        JOURNAL_LINE,
        unique.values(),
        lambda row, owner: targets.journal_line(row, owner),
        ids=entries,
        now=now,
        quiet=quiet,
    )
    stale = [
        pk
        for pk, journal_id, line_id in JournalLine.objects.of(company)
        .filter(journal_id__in=entries, is_deleted=False)
        .values_list("pk", "journal_id", "line_id")
        if (journal_id, line_id) not in unique
    ]
    JournalLine.objects.filter(pk__in=stale).update(is_deleted=True)
    if written and not quiet:
        book_news.of_journal_lines(company, written, now=now)
    return _applied(written, len(unique), [])


def open_invoices(company: Company, customer_ids: set[int]) -> list[int]:
    """Our keys of what these customers owe."""
    rows = Invoice.objects.of(company).open().filter(customer__in=customer_ids)
    return list(rows.values_list("pk", flat=True))


def _write(
    company: Company,
    kind: Kind,
    rows: Iterable,
    values_of: Callable[[Any, int], tuple],
    *,
    ids: Iterable[str],
    constants: dict | None = None,
    now: datetime,
    quiet: bool,
) -> list[Row]:
    """Write what differs; problems of these ids that are gone by now are closed."""
    rows = list(rows)
    owners, problems = _owners(company, rows, kind.what, now=now)
    values = []
    for row in rows:
        if targets.is_too_large(*kind.amounts(row)):
            reason = "Its amount is too large."
            problems.append(Problem(kind.entity, kind.name(row), reason, str(row)))
        else:
            values.append(values_of(row, owners[row.customer_id]))
    written = upsert(
        kind.target,
        values,
        constants={"company_id": company.pk, "is_deleted": False} | (constants or {}),
        watch=not quiet,
    )
    refused = {one.id for one in problems if one.entity == kind.entity}
    sync_problems.solve(company, kind.entity, set(ids) - refused, now=now)
    sync_problems.report(company, problems, now=now)
    return written


def _owners(
    company: Company, rows: Iterable, what: str, *, now: datetime
) -> tuple[dict[str, int], list[Problem]]:
    """Our customers by the books' ids; one we do not know gets a placeholder and a problem."""
    wanted = {row.customer_id for row in rows}
    known = customer_mirror.ids(company, wanted)
    missing = wanted - set(known)
    if not missing:
        return known, []
    known |= customer_mirror.ensure(company, missing, now=now)
    reason = f"The {what} names this customer, but the books do not show it."
    return known, [Problem("Customer", one, reason) for one in sorted(missing)]


def _applied(written: list[Row], total: int, changed: list[int]) -> Applied:
    created = sum(row.is_new for row in written)
    return Applied(created, len(written) - created, total - len(written), changed)
