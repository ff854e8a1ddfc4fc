"""Texts of which Twilio has not spoken for hours: it is asked what became of them."""

from datetime import datetime, timedelta

from arbook.companies.models import Company
from arbook.gateways import errors, twilio
from messaging import delivery
from messaging.models import Message

SILENT_FOR = timedelta(hours=2)
MOST_AT_ONCE = 200


def ask(company: Company, *, since: datetime, now: datetime) -> None:
    """Ask about those handed over ``since`` then; raises Refused when one is not known there."""
    silent = (
        Message.objects.of(company)
        .filter(
            medium=Message.Medium.SMS,
            state=Message.State.HANDED_OVER,
            handed_over_at__lt=now - SILENT_FOR,
            handed_over_at__gt=since,
        )
        .exclude(vendor_id="")
        # Some carriers never tell: in a fixed order those would keep the others from being asked.
        .order_by("?")
        .values_list("vendor_id", flat=True)
    )
    found = list(silent[:MOST_AT_ONCE])
    if not found:
        return
    client = twilio.of(company)
    refusal = None
    for sid in found:
        try:
            text = client.read_text(sid)
        except errors.Refused as error:
            refusal = error  # one that Twilio does not know any more; the others are asked for
            continue
        delivery.status(
            company,
            vendor_id=sid,
            status=text.state,
            error_code=text.error_code,
            price=text.price,
            segments=text.segments or None,
            now=now,
        )
    if refusal:
        raise refusal
