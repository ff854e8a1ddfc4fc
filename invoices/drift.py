"""Where our receivable and QuickBooks' own AgedReceivableDetail disagree, document by document."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from arbook.audit import log
from arbook.companies.models import Company
from arbook.gateways import quickbooks
from arbook.gateways.quickbooks_shapes import ReportLine
from arbook.money import ZERO, words
from customers import mirror as customer_mirror
from invoices import sync
from invoices.models import BooksState, CreditMemo, DriftFinding, Invoice, Payment
from invoices.receivable import NAMES, Document, open_documents, receivable

# The report's words for transactions, in ours. Titles differ between editions of QuickBooks.
KINDS = {
    "invoice": "Invoice",
    "payment": "Payment",
    "receivepayment": "Payment",
    "credit memo": "CreditMemo",
    "creditmemo": "CreditMemo",
    "journal entry": "JournalEntry",
    "journalentry": "JournalEntry",
    "general journal": "JournalEntry",
}


@dataclass(frozen=True)
class Checked:
    """What a comparison found: the two totals and the documents between them."""

    ours: Decimal
    theirs: Decimal
    findings: list[DriftFinding]

    @property
    def amount(self) -> Decimal:
        return self.theirs - self.ours


def check(company: Company, *, now: datetime) -> Checked:
    """Read the report and compare it with the mirror; findings of former checks are closed.

    A difference is looked at again by reading the books' changes first, so that what merely moved
    meanwhile is no finding.
    """
    gateway, today = quickbooks.of(company), company.local_date(now)
    lines = gateway.aged_receivable_detail(today)
    if _differences(company, lines):
        sync.run(company, now=now)
        lines = gateway.aged_receivable_detail(today)
    return compare(company, lines, now=now)


@transaction.atomic
def compare(company: Company, lines: Iterable[ReportLine], *, now: datetime) -> Checked:
    """Compare the report's lines with the mirror and keep what differs, each with its document."""
    differing = _differences(company, list(lines))
    findings = [_finding(company, mine, other, now) for mine, other in differing]
    DriftFinding.objects.of(company).filter(is_current=True).update(is_current=False)
    DriftFinding.objects.bulk_create(findings)
    ours = receivable(company)
    apart = sum((one.difference for one in findings), ZERO)
    checked = Checked(ours, ours + apart, findings)
    BooksState.objects.update_or_create(
        company=company,
        defaults={"drift_checked_at": now, "drift_amount": checked.amount},
    )
    if findings:
        currency = company.currency
        log.record(
            "drift.found",
            f"{len(findings)} documents differ from QuickBooks' aging report,"
            f" {words(checked.amount, currency)} in all: {findings[0].explanation}",
            about=[company],
            by=None,
            at=now,
            company=company,
        )
    return checked


def _differences(
    company: Company, lines: list[ReportLine]
) -> list[tuple[Document | None, Document | None]]:
    """Documents whose open amount differs: as we have it, as the report has it."""
    ours = _by_key(open_documents(company))
    theirs = _of_report(company, lines)
    amounts = {key: one.amount for key, one in ours.items()}
    return [
        (ours.get(key), theirs.get(key))
        for key in sorted({*ours, *theirs} - _foreign(company))
        if amounts.get(key, ZERO) != (theirs[key].amount if key in theirs else ZERO)
    ]


def _by_key(documents: Iterable[Document]) -> dict[tuple[str, str], Document]:
    """One entry for each document of the books; a journal entry of several customers has parts."""
    found: dict[tuple[str, str], Document] = {}
    for one in documents:
        known = found.get((one.kind, one.id))
        found[one.kind, one.id] = replace(one, amount=one.amount + known.amount) if known else one
    return {key: one for key, one in found.items() if one.amount}


def _of_report(company: Company, lines: list[ReportLine]) -> dict[tuple[str, str], Document]:
    owners = customer_mirror.ids(company, {line.customer_id for line in lines})
    found: dict[tuple[str, str], Document] = {}
    for line in lines:
        kind = KINDS.get(line.txn_type.strip().lower(), line.txn_type)
        key = (kind, line.txn_id)
        amount = line.open_balance + (found[key].amount if key in found else ZERO)
        found[key] = Document(kind, line.txn_id, line.number, owners.get(line.customer_id), amount)
    return {key: one for key, one in found.items() if one.amount}


def _foreign(company: Company) -> set[tuple[str, str]]:
    """Documents in another currency: the report has them in the home currency, the mirror not."""
    return {
        (kind, book_id)
        for kind, model in (("Invoice", Invoice), ("Payment", Payment), ("CreditMemo", CreditMemo))
        for book_id in model.objects.of(company)
        .exclude(currency=company.currency)
        .values_list("quickbooks_id", flat=True)
    }


def _finding(
    company: Company, mine: Document | None, other: Document | None, now: datetime
) -> DriftFinding:
    one = other or mine
    ours, theirs = mine.amount if mine else ZERO, other.amount if other else ZERO
    number = (other and other.number) or (mine and mine.number) or ""
    name = f"{NAMES.get(one.kind, one.kind)} {number or one.id}"
    here, there = words(ours, company.currency), words(theirs, company.currency)
    if other is None:
        said = f"{name} counts {here} here; QuickBooks' report does not list it as open."
    elif mine is None:
        held = _held(company, one)
        said = f"{name} counts {there} in QuickBooks; {held}."
    else:
        said = f"{name} counts {here} here and {there} in QuickBooks."
    return DriftFinding(
        company=company,
        checked_at=now,
        customer_id=one.customer_id,
        document_type=one.kind[:30],
        document_id=one.id[:40],
        number=number[:40],
        ours=ours,
        theirs=theirs,
        explanation=said[:300],
    )


def _held(company: Company, one: Document) -> str:
    model = {"Invoice": Invoice, "Payment": Payment, "CreditMemo": CreditMemo}.get(one.kind)
    row = model.objects.of(company).filter(quickbooks_id=one.id).first() if model else None
    if row is None:
        return "it is not mirrored here"
    if row.is_deleted:
        return "here it is marked as deleted"
    return "here it is void" if row.is_void else "here nothing of it is open"
