"""Calls that came in, as Twilio tells: answered ones stand in the conversation, missed ones are
called back."""

from datetime import datetime

from django.db import transaction

from arbook.audit import log
from arbook.companies.models import Company
from arbook.upsert import storable
from customers import contacts
from customers.models import Channel
from invoices import tasks
from invoices.models import Task
from messaging import inbound, threads
from messaging.models import Message

# Twilio's words for a call that is over; while it rings or is spoken nothing is known yet.
ANSWERED = "completed"
MISSED = ("no-answer", "busy", "failed", "canceled")
OVER = (ANSWERED, *MISSED)


@transaction.atomic
def hear(
    company: Company,
    *,
    sid: str,
    sender: str,
    status: str,
    seconds: int,
    at: datetime,
    now: datetime,
) -> Message | None:
    """Keep a call that is over; None when it is not over or was kept before.

    A missed call of a customer opens a call task; one of a stranger waits in the inbox.
    """
    if status not in OVER or not sid or not sender:
        return None
    address = inbound.address_of(Channel.SMS, sender)
    threads.line_up(company, address)
    sid = storable(sid)[:255]
    rows = Message.objects.of(company).filter(medium=Message.Medium.CALL)
    if rows.filter(vendor_id=sid, direction=Message.Direction.IN).exists():
        return None
    owners = contacts.owners(company, Channel.SMS, address)
    customer = owners[0] if owners else None
    thread = threads.of(customer) if customer else threads.of_stranger(company, address)
    thread = threads.locked(thread)
    is_missed = status != ANSWERED or seconds <= 0
    body = "Missed: nobody took it." if is_missed else f"Answered, {_length(seconds)}."
    message = Message.objects.create(
        company=company,
        thread=thread,
        customer=customer,
        direction=Message.Direction.IN,
        medium=Message.Medium.CALL,
        state=Message.State.RECEIVED,
        address=address,
        body=body,
        vendor_id=sid,
        vendor_status=status[:20],
        created_at=at,
        reading={"call": "missed" if is_missed else "answered"},
    )
    thread.last_message_at = max(filter(None, [thread.last_message_at, at]))
    thread.save(update_fields=["last_message_at"])
    entry = log.record(
        "call.missed" if is_missed else "call.answered",
        f"{customer or threads.shown(address)} called. {body}",
        about=threads.about(thread, message),
        by=None,
        at=at,
        message=message.pk,
        vendor_id=sid,
    )
    if is_missed:
        with log.because(entry.pk):
            _call_back(company, customer, thread, address, now)
    return message


def _call_back(company, customer, thread, address: str, now: datetime) -> None:
    if customer is None:
        threads.needs_reply(thread, since=now)
        return
    tasks.open_task(
        company,
        kind=Task.Kind.CALL,
        key=f"call:{customer.pk}",
        title=f"Call {customer} back",
        detail=f"They called from {threads.shown(address)}, and nobody took it.",
        customer=customer,
        due_on=company.local_date(now),
        now=now,
    )


def _length(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
