"""Data to fix about customers: who cannot be reached, who may be two, who is inactive and owes."""

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from arbook.companies.models import Company
from customers.models import Channel, Contact
from invoices.findings import Finding, Row, of_customers, owing, page


def _usable(channel: str) -> Exists:
    return Exists(
        Contact.objects.filter(
            customer=OuterRef("pk"), channel=channel, state=Contact.State.USABLE
        ).exclude(address="")
    )


def no_email(company: Company, rows: int) -> Finding:
    found = owing(company).filter(~_usable(Channel.EMAIL))
    return of_customers(
        company,
        found,
        rows,
        "no_email",
        "Customers without a billing e-mail",
        "Reminders by mail cannot reach them.",
        lambda one: "There is no usable e-mail address.",
    )


def no_mobile(company: Company, rows: int) -> Finding:
    found = owing(company).filter(~_usable(Channel.SMS))
    return of_customers(
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
                page(company, one.customer_id),
            )
            for one in found[:rows]
        ],
    )


def unreadable(company: Company, rows: int) -> Finding:
    return _contacts(
        company,
        rows,
        "unreadable",
        "Numbers and addresses that cannot be read",
        "Correct them in QuickBooks, or add the right one here.",
        Q(state=Contact.State.INVALID),
    )


def landline(company: Company, rows: int) -> Finding:
    return _contacts(
        company,
        rows,
        "landline",
        "Landlines and other numbers that take no texts",
        "A text cannot reach them.",
        Q(state=Contact.State.NOT_TEXTABLE) | Q(channel=Channel.SMS, line_type="landline"),
    )


def duplicates(company: Company, rows: int) -> Finding:
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
            Row(" and ".join(names[:3]), f"They share {what}.", page(company, pk))
            for what, pk, names, _ in found[:rows]
        ],
    )


def inactive(company: Company, rows: int) -> Finding:
    found = owing(company).filter(Q(is_active=False) | Q(is_deleted=True))
    return of_customers(
        company,
        found,
        rows,
        "inactive",
        "Inactive customers that owe",
        "They were made inactive in QuickBooks with an open balance.",
        lambda one: "Inactive in QuickBooks.",
    )
