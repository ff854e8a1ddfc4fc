"""What a person does with a proposal: yes, not now, not like this, never; and taking it back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat

from arbook import money, places
from arbook.audit import log
from arbook.audit.models import Entry
from arbook.companies.models import Company, User
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from customers import tags
from customers.models import Customer
from invoices import cadence, holds
from invoices.models import Hold, Invoice, Reminder
from messaging import compose, drafting, quiet_hours, segments
from messaging.models import Message, MessageLine

SEND = "messaging.send"
DO_NOT_DUN = tags.VIP
State = Message.State


class MessageRefused(Exception):
    """The act cannot be done to this message. The text is fit for the screen."""


@dataclass(frozen=True)
class Approved:
    """Messages that leave, and until when they can be taken back."""

    count: int
    at: datetime
    until: datetime


def effect_key(message_id: int) -> str:
    """The name of the one live intent to send a message."""
    return f"msg:{message_id}"


@transaction.atomic
def approve(
    messages: Iterable[Message], *, by: User | None, now: datetime, hashes: dict | None = None
) -> Approved:
    """Say yes to exactly this content; the messages leave after the undo time, at a decent hour.

    ``hashes`` is what the person saw, by message: one that reads differently now is left waiting.
    Two clicks at the same time approve once.
    """
    ids = [message.pk for message in messages]
    rows = list(
        Message.objects.select_for_update(of=("self",))
        .filter(pk__in=ids, state=State.PROPOSED, purpose=Message.Purpose.REMINDER)
        .select_related("company", "customer")
        .order_by("pk")
    )
    if hashes is not None:
        rows = [row for row in rows if hashes.get(row.pk, row.content_hash) == row.content_hash]
    if not rows:
        return Approved(0, now, now)
    company = rows[0].company
    earliest = now + company.undo_window
    for row in rows:
        row.state = State.APPROVED
        row.approved_hash = row.content_hash
        row.approved_by, row.approved_at = by, now
        row.notice = ""
        row.send_after = _decent(row, company, earliest)
    Message.objects.bulk_update(
        rows,
        ["state", "approved_hash", "approved_by", "approved_at", "notice", "send_after"],
        batch_size=500,
    )
    entries = _record(rows, "message.approved", lambda row: f"Approved: {row}.", by=by, now=now)
    outbox.enqueue_many(
        [
            outbox.Wanted(
                SEND, effect_key(row.pk), company, {"message": row.pk}, not_before=row.send_after
            )
            for row in rows
        ],
        now=now,
    )
    _cause(rows, entries)
    return Approved(len(rows), now, earliest)


@transaction.atomic
def withdraw(
    messages: Iterable[Message], *, by: User | None, now: datetime, notice: str = ""
) -> int:
    """Undo an approval while nothing has left; returns how many came back to be looked at."""
    rows = _lock(messages, State.APPROVED)
    back = take_back(rows, "the approval was undone", now)
    for row in back:
        unapprove(row, notice)
    Message.objects.bulk_update(back, UNAPPROVED, batch_size=500)
    _record(back, "message.unapproved", lambda row: f"Approval undone: {row}.", by=by, now=now)
    return len(back)


@transaction.atomic
def skip(message: Message, *, by: User | None, now: datetime, reason: str = "") -> Message:
    """Leave this touch out, once: the next step of the cadence is planned."""
    row = _one(message, now)
    row.state, row.settled_at, row.notice = State.SKIPPED, now, "Skipped."
    row.save(update_fields=["state", "settled_at", "notice"])
    said = reason or "skipped by a person"
    cadence.settle(_reminders(row), state=Reminder.State.SKIPPED, now=now, reason=said)
    _record([row], "message.skipped", lambda one: f"Skipped once: {one}.", by=by, now=now)
    return row


@transaction.atomic
def edit(
    message: Message, *, body: str, subject: str = "", by: User | None, now: datetime
) -> Message:
    """Send other words over the same amounts. Raises MessageRefused with what is missing."""
    row = _one(message, now)
    wanted = drafting.wanted_of(row, now=now)
    is_text = row.medium == Message.Medium.SMS
    body = segments.plain(body.strip()) if is_text else body.strip().replace("\r\n", "\n")
    subject = "" if is_text else " ".join(subject.split())[:300]
    if not is_text and not subject:
        raise MessageRefused("A mail needs a subject.")
    if wanted.link and wanted.link not in body:
        raise MessageRefused(f"Keep the pay link in the text: {wanted.link}")
    total = money.words(row.total, row.company.currency)
    if not row.customer.is_sensitive and total not in body:
        raise MessageRefused(f"Keep the total in the text: {total}")
    composed = compose.finish(
        wanted,
        template=row.template,
        template_version=row.template_version,
        subject=subject,
        body=body,
        total=row.total,
    )
    stops = [one for one in composed.findings if one.severity == "stop"]
    if stops:
        raise MessageRefused(stops[0].sentence)
    row.subject, row.body, row.is_edited = composed.subject, composed.body, True
    row.content_hash = composed.content_hash
    row.segments = segments.measure(composed.body).parts if is_text else None
    unapprove(row, "Edited.")
    row.save(
        update_fields=["subject", "body", "is_edited", "content_hash", "segments", *UNAPPROVED]
    )
    _record([row], "message.edited", lambda one: f"Text edited: {one}.", by=by, now=now)
    return row


@transaction.atomic
def pause(message: Message, *, until: date, note: str = "", by: User, now: datetime) -> Hold:
    """Keep the customer quiet until the end of a day."""
    row = _one(message, now)
    _drop(row, "Paused by a person.", by=by, now=now)
    return holds.place(
        row.customer, reason=Hold.Reason.PERSON, until=until, note=note, by=by, now=now
    )


@transaction.atomic
def exclude(message: Message, *, by: User, now: datetime) -> None:
    """Never remind this customer by machine again: the do-not-dun tag."""
    row = _one(message, now)
    _drop(row, "The customer was excluded.", by=by, now=now)
    tags.put(row.customer, name=DO_NOT_DUN, by=by, now=now)


UNAPPROVED = ["state", "approved_hash", "approved_by", "approved_at", "notice"]


def free_key(effects) -> None:
    """A closed intent gives its name free, so that a new approval is a new intent."""
    effects.update(key=Concat("key", Value(":"), Cast("pk", CharField())))


def about(message: Message, lines: Iterable[MessageLine] | None = None) -> list:
    """The rows on whose timelines a message belongs."""
    lines = message.lines.all() if lines is None else lines
    customer = [Customer(pk=message.customer_id)] if message.customer_id else []
    return [message, *customer, *(Invoice(pk=line.invoice_id) for line in lines)]


def _lock(messages: Iterable[Message], *states: str) -> list[Message]:
    return list(
        Message.objects.select_for_update(of=("self",))
        .filter(pk__in=[message.pk for message in messages], state__in=states)
        .select_related("company", "customer", "pay_link__company")
        .order_by("pk")
    )


def _one(message: Message, now: datetime) -> Message:
    """The row, locked and no longer on its way. Raises MessageRefused when it has left."""
    rows = _lock([message], State.PROPOSED, State.APPROVED)
    if not rows:
        raise MessageRefused("This message is no longer waiting.")
    row = rows[0]
    if row.state == State.APPROVED and not take_back([row], "a person stopped it", now):
        raise MessageRefused("This message is already leaving.")
    return row


def take_back(rows: list[Message], reason: str, now: datetime) -> list[Message]:
    """Cancel the sending of approved messages; returns those no worker has claimed yet."""
    by_key = {effect_key(row.pk): row for row in rows}
    effects = Effect.objects.select_for_update().filter(
        key__in=list(by_key), state=Effect.State.PENDING
    )
    found = {effect.pk: by_key[effect.key] for effect in effects}
    waiting = Effect.objects.filter(pk__in=list(found))
    outbox.cancel(waiting, reason=reason, now=now)
    free_key(waiting)
    return list(found.values())


def unapprove(row: Message, notice: str) -> None:
    """Put a message's fields back to proposed; the caller saves ``UNAPPROVED``."""
    row.state, row.approved_hash = State.PROPOSED, ""
    row.approved_by = row.approved_at = None
    row.notice = notice[:300]


