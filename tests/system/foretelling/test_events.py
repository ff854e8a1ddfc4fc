"""A replay's preview: it writes nothing, it equals what then happens, and twice is once."""

from datetime import timedelta

import pytest

from arbook import clock
from arbook.sandbox import clock as movable
from arbook.setup.work import until_quiet
from arbook.system import alike, foretelling
from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.process import process_waiting, replay
from reconciliation.models import StripePayment
from tests.system.foretelling.dead import (
    PHONE,
    arrived,
    lower_invoice,
    of_books,
    payment,
    stripe_told,
    written,
)
from tests.system.standing import between, dump, fingerprint

pytestmark = pytest.mark.django_db(transaction=True)


def _texted(desk, body: str) -> WebhookEvent:
    fields = {
        "MessageSid": "SM" + "1" * 32,
        "From": PHONE,
        "To": "+17185550101",
        "Body": body,
        "NumMedia": "0",
    }
    return arrived(desk, "twilio", "inbound", fields)


def chargeback(desk) -> WebhookEvent:
    desk.deliver([one for one in desk.events() if one["type"] == "payment_intent.succeeded"])
    process_waiting(now=clock.now)
    desk.payer.dispute(StripePayment.objects.get().charge)
    return stripe_told(desk, "charge.dispute.created")


def voided_invoice(desk) -> WebhookEvent:
    desk.books.void("Invoice", desk.ids[0])
    return of_books(desk, "invoice", desk.ids[0], "voided")


def check_in_the_books(desk) -> WebhookEvent:
    customer = desk.invoice(desk.ids[0]).customer.quickbooks_id
    made = desk.books.create(
        "Payment",
        {
            "CustomerRef": {"value": customer},
            "TotalAmt": 162.07,
            "Line": [
                {"Amount": 162.07, "LinkedTxn": [{"TxnId": desk.ids[0], "TxnType": "Invoice"}]}
            ],
        },
    )
    return of_books(desk, "payment", made["Id"], "created")


def new_customer_and_invoice(desk) -> WebhookEvent:
    made = desk.books.add_customer("Mill Street Bakery", email="ap@mill.example")
    invoice = desk.books.add_invoice(made["Id"], "310.00", DocNumber="2001")
    return of_books(desk, "invoice", invoice["Id"], "created")


def stop_text(desk) -> WebhookEvent:
    return _texted(desk, "please stop texting me")


def disputing_text(desk) -> WebhookEvent:
    return _texted(desk, "This is wrong, you charged me twice")


def promising_text(desk) -> WebhookEvent:
    return _texted(desk, "I will pay on Friday")


@pytest.mark.parametrize(
    "make",
    [
        payment,
        chargeback,
        lower_invoice,
        voided_invoice,
        check_in_the_books,
        new_customer_and_invoice,
        stop_text,
        disputing_text,
        promising_text,
    ],
    ids=lambda make: make.__name__,
)
def test_the_preview_of_an_event_equals_what_then_happens_and_twice_is_once(paid, make):
    desk = paid
    event = make(desk)
    desk.prepare()
    before, calls = fingerprint(), desk.sandbox.faults.counts()

    told = foretelling.of_event(event, now=clock.now())

    assert fingerprint() == before
    assert not written(calls, desk.sandbox.faults.counts())
    assert told.state == "done" and told.changes

    replay(event, by=None, now=clock.now())
    rows = dump()
    movable.move(timedelta(seconds=7))
    process_waiting(now=clock.now)
    event.refresh_from_db()
    real = between(rows, dump(), at=event.processed_at)
    verdict = alike.compare(told.run, real)
    assert verdict.is_equal, "\n".join(verdict.differences)

    until_quiet()
    assert foretelling.of_event(event, now=clock.now()).changes == []
    replay(event, by=None, now=clock.now())
    rows = dump()
    until_quiet()
    assert between(rows, dump(), at=clock.now()).rows == []
