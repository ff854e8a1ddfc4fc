"""Calls to make: whom, at which number, what was said before, what to say now."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from arbook import money, phones
from arbook.companies.models import Company, User
from customers import consent
from customers.models import Channel, Contact, Customer
from invoices import disputes, holds, tasks
from invoices.models import Invoice, PromiseToPay, Task
from messaging import budget, call_scripts, compose, quiet_hours, talk
from messaging.call_scripts import Script
from messaging.facts import reach
from messaging.merge_fields import Line, due_words, invoices_words
from messaging.models import Thread

CONTACTS_SHOWN = 3
MOST_NAMED = 50
# A landline takes no texts and rings all the same; a number that is out of service does not.
RINGS = (Contact.State.USABLE, Contact.State.NOT_TEXTABLE)


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it lies before the person who makes it."""

    task: Task
    customer: Customer
    number: str
    """E.164, empty when there is none."""
    name: str
    """Whose number it is."""
    invoices: list[Invoice]
    total: Decimal
    set_aside: Decimal
    script: Script | None
    said: list[talk.Item] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    """Why one might rather not call now."""
    thread: Thread | None = None

    @property
    def shown(self) -> str:
        return phones.display(self.number) if self.number else ""

    @property
    def oldest(self) -> Invoice | None:
        return self.invoices[0] if self.invoices else None


def waiting(company: Company, *, now: datetime):
    """Calls to make today, the largest amount first."""
    rows = Task.objects.of(company).waiting(company.local_date(now)).filter(kind=Task.Kind.CALL)
    return (
        rows.exclude(customer=None)
        .select_related("customer", "invoice", "owner")
        .order_by(F("amount").desc(nulls_last=True), "opened_at", "pk")
    )


def prepare(task: Task, *, by: User, now: datetime) -> Call:
    """Everything one call needs. Nothing is written."""
    company, customer = task.company, task.customer
    customer.company = company
    contact = number_of(customer)
    rows = _owed(company, customer)
    contested = disputes.disputed_amounts([row.pk for row in rows])
    asked = {
        row.pk: row.balance - min(contested.get(row.pk, money.ZERO), row.balance) for row in rows
    }
    chased = [row for row in rows if asked[row.pk] > 0]
    total = sum(asked.values(), money.ZERO)
    thread = Thread.objects.of(company).filter(customer=customer).first()
    if thread:
        thread.company = company
    return Call(
        task=task,
        customer=customer,
        number=contact.address if contact else "",
        name=contact.name if contact else "",
        invoices=chased,
        total=total,
        set_aside=sum((row.balance for row in rows), money.ZERO) - total,
        script=_script(task, chased, asked, by, now) if chased else None,
        said=talk.newest(thread, now=now, count=CONTACTS_SHOWN) if thread else [],
        hints=list(_hints(company, customer, contact, now)),
        thread=thread,
    )


def number_of(customer: Customer) -> Contact | None:
    """The number to ring: the primary one first, a landline as well as a mobile."""
    rows = customer.contacts.filter(channel=Channel.SMS, state__in=RINGS).exclude(address="")
    return rows.order_by("-is_primary", "pk").first()


@transaction.atomic
def ask(customer: Customer, *, by: User, now: datetime) -> Task:
    """Put a customer on the list of calls; the call that stands there already is returned."""
    known = Task.objects.of(customer.company).open().filter(customer=customer, kind=Task.Kind.CALL)
    if task := known.first():
        return task
    rows = _owed(customer.company, customer)
    return tasks.open_task(
        customer.company,
        kind=Task.Kind.CALL,
        key=f"call:{customer.pk}",
        title=f"Call {customer}",
        customer=customer,
        amount=sum((row.balance for row in rows), money.ZERO) or None,
        owner=by,
        due_on=customer.company.local_date(now),
        now=now,
    )


def _owed(company: Company, customer: Customer) -> list[Invoice]:
    rows = Invoice.objects.of(company).open().filter(customer=customer, currency=company.currency)
    return list(rows.with_ages_from().order_by("ages_from_on", "pk")[:MOST_NAMED])


def _script(task: Task, rows: list[Invoice], asked, by: User, now: datetime) -> Script:
    company, customer, language = task.company, task.customer, task.customer.language
    today = company.local_date(now)
    lines = [Line(row.pk, row.number, asked[row.pk], row.issued_on, row.due_on) for row in rows]
    broken = (
        PromiseToPay.objects.filter(invoice__in=rows, state=PromiseToPay.State.BROKEN)
        .order_by("-due_on")
        .first()
    )
    is_late = rows[0].days_past_due(today) >= call_scripts.FIRM_FROM_DAYS
    tone = call_scripts.PROMISE if broken else call_scripts.FIRM if is_late else ""
    values = {
        "who": _who(by, company, language),
        "invoices": invoices_words(lines, language),
        "total": money.words(sum((line.amount for line in lines), money.ZERO), company.currency),
        "due": due_words(lines, today, language),
        "phone": _call_back(company, language),
        "promised": money.words(broken.amount, company.currency) if broken else "",
    }
    if customer.is_sensitive:
        values["invoices"] = "su cuenta" if language == "es" else "your account"
    return call_scripts.write(tone or call_scripts.FRIENDLY, language, values)


def _who(by: User, company: Company, language: str) -> str:
    """``Sam Lee from Harbor Dental``; an address is no name to say."""
    name, business = by.get_full_name(), compose.business_of(company)
    between = "de" if language == "es" else "from"
    return f"{name} {between} {business}" if name else business


def _call_back(company: Company, language: str) -> str:
    if not company.phone:
        return ""
    at = "al" if language == "es" else "at"
    return f" {at} {phones.display(company.phone)}"


def _hints(company, customer: Customer, contact: Contact | None, now: datetime) -> Iterable[str]:
    if contact is None:
        yield "There is no number to call."
        return
    policy = quiet_hours.policy_of(company, Channel.SMS)
    moment = quiet_hours.next_moment(now, customer.place(contact.address), policy)
    if moment.at != now:
        yield f"It is no decent hour there: {moment.sentence}."
    touched, *_ = reach.touches(company, [customer.pk], now=now)
    used = budget.standing(
        touched.get(customer.pk, []),
        now=now,
        zone=company.zone,
        per_week=company.touches_per_week,
    )
    if used.today:
        yield "They have heard from us today; a call would be one more."
    elif not used.allows:
        yield f"{used.week} contacts in seven days use up the budget of {used.per_week}."
    standing = consent.standing(company, Channel.SMS, contact.address)
    if standing.is_withdrawn:
        yield f"They want no texts. {standing.sentence}"
    if silent := customer.tags.filter(stops_dunning=True).first():
        yield f"They are tagged {silent}: nobody reminds them."
    for hold in holds.active(company, [customer.pk], now=now)[customer.pk]:
        hold.company = company
        yield f"{hold.invoice or 'All invoices'}: {holds.describe(hold)}"
