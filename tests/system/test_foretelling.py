"""A replay's preview: it writes nothing, it equals what then happens, and twice is once."""

import re
import time
from datetime import timedelta

import pytest
from django.db import connection

from arbook import clock
from arbook.gateways import mail
from arbook.gateways.models import Connection
from arbook.outbox import outbox
from arbook.outbox.drain import drain
from arbook.outbox.models import Effect
from arbook.sandbox import clock as movable
from arbook.setup.work import until_quiet
from arbook.system import alike, foretelling
from arbook.system.rehearsing import CannotForetell
from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.process import process_waiting, replay
from arbook.webhooks.registry import HANDLERS
from arbook.webhooks.store import Arrival, keep
from messaging.models import Message
from reconciliation import checkout, paylinks
from reconciliation.models import StripePayment
from tests.desk import MORNING, Desk
from tests.system.standing import between, dump, fingerprint

pytestmark = pytest.mark.django_db(transaction=True)
READS = re.compile(r"^query\.|^cdc$|\.(read|get|list|fetch|retrieve)$")
PHONE = "+12125550111"


@pytest.fixture
def desk(sandbox):
    movable.move_to(MORNING)
    sandbox.delivery.hold()
    desk = Desk(sandbox)
    desk.ids = desk.owes("Blue Door Cafe", "162.07", "80.00", mobile=PHONE)
    desk.sync()
    return desk


@pytest.fixture
def paid(desk):
    """The customer paid by card; Stripe's events wait for us."""
    customer = desk.invoice(desk.ids[0]).customer
    link = paylinks.link_for(customer, [desk.invoice(one) for one in desk.ids], now=clock.now())
    checkout.open_page(link, now=clock.now())
    desk.sandbox.pace = 0.02
    desk.payer.pay(link.attempts.get().session_id)
    # Stripe knows its fee a moment later; both runs shall meet the same Stripe.
    while not desk.sandbox.tasks.idle:
        time.sleep(0.01)
    return desk


def _dead(rows) -> WebhookEvent:
    """The newest event as it stands when a person finds it."""
    event = rows.order_by("-pk").first()
    assert event is not None
    WebhookEvent.objects.filter(pk=event.pk).update(
        state="dead", attempts=8, failure="unreachable", error="QuickBooks could not be reached."
    )
    event.refresh_from_db()
    return event


def _told(desk, kind: str) -> WebhookEvent:
    """A dead event of Stripe of this kind; the others are not heard."""
    desk.deliver([one for one in desk.events() if one["type"] == kind][-1:])
    return _dead(WebhookEvent.objects.filter(vendor="stripe", kind=kind))


def _arrived(desk, vendor: str, kind: str, content: dict) -> WebhookEvent:
    keep([Arrival(vendor, f"{vendor}-1", kind, desk.company.pk, content)], now=clock.now())
    return _dead(WebhookEvent.objects.filter(vendor=vendor, kind=kind))


def _of_books(desk, entity: str, book_id: str, verb: str = "updated") -> WebhookEvent:
    content = {"entity": entity, "id": book_id, "verb": verb, "at": "", "raw": {}}
    return _arrived(desk, "quickbooks", f"{entity}.{verb}", content)


def _texted(desk, body: str) -> WebhookEvent:
    fields = {
        "MessageSid": "SM" + "1" * 32,
        "From": PHONE,
        "To": "+17185550101",
        "Body": body,
        "NumMedia": "0",
    }
    return _arrived(desk, "twilio", "inbound", fields)


def payment(desk) -> WebhookEvent:
    return _told(desk, "payment_intent.succeeded")


def chargeback(desk) -> WebhookEvent:
    desk.deliver([one for one in desk.events() if one["type"] == "payment_intent.succeeded"])
    process_waiting(now=clock.now)
    desk.payer.dispute(StripePayment.objects.get().charge)
    return _told(desk, "charge.dispute.created")


