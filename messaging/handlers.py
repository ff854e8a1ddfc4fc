"""What Twilio tells us, in plain values."""

from datetime import datetime

from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.registry import handles
from customers.models import Channel
from messaging import delivery, inbound


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
            for number in range(min(int(count), 10) if count.isdigit() else 0)
        ],
        carrier_type=fields.get("OptOutType") or "",
        received_at=event.received_at,
        now=now,
    )
