"""Handing one message over: what it needs, the one vendor call, and looking up what is in doubt."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from arbook import clock, money
from arbook.companies.models import Company
from arbook.gateways import mail, mail_providers, twilio
from arbook.outbox.models import Effect
from arbook.outbox.registry import Foretold, Later, StillUnknown
from arbook.places import Place
from messaging import compose, quiet_hours, reply_address, stopped
from messaging.merge_fields import pay_label
from messaging.models import Message, MessageLine

# Twilio lists a text it took within seconds; this many looks spread over about five minutes.
SURE_AFTER_LOOKS = 7


@dataclass(frozen=True)
class Ready:
    """Everything one hand-over needs, so that it can run without our tables."""

    medium: str
    to: str
    subject: str
    body: str
    key: str
    company: Company
    read_at: datetime
    """On the machine's own clock."""
    html: str = ""
    reply_to: str = ""
    headers: dict = field(default_factory=dict)
    attachments: tuple = ()
    callback_url: str = ""
    open_for: float = 0
    """Of a text: the seconds its window was still open at ``began_at``."""
    began_at: datetime | None = None
    """The machine's clock when the hours were looked at; ``read_at`` where nothing else is said."""
    client: twilio.Twilio | None = None
    result: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Dropped:
    """A message that does not leave: withdrawn, or back to a person."""

    message: int | None
    sentence: str
    to_person: bool = False
    attention: str = ""
    is_closed: bool = False
    """It was no longer approved: nothing is left to do."""

    def as_result(self) -> dict:
        return {
            "outcome": "dropped",
            "message": self.message,
            "sentence": self.sentence,
            "to_person": self.to_person,
            "attention": self.attention,
            "is_closed": self.is_closed,
        }


def call(ready: Ready) -> dict:
    """One vendor call; Later when a stop was pressed since the last look, or the hours are over."""
    stopped.hold_back(ready.company)
    if ready.medium == Message.Medium.SMS:
        began = ready.began_at or ready.read_at
        left = int(ready.open_for - (clock.system() - began).total_seconds())
        if left < 1:
            raise Later(clock.now(), "The decent hours ended before it was handed over.")
        text = ready.client.send_text(
            to=ready.to,
            body=ready.body,
            callback_url=ready.callback_url,
            validity_seconds=min(left, quiet_hours.LONGEST_VALIDITY),
        )
        return ready.result | {
            "vendor_id": text.sid,
            "status": text.state,
            "segments": text.segments or None,
        }
    letter = mail.send(
        company=ready.company,
        to=ready.to,
        subject=ready.subject,
        text=ready.body,
        html=ready.html,
        reply_to=ready.reply_to,
        headers=ready.headers,
        attachments=ready.attachments,
        key=ready.key,
    )
    return ready.result | {"vendor_id": letter.message_id, "status": "sent"}


def foretell(prepared: object) -> Foretold:
    """What the hand-over would do with what a last look found."""
    match prepared:
        case Ready():
            what = "text" if prepared.medium == Message.Medium.SMS else "mail"
            said = f"Would send this {what} to {prepared.to}:"
            words = [prepared.subject] if prepared.subject else []
            known = ("said", "customer", "invoices")
            result = {name: prepared.result[name] for name in known}
            return Foretold([said, *words, prepared.body], result=result)
        case Later():
            said = f"Would not leave before {prepared.at.isoformat(timespec='minutes')}: {prepared}"
            return Foretold([said], happens=False, state=Effect.State.PENDING)
        case Dropped():
            return Foretold([f"Would not leave. {prepared.sentence}"], happens=False)
        case _:
            return Foretold([f"Would not leave. {prepared['sentence']}"], happens=False)


def look_up(one: Effect, message: Message) -> dict | None:
    """What became of a message in doubt: a callback may have told, else Twilio is asked.

    Raises StillUnknown while nobody can say; None means that it was never sent.
    """
    result = result_of(message)
    if message.vendor_id:
        return result | {"vendor_id": message.vendor_id, "status": message.vendor_status}
    if message.medium != Message.Medium.SMS:
        raise StillUnknown("Mail cannot be looked up; a person decides.")
    found = twilio.of(message.company).find_text(
        to=message.test_address or message.address,
        body=message.body,
        since=message.approved_at or message.created_at,
    )
    if found:
        return result | {
            "vendor_id": found.sid,
            "status": found.state,
            "segments": found.segments or None,
        }
    if one.attempts < SURE_AFTER_LOOKS:
        raise StillUnknown("Twilio does not list the text yet.")
    # Not listed for minutes: it was never created. The next try takes a last look of its own.
    return None


def result_of(message: Message) -> dict:
    """What the writing of the outcome needs to know of a message."""
    return result_with(message, list(message.lines.all()))


def callback_url(company: Company, message: Message) -> str:
    path = reverse("webhooks:twilio_status", args=[company.uuid, message.uuid])
    return settings.PUBLIC_URL + path


def unsubscribe_url(message: Message) -> str:
    return settings.PUBLIC_URL + reverse("unsubscribe", args=[message.uuid])


def ready_mail(company: Company, message: Message, *, link: str, language: str, **more) -> Ready:
    """A mail in both its halves, with the way out in text, page and header."""
    stop = unsubscribe_url(message)
    words = "No recibir más correos" if language == "es" else "Stop these mails"
    return Ready(
        medium=Message.Medium.EMAIL,
        to=message.test_address or message.address,
        subject=message.subject,
        body=f"{message.body}\n\n--\n{words}: {stop}",
        html=compose.html(
            company,
            body=message.body,
            link=link,
            label=pay_label(language),
            unsubscribe=stop,
        ),
        reply_to=reply_address.of(company, message.thread_id),
        headers={
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            **mail_providers.tracing(str(message.uuid)),
        },
        key=f"message:{message.uuid}",
        company=company,
        **more,
    )


def ready_text(
    company: Company,
    message: Message,
    client: twilio.Twilio,
    *,
    place: Place,
    now: datetime,
    **more,
) -> Ready | Later:
    """A text that the carrier drops rather than deliver after the decent hours.

    Outside the hours nothing is handed over: Later names the next decent one.
    """
    policy = quiet_hours.policy_of(company, message.medium)
    ends_at = quiet_hours.closes_at(now, place, policy)
    if ends_at is None:
        moment = quiet_hours.next_moment(now, place, policy)
        return Later(moment.at or now + timedelta(days=1), moment.sentence)
    return Ready(
        medium=message.medium,
        to=message.test_address or message.address,
        subject="",
        body=message.body,
        key=f"message:{message.uuid}",
        company=company,
        callback_url=callback_url(company, message),
        open_for=(ends_at - now).total_seconds(),
        client=client,
        **more,
    )


def result_with(message: Message, lines: list[MessageLine]) -> dict:
    """The same, of lines that are not stored yet."""
    return {
        "message": message.pk,
        "customer": message.customer_id,
        "invoices": [line.invoice_id for line in lines],
        "reminders": [line.reminder_id for line in lines if line.reminder_id],
        "said": _said(message),
    }


def _said(message: Message) -> str:
    what = "Text" if message.medium == Message.Medium.SMS else "E-mail"
    to = message.address
    rehearsal = f" (a test, to {message.test_address})" if message.test_address else ""
    amount = f" over {money.words(message.total)}" if message.total else ""
    return f"{what}{amount} to {to} handed over{rehearsal}."
