"""Two customers that the books made one: their words stand in one conversation and count as one."""

from datetime import datetime

from django.db import transaction

from arbook.audit import log
from arbook.companies.models import Company
from arbook.outbox.models import Effect
from arbook.outbox.registry import Foretold, effect
from customers import contacts
from customers.models import Customer
from invoices.models import Hold
from messaging import thread_keys, threads
from messaging.models import Message, Thread
from reconciliation.models import PayLink

# Proposals are made anew from the survivor's invoices.
STAY = (Message.State.PROPOSED, Message.State.APPROVED)


@transaction.atomic
def follow(company: Company, *, gone: int, kept: int, now: datetime) -> None:
    """Move what was said to the customer that is gone. Safe to repeat."""
    found = Customer.objects.of(company).select_related("company").in_bulk([gone, kept])
    old, own = found.get(gone), found.get(kept)
    if old is None or own is None:
        return
    from_thread = Thread.objects.of(company).filter(customer=old).first()
    if from_thread:
        _join(threads.locked(from_thread), threads.locked(threads.of(own)), old, own, now)
    PayLink.objects.of(company).filter(customer=old).update(customer=own)
    entry = log.record(
        "thread.joined",
        f"What was said to {old.name} stands with {own.name} now.",
        about=[old, own],
        by=None,
        at=now,
        company=company,
    )
    contacts.revisit(company, {old.pk: entry.pk, own.pk: entry.pk}, now=now)


def _join(gone: Thread, own: Thread, old: Customer, kept: Customer, now: datetime) -> None:
    reminders = Message.objects.filter(purpose=Message.Purpose.REMINDER, state__in=STAY)
    moving = Message.objects.filter(thread=gone).exclude(pk__in=reminders.values("pk"))
    moving.update(thread=own, customer=kept)
    # Its silence ends with the conversation it belongs to now.
    silent = Hold.objects.of(own.company).filter(
        source=thread_keys.hold_source(gone), lifted_at=None
    )
    silent.update(source=thread_keys.hold_source(own))
    own.owner = own.owner or gone.owner
    own.last_message_at = max(
        filter(None, [own.last_message_at, gone.last_message_at]), default=None
    )
    if gone.state == Thread.State.NEEDS_REPLY:
        own.intent = own.intent or gone.intent
        threads.needs_reply(own, since=gone.needs_reply_since or now)
    elif gone.state == Thread.State.SNOOZED and own.state in (
        Thread.State.WAITING,
        Thread.State.CLOSED,
    ):
        own.state, own.snoozed_until = gone.state, gone.snoozed_until
        own.needs_reply_since = gone.needs_reply_since
        own.save()
    else:
        own.save()
    gone.state, gone.outcome = Thread.State.CLOSED, Thread.Outcome.NOTHING
    gone.next_step = f"Goes on with {kept}."[:200]
    gone.needs_reply_since = gone.snoozed_until = None
    gone.closed_at, gone.closed_by = now, None
    gone.save()


def _then(one: Effect, result: dict, now: datetime) -> None:
    follow(one.company, gone=one.payload["gone"], kept=one.payload["kept"], now=now)


def _preview(one: Effect, now: datetime) -> Foretold:
    return Foretold(["Would move the conversation to the customer it was merged into."])


@effect("messaging.merged", then=_then, preview=_preview, rank=10)
def merged(one: Effect, prepared) -> dict:
    """Nothing happens outside: two conversations become one."""
    return {}
