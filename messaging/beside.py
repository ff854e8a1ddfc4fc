"""What one should know before answering: open bills, silence, consent, what comes next."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import connection

from arbook import money
from arbook.companies.models import Company
from customers import consent
from customers import tags as words
from customers.models import Channel, Contact, Customer
from invoices import disputes, holds
from invoices.default_cadences import TEXTS
from invoices.models import (
    Hold,
    Invoice,
    Payment,
    PaymentPlan,
    PromiseToPay,
    Reminder,
    Task,
)
from messaging import strangers, threads, ticks
from messaging.models import Message, Thread

PAID_INVOICES = 200
USUALLY = """
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY late), count(*) FROM (
        SELECT max(payment.paid_on) - invoice.due_on AS late FROM invoices_invoice invoice
        JOIN invoices_paymentline line ON line.document_type = 'Invoice'
         AND line.document_id = invoice.quickbooks_id
        JOIN invoices_payment payment ON payment.id = line.payment_id
         AND payment.company_id = invoice.company_id AND payment.total > 0
         AND NOT payment.is_void AND NOT payment.is_deleted
        WHERE invoice.customer_id = %s AND invoice.balance = 0 AND invoice.total > 0
         AND invoice.due_on IS NOT NULL AND NOT invoice.is_void AND NOT invoice.is_deleted
        GROUP BY invoice.id ORDER BY max(payment.paid_on) DESC LIMIT %s
    ) paid"""


@dataclass(frozen=True)
class OpenInvoice:
    invoice: Invoice
    days: int
    disputed: Decimal
    is_held: bool
    is_ticked: bool = False


@dataclass(frozen=True)
class Reach:
    """One contact with what the ledger says of it."""

    contact: Contact | None
    shown: str
    address: str
    standing: consent.Standing
    channel: str


@dataclass(frozen=True)
class Context:
    """What one should know before answering."""

    invoices: list[OpenInvoice] = field(default_factory=list)
    total: Decimal = money.ZERO
    past_due: Decimal = money.ZERO
    holds: list[str] = field(default_factory=list)
    reach: list[Reach] = field(default_factory=list)
    promises: list[PromiseToPay] = field(default_factory=list)
    kept: int = 0
    judged: int = 0
    plan: PaymentPlan | None = None
    last_payment: Payment | None = None
    tasks: list[Task] = field(default_factory=list)
    next: str = ""
    usually: str = ""
    """How late they usually pay, in words; empty when nothing is known."""
    tags: list[words.On] = field(default_factory=list)
    other_tags: list[str] = field(default_factory=list)
    likely: list[Customer] = field(default_factory=list)
    """Whose number an unknown one may be."""


def of(thread: Thread, *, now: datetime) -> Context:
    """What the customer owes, promised and allowed, why it is quiet and what comes next."""
    customer, company = thread.customer, thread.company
    if customer is None:
        return Context(reach=_reach_of_stranger(thread), likely=strangers.likely(thread))
    today = company.local_date(now)
    quiet = holds.active(company, [customer.pk], now=now)[customer.pk]
    rows = list(
        Invoice.objects.open()
        .filter(customer=customer)
        .with_ages_from()
        .order_by("ages_from_on", "pk")
    )
    contested = disputes.disputed_amounts([row.pk for row in rows])
    chosen = ticks.ticked(thread, rows)
    held = {hold.invoice_id for hold in quiet if hold.invoice_id}
    opened = [
        OpenInvoice(
            row,
            row.days_past_due(today),
            contested.get(row.pk, money.ZERO),
            row.pk in held,
            row.pk in chosen,
        )
        for row in rows
    ]
    made = list(
        PromiseToPay.objects.filter(invoice__customer=customer).select_related("invoice")[:50]
    )
    judged = [one for one in made if one.state in ("kept", "broken")]
    tagged = words.on(customer)
    return Context(
        invoices=opened,
        total=sum((row.balance for row in rows), money.ZERO),
        past_due=sum((one.invoice.balance for one in opened if one.days > 0), money.ZERO),
        holds=_quiet(company, quiet),
        reach=_reach(company, customer),
        promises=[one for one in made if one.state in ("open", "broken")][:4],
        kept=sum(one.state == "kept" for one in judged),
        judged=len(judged),
        plan=PaymentPlan.objects.live()
        .filter(customer=customer)
        .select_related("company", "customer")
        .first(),
        last_payment=Payment.objects.filter(customer=customer, is_void=False, is_deleted=False)
        .order_by("-paid_on", "-pk")
        .first(),
        tasks=list(Task.objects.open().filter(customer=customer).order_by("opened_at")[:5]),
        next=_next(company, customer, quiet),
        usually=_usually(customer),
        tags=tagged,
        other_tags=words.offered(company, tagged),
    )


def _usually(customer: Customer) -> str:
    """The median of days between the due day and the last payment, over the newest invoices."""
    with connection.cursor() as cursor:
        cursor.execute(USUALLY, [customer.pk, PAID_INVOICES])
        days, count = cursor.fetchone()
    if not count:
        return ""
    late = round(days)
    over = f"over {count} paid invoice{'s'[: count != 1]}"
    if late <= 0:
        return (
            f"On time, {over}." if late == 0 else f"{-late} day{'s'[: late != -1]} early, {over}."
        )
    return f"{late} day{'s'[: late != 1]} late, {over}."


def _quiet(company: Company, quiet: list[Hold]) -> list[str]:
    for hold in quiet:
        hold.company = company
    return [f"{hold.invoice or 'All invoices'}: {holds.describe(hold)}" for hold in quiet]


def _reach(company: Company, customer: Customer) -> list[Reach]:
    rows = list(customer.contacts.exclude(address=""))
    found = []
    for channel in (Channel.SMS, Channel.EMAIL):
        mine = [row for row in rows if row.channel == channel]
        standings = consent.standings(company, channel, [row.address for row in mine])
        found += [
            Reach(row, threads.shown(row.address), row.address, standings[row.address], channel)
            for row in mine
        ]
    return found


def _reach_of_stranger(thread: Thread) -> list[Reach]:
    address = thread.unknown_address
    channel = threads.channel_of(address)
    standing = consent.standing(thread.company, channel, address)
    return [Reach(None, threads.shown(address), address, standing, channel)]


def _next(company: Company, customer: Customer, quiet: list[Hold]) -> str:
    """The next scheduled contact, in a sentence."""
    waiting = (
        customer.messages.filter(
            purpose=Message.Purpose.REMINDER,
            state__in=[Message.State.PROPOSED, Message.State.APPROVED],
        )
        .order_by("pk")
        .first()
    )
    paused = [hold.invoice_id for hold in quiet if hold.invoice_id]
    planned = (
        Reminder.objects.planned()
        .exclude(invoice__in=paused, source="")
        .filter(invoice__customer=customer, is_rehearsal=company.mode == Company.Mode.DRY_RUN)
        .select_related("step", "invoice")
        .order_by("due_on", "pk")
        .first()
    )
    if any(hold.invoice_id is None for hold in quiet):
        return "None while the customer is paused."
    if waiting:
        what = "approved" if waiting.state == Message.State.APPROVED else "waits for a yes"
        return f"{waiting.get_medium_display().capitalize()}, {what}."
    if planned:
        day = planned.due_on
        what = planned.step.get_action_display()
        if planned.source:
            what = f"{what} ({TEXTS.get(planned.step.template, 'as agreed').lower()})"
        return f"{what} about {planned.invoice} on {day:%a} {day:%b} {day.day}."
    return "None while the invoices are paused." if paused else "Nothing is planned."
