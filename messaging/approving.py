"""A yes to a proposal, bound to exactly what it says, and taking it back while it is here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat

from arbook.audit.models import Entry
from arbook.companies.access import role_in
from arbook.companies.models import Company, Role, User
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from messaging import quiet_hours
from messaging.models import Message
from messaging.recording import record

SEND = "messaging.send"
UNAPPROVED = ["state", "approved_hash", "approved_by", "approved_at", "notice"]
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

    ``hashes`` is what the person saw, by message: one that reads differently now is left waiting,
    and so is one that no hour suits. Two clicks at the same time approve once.
    """
    ids = [message.pk for message in messages]
    rows = list(
        Message.objects.select_for_update(of=("self",))
        .filter(pk__in=ids, state=State.PROPOSED, purpose=Message.Purpose.REMINDER)
        .select_related("company", "customer")
        .order_by("pk")
    )
    if hashes is not None:
        rows = [row for row in rows if hashes.get(row.pk) == row.content_hash]
    rows = _within_power(rows, by)
    earliest = now + rows[0].company.undo_window if rows else now
    rows = _with_an_hour(rows, earliest, now)
    if not rows:
        return Approved(0, now, now)
    company = rows[0].company
    for row in rows:
        row.state = State.APPROVED
        row.approved_hash = row.content_hash
        row.approved_by, row.approved_at = by, now
        row.notice = ""
    Message.objects.bulk_update(
        rows,
        ["state", "approved_hash", "approved_by", "approved_at", "notice", "send_after"],
        batch_size=500,
    )
    entries = record(rows, "message.approved", lambda row: f"Approved: {row}.", by=by, now=now)
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


def machine_may(company: Company, *, needs_person: bool) -> bool:
    """Whether the machine's own yes is enough: in a dry run, or live where nothing asks for a
    person. Asked again at the wire, because a company may have gone back to review meanwhile."""
    if company.mode == Company.Mode.DRY_RUN:
        return True
    return company.mode == Company.Mode.AUTOMATIC and not needs_person


def needs_manager(message: Message) -> bool:
    """Whether its amount is above what a bookkeeper may let go."""
    return message.total > message.company.review_above


def _within_power(rows: list[Message], by: User | None) -> list[Message]:
    """What this person may say yes to; the machine never gets above the limit's check."""
    if by is None or not any(needs_manager(row) for row in rows):
        return rows
    is_manager = (role_in(by, rows[0].company) or 0) >= Role.MANAGER
    return [row for row in rows if is_manager or not needs_manager(row)]


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
    record(back, "message.unapproved", lambda row: f"Approval undone: {row}.", by=by, now=now)
    return len(back)


def free_key(effects) -> None:
    """A closed intent gives its name free, so that a new approval is a new intent."""
    effects.update(key=Concat("key", Value(":"), Cast("pk", CharField())))


def _lock(messages: Iterable[Message], *states: str) -> list[Message]:
    return list(
        Message.objects.select_for_update(of=("self",))
        .filter(pk__in=[message.pk for message in messages], state__in=states)
        .select_related("company", "customer", "pay_link__company")
        .order_by("pk")
    )


def stopped(message: Message, now: datetime) -> Message:
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


def _with_an_hour(rows: list[Message], earliest: datetime, now: datetime) -> list[Message]:
    """Those that may leave at some decent hour, which is written into them.

    At the wire the gate looks again. The others keep waiting, with the reason.
    """
    leaving, held = [], []
    for row in rows:
        is_text = row.medium == Message.Medium.SMS
        place = row.customer.place(row.address if is_text else "")
        policy = quiet_hours.policy_of(row.company, row.medium)
        moment = quiet_hours.next_moment(earliest, place, policy)
        if moment.at is None:
            row.notice = f"Not approved: {moment.sentence}."[:300]
            held.append(row)
        else:
            row.send_after = moment.at
            leaving.append(row)
    if held:
        Message.objects.bulk_update(held, ["notice"], batch_size=500)
        record(held, "message.held", lambda row: row.notice, by=None, now=now)
    return leaving


def _cause(rows: list[Message], entries: list[Entry]) -> None:
    """Each sending goes back to its own approval."""
    causes = {effect_key(row.pk): entry.pk for row, entry in zip(rows, entries, strict=True)}
    effects = list(Effect.objects.filter(key__in=list(causes)))
    for effect in effects:
        effect.cause_id = causes[effect.key]
    Effect.objects.bulk_update(effects, ["cause"], batch_size=500)
