"""Texts whose webhook was lost: Twilio delivers one only a few times, so a STOP may be missing."""

from datetime import datetime, timedelta

from arbook.companies.models import Company
from arbook.gateways import twilio
from arbook.gateways.models import Connection
from customers.models import Channel
from messaging import inbound

LOOK_BACK = timedelta(days=3)


def catch_up(company: Company, *, now: datetime) -> int:
    """Take in every text of the last days that is not stored yet; returns how many there were.

    Twilio does not say of past texts whether the carrier answered them: an exact keyword was.
    """
    row = Connection.objects.of(company).filter(vendor=Connection.Vendor.TWILIO).first()
    if row is None or not row.is_usable or not row.options.get("messaging_service"):
        return 0
    count = 0
    for text in twilio.of(company).inbound_since(now - LOOK_BACK):
        received = inbound.receive(
            company,
            channel=Channel.SMS,
            sender=text.sender,
            to=text.to,
            body=text.body,
            vendor_id=text.sid,
            received_at=text.received_at,
            now=now,
        )
        count += received.is_new
    return count
