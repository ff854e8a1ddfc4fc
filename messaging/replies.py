"""What people answer: a text or a mail in a conversation, kept first and sent by the outbox.

An answer is no reminder: the contact budget does not hold it back. Opt-outs, decent hours, the
stop button and the rehearsal do.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from arbook import places
from arbook.audit import log
from arbook.companies.models import Company, User
from arbook.gateways.models import Connection
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from customers import consent, contacts
from customers.models import Channel, Contact
from messaging import approving, compose, quiet_hours, segments, threads, wording
from messaging.models import Message, Thread

SEND = "messaging.reply"
LONGEST_MAIL = 20_000
# Who texted us within this time may be answered by text without any other consent.
ANSWERABLE = timedelta(days=30)
CONFIRM_WITHIN = timedelta(minutes=5)
# What even a person may not write: the sender is the creditor, and nobody is threatened.
FORBIDDEN = {"third_party", "threat", "shortener"}

Medium, State = Message.Medium, Message.State
MEDIUM_OF = {Channel.SMS: Medium.SMS, Channel.EMAIL: Medium.EMAIL}


class ReplyRefused(Exception):
    """The answer does not leave. The message is fit for the screen.

    ``other`` is what somebody else sent meanwhile.
    """

    def __init__(self, message: str, *, other: Message | None = None):
        super().__init__(message)
        self.other = other


@dataclass(frozen=True)
class Way:
    """One way to answer a thread: where it goes, when it would leave, or why it cannot."""

    medium: str
    label: str
    address: str = ""
    refusal: str = ""
    at: datetime | None = None
    """When it leaves; None means at once."""
    said: str = ""
    test_address: str = ""

    @property
    def is_open(self) -> bool:
        return not self.refusal


def ways(thread: Thread, *, now: datetime) -> dict[str, Way]:
    """By text and by mail, in the order in which they should be offered."""
    inbound = list(
        thread.messages.filter(direction=Message.Direction.IN).order_by("-created_at")[:20]
    )
    found = {medium: _way(thread, medium, inbound, now) for medium in (Medium.SMS, Medium.EMAIL)}
    last = inbound[0].medium if inbound else Medium.SMS
    return dict(sorted(found.items(), key=lambda pair: (not pair[1].is_open, pair[0] != last)))


def _way(thread: Thread, medium: str, inbound: list[Message], now: datetime) -> Way:
    channel = Channel.SMS if medium == Medium.SMS else Channel.EMAIL
    label = "Text" if medium == Medium.SMS else "E-mail"
    company = thread.company
    mine = [one for one in inbound if one.medium == medium]
    address, wrong = _address(thread, channel, mine)
    if not address:
        what = "number to text" if medium == Medium.SMS else "mail address"
        return Way(medium, label, refusal=wrong or f"There is no {what}.")
    standing = consent.standing(company, channel, address)
    shown = threads.shown(address)
    if standing.is_withdrawn:
        what = "texts" if medium == Medium.SMS else "mails"
        return Way(medium, label, address, f"{shown} takes no {what}. {standing.sentence}")
    if medium == Medium.SMS and not standing.is_given:
        recent = [one for one in mine if one.created_at > now - ANSWERABLE]
        if not any(one.address == address for one in recent):
            return Way(medium, label, address, f"{shown} never agreed to texts.")
    test = ""
    if company.mode == Company.Mode.DRY_RUN:
        test = company.test_phone if medium == Medium.SMS else company.test_email
        if not test:
            what = "number" if medium == Medium.SMS else "mail address"
            return Way(medium, label, address, f"A dry run needs a test {what} in the settings.")
    at, said = _when(thread, medium, address, now)
    if at is None and said:
        return Way(medium, label, address, said)
    at = at if at and at > now else None
    return Way(medium, label, address, at=at, said=said if at else "", test_address=test)


def _address(thread: Thread, channel: str, mine: list[Message]) -> tuple[str, str]:
    """Where they wrote from last, else the customer's best contact; or what is wrong with it."""
    if thread.customer is None:
        address = thread.unknown_address
        return (address, "") if threads.channel_of(address) == channel else ("", "")
    rows = {one.address: one for one in thread.customer.contacts.filter(channel=channel)}
    wrong = ""
    for message in mine:
        known = rows.get(message.address)
        if known is None or known.is_usable:
            return message.address, ""
        wrong = wrong or f"{threads.shown(message.address)} is {known.get_state_display()}."
        if known.state != Contact.State.WRONG_PERSON:
            break
    best = contacts.best([thread.customer_id], channel).get(thread.customer_id)
    return (best.address, "") if best else ("", wrong)


