"""What Twilio tells us, in plain values."""

from datetime import datetime

from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.registry import handles
from messaging import delivery


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
