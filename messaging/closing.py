"""How a conversation ends: with what came of it and what happens next."""

from datetime import date, datetime

from django.db import transaction

from arbook.audit import log
from arbook.companies.models import User
from arbook.outbox import outbox
from customers import consent, contacts
from customers.models import Channel, Contact
from invoices import holds, tasks
from invoices.models import Dispute, Hold, PaymentPlan, PromiseToPay
from messaging import thread_keys, threads
from messaging.models import Thread
from messaging.threads import ThreadRefused

State, Outcome = Thread.State, Thread.Outcome


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
    thread = threads.locked(thread)
    _must_be_true(thread, outcome)
    before = threads.standing(thread)
    if quiet_until and thread.customer:
        holds.place(
            thread.customer,
            reason=Hold.Reason.PERSON,
            until=quiet_until,
            note=next_step,
            source=f"closed:{thread_keys.hold_source(thread)}",
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
        about=threads.about(thread),
        by=by,
        at=now,
        outcome=outcome,
        before=before,
    )
    with log.because(entry.pk):
        reason = f"the reply was dealt with: {Outcome(outcome).label}"
        holds.lift_source(
            thread.company, thread_keys.hold_source(thread), by=by, now=now, reason=reason
        )
        settled = [thread_keys.help_key(thread)]
        settled += [thread_keys.paid_key(thread)] if outcome == Outcome.PAID else []
        settled += [thread_keys.dispute_key(thread)] if outcome == Outcome.DISPUTE else []
        settled += [thread_keys.plan_key(thread)] if outcome == Outcome.PLAN else []
        settled += [thread_keys.asked_key(thread, intent) for intent in thread_keys.ASKED]
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
def wrong_person(thread: Thread, *, address: str, note: str, by: User, now: datetime) -> Thread:
    """Nobody of this customer is at the address: it is never used again, and the thread ends."""
    thread = threads.locked(thread)
    if thread.customer:
        rows = thread.customer.contacts.filter(address=address or None)
        if not rows:
            raise ThreadRefused(f"{threads.shown(address)} is no contact of {thread.customer}.")
        for contact in rows:
            reason = note.strip() or "Somebody else answered."
            contacts.mark(contact, state=Contact.State.WRONG_PERSON, reason=reason, by=by, now=now)
    if threads.channel_of(address) == Channel.SMS:
        consent.disown(thread.company, address, by=by, now=now, about=threads.about(thread))
    step = "The address is not used any more." if thread.customer else "No customer of ours."
    return close(thread, outcome=Outcome.WRONG_PERSON, next_step=step, by=by, now=now)


def _revisit(thread: Thread, entry: int, now: datetime) -> None:
    if thread.customer_id:
        key = f"revisit:{thread.customer_id}:{entry}"
        payload = {"customer": thread.customer_id}
        outbox.enqueue_many(
            [outbox.Wanted("messaging.revisit", key, thread.company, payload)], now=now
        )
