"""Customers that QuickBooks merged: one conversation, one budget, one silence."""

from datetime import UTC, datetime, timedelta

import pytest

from customers.models import Channel
from invoices import holds, mirror
from messaging import closing, inbound, merged, threads, touches
from messaging.models import Message, Thread
from tests import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
PHONE = "+12125550142"


@pytest.fixture
def mill():
    """A customer who was texted yesterday and has asked something since."""
    company = factories.company(mode="review")
    old = factories.customer(company, name="Mill Inc", quickbooks_id="1")
    factories.consent(factories.contact(old, Channel.SMS, PHONE))
    Message.objects.create(
        company=company, thread=threads.of(old), customer=old, direction="out", medium="sms",
        purpose="reminder", state="delivered", address=PHONE, body="Please pay.",
        created_at=NOON - timedelta(days=1), handed_over_at=NOON - timedelta(days=1),
    )  # fmt: skip
    says(company, "What is this for?", "SM1")
    return old


def says(company, body, vendor_id, **more):
    return inbound.receive(
        company,
        channel=Channel.SMS,
        sender=PHONE,
        body=body,
        vendor_id=vendor_id,
        received_at=NOON,
        now=NOON,
        **more,
    )


def test_what_was_said_counts_for_the_survivor(mill):
    company = mill.company
    kept = factories.customer(company, name="Mill", quickbooks_id="2")
    old_thread = Thread.objects.get(customer=mill)
    mirror.merge(company, gone="1", into="2", now=NOON)

    for _ in range(2):
        merged.follow(company, gone=mill.pk, kept=kept.pk, now=NOON)

    thread = Thread.objects.get(customer=kept)
    assert [row.body for row in thread.messages.all()] == ["Please pay.", "What is this for?"]
    assert thread.state == Thread.State.NEEDS_REPLY
    assert touches.lately(company, [kept.pk], since=NOON - timedelta(days=7), now=NOON)[kept.pk]
    assert holds.active(company, [kept.pk], now=NOON)[kept.pk]
    old_thread.refresh_from_db()
    assert old_thread.state == Thread.State.CLOSED

    person = factories.member(company)
    closing.close(thread, outcome="answered", next_step="Told them.", by=person, now=NOON)
    assert not holds.active(company, [kept.pk], now=NOON)[kept.pk]


def test_an_answer_to_an_old_conversation_goes_on_with_the_survivor(mill):
    kept = factories.customer(mill.company, name="Mill", quickbooks_id="2")
    old_thread = Thread.objects.get(customer=mill)
    mirror.merge(mill.company, gone="1", into="2", now=NOON)
    merged.follow(mill.company, gone=mill.pk, kept=kept.pk, now=NOON)

    heard = says(mill.company, "And when is it due?", "SM2", thread=old_thread)

    assert heard.thread.customer == kept
