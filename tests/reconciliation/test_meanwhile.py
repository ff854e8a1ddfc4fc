"""What happened at Stripe while no webhook came is found in its lists."""

from datetime import timedelta

import pytest

from arbook import clock
from arbook.gateways.models import Connection
from arbook.heartbeat.jobs import VendorsRefused
from arbook.setup.work import until_quiet
from arbook.webhooks.models import WebhookEvent
from invoices.models import Hold
from reconciliation import jobs, meanwhile
from reconciliation.models import CheckoutAttempt, StripePayment
from tests.gateways.narrow import Narrow

pytestmark = pytest.mark.django_db


def catch_up(desk):
    jobs.catch_up(clock.now())
    until_quiet()


def cashier() -> Connection:
    return Connection.objects.get(vendor="stripe")


@pytest.mark.parametrize("days", [1, 5, 29, 45, 95])
def test_a_payment_made_in_a_silence_of_any_length_is_posted_once(desk, owing, page, days):
    catch_up(desk)
    desk.payer.pay(page.session_id)
    desk.later(days=days)

    catch_up(desk)
    catch_up(desk)

    (made,) = desk.books.all("Payment")
    assert made["TotalAmt"] == 242.07
    assert StripePayment.objects.get().state == StripePayment.State.SUCCEEDED


@pytest.mark.parametrize("days", [5, 45])
def test_a_payment_told_live_and_found_again_is_posted_once(desk, owing, page, days):
    desk.payer.pay(page.session_id)
    catch_up(desk)
    desk.later(days=days)
    desk.deliver([one for one in desk.events() if not one["type"].startswith("customer")])
    until_quiet()
    Connection.objects.update(heard_at=clock.now() - timedelta(days=days), heard_until=None)

    catch_up(desk)

    assert len(desk.books.all("Payment")) == 1


@pytest.mark.parametrize("days", [5, 45])
def test_money_given_back_and_pulled_back_in_the_silence_is_noticed(desk, owing, page, days):
    desk.payer.pay(page.session_id)
    catch_up(desk)
    payment = StripePayment.objects.get()
    desk.later(days=1)
    desk.payer.dispute(payment.charge)
    desk.later(days=days)

    catch_up(desk)

    assert Hold.objects.filter(customer=payment.customer, reason=Hold.Reason.CHARGEBACK).exists()


def test_a_bank_debit_that_began_before_the_silence_is_settled_after_it(desk, owing, link, page):
    desk.payer.pay_by_bank(page.session_id)
    catch_up(desk)
    assert StripePayment.objects.get().state == StripePayment.State.IN_FLIGHT
    desk.later(days=6)
    desk.payer.settle(StripePayment.objects.get().intent)
    desk.later(days=40)

    catch_up(desk)

    assert StripePayment.objects.get().state == StripePayment.State.SUCCEEDED


def test_a_page_that_expired_in_the_silence_is_closed_here(desk, owing, page):
    catch_up(desk)
    desk.later(days=45)
    desk.payer.expire(page.session_id)

    catch_up(desk)

    page.refresh_from_db()
    assert page.state == CheckoutAttempt.State.EXPIRED


def test_money_given_back_in_the_silence_is_noticed(desk, owing, page):
    desk.payer.pay(page.session_id)
    catch_up(desk)
    payment = StripePayment.objects.get()
    desk.payer.refund(payment.charge, 5000)
    desk.later(days=45)

    catch_up(desk)

    payment.refresh_from_db()
    assert payment.refunded == 50


@pytest.mark.parametrize("missing", [r"/v1/refunds", r"/v1/events"])
def test_a_list_that_is_not_there_does_not_hide_what_the_others_tell(
    desk, owing, page, settings, missing
):
    narrow = Narrow(status=404, missing=(missing,))
    settings.STRIPE_API_URL = narrow.url("STRIPE")
    try:
        desk.payer.pay(page.session_id)
        desk.later(days=45)

        with pytest.raises(VendorsRefused):
            jobs.catch_up(clock.now())
        until_quiet()
    finally:
        narrow.close()

    assert narrow.refused
    assert len(desk.books.all("Payment")) == 1


def test_who_connects_again_after_days_hears_what_happened_between(desk, owing, page):
    desk.payer.pay(page.session_id)
    desk.deliver(desk.events()[:1])
    row = cashier()
    secrets = row.secrets
    row.delete()
    desk.later(days=20)
    desk._connect("stripe", "acct_harbor", secrets)

    catch_up(desk)

    assert len(desk.books.all("Payment")) == 1


def test_events_are_asked_for_from_what_stripe_said_last_and_stored_once(desk, owing, page):
    desk.payer.pay(page.session_id)

    first = meanwhile.hear(desk.company, now=clock.now())
    again = meanwhile.hear(desk.company, now=clock.now())

    assert first > 1
    assert again == 0
    newest = max(one["created"] for one in desk.events())
    assert int(cashier().heard_until.timestamp()) <= newest
    assert WebhookEvent.objects.filter(vendor="stripe").count() == first


def test_an_event_that_stripe_dated_before_our_last_reading_is_found(desk, owing, page):
    """Our clock runs five hours ahead of Stripe's: nothing falls between the two."""
    catch_up(desk)
    Connection.objects.filter(vendor="stripe").update(heard_at=clock.now() + timedelta(hours=5))
    desk.payer.pay(page.session_id)

    catch_up(desk)

    assert len(desk.books.all("Payment")) == 1


def test_after_a_long_quiet_time_with_readings_no_lists_are_read(desk, sandbox, owing):
    for _ in range(40):
        desk.later(days=1)
        jobs.catch_up(clock.now())
    sandbox.faults.forget()

    jobs.catch_up(clock.now())

    assert sandbox.faults.count("stripe", "events.list") == 2
    assert sandbox.faults.count("stripe", "payment_intents.list") == 0
