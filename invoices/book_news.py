"""What a bookkeeper wants to know of changes in the books: sentences for the record, in bulk.

Each customer whose documents changed is looked at again before anything leaves to them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from django.db import models

from arbook.audit import log
from arbook.audit.models import Entry
from arbook.companies.models import Company
from arbook.gateways.quickbooks_shapes import BookPayment
from arbook.money import words
from arbook.upsert import Row
from customers import contacts
from customers.models import Customer
from invoices.models import CreditMemo, Invoice, JournalLine, Payment

News = tuple[Entry, list[models.Model]]


def of_invoices(company: Company, written: list[Row], *, now: datetime) -> None:
    """New, paid, changed, voided invoices."""
    rows = Invoice.objects.select_related("customer").in_bulk([row.id for row in written])
    news: list[News] = []
    for row in written:
        invoice = rows[row.id]
        said = _of_invoice(invoice, row)
        if said:
            verb, sentence = said
            news.append(_entry(company, verb, sentence, now, [invoice, invoice.customer], row))
    _record(company, news, now=now)


def of_payments(
    company: Company, written: list[Row], found: Mapping[str, BookPayment], *, now: datetime
) -> None:
    """Payments in the books, with the invoices they settle. Links of a credit are no money."""
    rows = Payment.objects.select_related("customer").in_bulk([row.id for row in written])
    wanted = {
        part.txn_id
        for row in written
        for part in found[row.key].applied
        if part.txn_type == "Invoice"
    }
    invoices = {
        one.quickbooks_id: one
        for one in Invoice.objects.of(company).filter(quickbooks_id__in=wanted)
    }
    news: list[News] = []
    for row in written:
        payment = rows[row.id]
        before, after = row.before or {}, row.after
        settles = [
            invoices[part.txn_id] for part in found[row.key].applied if part.txn_id in invoices
        ]
        amount = words(payment.total, payment.currency)
        on = f" on {_listed(settles)}" if settles else ""
        if payment.is_void:
            if before and not before["is_void"]:
                paid = words(before["total"], payment.currency)
                sentence = f"A payment of {paid} by {payment.customer} was voided in QuickBooks."
                news.append(
                    _entry(
                        company, "payment.voided", sentence, now, [payment, payment.customer], row
                    )
                )
            continue
        if not payment.total or before.get("total") == after["total"]:
            continue
        verb, what = ("payment.recorded", "QuickBooks holds a payment of")
        if before:
            verb, what = ("payment.changed", "A payment in QuickBooks is now")
        sentence = f"{what} {amount} by {payment.customer}{on}."
        news.append(
            _entry(company, verb, sentence, now, [payment, payment.customer, *settles], row)
        )
    _record(company, news, now=now)


def of_credit_memos(company: Company, written: list[Row], *, now: datetime) -> None:
    """Credit given or used."""
    rows = CreditMemo.objects.select_related("customer").in_bulk([row.id for row in written])
    news: list[News] = []
    for row in written:
        memo = rows[row.id]
        before = row.before or {}
        left = words(memo.remaining, memo.currency)
        if memo.is_void and before and not before["is_void"]:
            verb, sentence = "credit.voided", f"{memo} of {memo.customer} was voided in QuickBooks."
        elif not before:
            total = words(memo.total, memo.currency)
            verb = "credit.given"
            sentence = f"{memo.customer} got a credit of {total} ({memo}); {left} is unused."
        elif before["remaining"] != row.after["remaining"]:
            verb, sentence = "credit.used", f"{left} of {memo} of {memo.customer} is unused now."
        else:
            continue
        news.append(_entry(company, verb, sentence, now, [memo, memo.customer], row))
    _record(company, news, now=now)


def of_journal_lines(company: Company, written: list[Row], *, now: datetime) -> None:
    """Journal entries that change what a customer owes."""
    rows = JournalLine.objects.select_related("customer").in_bulk([row.id for row in written])
    news: list[News] = []
    for row in written:
        line = rows[row.id]
        if row.before and row.before["amount"] == row.after["amount"]:
            continue
        moved = "adds" if line.amount > 0 else "takes"
        amount = words(abs(line.amount), company.currency)
        way = "to" if line.amount > 0 else "off"
        sentence = f"{line} {moved} {amount} {way} what {line.customer} owes."
        news.append(_entry(company, "journal.recorded", sentence, now, [line, line.customer], row))
    _record(company, news, now=now)


def of_removed(company: Company, gone: Iterable[models.Model], *, now: datetime) -> None:
    """Documents deleted in the books."""
    _record(
        company,
        [
            (
                Entry(
                    company=company,
                    verb=f"{row._meta.model_name}.deleted",
                    said=f"{row} of {row.customer} was deleted in QuickBooks.",
                    at=now,
                ),
                [row, row.customer],
            )
            for row in gone
        ],
        now=now,
    )


def _of_invoice(invoice: Invoice, row: Row) -> tuple[str, str] | None:
    before, currency = row.before, invoice.currency
    balance, total = words(invoice.balance, currency), words(invoice.total, currency)
    if before is None:
        if invoice.is_void:
            return None
        open_part = "" if invoice.balance == invoice.total else f", {balance} of it open"
        return "invoice.new", f"{invoice} to {invoice.customer} for {total}{open_part}."
    if before["is_deleted"]:
        return "invoice.restored", f"{invoice} is back in QuickBooks with {balance} open."
    if invoice.is_void and not before["is_void"]:
        return "invoice.voided", f"{invoice} of {invoice.customer} was voided in QuickBooks."
    if before["balance"] != invoice.balance:
        was = words(before["balance"], currency)
        if invoice.balance == 0:
            return "invoice.paid", f"{invoice} of {invoice.customer} is paid: {was} came off."
        return "invoice.balance", f"{invoice} has {balance} open now, {was} before."
    if before["due_on"] != invoice.due_on:
        due = f"{invoice.due_on:%b} {invoice.due_on.day}" if invoice.due_on else "no day"
        return "invoice.due", f"{invoice} is due on {due} now."
    if before["customer_id"] != invoice.customer_id:
        return "invoice.moved", f"{invoice} belongs to {invoice.customer} now."
    return None


def _entry(
    company: Company,
    verb: str,
    said: str,
    now: datetime,
    about: list[models.Model],
    row: Row,
) -> News:
    changes = {
        name: [_plain(row.before[name]) if row.before else None, _plain(value)]
        for name, value in row.after.items()
        if row.before is None or row.before[name] != value
    }
    return Entry(company=company, verb=verb, said=said, at=now, data={"changes": changes}), about


def _plain(value):
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _record(company: Company, news: list[News], *, now: datetime) -> None:
    if not news:
        return
    entries = log.record_many(news)
    last = {
        one.pk: entry.pk
        for entry, (_, about) in zip(entries, news, strict=True)
        for one in about
        if isinstance(one, Customer)
    }
    contacts.revisit(company, last, now=now)


def _listed(invoices: list[Invoice]) -> str:
    numbers = [str(one) for one in invoices]
    if len(numbers) > 3:
        return f"{', '.join(numbers[:3])} and {len(numbers) - 3} more"
    return ", ".join(numbers)
