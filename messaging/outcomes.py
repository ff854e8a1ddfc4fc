"""What comes of a conversation, each in one act: promise, dispute, plan, check, copy,
changed contact, a task."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from arbook import money
from arbook.companies.models import User
from customers import consent, contacts
from customers.models import Contact
from invoices import disputes, holds, plans, promises, tasks
from invoices.models import Dispute, Hold, Invoice, PaymentPlan, PromiseToPay, Task
from messaging import closing, compose, hearing, replies, thread_keys, threads, ways
from messaging.inbound import digest
from messaging.models import Message, Thread
from messaging.threads import ThreadRefused
from reconciliation import copies

Outcome = Thread.Outcome
JUST_NOW = timedelta(minutes=1)
"""Within this the same act by the same person is a click that was doubled."""


@transaction.atomic
def promise(
    thread: Thread,
    *,
    invoice: Invoice,
    amount: Decimal,
    due_on: date,
    closes: bool = True,
    by: User,
    now: datetime,
) -> PromiseToPay:
    """Take the customer's word; the invoice rests until its day has passed."""
    _must_be_theirs(thread, invoice)
    made = promises.record_promise(invoice=invoice, amount=amount, due_on=due_on, by=by, now=now)
    if closes:
        paid = money.words(amount, invoice.currency)
        step = f"{paid} of {invoice} is promised by {due_on:%b} {due_on.day}."
        closing.close(thread, outcome=Outcome.PROMISE, next_step=step, by=by, now=now)
    return made


@transaction.atomic
def dispute(
    thread: Thread,
    *,
    invoice: Invoice,
    amount: Decimal,
    reason: str,
    kind: str = Dispute.Kind.OTHER,
    closes: bool = True,
    by: User,
    now: datetime,
) -> Dispute:
    """Set the contested amount aside; the rest keeps moving."""
    _must_be_theirs(thread, invoice)
    opened = disputes.open_dispute(
        invoice=invoice, amount=amount, reason=reason, kind=kind, by=by, now=now
    )
    key, said = thread_keys.dispute_key(thread), f"A dispute about {invoice} was opened."
    tasks.finish_key(thread.company, key, by=by, now=now, outcome=said)
    if closes:
        step = f"{money.words(amount, invoice.currency)} of {invoice} is looked into."
        closing.close(thread, outcome=Outcome.DISPUTE, next_step=step, by=by, now=now)
    return opened


@transaction.atomic
def payment(
    thread: Thread,
    *,
    invoice: Invoice | None,
    amount: Decimal | None,
    note: str = "",
    closes: bool = True,
    by: User,
    now: datetime,
) -> Task:
    """Have somebody look for the money; the customer rests until the task is done."""
    _must_be_known(thread)
    if invoice:
        _must_be_theirs(thread, invoice)
    task = hearing.check_payment(
        thread, invoice=invoice, amount=amount, detail=note, by=by, now=now
    )
    if closes:
        step = "The payment is looked for; reminders rest until then."
        closing.close(thread, outcome=Outcome.ANSWERED, next_step=step, by=by, now=now)
    return task


@transaction.atomic
def plan(
    thread: Thread, *, closes: bool = True, by: User, now: datetime, **proposed
) -> PaymentPlan:
    """Propose to pay in parts; a manager decides, and the invoices rest meanwhile."""
    _must_be_known(thread)
    made = plans.propose(thread.customer, by=by, now=now, **proposed)
    key, said = thread_keys.plan_key(thread), "A payment plan was proposed."
    tasks.finish_key(thread.company, key, by=by, now=now, outcome=said)
    if closes:
        step = "A manager decides about the payment plan; the customer then gets its page."
        closing.close(thread, outcome=Outcome.PLAN, next_step=step, by=by, now=now)
    return made


@transaction.atomic
def copy(
    thread: Thread,
    *,
    invoice: Invoice,
    note: str = "",
    closes: bool = True,
    by: User,
    now: datetime,
) -> Message:
    """Send the address of a copy as an answer, by the channel they wrote on."""
    _must_be_theirs(thread, invoice)
    thread = threads.locked(thread)
    _must_be_a_contact(thread, now)
    url = copies.url(invoice, now=now)
    business = compose.business_of(thread.company)
    name = f"invoice {invoice.number or invoice.quickbooks_id}"
    words = f"{business}: here is a copy of {name}: {url}"
    if thread.customer.language == "es":
        number = invoice.number or invoice.quickbooks_id
        words = f"{business}: aquí tiene una copia de la factura {number}: {url}"
    sent = thread.messages.filter(approved_by=by, created_at__gt=now - JUST_NOW)
    if sent.filter(body__startswith=words.removesuffix(url)).exists():
        raise ThreadRefused(f"A copy of {name} was sent just now.")
    body = f"{words} {note.strip()}".strip()
    message = replies.reply(thread, body=body, by=by, now=now)
    if closes:
        step = f"A copy of {name} was sent."
        thread.refresh_from_db()
        closing.close(thread, outcome=Outcome.ANSWERED, next_step=step, by=by, now=now)
    return message