def _drop(row: Message, notice: str, *, by: User | None, now: datetime) -> None:
    row.state, row.settled_at, row.notice = State.WITHDRAWN, now, notice
    row.save(update_fields=["state", "settled_at", "notice"])
    _record([row], "message.withdrawn", lambda one: f"{notice} {one}.", by=by, now=now)


def _reminders(row: Message) -> list[int]:
    lines = row.lines.exclude(reminder=None)
    return list(lines.values_list("reminder_id", flat=True))


def _decent(row: Message, company: Company, earliest: datetime) -> datetime:
    """The first decent moment for the recipient; at the wire the gate looks again."""
    is_text = row.medium == Message.Medium.SMS
    customer = row.customer
    place = places.locate(
        postal_code=customer.postal_code,
        state=customer.state,
        city=customer.city,
        country=customer.country,
        number=row.address if is_text else "",
    )
    policy = (
        quiet_hours.HoursPolicy(opens=company.sends_from, closes=company.sends_until)
        if is_text
        else quiet_hours.EMAIL_HOURS
    )
    return quiet_hours.next_moment(earliest, place, policy).at or earliest


def _record(rows: list[Message], verb: str, words, *, by, now) -> list[Entry]:
    if not rows:
        return []
    lines: dict[int, list[MessageLine]] = {}
    for line in MessageLine.objects.filter(message__in=[row.pk for row in rows]):
        lines.setdefault(line.message_id, []).append(line)
    return log.record_many(
        [
            (
                Entry(
                    company_id=row.company_id,
                    verb=verb,
                    said=words(row),
                    at=now,
                    by=by,
                    data={"message": row.pk, "hash": row.content_hash},
                ),
                about(row, lines.get(row.pk, [])),
            )
            for row in rows
        ]
    )


def _cause(rows: list[Message], entries: list[Entry]) -> None:
    """Each sending goes back to its own approval."""
    causes = {effect_key(row.pk): entry.pk for row, entry in zip(rows, entries, strict=True)}
    effects = list(Effect.objects.filter(key__in=list(causes)))
    for effect in effects:
        effect.cause_id = causes[effect.key]
    Effect.objects.bulk_update(effects, ["cause"], batch_size=500)
