"""What comes of a conversation, each in one act: promise, dispute, check, changed contact."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from arbook import money
from arbook.companies.models import User
from customers import consent, contacts
from customers.models import Contact
from invoices import disputes, promises
from invoices.models import Dispute, Invoice, PromiseToPay, Task
from messaging import hearing, threads
from messaging.models import Thread
from messaging.threads import ThreadRefused

Outcome = Thread.Outcome


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
        threads.close(thread, outcome=Outcome.PROMISE, next_step=step, by=by, now=now)
    return made


@transaction.atomic
def dispute(
    thread: Thread,
    *,
    invoice: Invoice,
    amount: Decimal,
    reason: str,
    closes: bool = True,
    by: User,
    now: datetime,
) -> Dispute:
    """Set the contested amount aside; the rest keeps moving."""
    _must_be_theirs(thread, invoice)
    opened = disputes.open_dispute(invoice=invoice, amount=amount, reason=reason, by=by, now=now)
    if closes:
        step = f"{money.words(amount, invoice.currency)} of {invoice} is looked into."
        threads.close(thread, outcome=Outcome.DISPUTE, next_step=step, by=by, now=now)
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
        threads.close(thread, outcome=Outcome.ANSWERED, next_step=step, by=by, now=now)
    return task


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
        threads.close(thread, outcome=Outcome.CONTACT_CHANGED, next_step=step, by=by, now=now)
    return contact


def _must_be_known(thread: Thread) -> None:
    if thread.customer_id is None:
        raise ThreadRefused("First say whose number this is.")


def _must_be_theirs(thread: Thread, invoice: Invoice) -> None:
    _must_be_known(thread)
    if invoice.customer_id != thread.customer_id:
        raise ThreadRefused(f"{invoice} does not belong to {thread.customer}.")
