"""A payment that fails first, a page that Stripe could not open, money that goes back early."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction

from arbook import clock
from arbook.sandbox.stripe.errors import StripeError
from arbook.setup.work import until_quiet
from invoices.models import Task
from reconciliation import checkout, jobs
from reconciliation.models import CheckoutAttempt, PayLink, StripePayment

pytestmark = pytest.mark.django_db
DECLINED = "4000000000000002"


@pytest.fixture
def declined(desk, page):
    """The page after a card was declined there; it is still open at Stripe."""
    with pytest.raises(StripeError):
        desk.payer.pay(page.session_id, card=DECLINED)
    desk.deliver(desk.events())
    until_quiet()
    assert StripePayment.objects.get().state == StripePayment.State.FAILED
    return page


def _open_at_stripe(desk) -> list[str]:
    return [one["id"] for one in desk.payer.all("checkout.session") if one["status"] == "open"]


def test_after_a_declined_card_the_same_page_is_tried_again(desk, link, declined):
    assert checkout.open_page(link, now=clock.now()) == declined.url
    assert _open_at_stripe(desk) == [declined.session_id]


def test_after_a_declined_card_the_page_is_closed_when_nothing_is_owed(desk, owing, declined):
    for one in owing:
        desk.books.pay_by_check(one)
    desk.sync()

    jobs.close_stale(clock.now())
    until_quiet()

    assert _open_at_stripe(desk) == []


def test_after_a_failed_debit_a_new_page_is_opened(desk, link, page):
    desk.payer.pay_by_bank(page.session_id)
    intent = desk.payer.all("payment_intent")[0]["id"]
    desk.payer.settle(intent, failure="insufficient_funds")
    failure = [one for one in desk.events() if one["type"] == "payment_intent.payment_failed"]
    desk.deliver(failure)
    until_quiet()

    assert checkout.open_page(link, now=clock.now()) != page.url
    assert len(_open_at_stripe(desk)) == 1


def test_a_debit_we_have_not_heard_of_is_not_asked_for_again(desk, owing, link, page):
    desk.payer.pay_by_bank(page.session_id)
    desk.books.change_amount(owing[1], "95.00")

    with pytest.raises(checkout.NothingToPay):
        checkout.open_page(link, now=clock.now())

    assert _open_at_stripe(desk) == []


def test_a_failure_that_stripe_repeats_does_not_close_the_link(desk, link):
    desk.sandbox.faults.add("stripe", "checkout.sessions.create", "500", times=1, sticky=True)
    for _ in range(2):
        with pytest.raises(checkout.CannotPayNow):
            checkout.open_page(link, now=clock.now())

    address = checkout.open_page(link, now=clock.now() + timedelta(minutes=2))

    assert address
    states = list(link.attempts.order_by("pk").values_list("state", flat=True))
    assert states == [CheckoutAttempt.State.FAILED, CheckoutAttempt.State.OPEN]


def test_a_refund_told_before_its_payment_still_asks_a_person(desk, page):
    desk.payer.pay(page.session_id)
    desk.payer.refund(desk.payer.all("charge")[0]["id"])
    events = desk.events()
    refunds = [one for one in events if one["type"] == "charge.refunded"]
    assert refunds

    desk.deliver(refunds)
    until_quiet()
    desk.deliver([one for one in events if one["type"] == "payment_intent.succeeded"])
    until_quiet()

    assert Task.objects.open().filter(kind=Task.Kind.REFUND).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_taps_at_the_same_moment_open_one_page_whoever_reads_the_clock_first(desk, link):
    """The second one read the open pages before the first had any, and its clock is ahead."""
    addresses = []

    def tap(seconds: int) -> None:
        try:
            now = clock.now() + timedelta(seconds=seconds)
            addresses.append(checkout.open_page(PayLink.objects.get(pk=link.pk), now=now))
        except checkout.CannotPayNow:
            pass  # the other one is asking Stripe for the page at this moment
        finally:
            connection.close()

    taps = [threading.Thread(target=tap, args=[seconds]) for seconds in (0, 1)]
    with transaction.atomic():
        PayLink.objects.select_for_update().get(pk=link.pk)
        for number, one in enumerate(taps, start=1):
            one.start()
            _until_so_many_wait(number)
    for one in taps:
        one.join()

    assert len(set(addresses)) == 1
    assert len(_open_at_stripe(desk)) == link.attempts.count() == 1


def _until_so_many_wait(count: int) -> None:
    for _ in range(400):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0] == count:
                return
        time.sleep(0.05)
    raise AssertionError("They do not wait for the link.")
