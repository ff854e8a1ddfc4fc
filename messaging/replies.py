"""What people answer: a text or a mail in a conversation, kept first and sent by the outbox.

An answer is no reminder: the contact budget does not hold it back. Opt-outs, decent hours, the
stop button and the rehearsal do.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from arbook.audit import log
from arbook.companies import stops
from arbook.companies.models import Company, User
from arbook.gateways.models import Connection
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from customers.models import Channel
from messaging import approving, compose, quiet_hours, segments, threads, ways, wording
from messaging.models import Message, Thread

SEND = "messaging.reply"
LONGEST_MAIL = 20_000
CONFIRM_WITHIN = timedelta(minutes=5)
# How far ahead an answer may be written; what is known today is not known then.
FURTHEST = timedelta(days=30)
# What even a person may not write: the sender is the creditor, nobody is threatened, and numbers
# of cards, accounts and people stand in no message.
FORBIDDEN = {"third_party", "threat", "shortener", "sensitive"}

Medium, State = Message.Medium, Message.State


class ReplyRefused(Exception):
    """The answer does not leave. The message is fit for the screen.

    ``other`` is what somebody else sent meanwhile; ``offered`` a decent moment in place of the
    chosen one.
    """

    def __init__(
        self, message: str, *, other: Message | None = None, offered: datetime | None = None
    ):
        super().__init__(message)
        self.other, self.offered = other, offered


@transaction.atomic
def reply(
    thread: Thread,
    *,
    body: str,
    by: User,
    now: datetime,
    medium: str = "",
    subject: str = "",
    seen: int | None = None,
    leave_at: datetime | None = None,
) -> Message:
    """Answer by text or mail, at once or at ``leave_at``. Raises ReplyRefused with the reason.

    ``seen`` is the newest message the writer had on the screen: when somebody has answered since,
    or they have written again, nothing is sent.
    """
    thread = threads.locked(thread)
    if seen is not None:
        _must_be_first(thread, seen)
    offered = ways.of(thread, now=now)
    way = offered.get(medium) or next(iter(offered.values()))
    if not way.is_open:
        raise ReplyRefused(way.refusal)
    if leave_at:
        way = _scheduled(thread, way, leave_at, now)
    is_text = way.medium == Medium.SMS
    body = segments.plain(body.strip()) if is_text else body.strip().replace("\r\n", "\n")
    _must_be_fit(thread, body, is_text=is_text)
    if is_text and way.test_address:
        body = f"TEST for {threads.shown(way.address)}: {body}"
    if not is_text:
        subject = " ".join(subject.split())[:280] or _subject(thread)
        subject = f"[TEST for {way.address}] {subject}"[:300] if way.test_address else subject
    message = _leave(
        thread,
        way,
        body=body,
        subject="" if is_text else subject,
        purpose=Message.Purpose.REPLY,
        by=by,
        now=now,
    )
    if thread.state == Thread.State.NEEDS_REPLY or thread.state == Thread.State.SNOOZED:
        thread.state = Thread.State.WAITING
        thread.needs_reply_since = thread.snoozed_until = None
    thread.owner = thread.owner or by
    thread.save()
    return message


def confirm_stop(thread: Thread, request: Message, *, now: datetime) -> Message | None:
    """The one text that says we heard them; only within minutes, only at a decent hour."""
    company = thread.company
    place = ways.place_of(thread, Medium.SMS, request.address)
    when = quiet_hours.next_moment(now, place, quiet_hours.policy_of(company, Medium.SMS))
    is_late = now - request.created_at > CONFIRM_WITHIN
    if is_late or when.at != now or stops.standing(company, now) or not confirms_stops(company):
        return None
    test = company.test_phone if company.mode == Company.Mode.DRY_RUN else ""
    if company.mode == Company.Mode.DRY_RUN and not test:
        return None
    name = compose.business_of(company)
    body = f"{name}: you will get no more texts from us. Reply START if you want them again."
    if thread.customer and thread.customer.language == "es":
        body = f"{name}: no le enviaremos mas mensajes. Responda START si los quiere de nuevo."
    way = ways.Way(Medium.SMS, "Text", request.address, test_address=test)
    return _leave(
        thread,
        way,
        body=segments.plain(body),
        subject="",
        purpose=Message.Purpose.CONFIRMATION,
        by=None,
        now=now,
    )


def confirms_stops(company: Company) -> bool:
    """Whether we confirm an opt-out in other words; ``confirms_stops`` of the Twilio connection."""
    row = Connection.objects.of(company).filter(vendor=Connection.Vendor.TWILIO).first()
    return bool(row and row.is_usable and row.options.get("confirms_stops", True))


@transaction.atomic
def cancel(message: Message, *, by: User, now: datetime) -> Message:
    """Take back an answer that waits for a decent hour. Raises ReplyRefused when it is leaving."""
    thread = threads.locked(message.thread)
    row = Message.objects.select_for_update().get(pk=message.pk)
    waiting = Effect.objects.filter(key=approving.effect_key(row.pk))
    is_ours = row.purpose == Message.Purpose.REPLY and row.state == State.APPROVED
    if not is_ours or not outbox.cancel(waiting, reason="a person stopped it", now=now):
        raise ReplyRefused("This answer has already left.")
    row.state, row.settled_at, row.notice = State.WITHDRAWN, now, "Taken back."
    row.save(update_fields=["state", "settled_at", "notice"])
    threads.needs_reply(thread, since=now)
    log.record(
        "message.withdrawn",
        f"Answer taken back: {row.body}",
        about=threads.about(thread, row),
        by=by,
        at=now,
    )
    return row


def _must_be_first(thread: Thread, seen: int) -> None:
    other = (
        thread.messages.filter(direction=Message.Direction.OUT, pk__gt=seen)
        .exclude(medium=Medium.NOTE)
        .exclude(state__in=threads.UNSAID)
        .select_related("approved_by")
        .order_by("pk")
        .first()
    )
    if other:
        who = other.approved_by or "arbook"
        raise ReplyRefused(
            f"{who} has answered meanwhile: “{other.body}” Read it, then send yours if it is"
            " still needed.",
            other=other,
        )
    if news := threads.heard_since(thread, seen):
        raise ReplyRefused(
            f"They wrote meanwhile: “{news.body}” Read it, then send yours if it still fits.",
            other=news,
        )


def _scheduled(thread: Thread, way: ways.Way, leave_at: datetime, now: datetime) -> ways.Way:
    """The same way, at the moment somebody chose."""
    if leave_at <= now:
        raise ReplyRefused("Choose a time that is still to come.")
    if leave_at > now + FURTHEST:
        raise ReplyRefused(f"Choose a time within {FURTHEST.days} days.")
    at, said = ways.moment(thread, way.medium, way.address, leave_at)
    if at is None:
        raise ReplyRefused(said)
    if at != leave_at:
        raise ReplyRefused(f"That is no decent hour for them: {said}.", offered=at)
    local = leave_at.astimezone(thread.company.zone)
    return replace(
        way, at=leave_at, said=f"leaves {local:%a} {local:%b} {local.day}, {local:%H:%M}"
    )


def _must_be_fit(thread: Thread, body: str, *, is_text: bool) -> None:
    if not body:
        raise ReplyRefused("Write the answer first.")
    if is_text and len(body) > wording.LONGEST_TEXT:
        raise ReplyRefused(f"A text has at most {wording.LONGEST_TEXT} characters.")
    if len(body) > LONGEST_MAIL:
        raise ReplyRefused(f"A mail has at most {LONGEST_MAIL} characters here.")
    findings = wording.lint(
        body,
        business_name=compose.business_of(thread.company),
        own_hosts=[compose.own_host()],
        channel="sms" if is_text else "email",
        needs_stop_hint=False,
        known=_known(thread, body),
    )
    for finding in findings:
        if finding.code in FORBIDDEN:
            raise ReplyRefused(f"{finding.sentence} (“{finding.phrase}”)")


def _known(thread: Thread, body: str) -> list[str]:
    """Names and numbers of the books that a text speaks of: no threat, and no number of a card."""
    if thread.customer is None:
        return []
    numbers = thread.customer.invoices.exclude(number="").values_list("number", flat=True)
    return [thread.customer.name, *(one for one in numbers if one in body)]


def _subject(thread: Thread) -> str:
    last = thread.messages.filter(medium=Medium.EMAIL).exclude(subject="").last()
    if last is None:
        return f"Your message to {thread.company.name}"
    words = last.subject
    return words if words.casefold().startswith("re:") else f"Re: {words}"


def _leave(thread, way: ways.Way, *, body, subject, purpose, by, now) -> Message:
    company = thread.company
    channel = Channel.SMS if way.medium == Medium.SMS else Channel.EMAIL
    message = Message.objects.create(
        company=company,
        thread=thread,
        customer=thread.customer,
        contact=thread.customer
        and thread.customer.contacts.filter(channel=channel, address=way.address).first(),
        direction=Message.Direction.OUT,
        medium=way.medium,
        purpose=purpose,
        state=State.APPROVED,
        address=way.address,
        test_address=way.test_address,
        subject=subject,
        body=body,
        approved_by=by,
        approved_at=now,
        created_at=now,
        send_after=way.at,
        segments=segments.measure(body).parts if way.medium == Medium.SMS else None,
    )
    when = f", {way.said}" if way.said else ""
    entry = log.record(
        "message.answered",
        f"{'Answer' if by else 'Confirmation'} to {threads.shown(way.address)}{when}: {body}",
        about=threads.about(thread, message),
        by=by,
        at=now,
        message=message.pk,
    )
    with log.because(entry.pk):
        outbox.enqueue(
            SEND,
            key=approving.effect_key(message.pk),
            company=company,
            payload={"message": message.pk},
            not_before=way.at,
            now=now,
        )
    thread.last_message_at = now
    thread.save(update_fields=["last_message_at"])
    return message