@transaction.atomic
def task(
    thread: Thread,
    *,
    title: str,
    owner: User | None,
    due_on: date,
    detail: str = "",
    closes: bool = False,
    by: User,
    now: datetime,
) -> Task:
    """Hand something of the conversation to a person, by a day; the customer rests until then."""
    _must_be_known(thread)
    if due_on < thread.company.local_date(now):
        raise ThreadRefused("A task cannot be due in the past.")
    opened = tasks.open_task(
        thread.company,
        kind=Task.Kind.ANSWER,
        # The same thing asked for twice, by a doubled click, is one task.
        key=f"thread:{thread.pk}:{digest(f'{title}|{detail}')[:32]}",
        title=title,
        detail=detail,
        customer=thread.customer,
        owner=owner or by,
        due_on=due_on,
        now=now,
    )
    if closes:
        step = f"{opened.owner} looks after it by {due_on:%b} {due_on.day}."
        holds.place(
            thread.customer,
            reason=Hold.Reason.REPLY,
            note=opened.title[:200],
            source=tasks.hold_source(opened),
            by=by,
            now=now,
        )
        closing.close(thread, outcome=Outcome.ANSWERED, next_step=step, by=by, now=now)
    return opened


@transaction.atomic
def stop(thread: Thread, *, address: str, wording: str, by: User, now: datetime) -> None:
    """The contact asked to stop, in whatever way: nothing more goes to the address."""
    if not address:
        raise ThreadRefused("Say which number or address.")
    consent.withdraw(
        thread.company,
        channel=threads.channel_of(address),
        address=address,
        source="staff",
        wording=wording.strip(),
        by=by,
        now=now,
        about=threads.about(thread),
    )


@transaction.atomic
def allow(thread: Thread, *, address: str, wording: str, by: User, now: datetime) -> None:
    """A person confirms that the contact wants messages again, and says how they know."""
    if not wording.strip():
        raise ThreadRefused("Write down how they said so: it is kept as evidence.")
    consent.grant(
        thread.company,
        channel=threads.channel_of(address),
        address=address,
        source="staff",
        wording=wording.strip(),
        by=by,
        now=now,
        about=threads.about(thread),
    )


@transaction.atomic
def change_contact(
    thread: Thread,
    *,
    channel: str,
    written: str,
    name: str = "",
    replaces: str = "",
    closes: bool = True,
    by: User,
    now: datetime,
) -> Contact:
    """Use another number or address from now on; the one it replaces is kept, but not used."""
    _must_be_known(thread)
    try:
        contact = contacts.add(
            thread.customer,
            channel=channel,
            written=written,
            name=name,
            source=Contact.Source.REPLY,
            is_primary=True,
            by=by,
            now=now,
        )
    except contacts.ContactRefused as refusal:
        raise ThreadRefused(str(refusal)) from None
    for old in thread.customer.contacts.filter(channel=channel, address=replaces or None):
        if old.pk != contact.pk:
            reason = f"Replaced by {contact}."
            contacts.mark(old, state=Contact.State.WRONG_PERSON, reason=reason, by=by, now=now)
    if closes:
        step = f"{threads.shown(contact.address)} is used from now on."
        closing.close(thread, outcome=Outcome.CONTACT_CHANGED, next_step=step, by=by, now=now)
    return contact


def _must_be_a_contact(thread: Thread, now: datetime) -> None:
    """Whoever holds an address of ours may write in a conversation; papers go to contacts only."""
    way = next(iter(ways.of(thread, now=now).values()))
    known = thread.customer.contacts.filter(address=way.address)
    if way.is_open and not known.exists():
        raise ThreadRefused(
            f"{threads.shown(way.address)} is no contact of {thread.customer}. If it is theirs,"
            " change the contact first."
        )


def _must_be_known(thread: Thread) -> None:
    if thread.customer_id is None:
        raise ThreadRefused("First say whose number this is.")


def _must_be_theirs(thread: Thread, invoice: Invoice) -> None:
    _must_be_known(thread)
    if invoice.customer_id != thread.customer_id:
        raise ThreadRefused(f"{invoice} does not belong to {thread.customer}.")
