"""Conversations: whose they are, who looks after them, and how they end."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection, transaction

from arbook import phones
from arbook.audit import log
from arbook.companies.models import Company, User
from arbook.outbox import outbox
from customers import consent, contacts
from customers.models import Channel, Contact, Customer
from invoices import holds, tasks
from invoices.models import Dispute, Hold, PaymentPlan, PromiseToPay
from messaging.models import Message, Thread

State, Outcome = Thread.State, Thread.Outcome

# What nobody has said: proposals, and messages that were taken back.
UNSAID = [Message.State.PROPOSED, Message.State.SKIPPED, Message.State.WITHDRAWN]


class ThreadRefused(Exception):
    """The act cannot be done to this conversation. The message is fit for the screen."""


def of(customer: Customer) -> Thread:
    """The one thread of a customer, made when there is none."""
    return Thread.objects.get_or_create(company=customer.company, customer=customer)[0]


def of_stranger(company: Company, address: str) -> Thread:
    """The thread of an address that no customer has."""
    return Thread.objects.get_or_create(
        company=company, customer=None, unknown_address=address[:254]
    )[0]


def of_customers(company: Company, customer_ids: Iterable[int]) -> dict[int, int]:
    """The thread of each customer, by keys; made where there is none."""
    ids = list(customer_ids)
    rows = Thread.objects.of(company).filter(customer__in=ids)
    known = dict(rows.values_list("customer_id", "pk"))
    missing = [pk for pk in ids if pk not in known]
    if missing:
        Thread.objects.bulk_create(
            [Thread(company=company, customer_id=pk) for pk in missing], ignore_conflicts=True
        )
        known = dict(rows.values_list("customer_id", "pk"))
    return known


HOLD_SOURCE = "thread:"


def hold_source(thread: Thread) -> str:
    """What the hold of an unanswered reply names as its source."""
    return f"{HOLD_SOURCE}{thread.pk}"


ASKED = {
    "copy": "{customer} asks for a copy",
    "contact_change": "{customer} names another contact",
    "wrong_number": "The number of {customer} seems to be somebody else's",
    "question": "{customer} has a question",
}
"""What a customer asked, by triage's word; each is a task, done with the conversation."""


def paid_key(thread: Thread) -> str:
    """The task to look for a payment the customer claims."""
    return f"paid:thread:{thread.pk}"


def dispute_key(thread: Thread) -> str:
    """The task to look into what the customer contests."""
    return f"dispute:thread:{thread.pk}"


def plan_key(thread: Thread) -> str:
    """The task to arrange the plan a customer asks for."""
    return f"plan:thread:{thread.pk}"


def asked_key(thread: Thread, intent: str) -> str:
    """The task about something a customer asked: a copy, another contact, a question."""
    return f"{intent}:thread:{thread.pk}"


def help_key(thread: Thread) -> str:
    """The task to help a customer who asked for it."""
    return f"help:thread:{thread.pk}"


def about(thread: Thread, *more) -> list:
    """The rows on whose timelines the thread belongs."""
    return [row for row in (thread, thread.customer, *more) if row is not None]


def locked(thread: Thread) -> Thread:
    """The row as it is now, nobody else's until the transaction ends."""
    return (
        Thread.objects.select_for_update(of=("self",))
        .select_related("company", "customer", "customer__company", "owner")
        .get(pk=thread.pk)
    )


