"""The preview of what leaves: a posting, a text, and what is done already."""

import pytest

from arbook import clock
from arbook.outbox import outbox
from arbook.outbox.drain import drain
from arbook.system import foretelling
from messaging.models import Message
from tests.system.foretelling.dead import PHONE, dead_effect, heard, written
from tests.system.standing import fingerprint

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_preview_of_a_posting_equals_what_the_books_then_hold(paid):
    desk = paid
    heard(desk)
    effect = dead_effect("reconciliation.post_payment")
    before, calls = fingerprint(), desk.sandbox.faults.counts()

    told = foretelling.of_effect(effect, now=clock.now())

    assert fingerprint() == before
    assert not written(calls, desk.sandbox.faults.counts())
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
    assert not written(calls, desk.sandbox.faults.counts())


def test_a_posting_that_stands_already_is_foretold_as_nothing_to_do(paid):
    heard(paid)
    drain(now=clock.now)
    effect = dead_effect("reconciliation.post_payment")
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
    effect = dead_effect("messaging.send")
    before, calls = fingerprint(), desk.sandbox.faults.counts()

    told = foretelling.of_effect(effect, now=clock.now())

    assert fingerprint() == before
    assert not written(calls, desk.sandbox.faults.counts())
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
    effect = dead_effect("messaging.send")
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
    effect = dead_effect("messaging.send", failure="unknown")

    told = foretelling.of_effect(effect, now=clock.now())
    outbox.retry(effect, now=clock.now())
    drain(now=clock.now)

    assert told.sentences == ["It has happened already; only its outcome would be written down."]
    effect.refresh_from_db()
    assert effect.state == "done"
    assert len(desk.carrier.outbound(PHONE)) == 1