def _when(thread: Thread, medium: str, address: str, now: datetime) -> tuple[datetime | None, str]:
    """The next decent moment, and a sentence when that is not now."""
    place = place_of(thread, medium, address)
    moment = quiet_hours.next_moment(now, place, policy_of(thread, medium))
    if moment.at is None:
        return None, moment.sentence
    return moment.at, moment.sentence if moment.at > now else ""


def place_of(thread: Thread, medium: str, address: str) -> places.Place:
    """Where the recipient may live."""
    number = address if medium == Medium.SMS else ""
    customer = thread.customer
    if customer is None:
        return places.locate(number=number)
    return places.locate(
        postal_code=customer.postal_code,
        state=customer.state,
        city=customer.city,
        country=customer.country,
        number=number,
    )


def policy_of(thread: Thread, medium: str) -> quiet_hours.HoursPolicy:
    """The company's hours for texts; mail may be answered early and late."""
    if medium == Medium.EMAIL:
        return quiet_hours.EMAIL_HOURS
    company, as_time = thread.company, Company._meta.get_field("sends_from").to_python
    return quiet_hours.HoursPolicy(
        opens=as_time(company.sends_from), closes=as_time(company.sends_until)
    )


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
) -> Message:
    """Answer by text or mail. Raises ReplyRefused with the reason.

    ``seen`` is the newest message the writer had on the screen: when somebody has answered since,
    nothing is sent.
    """
    thread = threads.locked(thread)
    if seen is not None:
        _must_be_first(thread, seen)
    offered = ways(thread, now=now)
    way = offered.get(medium) or next(iter(offered.values()))
    if not way.is_open:
        raise ReplyRefused(way.refusal)
    is_text = way.medium == Medium.SMS
    body = segments.plain(body.strip()) if is_text else body.strip().replace("\r\n", "\n")
    _must_be_fit(thread.company, body, is_text=is_text)
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
    when = quiet_hours.next_moment(
        now, place_of(thread, Medium.SMS, request.address), policy_of(thread, Medium.SMS)
    )
    is_late = now - request.created_at > CONFIRM_WITHIN
    if is_late or when.at != now or company.stopped_at or not confirms_stops(company):
        return None
    test = company.test_phone if company.mode == Company.Mode.DRY_RUN else ""
    if company.mode == Company.Mode.DRY_RUN and not test:
        return None
    name = compose.business_of(company)
    body = f"{name}: you will get no more texts from us. Reply START if you want them again."
    if thread.customer and thread.customer.language == "es":
        body = f"{name}: no le enviaremos mas mensajes. Responda START si los quiere de nuevo."
    way = Way(Medium.SMS, "Text", request.address, test_address=test)
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


def _must_be_fit(company: Company, body: str, *, is_text: bool) -> None:
    if not body:
        raise ReplyRefused("Write the answer first.")
    if is_text and len(body) > wording.LONGEST_TEXT:
        raise ReplyRefused(f"A text has at most {wording.LONGEST_TEXT} characters.")
    if len(body) > LONGEST_MAIL:
        raise ReplyRefused(f"A mail has at most {LONGEST_MAIL} characters here.")
    findings = wording.lint(
        body,
        business_name=compose.business_of(company),
        own_hosts=[compose.own_host()],
        channel="sms" if is_text else "email",
        needs_stop_hint=False,
    )
    for finding in findings:
        if finding.code in FORBIDDEN:
            raise ReplyRefused(f"{finding.sentence} (“{finding.phrase}”)")


def _subject(thread: Thread) -> str:
    last = thread.messages.filter(medium=Medium.EMAIL).exclude(subject="").last()
    if last is None:
        return f"Your message to {thread.company.name}"
    words = last.subject
    return words if words.casefold().startswith("re:") else f"Re: {words}"


def _leave(thread, way: Way, *, body, subject, purpose, by, now) -> Message:
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
