"""A pay link is tried before anybody gets one from a new connection to Stripe."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings

from arbook.audit import log
from arbook.gateways import errors, stripe
from arbook.gateways.models import Connection

AMOUNT = Decimal("1.00")


class LinkBroken(Exception):
    """No page to pay on can be opened. The message is fit for the screen."""


def is_due(connection: Connection) -> bool:
    """Whether it was connected after the last try."""
    made, tried = connection.connected_at, connection.tested_at
    return made is not None and (tried is None or tried < made)


def run(connection: Connection, *, now: datetime) -> None:
    """Open a page for a dollar and close it again; nobody sees it.

    Raises LinkBroken when Stripe refuses, and whatever keeps Stripe from answering.
    """
    client = stripe.of(connection.company)
    about = f"test:{connection.company.uuid}:{connection.connected_at:%Y%m%d%H%M%S}"
    # Stripe repeats for a day what it first answered to a key, a failure too, and until one page
    # was opened no reminder leaves: the next try is a new question.
    key = f"{about}:{now:%Y%m%d%H%M%S}"
    try:
        page = client.open_checkout(
            amount=AMOUNT,
            currency=connection.company.currency,
            description="Test of the payment page",
            metadata={"arbook_test": about},
            reference="test",
            success_url=settings.PUBLIC_URL,
            cancel_url=settings.PUBLIC_URL,
            idempotency_key=key,
        )
        client.expire_checkout(page.id)
    except errors.Refused as refusal:
        raise LinkBroken(f"Stripe opens no payment page: {refusal}") from refusal
    Connection.objects.filter(pk=connection.pk).update(tested_at=now)
    connection.tested_at = now
    log.record(
        "paylink.tested",
        "A payment page was opened and closed as a test of the new connection.",
        about=[connection.company],
        by=None,
        at=now,
        company=connection.company,
    )
