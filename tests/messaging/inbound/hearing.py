"""A reply heard, and what stands in the ledger and on hold after it."""

from datetime import UTC, datetime

from arbook.companies.models import Company
from arbook.sandbox import clock as movable
from customers import consent
from customers.models import Channel
from invoices import holds
from messaging import inbound
from tests.messaging.phone import NUMBER, PHONE

FRIDAY_NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
STRANGER = "+13125550177"


def standing(company: Company, number: str = PHONE) -> str:
    return consent.standing(company, Channel.SMS, number).state


def hold_reasons(customer) -> list[str]:
    active = holds.active(customer.company, [customer.pk], now=movable.now())[customer.pk]
    return sorted(hold.reason for hold in active)


def heard(customer, body, *, carrier="", vendor_id="SM1", sender=PHONE, channel=Channel.SMS):
    return inbound.receive(
        customer.company,
        channel=channel,
        sender=sender,
        body=body,
        vendor_id=vendor_id,
        carrier_type=carrier,
        to=NUMBER,
        received_at=FRIDAY_NOON,
        now=FRIDAY_NOON,
    )
