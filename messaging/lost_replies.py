"""Texts whose webhook was lost: Twilio delivers one only a few times, so a STOP may be missing."""

from datetime import datetime, timedelta

from arbook.companies.models import Company
from arbook.gateways import connections, errors, twilio
from arbook.gateways.models import Connection
from arbook.gateways.twilio import InboundText
from customers.models import Channel
from messaging import inbound, silent_texts

# A text is listed by when it was sent, which may lie before the one we heard last.
OVERLAP = timedelta(hours=1)
# Texts whose fate was not told yet when the silence began.
UNTOLD = timedelta(days=3)


def catch_up(company: Company, *, now: datetime) -> int:
    """Take in every text since Twilio last spoke that is not stored yet; returns how many.

    Twilio does not say of past texts whether the carrier answered them: an exact keyword was.
    After a silence it is also asked what became of our own texts.
    """
    row = Connection.objects.of(company).filter(vendor=Connection.Vendor.TWILIO).first()
    if row is None or not row.is_usable or not row.options.get("messaging_service"):
        return 0
    was_behind, heard_before = connections.is_behind(row, now), row.heard_at
    try:
        texts = twilio.of(company).inbound_since(
            connections.unheard_since(row, now, overlap=OVERLAP)
        )
        count = sum(_take(company, text, now) for text in texts)
        if was_behind and heard_before:
            silent_texts.ask(company, since=heard_before - UNTOLD, now=now)
    except errors.Refused:
        # No such list there: then its webhooks alone tell us, and nothing waits for more.
        connections.note_heard(row, None, now)
        raise
    connections.note_heard(row, max((text.received_at for text in texts), default=None), now)
    return count


def _take(company: Company, text: InboundText, now: datetime) -> bool:
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
    return received.is_new
