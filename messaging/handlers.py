"""What Twilio tells us, in plain values."""

from datetime import datetime, timedelta

from arbook.gateways import errors, twilio
from arbook.upsert import is_key
from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.registry import handles
from customers import consent
from customers.models import Channel
from messaging import (
    delivery,
    handlers_mail,  # noqa: F401
    heard_calls,
    hearing,
    inbound,
)


@handles("twilio", "status")
def text_status(event: WebhookEvent, now: datetime) -> None:
    """How a text we sent fares; the path of the callback names our message."""
    fields = event.payload
    delivery.status(
        event.company,
        vendor_id=fields.get("MessageSid") or fields.get("SmsSid") or "",
        status=(fields.get("MessageStatus") or fields.get("SmsStatus") or "").lower(),
        message_uuid=fields.get("message_uuid"),
        error_code=fields.get("ErrorCode") or "",
        now=now,
    )


@handles("twilio", "inbound")
def text_received(event: WebhookEvent, now: datetime) -> None:
    """A customer wrote to us. ``OptOutType`` says that the carrier has already dealt with it."""
    fields = event.payload
    count = fields.get("NumMedia") or "0"
    inbound.receive(
        event.company,
        channel=Channel.SMS,
        sender=fields.get("From") or "",
        to=fields.get("To") or "",
        body=fields.get("Body") or "",
        vendor_id=fields.get("MessageSid") or fields.get("SmsSid") or "",
        media=[
            fields.get(f"MediaUrl{number}", "")
            for number in range(min(int(count), 10) if is_key(count) else 0)
        ],
        carrier_type=fields.get("OptOutType") or "",
        received_at=_written_at(event, fields),
        now=now,
    )


@handles("twilio", "call")
def call_heard(event: WebhookEvent, now: datetime) -> None:
    """Somebody called one of our numbers. Where the call was passed on, that decides its end."""
    fields = event.payload
    if (fields.get("Direction") or "inbound") != "inbound":
        return  # our own people write down the calls they make
    seconds = fields.get("DialCallDuration") or fields.get("CallDuration") or "0"
    status = fields.get("DialCallStatus") or fields.get("CallStatus") or ""
    heard_calls.hear(
        event.company,
        sid=fields.get("CallSid") or "",
        sender=fields.get("From") or "",
        status=status.lower(),
        seconds=int(seconds) if is_key(seconds) else 0,
        at=event.received_at,
        now=now,
    )


def _written_at(event: WebhookEvent, fields: dict) -> datetime:
    """When the text came to Twilio, where that decides something; else when we heard of it.

    Notifications overtake each other, and name no time: a START that would lift an opt-out may have
    been written before it.
    """
    sender = inbound.address_of(Channel.SMS, fields.get("From") or "")
    if not hearing.is_clear_start(fields.get("Body") or ""):
        return event.received_at
    if not consent.standing(event.company, Channel.SMS, sender).is_withdrawn:
        return event.received_at
    sid = fields.get("MessageSid") or fields.get("SmsSid") or ""
    try:
        text = twilio.of(event.company).read_inbound(sid)
    except errors.Refused:
        return event.received_at  # Twilio does not keep it any more
    # Twilio cuts the second off; within one second the order in which we heard decides.
    return min(event.received_at, text.received_at + timedelta(seconds=1))