def line_up(company: Company, address: str) -> None:
    """One reply of an address at a time: doubles and threads of strangers are made once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"inbound:{company.pk}:{address}"],
        )


@transaction.atomic
def note(thread: Thread, *, body: str, by: User, now: datetime) -> Message:
    """Words for the staff only."""
    body = body.strip()
    if not body:
        raise ThreadRefused("Write the note first.")
    thread = locked(thread)
    message = Message.objects.create(
        company=thread.company,
        thread=thread,
        customer=thread.customer,
        direction=Message.Direction.OUT,
        medium=Message.Medium.NOTE,
        state=Message.State.DELIVERED,
        body=body,
        approved_by=by,
        created_at=now,
    )
    thread.last_message_at = now
    thread.save(update_fields=["last_message_at"])
    log.record("thread.noted", f"Note: {body}", about=about(thread, message), by=by, at=now)
    return message


@transaction.atomic
def close(
    thread: Thread,
    *,
    outcome: str,
    next_step: str,
    by: User | None,
    now: datetime,
    quiet_until: date | None = None,
) -> Thread:
    """End a conversation with what came of it and what happens next; reminders may go on.

    ``quiet_until`` keeps the customer quiet to the end of that day all the same. What has a hold of
    its own (a promise, a dispute, an open task) stays quiet whatever is said here.
    """
    next_step = next_step.strip()
    if outcome not in Outcome.values:
        raise ThreadRefused("Choose what came of this conversation.")
    if not next_step:
        raise ThreadRefused("Say what happens next.")
    thread = locked(thread)
    _must_be_true(thread, outcome)
    before = _standing(thread)
    if quiet_until and thread.customer:
        holds.place(
            thread.customer,
            reason=Hold.Reason.PERSON,
            until=quiet_until,
            note=next_step,
            source=f"closed:{hold_source(thread)}",
            by=by,
            now=now,
        )
    thread.state, thread.outcome, thread.next_step = State.CLOSED, outcome, next_step[:200]
    thread.closed_at, thread.closed_by = now, by
    thread.needs_reply_since = thread.snoozed_until = None
    thread.save()
    entry = log.record(
        "thread.closed",
        f"Conversation closed: {Outcome(outcome).label}. Next: {thread.next_step}",
        about=about(thread),
        by=by,
        at=now,
        outcome=outcome,
        before=before,
    )
    with log.because(entry.pk):
        reason = f"the reply was dealt with: {Outcome(outcome).label}"
        holds.lift_source(thread.company, hold_source(thread), by=by, now=now, reason=reason)
        settled = [help_key(thread)]
        settled += [paid_key(thread)] if outcome == Outcome.PAID else []
        settled += [dispute_key(thread)] if outcome == Outcome.DISPUTE else []
        settled += [plan_key(thread)] if outcome == Outcome.PLAN else []
        settled += [asked_key(thread, intent) for intent in ASKED]
        for key in settled:
            tasks.finish_key(thread.company, key, by=by, now=now, outcome=thread.next_step)
        _revisit(thread, entry.pk, now)
    return thread


def _must_be_true(thread: Thread, outcome: str) -> None:
    """An outcome that names a record needs that record."""
    if outcome == Outcome.PROMISE and not (
        PromiseToPay.objects.open().filter(invoice__customer=thread.customer).exists()
    ):
        raise ThreadRefused("No promise is open. Record the promise first.")
    if outcome == Outcome.PLAN and not (
        PaymentPlan.objects.live().filter(customer=thread.customer).exists()
    ):
        raise ThreadRefused("No plan is proposed. Propose the plan first.")
    if outcome == Outcome.DISPUTE and not (
        Dispute.objects.filter(invoice__customer=thread.customer, state=Dispute.State.OPEN).exists()
    ):
        raise ThreadRefused("No dispute is open. Open the dispute first.")


@transaction.atomic
def assign(thread: Thread, *, owner: User | None, by: User, now: datetime) -> Thread:
    """Give the conversation to a member of the company, or to nobody."""
    thread = locked(thread)
    if owner and not owner.memberships.filter(company=thread.company_id).exists():
        raise ThreadRefused(f"{owner} does not work for {thread.company}.")
    if thread.owner == owner:
        return thread
    was, thread.owner = thread.owner_id, owner
    thread.save(update_fields=["owner"])
    said = f"{owner} looks after this conversation." if owner else "Nobody looks after it now."
    log.record(
        "thread.assigned",
        said,
        about=about(thread),
        by=by,
        at=now,
        was=was,
        owner=thread.owner_id,
    )
    return thread


@transaction.atomic
def snooze(thread: Thread, *, until: date, by: User, now: datetime) -> Thread:
    """Put the conversation away until the morning of a day; the customer stays quiet."""
    thread = locked(thread)
    company = thread.company
    if until <= company.local_date(now):
        raise ThreadRefused("Choose a day after today.")
    if until > company.local_date(now) + timedelta(days=365):
        raise ThreadRefused("Choose a day within a year.")
    if thread.state == State.CLOSED:
        raise ThreadRefused("This conversation is closed; there is nothing to put away.")
    before = _standing(thread)
    thread.state = State.SNOOZED
    thread.snoozed_until = datetime.combine(until, time(8), tzinfo=company.zone)
    thread.save(update_fields=["state", "snoozed_until"])
    if thread.customer:
        holds.place(
            thread.customer,
            reason=Hold.Reason.REPLY,
            source=hold_source(thread),
            by=by,
            now=now,
        )
    log.record(
        "thread.snoozed",
        f"Put away until {until:%a} {until:%b} {until.day}.",
        about=about(thread),
        by=by,
        at=now,
        until=thread.snoozed_until.astimezone(UTC).isoformat(),
        before=before,
    )
    return thread


@transaction.atomic
def wake(company: Company, *, now: datetime) -> int:
    """Bring back conversations whose time away is over; returns how many."""
    rows = list(
        Thread.objects.of(company)
        .filter(state=State.SNOOZED, snoozed_until__lte=now)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("company", "customer")
    )
    for thread in rows:
        needs_reply(thread, since=thread.needs_reply_since or now)
        log.record("thread.woke", "The time away is over.", about=about(thread), by=None, at=now)
    return len(rows)


@transaction.atomic
def reopen(thread: Thread, *, by: User, now: datetime) -> Thread:
    """Take a close or a time away back: the conversation waits for an answer again."""
    thread = locked(thread)
    if thread.state not in (State.CLOSED, State.SNOOZED):
        return thread
    last = thread.messages.filter(direction=Message.Direction.IN).order_by("created_at").last()
    needs_reply(thread, since=thread.needs_reply_since or (last.created_at if last else now))
    if thread.customer:
        holds.place(
            thread.customer, reason=Hold.Reason.REPLY, source=hold_source(thread), by=by, now=now
        )
    log.record("thread.reopened", "Taken up again.", about=about(thread), by=by, at=now)
    return thread


def _standing(thread: Thread) -> dict:
    """Where a conversation stands, for the record of what moves it."""
    since, until = thread.needs_reply_since, thread.snoozed_until
    return {
        "state": str(thread.state),
        "since": since and since.isoformat(),
        "until": until and until.isoformat(),
    }


def heard_since(thread: Thread, seen: int) -> Message | None:
    """What they wrote after the newest message somebody had on the screen; machines left out."""
    rows = thread.messages.filter(direction=Message.Direction.IN, pk__gt=seen)
    rows = rows.exclude(medium=Message.Medium.CALL).exclude(reading__has_key="automatic")
    return rows.order_by("-pk").first()


def needs_reply(thread: Thread, *, since: datetime) -> None:
    """Put a thread at its place in the queue; one that waits keeps its place."""
    if thread.state == State.NEEDS_REPLY and thread.needs_reply_since:
        since = min(since, thread.needs_reply_since)
    thread.state, thread.needs_reply_since, thread.snoozed_until = State.NEEDS_REPLY, since, None
    thread.outcome = thread.next_step = ""
    thread.closed_at = thread.closed_by = None
    thread.save()


@transaction.atomic
def wrong_person(thread: Thread, *, address: str, note: str, by: User, now: datetime) -> Thread:
    """Nobody of this customer is at the address: it is never used again, and the thread ends."""
    thread = locked(thread)
    if thread.customer:
        rows = thread.customer.contacts.filter(address=address or None)
        if not rows:
            raise ThreadRefused(f"{shown(address)} is no contact of {thread.customer}.")
        for contact in rows:
            reason = note.strip() or "Somebody else answered."
            contacts.mark(contact, state=Contact.State.WRONG_PERSON, reason=reason, by=by, now=now)
    if channel_of(address) == Channel.SMS:
        consent.disown(thread.company, address, by=by, now=now, about=about(thread))
    step = "The address is not used any more." if thread.customer else "No customer of ours."
    return close(thread, outcome=Outcome.WRONG_PERSON, next_step=step, by=by, now=now)


def channel_of(address: str) -> str:
    """A mail address has an @; everything else is a number."""
    return Channel.EMAIL if "@" in address else Channel.SMS


def shown(address: str) -> str:
    """A number as people of its country write it; a mail address as it is."""
    return address if "@" in address else phones.display(address)


def _revisit(thread: Thread, entry: int, now: datetime) -> None:
    if thread.customer_id:
        key = f"revisit:{thread.customer_id}:{entry}"
        payload = {"customer": thread.customer_id}
        outbox.enqueue_many(
            [outbox.Wanted("messaging.revisit", key, thread.company, payload)], now=now
        )
