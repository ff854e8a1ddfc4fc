"""Data to fix: what in the books or in our records keeps us from collecting, in plain sentences.

Only customers with something open count, except where the finding itself is about others.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.db.models import Count, Sum

from arbook.companies.models import Company
from arbook.money import ZERO, words
from invoices import data_audit_customers as about_customers
from invoices import drift
from invoices.findings import Finding, Row, of_invoices, owing, page
from invoices.models import DriftFinding, Invoice, Payment, SyncProblem

SHOWN = 200


def findings(company: Company, today: date, *, rows: int = SHOWN) -> list[Finding]:
    """Everything to fix, the most serious kinds first; kinds without a case are left out."""
    found = (look(company, rows) for look in LOOKS)
    return [one for one in found if one and one.count]


def count(company: Company, today: date) -> int:
    """How many things are to fix."""
    return sum(one.count for one in findings(company, today, rows=0))


def net_balances(company: Company) -> dict[int, Decimal]:
    """What each customer owes less credit that is not yet used, by our key."""
    net: dict[int, Decimal] = {}
    for one in drift.open_documents(company):
        if one.customer_id:
            net[one.customer_id] = net.get(one.customer_id, ZERO) + one.amount
    return net


def _unread(company: Company, rows: int) -> Finding:
    problems = SyncProblem.objects.of(company).filter(solved_at=None).order_by("entity", "pk")
    return Finding(
        "sync_problem",
        "Records of the books that cannot be read",
        "They are left out until they are corrected in QuickBooks.",
        problems.count(),
        rows=[
            Row(f"{one.entity} {one.quickbooks_id or 'without an id'}", one.reason, "")
            for one in problems[:rows]
        ],
        tone="bad",
    )


def _drifted(company: Company, rows: int) -> Finding:
    found = DriftFinding.objects.of(company).filter(is_current=True).select_related("customer")
    url = [
        Row(
            f"{one.document_type} {one.number or one.document_id}",
            one.explanation,
            page(company, one.customer_id),
            abs(one.difference),
        )
        for one in found[:rows]
    ]
    return Finding(
        "drift",
        "Documents that differ from QuickBooks' aging report",
        "Our receivable and the report disagree on them.",
        found.count(),
        rows=url,
        tone="bad",
    )


def _no_due_date(company: Company, rows: int) -> Finding:
    return of_invoices(
        company,
        rows,
        "no_due_date",
        "Invoices without a due date",
        "They age from their issue date.",
        Invoice.objects.of(company).open().filter(due_on=None),
        lambda one: f"Issued {one.issued_on:%Y-%m-%d}, no due date.",
    )


def _foreign(company: Company, rows: int) -> Finding:
    return of_invoices(
        company,
        rows,
        "foreign",
        "Invoices in a foreign currency",
        "Nothing is sent about them; collect them by hand.",
        Invoice.objects.of(company).open().exclude(currency=company.currency),
        lambda one: f"{words(one.balance, one.currency)} is open.",
    )


def _online_payment(company: Company, rows: int) -> Finding:
    return of_invoices(
        company,
        rows,
        "online_payment",
        "Invoices that QuickBooks takes payments for itself",
        "Two pay links for one invoice risk a double payment. Switch online payment off there.",
        Invoice.objects.of(company).open().filter(online_payment=True),
        lambda one: "QuickBooks' own online payment is switched on.",
    )


def _unapplied(company: Company, rows: int) -> Finding:
    loose = Payment.objects.of(company).filter(
        unapplied__gt=0, is_void=False, is_deleted=False, customer__in=owing(company).values("pk")
    )
    figures = loose.aggregate(count=Count("pk"), sum=Sum("unapplied"))
    chosen = loose.select_related("customer").order_by("-unapplied")[:rows]
    return Finding(
        "unapplied",
        "Payments not tied to an invoice",
        "The customer owes less than the invoices say. Apply them in QuickBooks.",
        figures["count"],
        figures["sum"] or ZERO,
        [
            Row(
                f"{one} of {one.customer}",
                f"{words(one.unapplied, one.currency)} of {one.paid_on:%Y-%m-%d} is loose.",
                page(company, one.customer_id),
                one.unapplied,
            )
            for one in chosen
        ],
    )


def _net_credit(company: Company, rows: int) -> Finding:
    net = net_balances(company)
    found = [one for one in owing(company) if net.get(one.pk, ZERO) <= 0]
    return Finding(
        "net_credit",
        "Customers whose credit covers what they owe",
        "They are not reminded: in all they owe nothing.",
        len(found),
        sum((one.owed for one in found), ZERO),
        [
            Row(
                one.name,
                f"{words(one.owed)} is open, in all {words(net.get(one.pk, ZERO))}.",
                page(company, one.pk),
                one.owed,
            )
            for one in found[:rows]
        ],
    )


LOOKS: tuple[Callable[[Company, int], Finding], ...] = (
    _unread,
    _drifted,
    about_customers.no_email,
    about_customers.unreadable,
    about_customers.no_mobile,
    about_customers.landline,
    about_customers.duplicates,
    about_customers.inactive,
    _no_due_date,
    _foreign,
    _unapplied,
    _net_credit,
    _online_payment,
)
