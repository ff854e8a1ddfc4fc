"""Answers on the wire: a last look at consent and the clock, then one call."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from arbook.companies.models import Company
from arbook.gateways import mail, twilio
from arbook.outbox.models import Effect
from arbook.outbox.registry import Later, StillUnknown, effect
from customers import consent
from customers.models import Channel
from messaging import delivery, facts, gate, lastlook, quiet_hours, replies, threads, ways
from messaging.models import CHANNEL_OF, Message

# Twilio lists a text it took within seconds; this many looks spread over about five minutes.
SURE_AFTER_LOOKS = 7
Purpose = Message.Purpose


@dataclass(frozen=True)
class Ready:
    """One answer that may leave, with all that the call needs."""

    message: Message
    result: dict
    validity: int = 0
    client: twilio.Twilio | None = None
    follows: str = ""
    """The Message-ID of the mail it answers."""


def _prepare(company: Company, effects: list[Effect], now: datetime) -> dict:
    company = Company.objects.get(pk=company.pk)
    rows = Message.objects.of(company).select_related(
        "company", "thread__customer", "thread__company"
    )
    messages = rows.in_bulk([one.payload["message"] for one in effects])
    texts = facts.of_company(company, now=now).texts
    client = None
    prepared = {}
    for one in effects:
        message = messages[one.payload["message"]]
        stop = _stops(company, message, texts, now)
        if stop is not None:
            prepared[one.key] = stop
            continue
        if message.medium == Message.Medium.SMS:
            client = client or twilio.of(company)
            prepared[one.key] = Ready(
                message, lastlook.result_of(message), _validity(message, now) or 1, client
            )
        else:
            prepared[one.key] = Ready(
                message, lastlook.result_of(message), follows=_mail_before(message)
            )
    return prepared


def _stops(company: Company, message: Message, texts, now: datetime):
    """Why it must wait (Later) or never leaves (a result); None when it may leave."""
    if message.state != Message.State.APPROVED:
        return _dropped(message, "It was taken back.", is_closed=True)
    channel = CHANNEL_OF[message.medium]
    if message.purpose == Purpose.CONFIRMATION:
        if now - message.created_at > replies.CONFIRM_WITHIN:
            return _dropped(message, "Not sent: a confirmation is only allowed within minutes.")
        if company.stopped_at:
            return _dropped(message, "Not sent: all sending is stopped.")
    elif consent.standing(company, channel, message.address).is_withdrawn:
        return _dropped(message, "Not sent: the recipient opted out meanwhile.")
    if company.mode == Company.Mode.DRY_RUN and not message.test_address:
        return _dropped(message, "Not sent: the company went back to a dry run.")
    if company.stopped_at:
        return Later(now + gate.AGAIN, "All sending is stopped.")
    if channel == Channel.SMS:
        if not texts.is_usable:
            return Later(now + gate.AGAIN, f"Texts cannot leave: {texts.said}.")
        if _validity(message, now) is None:
            if message.purpose == Purpose.CONFIRMATION:
                return _dropped(message, "Not sent: it is no decent hour.")
            place = ways.place_of(message.thread, message.medium, message.address)
            policy = quiet_hours.policy_of(company, message.medium)
            moment = quiet_hours.next_moment(now, place, policy)
            return Later(moment.at or now + timedelta(days=1), moment.sentence)
    return None


def _validity(message: Message, now: datetime) -> int | None:
    return quiet_hours.validity_seconds(
        now,
        ways.place_of(message.thread, message.medium, message.address),
        quiet_hours.policy_of(message.company, message.medium),
    )


def _mail_before(message: Message) -> str:
    last = message.thread.messages.filter(
        medium=Message.Medium.EMAIL, direction=Message.Direction.IN, address=message.address
    ).last()
    vendor_id = last.vendor_id if last else ""
    return vendor_id if vendor_id.startswith("<") and vendor_id.endswith(">") else ""


def _dropped(message: Message, sentence: str, *, is_closed: bool = False) -> dict:
    return lastlook.Dropped(message.pk, sentence, is_closed=is_closed).as_result()


def _then(one: Effect, result: dict, now: datetime) -> None:
    if result.get("outcome") != "dropped":
        delivery.handed_over(one, result, now=now)
        return
    delivery.dropped(one, result, now=now)
    message = Message.objects.select_related("thread").get(pk=result["message"])
    if message.purpose == Purpose.REPLY and not result["is_closed"]:
        # Whoever wrote it must learn that it did not leave.
        threads.needs_reply(threads.locked(message.thread), since=now)


def _resolve(one: Effect, now: datetime) -> dict | None:
    """What became of an answer in doubt: a callback may have told, else Twilio is asked."""
    message = Message.objects.select_related("company").get(pk=one.payload["message"])
    result = lastlook.result_of(message)
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
        return result | {"vendor_id": found.sid, "status": found.state}
    if one.attempts < SURE_AFTER_LOOKS:
        raise StillUnknown("Twilio does not list the text yet.")
    return None


def _failed(one: Effect, error: Exception, now: datetime) -> None:
    delivery.could_not_send(one, error, now=now)


@effect(
    replies.SEND, prepare=_prepare, then=_then, resolve=_resolve, failed=_failed, lease_seconds=180
)
def send(one: Effect, prepared) -> dict:
    """Hand one answer over."""
    if not isinstance(prepared, Ready):
        return prepared
    message = prepared.message
    to = message.test_address or message.address
    if message.medium == Message.Medium.SMS:
        text = prepared.client.send_text(
            to=to,
            body=message.body,
            callback_url=lastlook.callback_url(message.company, message),
            validity_seconds=prepared.validity,
        )
        return prepared.result | {
            "vendor_id": text.sid,
            "status": text.state,
            "segments": text.segments or None,
        }
    headers = {"In-Reply-To": prepared.follows, "References": prepared.follows}
    letter = mail.send(
        company=message.company,
        to=to,
        subject=message.subject,
        text=message.body,
        reply_to=message.company.reply_email,
        headers=headers if prepared.follows else {},
        key=f"message:{message.uuid}",
    )
    return prepared.result | {"vendor_id": letter.message_id, "status": "sent"}
