"""Conversations: whose they are, who looks after them, and where they stand."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from arbook import phones
from arbook.audit import log
from arbook.companies.models import Company, User
from customers.models import Channel, Customer
from messaging.models import Message, Thread

State = Thread.State

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


def standing(thread: Thread) -> dict:
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


def channel_of(address: str) -> str:
    """A mail address has an @; everything else is a number."""
    return Channel.EMAIL if "@" in address else Channel.SMS


def shown(address: str) -> str:
    """A number as people of its country write it; a mail address as it is."""
    return address if "@" in address else phones.display(address)
