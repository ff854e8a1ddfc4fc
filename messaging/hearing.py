"""What follows from a reply at once: silence, the consent ledger, tasks. In doubt it is quiet.

Nothing here settles anything: PAID is a claim, a date is not yet a promise. A person decides in
the inbox.
"""

from collections.abc import Iterable
from datetime import datetime

from arbook.alerts import alerts
from arbook.companies.models import Duty
from customers import consent
from customers.models import Channel, ConsentEvent, Customer
from invoices import holds, tasks
from invoices.models import Hold, Invoice, Task
from messaging import opt_ins, opt_outs, replies, thread_keys, threads, triage
from messaging.models import CHANNEL_OF, Message, Thread
from messaging.triage import Reading

# The carrier's own words for "text me again"; it acts on them whether it tells us or not (only
# Advanced Opt-Out does). Its third one, "yes", answers anything and is no consent.
CLEAR_START = {"start", "unstop"}
NOTHING_TO_ANSWER = {"thanks"}
FIXES = {"contact_change", "wrong_number"}
DUTIES = {"copy": Duty.STATUS}
"""Whose what was asked is; all else is for who looks after contacts and questions."""
ASKED = thread_keys.ASKED


def act(
    thread: Thread,
    message: Message,
    reading: Reading,
    *,
    carrier_type: str,
    invoice: Invoice | None,
    also: Iterable[Customer] = (),
    now: datetime,
) -> None:
    """Do what one reply asks for. The thread and the message are saved, the transaction is open.

    ``also`` are other customers at the same address: who waits for an answer there is one person,
    whatever account the next reminder would be about.
    """
    if opt_ins.heard(thread, message, reading, carrier_type=carrier_type, now=now):
        return
    word = triage.carrier_word(message.body) or ""
    if carrier_type == "STOP" or reading.opt_out:
        _stop(thread, message, is_by_carrier=carrier_type == "STOP", word=word, now=now)
        if carrier_type == "STOP" or word == "stop":
            _rest(thread, now)
            return
    elif opt_outs.wants_mail_alone(message):
        _withdraw(thread, message, opt_outs.numbers(thread), ConsentEvent.Source.REPLY, now)
    wants_texts = carrier_type == "START" or "start" in (reading.intent, word)
    if wants_texts and _start(thread, message, now=now):
        return
    is_asking = carrier_type in {"HELP", "START"}
    if reading.intent in NOTHING_TO_ANSWER and not (reading.must_pause or is_asking):
        return
    threads.needs_reply(thread, since=message.created_at)
    if thread.customer is None:
        return
    # Whatever was written, somebody looks before the next reminder.
    for one in (thread.customer, *also):
        holds.place(
            one,
            reason=Hold.Reason.REPLY,
            source=thread_keys.hold_source(thread),
            by=None,
            now=now,
        )
    said = {reading.intent, *reading.secondary}
    if "help" in said or carrier_type == "HELP":
        _help(thread, message, now=now)
    if "paid" in said:
        check_payment(thread, invoice=invoice, detail=message.body, now=now)
    if "plan" in said:
        _wants_a_plan(thread, message, now=now)
    for intent in ASKED:
        if intent in said:
            _asked(thread, message, intent, invoice=invoice, now=now)
    if "dispute" in said:
        _contested(thread, message, invoice=invoice, now=now)


def _stop(
    thread: Thread, message: Message, *, is_by_carrier: bool, word: str, now: datetime
) -> None:
    channel = CHANNEL_OF[message.medium]
    before = consent.standing(thread.company, channel, message.address)
    source = ConsentEvent.Source.CARRIER if is_by_carrier else ConsentEvent.Source.REPLY
    _withdraw(thread, message, opt_outs.ways(thread, message), source, now)
    # The carrier answers its own words itself, whether it tells us so or not.
    if channel == Channel.SMS and not (is_by_carrier or word == "stop" or before.is_withdrawn):
        replies.confirm_stop(thread, message, now=now)


def _withdraw(
    thread: Thread,
    message: Message,
    ways: Iterable[opt_outs.Way],
    source: ConsentEvent.Source,
    now: datetime,
) -> None:
    for covered, address in ways:
        standing = consent.standing(thread.company, covered, address)
        consent.withdraw(
            thread.company,
            channel=covered,
            address=address,
            source=source,
            wording=message.body or message.subject,
            evidence={"message": message.pk, "vendor_id": message.vendor_id},
            by=None,
            # Heard late, it ends what others wrote down since; only a later word of theirs stands.
            now=now if standing.is_hearsay_since(message.created_at) else message.created_at,
            about=threads.about(thread, message),
        )


