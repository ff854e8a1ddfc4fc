"""Data to fix: what in the books or in our records keeps us from collecting, in plain sentences.

Only customers with something open count, except where the finding itself is about others.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.urls import reverse

from arbook.companies.models import Company
from arbook.money import ZERO, words
from customers.models import Channel, Contact, Customer
from invoices import drift
from invoices.models import DriftFinding, Invoice, Payment, SyncProblem

SHOWN = 200


@dataclass(frozen=True)
class Row:
    """One thing to fix: what it is about, a sentence, where to go, what is at stake."""

    title: str
    said: str
    url: str
    amount: Decimal = ZERO


@dataclass(frozen=True)
class Finding:
    """One kind of trouble, how often it occurs, and its first rows."""

    kind: str
    title: str
    said: str
    count: int
    amount: Decimal = ZERO
    rows: list[Row] = field(default_factory=list)
    tone: str = "warn"


def findings(company: Company, today: date, *, rows: int = SHOWN) -> list[Finding]:
    """Everything to fix, the most serious kinds first; kinds without a case are left out."""
    found = (look(company, rows) for look in LOOKS)
    return [one for one in found if one and one.count]


def count(company: Company, today: date) -> int:
    """How many things are to fix."""
    return sum(one.count for one in findings(company, today, rows=0))


def owing(company: Company) -> QuerySet[Customer]:
    """Customers with an open invoice, ``owed`` beside each."""
    is_open = Q(invoices__balance__gt=0, invoices__is_void=False, invoices__is_deleted=False)
    return (
        Customer.objects.of(company)
        .annotate(owed=Sum("invoices__balance", filter=is_open))
        .filter(owed__gt=0)
        .order_by("-owed", "name")
    )


def net_balances(company: Company) -> dict[int, Decimal]:
    """What each customer owes less credit that is not yet used, by our key."""
    net: dict[int, Decimal] = {}
    for one in drift.open_documents(company):
        if one.customer_id:
            net[one.customer_id] = net.get(one.customer_id, ZERO) + one.amount
    return net


def _usable(channel: str) -> Exists:
    return Exists(
        Contact.objects.filter(
            customer=OuterRef("pk"), channel=channel, state=Contact.State.USABLE
        ).exclude(address="")
    )


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
            _page(company, one.customer_id),
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


def _no_email(company: Company, rows: int) -> Finding:
    found = owing(company).filter(~_usable(Channel.EMAIL))
    return _of_customers(
        company,
        found,
        rows,
        "no_email",
        "Customers without a billing e-mail",
        "Reminders by mail cannot reach them.",
        lambda one: "There is no usable e-mail address.",
    )


def _no_mobile(company: Company, rows: int) -> Finding:
    found = owing(company).filter(~_usable(Channel.SMS))
    return _of_customers(
        company,
        found,
        rows,
        "no_mobile",
        "Customers without a mobile number",
        "Text steps go by mail instead, where the step allows it.",
        lambda one: "There is no number that takes texts.",
    )


def _contacts(company: Company, rows: int, kind: str, title: str, said: str, wanted: Q) -> Finding:
    owed = owing(company).values("pk")
    found = (
        Contact.objects.of(company)
        .filter(wanted, customer__in=owed)
        .exclude(state=Contact.State.REMOVED)
        .select_related("customer")
        .order_by("customer__name", "pk")
    )
    return Finding(
        kind,
        title,
        said,
        found.count(),
        rows=[
            Row(
                one.customer.name,
                f"“{one.written}”: {one.state_reason or 'it is a landline.'}",
                _page(company, one.customer_id),
            )
            for one in found[:rows]
        ],
    )


def _unreadable(company: Company, rows: int) -> Finding:
    return _contacts(
        company,
        rows,
        "unreadable",
        "Numbers and addresses that cannot be read",
        "Correct them in QuickBooks, or add the right one here.",
        Q(state=Contact.State.INVALID),
    )


def _landline(company: Company, rows: int) -> Finding:
    return _contacts(
        company,
        rows,
        "landline",
        "Landlines and other numbers that take no texts",
        "A text cannot reach them.",
        Q(state=Contact.State.NOT_TEXTABLE) | Q(channel=Channel.SMS, line_type="landline"),
    )


def _duplicates(company: Company, rows: int) -> Finding:
    """The same address, number or name on several customers that are no job of one another."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH present AS ("
            "  SELECT id, name, lower(btrim(name)) AS said FROM customers_customer"
            "  WHERE company_id = %(company)s AND is_active AND NOT is_deleted AND NOT is_job),"
            " shared AS ("
            "  SELECT contact.address AS what, present.id, present.name"
            "  FROM customers_contact contact JOIN present ON present.id = contact.customer_id"
            "  WHERE contact.company_id = %(company)s AND contact.address <> ''"
            "    AND contact.state NOT IN ('removed', 'wrong_person')"
            "  UNION ALL"
            "  SELECT regexp_replace(said, '[^a-z0-9]+|(inc|llc|ltd|co|corp)[. ]*$', '', 'g'),"
            "         id, name FROM present)"
            " SELECT what, min(id), array_agg(DISTINCT name), count(*) OVER () FROM shared"
            " WHERE what <> '' GROUP BY what HAVING count(DISTINCT id) > 1"
            " ORDER BY what LIMIT %(limit)s",
            {"company": company.pk, "limit": max(rows, 1)},
        )
        found = cursor.fetchall()
    return Finding(
        "duplicate",
        "Customers that may be the same",
        "Two records of one customer get two messages. Merge them in QuickBooks.",
        found[0][3] if found else 0,
        rows=[
            Row(" and ".join(names[:3]), f"They share {what}.", _page(company, pk))
            for what, pk, names, _ in found[:rows]
        ],
    )


