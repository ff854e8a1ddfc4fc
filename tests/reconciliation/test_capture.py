"""From Stripe's word to one payment in the books, through the real wire."""

import itertools
from datetime import timedelta
from decimal import Decimal

import pytest

from arbook import clock
from arbook.audit import timeline
from arbook.setup.work import until_quiet
from invoices.models import Hold, Reminder, Task
from reconciliation import checkout, in_flight
from reconciliation.models import CheckoutAttempt, Posting, StripePayment

pytestmark = pytest.mark.django_db


def _paid(desk, page):
    """The customer pays by card; the events wait at Stripe."""
    desk.payer.pay(page.session_id)
    return [one for one in desk.events() if not one["type"].startswith("customer")]


def test_a_card_payment_is_posted_once_on_the_right_invoices(desk, owing, page):
    desk.deliver(_paid(desk, page))
    until_quiet()

    (made,) = desk.books.all("Payment")
    parts = {line["LinkedTxn"][0]["TxnId"]: line["Amount"] for line in made["Line"]}
    assert made["TotalAmt"] == 242.07
    assert parts == {owing[0]: 162.07, owing[1]: 80.0}
    posting = Posting.objects.get()
    assert (posting.state, posting.quickbooks_id) == (Posting.State.VERIFIED, made["Id"])
    assert all(desk.invoice(one).balance == 0 for one in owing)


def test_money_by_an_old_link_reaches_who_the_customer_was_merged_into(desk, owing, page):
    loser = desk.invoice(owing[0]).customer.quickbooks_id
    winner = desk.books.add_customer("Blue Door Holdings")["Id"]
    desk.books.merge(loser, winner)
    desk.sync()

    desk.deliver(_paid(desk, page))
    until_quiet()

    (made,) = desk.books.all("Payment")
    assert made["CustomerRef"]["value"] == winner
    assert all(desk.invoice(one).balance == 0 for one in owing)


def test_the_reminders_are_cancelled_and_the_timeline_reads_back_to_the_webhook(desk, owing, page):
    assert Reminder.objects.planned().count() == 2

    desk.deliver(_paid(desk, page))
    until_quiet()

    assert Reminder.objects.planned().count() == 0
    lines = timeline.of(desk.invoice(owing[0]))
    posted = next(line for line in lines if line.verb == "money.posted")
    chain = [entry.verb for entry in timeline.chain(posted.entry)]
    assert chain[0] == "money.posted"
    assert "money.captured" in chain
    assert chain[-1] == "webhook.stripe"


KINDS = ["checkout.session.completed", "payment_intent.succeeded", "charge.succeeded",
         "charge.updated"]  # fmt: skip


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_five_times_each_event_in_any_order_is_one_payment(desk, owing, page, order):
    _paid(desk, page)
    by_kind = {one["type"]: one for one in desk.events()}
    events = [by_kind[KINDS[number]] for number in order if KINDS[number] in by_kind]
    assert len(events) >= 2

    for event in events:
        desk.deliver([event] * 5)
        until_quiet()
    desk.deliver(events[::-1])
    until_quiet()

    assert len(desk.books.all("Payment")) == 1
    assert StripePayment.objects.count() == 1
    assert desk.invoice(owing[0]).balance == 0


def test_a_bank_debit_is_in_flight_and_not_paid(desk, owing, page):
    desk.payer.pay_by_bank(page.session_id)
    desk.deliver(desk.events())
    until_quiet()

    payment = StripePayment.objects.get()
    assert payment.state == StripePayment.State.IN_FLIGHT
    assert desk.books.all("Payment") == []
    assert desk.invoice(owing[0]).balance == Decimal("162.07")
    assert {hold.reason for hold in Hold.objects.active(clock.now())} == {Hold.Reason.IN_FLIGHT}
    flying = in_flight.by_invoice(desk.company, [desk.invoice(one).pk for one in owing])
    assert sum(flying.values()) == Decimal("242.07")


def test_a_bank_debit_that_arrives_is_posted(desk, owing, page):
    desk.payer.pay_by_bank(page.session_id)
    desk.deliver(desk.events())
    until_quiet()

    desk.payer.settle(StripePayment.objects.get().intent)
    desk.deliver(desk.events())
    until_quiet()

    assert len(desk.books.all("Payment")) == 1
    assert not Hold.objects.active(clock.now()).exists()