def _rest(thread: Thread, now: datetime) -> None:
    """A bare STOP leaves nothing to answer, unless something was waiting before it."""
    if thread.state in (Thread.State.NEEDS_REPLY, Thread.State.SNOOZED):
        return
    thread.state, thread.outcome = Thread.State.CLOSED, Thread.Outcome.OPTED_OUT
    thread.next_step = "Nothing is sent to this number any more."
    thread.closed_at, thread.closed_by = now, None
    thread.save()


def is_clear_start(body: str) -> bool:
    """Whether the carrier itself takes the words for "text me again"."""
    return body.strip(" .!\"'").casefold() in CLEAR_START


def _start(thread: Thread, message: Message, *, now: datetime) -> bool:
    """Whether consent is given; a wish in other words waits for a person."""
    channel = CHANNEL_OF[message.medium]
    if is_clear_start(message.body) and channel == Channel.SMS:
        consent.grant(
            thread.company,
            channel=channel,
            address=message.address,
            source=ConsentEvent.Source.CARRIER,
            wording=message.body,
            evidence={"message": message.pk, "vendor_id": message.vendor_id},
            by=None,
            now=message.created_at,
            about=threads.about(thread, message),
        )
        return thread.customer is not None
    if consent.standing(thread.company, channel, message.address).is_withdrawn:
        opt_ins.wishes(thread, message, now=now)
    return False


def _help(thread: Thread, message: Message, *, now: datetime) -> None:
    """Billing support gets back to them; the carrier may have answered, we add no second text."""
    tasks.open_task(
        thread.company,
        kind=Task.Kind.ANSWER,
        key=thread_keys.help_key(thread),
        title=f"{thread.customer} asks for help",
        detail=message.body,
        customer=thread.customer,
        owner=thread.owner,
        duty=Duty.CONTACTS,
        now=now,
    )


def check_payment(
    thread: Thread, *, invoice: Invoice | None, detail: str, amount=None, by=None, now: datetime
) -> Task:
    """Look for money the customer says is paid: a claim, so quiet until the task is done."""
    task = tasks.open_task(
        thread.company,
        kind=Task.Kind.VERIFY_PAYMENT,
        key=thread_keys.paid_key(thread),
        title=f"{thread.customer} says {invoice or 'it'} is paid",
        detail=detail,
        customer=thread.customer,
        invoice=invoice,
        amount=amount or (invoice.balance if invoice else None),
        owner=thread.owner,
        duty=Duty.STATUS,
        now=now,
    )
    holds.place(
        thread.customer,
        reason=Hold.Reason.PAID_CLAIM,
        note="until the payment is verified",
        source=tasks.hold_source(task),
        by=by,
        now=now,
    )
    return task


def _wants_a_plan(thread: Thread, message: Message, *, now: datetime) -> None:
    """Somebody writes a proposal; a manager decides about it, nothing is agreed by a text."""
    tasks.open_task(
        thread.company,
        kind=Task.Kind.ANSWER,
        key=thread_keys.plan_key(thread),
        title=f"{thread.customer} asks to pay in parts",
        detail=message.body,
        customer=thread.customer,
        owner=thread.owner,
        duty=Duty.STATUS,
        now=now,
    )


def _asked(
    thread: Thread, message: Message, intent: str, *, invoice: Invoice | None, now: datetime
) -> None:
    tasks.open_task(
        thread.company,
        kind=Task.Kind.FIX_DATA if intent in FIXES else Task.Kind.ANSWER,
        key=thread_keys.asked_key(thread, intent),
        title=ASKED[intent].format(customer=thread.customer),
        detail=message.body,
        customer=thread.customer,
        invoice=invoice if intent == "copy" else None,
        owner=thread.owner,
        duty=DUTIES.get(intent, Duty.CONTACTS),
        now=now,
    )


def _contested(thread: Thread, message: Message, *, invoice: Invoice | None, now: datetime) -> None:
    task = tasks.open_task(
        thread.company,
        kind=Task.Kind.ANSWER,
        key=thread_keys.dispute_key(thread),
        title=f"{thread.customer} contests {invoice or 'a bill'}",
        detail=message.body,
        customer=thread.customer,
        invoice=invoice,
        owner=thread.owner,
        duty=Duty.WORK,
        now=now,
    )
    holds.place(
        invoice if invoice and invoice.is_open else thread.customer,
        reason=Hold.Reason.DISPUTE,
        note="until somebody has looked into it",
        source=tasks.hold_source(task),
        by=None,
        now=now,
    )
    alerts.tell(
        thread.company,
        key=f"contested:{task.pk}",
        # Neither names nor words: what waits in the outbox is told of nobody.
        title="A customer contests a bill",
        text="Reminders are paused until somebody has looked into it.",
        url=thread.get_absolute_url(),
        now=now,
    )
