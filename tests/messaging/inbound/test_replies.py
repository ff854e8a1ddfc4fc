"""Replies over the whole wire: the customer's phone, the signed webhook, what is done at once."""

from arbook.audit.models import Entry
from invoices.models import Hold, Task
from messaging.models import Thread
from tests import factories
from tests.messaging.inbound.hearing import STRANGER, hold_reasons, standing


def test_any_other_reply_pauses_the_customer_and_waits_in_the_inbox(line):
    line.hears("When was this work done?")

    thread = Thread.objects.get()
    assert thread.customer == line.customer
    assert thread.state == Thread.State.NEEDS_REPLY
    assert thread.intent == "question"
    assert hold_reasons(line.customer) == ["reply"]
    assert Hold.objects.get().source == f"thread:{thread.pk}"
    entry = Entry.objects.get(verb="reply.received")
    assert entry.cause.verb == "webhook.twilio"
    assert Entry.objects.get(verb="hold.placed").cause == entry


def test_paid_is_a_claim_that_opens_a_check(line):
    bill = factories.invoice(line.customer, "1240.00", number="1042")

    line.hears("I already paid invoice 1042 last week")

    task = Task.objects.get()
    assert (task.kind, task.invoice) == (Task.Kind.VERIFY_PAYMENT, bill)
    assert hold_reasons(line.customer) == ["paid_claim", "reply"]
    bill.refresh_from_db()
    assert bill.is_open


def test_a_contested_bill_pauses_that_invoice_until_somebody_has_looked(line):
    bill = factories.invoice(line.customer, "1240.00", number="1042")

    line.hears("Invoice 1042 is wrong, you charged me twice")

    hold = Hold.objects.get(reason=Hold.Reason.DISPUTE)
    assert hold.invoice == bill
    assert Task.objects.get().kind == Task.Kind.ANSWER


def test_help_reaches_billing_and_the_carrier_alone_answers(line):
    line.hears("HELP")

    assert line.received() == []
    assert Task.objects.get().kind == Task.Kind.ANSWER
    assert Thread.objects.get().state == Thread.State.NEEDS_REPLY


def test_thanks_pauses_nothing(line):
    line.hears("Thanks!")

    assert Thread.objects.get().state == Thread.State.WAITING
    assert hold_reasons(line.customer) == []


def test_a_text_from_an_unknown_number_is_kept_for_a_person(line):
    line.hears("Who is this?", sender=STRANGER)

    thread = Thread.objects.get()
    assert (thread.customer, thread.unknown_address) == (None, STRANGER)
    assert thread.state == Thread.State.NEEDS_REPLY
    assert not Hold.objects.exists()

    line.hears("STOP", sender=STRANGER)

    assert standing(line.company, STRANGER) == "withdrawn"
    assert standing(line.company) == "given"