def lower_invoice(desk) -> WebhookEvent:
    row = desk.books.get("Invoice", desk.ids[0])
    desk.books.update("Invoice", {**row, "DocNumber": "1041-B", "DueDate": "2026-11-30"})
    return _of_books(desk, "invoice", desk.ids[0])


def voided_invoice(desk) -> WebhookEvent:
    desk.books.void("Invoice", desk.ids[0])
    return _of_books(desk, "invoice", desk.ids[0], "voided")


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
    return _of_books(desk, "payment", made["Id"], "created")


def new_customer_and_invoice(desk) -> WebhookEvent:
    made = desk.books.add_customer("Mill Street Bakery", email="ap@mill.example")
    invoice = desk.books.add_invoice(made["Id"], "310.00", DocNumber="2001")
    return _of_books(desk, "invoice", invoice["Id"], "created")


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
    assert not _written(calls, desk.sandbox.faults.counts())
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


def _written(before: dict, after: dict) -> dict:
    """Calls at the vendors in between that are more than questions."""
    made = {
        (vendor, name): count - before.get(vendor, {}).get(name, 0)
        for vendor, names in after.items()
        for name, count in names.items()
    }
    return {key: count for key, count in made.items() if count and not READS.search(key[1])}


# --- What leaves -----------------------------------------------------------------------------


def _dead_effect(kind: str, failure: str = "unreachable") -> Effect:
    effect = Effect.objects.get(kind=kind)
    Effect.objects.filter(pk=effect.pk).update(
        state="dead", attempts=12, failure=failure, error="It could not be reached."
    )
    effect.refresh_from_db()
    return effect


def _heard(desk) -> None:
    desk.deliver([one for one in desk.events() if one["type"] == "payment_intent.succeeded"])
    process_waiting(now=clock.now)


def test_the_preview_of_a_posting_equals_what_the_books_then_hold(paid):
    desk = paid
    _heard(desk)
    effect = _dead_effect("reconciliation.post_payment")
    before, calls = fingerprint(), desk.sandbox.faults.counts()

    told = foretelling.of_effect(effect, now=clock.now())

    assert fingerprint() == before
    assert not _written(calls, desk.sandbox.faults.counts())
    assert told.sentences[0] == (
        "Would post a payment of $242.07 by Blue Door Cafe, dated 2026-11-10."
    )
    assert told.sentences[1:] == [
        f"$162.07 of it on invoice {desk.invoice(desk.ids[0]).number}.",
        f"$80.00 of it on invoice {desk.invoice(desk.ids[1]).number}.",
    ]

    assert outbox.retry(effect, now=clock.now())
    drain(now=clock.now)
    effect.refresh_from_db()
    (made,) = desk.books.all("Payment")
    assert effect.state == told.state == "done"
    assert {name: effect.result[name] for name in told.result} == told.result
    assert made["TotalAmt"] == 242.07

    before, calls = fingerprint(), desk.sandbox.faults.counts()
    assert not outbox.retry(effect, now=clock.now())
    drain(now=clock.now)
    assert fingerprint() == before
    assert not _written(calls, desk.sandbox.faults.counts())


def test_a_posting_that_stands_already_is_foretold_as_nothing_to_do(paid):
    _heard(paid)
    drain(now=clock.now)
    effect = _dead_effect("reconciliation.post_payment")
    (made,) = paid.books.all("Payment")

    told = foretelling.of_effect(effect, now=clock.now())
    outbox.retry(effect, now=clock.now())
    drain(now=clock.now)

    assert told.sentences == [
        f"QuickBooks holds it already, as payment {made['Id']}. Nothing would be posted again."
    ]
    assert len(paid.books.all("Payment")) == 1