def _inactive(company: Company, rows: int) -> Finding:
    found = owing(company).filter(Q(is_active=False) | Q(is_deleted=True))
    return _of_customers(
        company,
        found,
        rows,
        "inactive",
        "Inactive customers that owe",
        "They were made inactive in QuickBooks with an open balance.",
        lambda one: "Inactive in QuickBooks.",
    )


def _invoices(
    company: Company, rows: int, kind: str, title: str, said: str, wanted: QuerySet[Invoice], each
) -> Finding:
    figures = wanted.order_by().aggregate(count=Count("pk"), sum=Sum("balance"))
    chosen = wanted.select_related("customer").order_by("issued_on", "pk")[:rows]
    return Finding(
        kind,
        title,
        said,
        figures["count"],
        figures["sum"] or ZERO,
        [
            Row(
                f"{one} of {one.customer}",
                each(one),
                reverse("customers:detail", args=[company.slug, one.customer_id]),
                one.balance,
            )
            for one in chosen
        ],
    )


def _no_due_date(company: Company, rows: int) -> Finding:
    return _invoices(
        company,
        rows,
        "no_due_date",
        "Invoices without a due date",
        "They age from their issue date.",
        Invoice.objects.of(company).open().filter(due_on=None),
        lambda one: f"Issued {one.issued_on:%Y-%m-%d}, no due date.",
    )


def _foreign(company: Company, rows: int) -> Finding:
    return _invoices(
        company,
        rows,
        "foreign",
        "Invoices in a foreign currency",
        "Nothing is sent about them; collect them by hand.",
        Invoice.objects.of(company).open().exclude(currency=company.currency),
        lambda one: f"{words(one.balance, one.currency)} is open.",
    )


def _online_payment(company: Company, rows: int) -> Finding:
    return _invoices(
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
                _page(company, one.customer_id),
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
                _page(company, one.pk),
                one.owed,
            )
            for one in found[:rows]
        ],
    )


LOOKS: tuple[Callable[[Company, int], Finding], ...] = (
    _unread,
    _drifted,
    _no_email,
    _unreadable,
    _no_mobile,
    _landline,
    _duplicates,
    _inactive,
    _no_due_date,
    _foreign,
    _unapplied,
    _net_credit,
    _online_payment,
)


def _of_customers(
    company: Company,
    found: QuerySet[Customer],
    rows: int,
    kind: str,
    title: str,
    said: str,
    each: Callable[[Customer], str],
) -> Finding:
    figures = found.order_by().aggregate(count=Count("pk"), sum=Sum(F("owed")))
    return Finding(
        kind,
        title,
        said,
        figures["count"],
        figures["sum"] or ZERO,
        [Row(one.name, each(one), _page(company, one.pk), one.owed) for one in found[:rows]],
    )


def _page(company: Company, customer_id: int | None) -> str:
    return reverse("customers:detail", args=[company.slug, customer_id]) if customer_id else ""
