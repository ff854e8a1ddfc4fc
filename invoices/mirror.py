"""The receivable as QuickBooks keeps it: what was read is written here, and nothing older over it.

Everything is taken over together, and the plan follows. No function here calls a vendor.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q
from django.db.models.functions import Greatest

from arbook.companies.models import Company
from arbook.gateways.quickbooks_shapes import (
    BookCreditMemo,
    BookCustomer,
    BookInvoice,
    BookJournalLine,
    BookPayment,
    BrokenRecord,
    Deleted,
)
from arbook.outbox import outbox
from customers import mirror as customer_mirror
from customers.mirror import Applied
from customers.models import Customer
from invoices import (
    book_news,
    cadence,
    disputes,
    escalations,
    merged_plans,
    payment_lines,
    plan_progress,
    promises,
    sync_problems,
    tasks,
)
from invoices.mirror_documents import (
    apply_credit_memos,
    apply_invoices,
    apply_journal_lines,
    apply_payments,
    open_invoices,
)
from invoices.models import (
    CreditMemo,
    Hold,
    Invoice,
    JournalLine,
    Payment,
    Task,
)

MODELS = {"Invoice": Invoice, "Payment": Payment, "CreditMemo": CreditMemo}


@dataclass(frozen=True)
class Found:
    """What was read from the books in one go, to be taken over together."""

    customers: Sequence[BookCustomer] = ()
    invoices: Sequence[BookInvoice] = ()
    payments: Sequence[BookPayment] = ()
    credit_memos: Sequence[BookCreditMemo] = ()
    journal_lines: Sequence[BookJournalLine] = ()
    journal_ids: Sequence[str] = ()
    deleted: Sequence[Deleted] = ()
    broken: Sequence[BrokenRecord] = ()
    merged: Sequence[tuple[str, str]] = field(default=())


@transaction.atomic
def take(
    company: Company, found: Found, *, now: datetime, quiet: bool = False
) -> dict[str, Applied]:
    """Take over everything that was found, in one transaction, and let the plan follow.

    Returns what happened by entity. ``quiet`` is the first reading of the whole history: one
    summary instead of an entry for each row, and the plan is made once at its end.
    """
    done: dict[str, Applied] = {}
    for gone, into in found.merged:
        merge(company, gone=gone, into=into, now=now)
    if found.customers:
        done["Customer"] = customer_mirror.apply(company, found.customers, now=now, quiet=quiet)
        ids = [row.id for row in found.customers]
        sync_problems.solve(company, "Customer", ids, now=now)
    touched: list[int] = []
    for entity, rows, apply in (
        ("Invoice", found.invoices, apply_invoices),
        ("Payment", found.payments, apply_payments),
        ("CreditMemo", found.credit_memos, apply_credit_memos),
    ):
        if rows:
            done[entity] = apply(company, rows, now=now, quiet=quiet)
            touched += done[entity].changed_ids
    if found.journal_lines or found.journal_ids:
        done["JournalEntry"] = apply_journal_lines(
            company, found.journal_lines, journal_ids=found.journal_ids, now=now, quiet=quiet
        )
    gone: dict[str, list[Deleted]] = defaultdict(list)
    for one in found.deleted:
        gone[one.entity].append(one)
    for entity, records in gone.items():
        touched += remove(
            company,
            entity,
            [one.id for one in records],
            at={one.id: one.at for one in records},
            now=now,
            quiet=quiet,
        )
    sync_problems.report(company, found.broken, now=now)
    if not quiet:
        after_change(company, touched, now=now)
    return done


@transaction.atomic
def remove(
    company: Company,
    entity: str,
    ids: Iterable[str],
    *,
    now: datetime,
    at: dict[str, datetime | None] | None = None,
    quiet: bool = False,
) -> list[int]:
    """Mark documents that are gone from the books; returns our keys of the invoices it touches.

    ``at`` is when each went, by its id: an answer read before that brings nothing back.
    """
    wanted, at = set(ids), at or {}
    if entity == "Customer":
        customer_mirror.remove(company, wanted, now=now)
        return []
    if entity == "JournalEntry":
        JournalLine.objects.of(company).filter(journal_id__in=wanted).update(is_deleted=True)
        return []
    model = MODELS.get(entity)
    if model is None or not wanted:
        return []
    found = list(
        model.objects.of(company)
        .filter(quickbooks_id__in=wanted, is_deleted=False)
        .select_related("customer")
    )
    model.objects.filter(pk__in=[row.pk for row in found]).update(is_deleted=True)
    for row in found:
        if at.get(row.quickbooks_id):
            model.objects.filter(pk=row.pk).update(
                books_updated_at=Greatest("books_updated_at", at[row.quickbooks_id])
            )
    if not quiet:
        book_news.of_removed(company, found, now=now)
    if entity == "Invoice":
        return [row.pk for row in found]
    if entity == "Payment":
        return payment_lines.invoices_behind(company, [row.pk for row in found])
    return open_invoices(company, {row.customer_id for row in found})


@transaction.atomic
def merge(company: Company, *, gone: str, into: str | None, now: datetime) -> bool:
    """A customer was merged into another: documents, holds and tasks move to the survivor."""
    merged = customer_mirror.merge(company, gone=gone, into=into, now=now)
    if merged is None:
        return False
    old, kept = merged
    for model in (Invoice, Payment, CreditMemo, JournalLine, Task):
        model.objects.filter(customer=old).update(customer=kept)
    Hold.objects.filter(customer=old, invoice__isnull=False).update(customer=kept)
    merged_plans.follow(old, kept, now=now)
    quiet = {
        (hold.reason, hold.source)
        for hold in Hold.objects.filter(customer=kept, invoice=None, lifted_at=None)
    }
    for hold in Hold.objects.filter(customer=old, invoice=None, lifted_at=None):
        if (hold.reason, hold.source) not in quiet:
            Hold.objects.filter(pk=hold.pk).update(customer=kept)
    after_change(company, open_invoices(company, {kept.pk}), now=now)
    # What was said to them lies a floor above.
    outbox.enqueue(
        "messaging.merged",
        key=f"merged:{old.pk}:{kept.pk}",
        company=company,
        payload={"gone": old.pk, "kept": kept.pk},
        now=now,
    )
    return True


def unknown_customers(company: Company, found: Found) -> set[str]:
    """Ids of customers that documents name and that are neither mirrored nor found with them."""
    documents = (*found.invoices, *found.payments, *found.credit_memos, *found.journal_lines)
    named = {row.customer_id for row in documents} - {row.id for row in found.customers}
    return named - set(customer_mirror.ids(company, named)) if named else set()


def after_change(company: Company, invoice_ids: Iterable[int], *, now: datetime) -> None:
    """Let the plan follow: closed invoices lose their touches, open ones are planned again,
    promises that are met are kept, instalments filled, paid disputes and cases are closed."""
    ids = sorted(set(invoice_ids))
    if not ids:
        return
    closed: dict[str, list[int]] = defaultdict(list)
    facts = Invoice.objects.filter(pk__in=ids).values_list("pk", "balance", "is_void", "is_deleted")
    for pk, balance, is_void, is_deleted in facts:
        if is_deleted:
            closed["deleted in QuickBooks"].append(pk)
        elif is_void:
            closed["voided in QuickBooks"].append(pk)
        elif balance <= 0:
            closed["paid"].append(pk)
    for reason, rows in closed.items():
        cadence.cancel(rows, reason=reason, now=now)
    cadence.plan(company, now=now, invoice_ids=ids)
    promises.settle(ids, now=now)
    disputes.settle(ids, now=now)
    plan_progress.settle(ids, now=now)
    tasks.settle_claims(ids, now=now)
    escalations.settle_paid(ids, now=now)


def newest_seen(company: Company, entity: str, book_id: str) -> datetime | None:
    """The books' own time of the newest version of a record that we hold."""
    if entity == "JournalEntry":
        rows = JournalLine.objects.of(company).filter(journal_id=book_id)
        return rows.aggregate(at=Max("books_updated_at"))["at"]
    model = Customer if entity == "Customer" else MODELS[entity]
    rows = model.objects.of(company).filter(Q(quickbooks_id=book_id))
    return rows.values_list("books_updated_at", flat=True).first()
