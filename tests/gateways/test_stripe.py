"""Stripe through its own SDK against the simulated one."""

from datetime import timedelta
from decimal import Decimal

import pytest

from arbook import clock
from arbook.gateways import stripe
from arbook.gateways.errors import Disconnected, Refused, Throttled, Unknown, Unreachable
from arbook.gateways.models import Connection


def open_page(money, **fields):
    facts = {
        "amount": Decimal("162.07"),
        "currency": "USD",
        "description": "Invoice 1037",
        "metadata": {"company": "harbor", "attempt": "5"},
        "reference": "inv-8f2c",
        "success_url": "http://127.0.0.1:8000/pay/t/done",
        "cancel_url": "http://127.0.0.1:8000/pay/t",
        "idempotency_key": "pay-1",
    }
    return money.open_checkout(**facts | fields)


def test_a_page_asks_for_exactly_the_amount(money, payer):
    checkout = open_page(money, email="ap@harbor.example")

    assert checkout.amount == Decimal("162.07")
    assert (checkout.state, checkout.payment_state) == ("open", "unpaid")
    assert checkout.payment_intent is None
    assert checkout.url.startswith("http")
    assert checkout.expires_at > clock.now()
    assert checkout.metadata == {"company": "harbor", "attempt": "5"}
    assert money.read_checkout(checkout.id) == checkout


def test_the_same_key_opens_one_page_and_another_amount_under_it_is_refused(money, payer):
    assert open_page(money).id == open_page(money).id
    with pytest.raises(Refused) as caught:
        open_page(money, amount=Decimal("1.00"))

    assert caught.value.code or caught.value.reference
    assert len(payer.all("checkout.session")) == 1


def test_a_card_payment_carries_our_metadata_and_later_its_fee(money, payer, sandbox):
    checkout = open_page(money)
    payer.pay(checkout.id, email="ap@harbor.example")

    paid = money.read_checkout(checkout.id)
    payment = money.read_payment(paid.payment_intent)

    assert (paid.state, paid.payment_state) == ("complete", "paid")
    assert payment.is_settled
    assert payment.received == Decimal("162.07")
    assert payment.method == "card"
    assert paid.customer_email == "ap@harbor.example"
    assert payment.metadata["attempt"] == "5"
    sandbox.settle()
    settled = money.read_payment(payment.id)
    assert settled.fee > 0
    assert settled.net == settled.received - settled.fee


def test_a_bank_debit_is_in_flight_then_fails(money, payer):
    checkout = open_page(money)
    payer.pay_by_bank(checkout.id)
    under_way = money.read_checkout(checkout.id)
    payment = money.read_payment(under_way.payment_intent)

    assert under_way.payment_state == "unpaid"
    assert payment.is_in_flight
    assert payment.method == "us_bank_account"
    payer.settle(payment.id, failure="insufficient_funds")
    failed = money.read_payment(payment.id)
    assert not failed.is_settled
    assert failed.failure_code


def test_closing_a_page_twice_or_after_payment_gives_it_as_it_is(money, payer):
    first = open_page(money)
    assert money.expire_checkout(first.id).state == "expired"
    assert money.expire_checkout(first.id).state == "expired"

    second = open_page(money, idempotency_key="pay-2")
    payer.pay(second.id)
    assert money.expire_checkout(second.id).state == "complete"


def test_a_page_whose_answer_was_lost_can_be_found(money, payer, sandbox):
    sandbox.faults.add("stripe", "*", "drop_after", times=1)

    with pytest.raises(Unknown):
        open_page(money)

    assert len(payer.all("checkout.session")) == 1
    assert money.find_checkout("attempt", "5").amount == Decimal("162.07")
    assert money.find_checkout("attempt", "6") is None


def test_a_dispute_is_read(money, payer):
    checkout = open_page(money)
    payer.pay(checkout.id)
    payment = money.read_payment(money.read_checkout(checkout.id).payment_intent)
    made = payer.dispute(payment.charge)

    dispute = money.read_dispute(made["id"])

    assert dispute.payment_intent == payment.id
    assert dispute.amount == Decimal("162.07")
    assert money.read_payment(payment.id).disputed


def test_a_refund_shows_on_the_payment(money, payer):
    checkout = open_page(money)
    payer.pay(checkout.id)
    payment = money.read_payment(money.read_checkout(checkout.id).payment_intent)
    payer.refund(payment.charge, 1000)

    assert money.read_payment(payment.id).refunded == Decimal("10.00")


def test_whose_account_it_is(money):
    account = money.account()

    assert account.id == "acct_1"
    assert account.name == "Harbor Dental"
    assert not account.livemode


def test_events_that_never_reached_us_are_listed(money, payer):
    payer.data.webhook_url = "http://127.0.0.1:9/nobody"
    since = clock.now() - timedelta(minutes=1)
    payer.pay(open_page(money).id)

    events = money.undelivered_events(since)

    assert "payment_intent.succeeded" in {event["type"] for event in events}
    assert all(type(event) is dict for event in events)


@pytest.mark.parametrize(
    ("kind", "error"),
    [("429", Throttled), ("500", Unknown), ("html502", Unknown), ("drop_before", Unknown)],
)
def test_what_a_failed_write_means(money, sandbox, kind, error):
    sandbox.faults.forget()
    sandbox.faults.add("stripe", "*", kind, times=1)

    with pytest.raises(error):
        open_page(money)

    assert sandbox.faults.count("stripe") == 1


@pytest.mark.parametrize(
    ("kind", "error"), [("429", Throttled), ("500", Unreachable), ("html502", Unreachable)]
)
def test_what_a_failed_read_means(money, sandbox, kind, error):
    sandbox.faults.add("stripe", "*", kind, times=1)

    with pytest.raises(error):
        money.account()


def test_a_broken_line_is_tried_once_more_for_a_read(money, sandbox):
    sandbox.faults.add("stripe", "*", "drop_before", times=1)

    assert money.account().id == "acct_1"


def test_what_does_not_exist_is_refused(money):
    with pytest.raises(Refused):
        money.read_payment("pi_unknown")


def test_money_without_cents_is_refused(money):
    with pytest.raises(Refused):
        open_page(money, currency="JPY")


def test_a_revoked_key_needs_a_person(company, money, sandbox):
    sandbox.faults.add("stripe", "*", "revoked", times=1)

    with pytest.raises(Disconnected):
        money.account()

    assert Connection.objects.get(company=company).state == Connection.State.RECONNECT
    with pytest.raises(Disconnected):
        stripe.of(company)


def test_nobody_listening_means_nothing_was_done(company, money, settings):
    settings.STRIPE_API_URL = "http://127.0.0.1:9"

    with pytest.raises(Unreachable):
        open_page(stripe.of(company))


def test_without_a_connection_there_is_no_account(company):
    with pytest.raises(Disconnected, match="not connected"):
        stripe.of(company)