def test_a_bank_debit_that_fails_pauses_the_customer_and_asks_a_person(desk, owing, page):
    desk.payer.pay_by_bank(page.session_id)
    desk.deliver(desk.events())
    until_quiet()

    desk.payer.settle(StripePayment.objects.get().intent, failure="insufficient_funds")
    desk.deliver(desk.events())
    until_quiet()

    assert StripePayment.objects.get().state == StripePayment.State.FAILED
    assert desk.books.all("Payment") == []
    hold = Hold.objects.active(clock.now()).get()
    assert (hold.reason, hold.invoice) == (Hold.Reason.PAYMENT_FAILED, None)
    assert Task.objects.open().get().kind == Task.Kind.PAYMENT_FAILED
    assert any("failed" in note.text for note in desk.sandbox.slack.workspace.notes)
    assert in_flight.by_invoice(desk.company, [desk.invoice(owing[0]).pk]) == {}


def test_a_card_dispute_freezes_the_customer_until_a_manager_looks(desk, owing, page):
    desk.deliver(_paid(desk, page))
    until_quiet()

    desk.payer.dispute(StripePayment.objects.get().charge)
    desk.deliver(desk.events())
    until_quiet()

    hold = Hold.objects.active(clock.now()).get()
    assert (hold.reason, hold.invoice) == (Hold.Reason.CHARGEBACK, None)
    assert Task.objects.open().filter(kind=Task.Kind.CHARGEBACK).count() == 1


def test_a_check_entered_meanwhile_leaves_the_card_money_as_credit_and_a_task(desk, owing, page):
    events = _paid(desk, page)
    desk.books.pay_by_check(owing[0])

    desk.deliver(events)
    until_quiet()

    made = next(one for one in desk.books.all("Payment") if one["TotalAmt"] == 242.07)
    assert made["UnappliedAmt"] == 162.07
    assert Posting.objects.get().state == Posting.State.VERIFIED
    assert (
        Task.objects.open().get(kind=Task.Kind.REFUND).customer == desk.invoice(owing[0]).customer
    )


def test_money_of_no_pay_link_waits_for_a_person(desk, owing, page):
    CheckoutAttempt.objects.all().delete()

    desk.deliver(_paid(desk, page))
    until_quiet()

    assert desk.books.all("Payment") == []
    assert Task.objects.open().get().kind == Task.Kind.MONEY


@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "500", "html502", "429"])
def test_a_lost_answer_of_quickbooks_does_not_post_twice(desk, owing, page, kind):
    events = _paid(desk, page)
    desk.sandbox.faults.add("quickbooks", "payment.create", kind, times=2)

    desk.deliver(events)
    for _ in range(6):
        until_quiet()
        desk.later(minutes=20)

    assert len(desk.books.all("Payment")) == 1
    assert Posting.objects.get().state == Posting.State.VERIFIED


def test_an_open_page_of_the_same_amount_is_used_again(desk, link, page):
    first = page.url

    assert checkout.open_page(link, now=clock.now()) == first
    assert link.attempts.count() == 1


def test_a_changed_amount_expires_the_old_page(desk, owing, link, page):
    desk.books.change_amount(owing[1], "95.00")

    second = checkout.open_page(link, now=clock.now() + timedelta(seconds=1))

    assert second != page.url
    page.refresh_from_db()
    assert page.state == CheckoutAttempt.State.EXPIRED
    assert link.attempts.order_by("-pk").first().amount == Decimal("257.07")
    old = next(one for one in desk.payer.all("checkout.session") if one["id"] == page.session_id)
    assert old["status"] == "expired"


def test_a_paid_link_opens_no_page(desk, owing, link):
    for one in owing:
        desk.books.pay_by_check(one)

    with pytest.raises(checkout.NothingToPay):
        checkout.open_page(link, now=clock.now())
    assert desk.payer.all("checkout.session") == []


def test_a_page_that_lost_its_answer_is_opened_once(desk, link):
    desk.sandbox.faults.add("stripe", "checkout.sessions.create", "drop_after", times=5)
    with pytest.raises(checkout.CannotPayNow):
        checkout.open_page(link, now=clock.now())
    desk.sandbox.faults.clear()

    checkout.open_page(link, now=clock.now() + timedelta(seconds=5))

    assert len(desk.payer.all("checkout.session")) == 1