def test_the_preview_of_a_text_equals_what_the_phone_then_gets(desk):
    message = desk.approved("Blue Door Cafe")
    effect = _dead_effect("messaging.send")
    before, calls = fingerprint(), desk.sandbox.faults.counts()

    told = foretelling.of_effect(effect, now=clock.now())

    assert fingerprint() == before
    assert not _written(calls, desk.sandbox.faults.counts())
    assert told.sentences[0] == f"Would send this text to {message.address}:"

    assert outbox.retry(effect, now=clock.now())
    drain(now=clock.now)
    effect.refresh_from_db()
    (sent,) = desk.carrier.outbound(PHONE)
    assert sent.body == told.sentences[1]
    assert {name: effect.result[name] for name in told.result} == told.result

    before = fingerprint()
    assert not outbox.retry(effect, now=clock.now())
    drain(now=clock.now)
    assert fingerprint() == before
    assert len(desk.carrier.outbound(PHONE)) == 1


def test_a_text_whose_invoice_is_paid_meanwhile_would_not_leave(desk):
    desk.approved("Blue Door Cafe")
    effect = _dead_effect("messaging.send")
    for book_id in desk.ids:
        desk.books.void("Invoice", book_id)
    before = fingerprint()

    told = foretelling.of_effect(effect, now=clock.now())

    assert fingerprint() == before
    assert told.sentences[0].startswith("Would not leave.")
    outbox.retry(effect, now=clock.now())
    drain(now=clock.now)
    assert desk.carrier.outbound(PHONE) == []


def test_a_text_in_doubt_is_asked_after_before_it_is_sent_again(desk):
    desk.approved("Blue Door Cafe")
    drain(now=clock.now, kinds=["messaging.send"])
    Message.objects.filter(state="handed_over").update(
        state="approved", vendor_id="", handed_over_at=None
    )
    effect = _dead_effect("messaging.send", failure="unknown")

    told = foretelling.of_effect(effect, now=clock.now())
    outbox.retry(effect, now=clock.now())
    drain(now=clock.now)

    assert told.sentences == ["It has happened already; only its outcome would be written down."]
    effect.refresh_from_db()
    assert effect.state == "done"
    assert len(desk.carrier.outbound(PHONE)) == 1


# --- What a rehearsal may not do -------------------------------------------------------------


def test_a_handler_that_would_fail_again_is_foretold_to(paid):
    event = payment(paid)
    paid.sandbox.faults.add("stripe", "*", "500")

    told = foretelling.of_event(event, now=clock.now())

    assert told.state == "received"
    assert "Stripe failed: it answered 500." in told.error


def test_a_row_that_somebody_holds_is_said_to_be_busy(paid):
    event = payment(paid)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN; SELECT 1 FROM webhooks_webhookevent FOR UPDATE")
            with pytest.raises(CannotForetell, match="at this moment"):
                foretelling.of_event(event, now=clock.now())
    finally:
        other.close()


def test_no_worker_is_woken_by_a_preview(paid):
    event = payment(paid)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(f"LISTEN {outbox.CHANNEL}")
            foretelling.of_event(event, now=clock.now())
            assert list(other.connection.notifies(timeout=0.3, stop_after=1)) == []
    finally:
        other.close()


def test_a_token_renewed_for_a_preview_is_kept(paid):
    event = lower_invoice(paid)
    row = Connection.objects.get(vendor="quickbooks")
    Connection.objects.filter(pk=row.pk).update(access_expires_at=clock.now())

    foretelling.of_event(event, now=clock.now())

    fresh = Connection.objects.get(pk=row.pk)
    assert fresh.secrets["refresh_token"] != row.secrets["refresh_token"]
    assert fresh.access_expires_at > clock.now()
    assert foretelling.of_event(event, now=clock.now()).state == "done"


def test_a_handler_that_tells_a_vendor_cannot_be_foretold(paid):
    event = payment(paid)

    def tells(event, now):
        mail.send(company=event.company, to="a@b.example", subject="s", text="t", key="k")

    usual = HANDLERS["stripe", event.kind]
    HANDLERS["stripe", event.kind] = tells
    try:
        with pytest.raises(CannotForetell, match="mail server"):
            foretelling.of_event(event, now=clock.now())
    finally:
        HANDLERS["stripe", event.kind] = usual
    assert paid.sandbox.mailbox == []
