"""What a text would say to a customer of the company, from their real rows. Nothing is written."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Sum
from django.urls import reverse

from arbook import money
from arbook.companies.models import Company
from customers.models import Channel, Customer
from invoices import disputes
from invoices.models import Invoice
from messaging.compose import Wanted
from messaging.merge_fields import Line
from messaging.template_versions import CHASING, SMS, Place
from reconciliation import paylinks
from reconciliation.models import PayLink

OFFERED = 60
# As long as a real one, and it leads nowhere.
EXAMPLE = "example-2222222222222222"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a text is made of, and what should be said about the choice."""

    wanted: Wanted
    customer: Customer | None
    """None where the rows are made up."""
    note: str = ""


def offered(company: Company, words: str = "") -> list[Customer]:
    """Customers with something open to choose from, the largest first."""
    rows = (
        Customer.objects.of(company)
        .present()
        .filter(invoices__in=_open(company))
        .annotate(owing=Sum("invoices__balance"))
        .order_by("-owing", "pk")
    )
    if words:
        rows = rows.filter(name__icontains=words)
    return list(rows[:OFFERED])


def of(company: Company, place: Place, customer: Customer | None, *, now: datetime) -> Preview:
    """The customer's open invoices as the text would name them; made-up ones without a customer."""
    today = company.local_date(now)
    if customer is None:
        person = Customer(company=company, name="Alder & Finch", given_name="Alex")
        lines = _made_up(today, several=place.is_combined)
        note = "Nobody has an open invoice yet: these rows are made up."
        return Preview(_wanted(company, person, place, lines, "", today), None, note)
    lines, set_aside = _lines(company, customer)
    if place.is_combined and len(lines) == 1:
        note = f"{customer} has one open invoice, and gets the wording for one: made-up rows here."
        lines = _made_up(today, several=True)
    elif not place.is_combined and len(lines) > 1 and place.single in CHASING:
        # A message over several invoices has the other wording, where that was written.
        note = f"{customer} has {len(lines)} open invoices; here it is said of the oldest alone."
        lines = lines[:1]
    else:
        note = ""
    if customer.is_sensitive and place.single not in ("neutral", "receipt", "letter"):
        note = f"{customer} is marked sensitive and gets the neutral text in place of this one."
    if not lines:
        note = f"{customer} has nothing open that may be asked for: these rows are made up."
        lines = _made_up(today, several=place.is_combined)
    elif set_aside and not note:
        note = f"{money.words(set_aside, company.currency)} are disputed and set aside."
    link = _link(company, lines)
    return Preview(_wanted(company, customer, place, lines, link, today), customer, note)


def _wanted(company, customer, place: Place, lines, link: str, today: date) -> Wanted:
    # The customer in the language of this text, whatever their own: a copy, never saved.
    person = Customer(
        pk=customer.pk,
        company=company,
        name=customer.name,
        company_name=customer.company_name,
        given_name=customer.given_name,
        language=place.language,
    )
    return Wanted(
        company=company,
        customer=person,
        medium=place.medium,
        key=place.single,
        lines=tuple(lines),
        # A receipt asks for nothing.
        link="" if place.single == "receipt" else link or _example_link(),
        today=today,
        address=_address(customer, place.medium),
    )


def _address(customer: Customer, medium: str) -> str:
    channel = Channel.SMS if medium == SMS else Channel.EMAIL
    known = customer.contacts.filter(channel=channel).exclude(address="") if customer.pk else []
    return next((one.address for one in known), "")


def _open(company: Company):
    return Invoice.objects.of(company).open().filter(currency=company.currency)


def _lines(company: Company, customer: Customer) -> tuple[list[Line], Decimal]:
    rows = list(_open(company).filter(customer=customer).order_by("due_on", "pk")[:50])
    contested = disputes.disputed_amounts([row.pk for row in rows])
    lines = []
    for row in rows:
        aside = min(contested.get(row.pk, money.ZERO), row.balance)
        if row.balance > aside:
            lines.append(
                Line(row.pk, row.number, row.balance - aside, row.issued_on, row.due_on, aside)
            )
    return lines, sum((line.set_aside for line in lines), money.ZERO)


def _made_up(today: date, *, several: bool) -> list[Line]:
    amounts = ["425.00", "118.50", "96.00"] if several else ["425.00"]
    return [
        Line(
            invoice_id=number,
            number=str(1048 + number),
            amount=Decimal(amount),
            issued_on=today - timedelta(days=30 - number),
            due_on=today - timedelta(days=10 - number),
        )
        for number, amount in enumerate(amounts)
    ]


def _link(company: Company, lines: list[Line]) -> str:
    """The link these invoices already have; none is made for a look."""
    chosen = ",".join(str(pk) for pk in sorted(line.invoice_id for line in lines))
    link = PayLink.objects.of(company).filter(invoice_set=chosen).first()
    return paylinks.url(link) if link else ""


def _example_link() -> str:
    return settings.PUBLIC_URL + reverse("pay", args=[EXAMPLE])
