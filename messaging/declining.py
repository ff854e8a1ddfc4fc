"""A person's no to a proposal: not this time, not before a day, never."""

from datetime import date, datetime

from django.db import transaction

from arbook.companies.models import User
from customers import tags
from invoices import cadence, holds
from invoices.models import Hold, Reminder
from messaging.approving import State, stopped
from messaging.models import Message
from messaging.recording import record


@transaction.atomic
def skip(message: Message, *, by: User | None, now: datetime, reason: str = "") -> Message:
    """Leave this touch out, once: the next step of the cadence is planned."""
    row = stopped(message, now)
    row.state, row.settled_at, row.notice = State.SKIPPED, now, "Skipped."
    row.save(update_fields=["state", "settled_at", "notice"])
    said = reason or "skipped by a person"
    cadence.settle(row.reminder_ids(), state=Reminder.State.SKIPPED, now=now, reason=said)
    record([row], "message.skipped", lambda one: f"Skipped once: {one}.", by=by, now=now)
    return row


@transaction.atomic
def pause(message: Message, *, until: date, note: str = "", by: User, now: datetime) -> Hold:
    """Keep the customer quiet until the end of a day."""
    row = stopped(message, now)
    _drop(row, "Paused by a person.", by=by, now=now)
    return holds.place(
        row.customer, reason=Hold.Reason.PERSON, until=until, note=note, by=by, now=now
    )


@transaction.atomic
def exclude(message: Message, *, by: User, now: datetime) -> None:
    """Never remind this customer by machine again: the do-not-dun tag."""
    row = stopped(message, now)
    _drop(row, "The customer was excluded.", by=by, now=now)
    tags.put(row.customer, name=tags.VIP, by=by, now=now)


def _drop(row: Message, notice: str, *, by: User | None, now: datetime) -> None:
    row.state, row.settled_at, row.notice = State.WITHDRAWN, now, notice
    row.save(update_fields=["state", "settled_at", "notice"])
    record([row], "message.withdrawn", lambda one: f"{notice} {one}.", by=by, now=now)
