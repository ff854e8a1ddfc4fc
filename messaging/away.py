"""Conversations put away until a day, brought back, and taken up again."""

from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from arbook.audit import log
from arbook.companies.models import Company, User
from invoices import holds
from invoices.models import Hold
from messaging import thread_keys, threads
from messaging.models import Message, Thread
from messaging.threads import ThreadRefused

State = Thread.State


@transaction.atomic
def snooze(thread: Thread, *, until: date, by: User, now: datetime) -> Thread:
    """Put the conversation away until the morning of a day; the customer stays quiet."""
    thread = threads.locked(thread)
    company = thread.company
    if until <= company.local_date(now):
        raise ThreadRefused("Choose a day after today.")
    if until > company.local_date(now) + timedelta(days=365):
        raise ThreadRefused("Choose a day within a year.")
    if thread.state == State.CLOSED:
        raise ThreadRefused("This conversation is closed; there is nothing to put away.")
    before = threads.standing(thread)
    thread.state = State.SNOOZED
    thread.snoozed_until = datetime.combine(until, time(8), tzinfo=company.zone)
    thread.save(update_fields=["state", "snoozed_until"])
    if thread.customer:
        holds.place(
            thread.customer,
            reason=Hold.Reason.REPLY,
            source=thread_keys.hold_source(thread),
            by=by,
            now=now,
        )
    log.record(
        "thread.snoozed",
        f"Put away until {until:%a} {until:%b} {until.day}.",
        about=threads.about(thread),
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
        threads.needs_reply(thread, since=thread.needs_reply_since or now)
        log.record(
            "thread.woke", "The time away is over.", about=threads.about(thread), by=None, at=now
        )
    return len(rows)


@transaction.atomic
def reopen(thread: Thread, *, by: User, now: datetime) -> Thread:
    """Take a close or a time away back: the conversation waits for an answer again."""
    thread = threads.locked(thread)
    if thread.state not in (State.CLOSED, State.SNOOZED):
        return thread
    last = thread.messages.filter(direction=Message.Direction.IN).order_by("created_at").last()
    threads.needs_reply(
        thread, since=thread.needs_reply_since or (last.created_at if last else now)
    )
    if thread.customer:
        holds.place(
            thread.customer,
            reason=Hold.Reason.REPLY,
            source=thread_keys.hold_source(thread),
            by=by,
            now=now,
        )
    log.record("thread.reopened", "Taken up again.", about=threads.about(thread), by=by, at=now)
    return thread
