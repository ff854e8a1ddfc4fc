"""After an outage with every webhook lost nothing wrong leaves, and no burst follows."""

from collections import Counter
from datetime import timedelta

import pytest

from arbook import clock
from arbook.companies.models import User
from arbook.gateways.models import Connection
from arbook.heartbeat.jobs import run_due
from arbook.outbox import drain
from arbook.outbox.models import Effect
from arbook.schedule import JOBS
from arbook.setup.work import until_quiet
from messaging import approving, dispatch
from messaging.models import Message
from reconciliation import checkout, paylinks
from tests.desk import MORNING, Desk

pytestmark = pytest.mark.django_db(transaction=True)

PAYER, STOPPER, PATIENT = "+12125550111", "+12125550112", "+12125550113"


@pytest.fixture
def desk(sandbox, settings):
    """Connected to everything; not one webhook arrives."""
    from arbook.sandbox import clock as movable

    settings.OUTBOX_THREADS = 1
    movable.move_to(MORNING)
    for vendor in ("quickbooks", "stripe", "twilio"):
        sandbox.faults.add(vendor, "webhook", "dropped")
    return Desk(sandbox)


@pytest.fixture
def open_page(desk):
    """The page on which the payer of the batch will pay."""
    desk.owes("Payer", "100.00", mobile=PAYER)
    desk.owes("Stopper", "100.00", mobile=STOPPER)
    desk.owes("Patient", *["50.00"] * 10, mobile=PATIENT)
    desk.sync()
    run_due(JOBS, now=clock.now())
    link = paylinks.link_for(
        desk.customer("Payer"), list(desk.customer("Payer").invoices.all()), now=clock.now()
    )
    checkout.open_page(link, now=clock.now())
    return link.attempts.get()


def texted(desk, number: str) -> list[str]:
    """What Twilio was told to say to this number."""
    return [one.body for one in desk.carrier.outbound(number)]


def bookkeeper(desk) -> User:
    return User.objects.first() or desk.member()


def approve_all(desk):
    dispatch.prepare(desk.company, now=clock.now())
    proposed = Message.objects.filter(state=Message.State.PROPOSED)
    approving.approve(proposed, by=bookkeeper(desk), now=clock.now())
    desk.later(seconds=desk.company.undo_seconds + 1)


def messages_by_customer() -> Counter:
    """Reminders that left; a receipt for money is none."""
    sent = Message.objects.filter(direction="out", handed_over_at__isnull=False)
    reminders = sent.exclude(purpose=Message.Purpose.RECEIPT)
    return Counter(reminders.values_list("customer__name", flat=True))


def wait_out(desk, days: int):
    """To the same hour of a working day that many days later, or the first one after."""
    desk.later(days=days)
    while desk.today.weekday() > 3 or desk.today.weekday() == 0:
        desk.later(days=1)


@pytest.mark.parametrize("days", [5, 45])
def test_after_an_outage_the_worker_hears_the_vendors_before_a_reminder_leaves(
    desk, open_page, days
):
    approve_all(desk)
    assert Effect.objects.filter(kind="messaging.send", state="pending").count() == 3
    desk.payer.pay(open_page.session_id)
    desk.sandbox.phone(STOPPER).reply("STOP", to=desk.carrier.service.numbers[0])
    wait_out(desk, days)

    # The worker is up before the first beat: no job has run yet.
    for _ in range(6):
        until_quiet()
        desk.later(minutes=3)

    assert texted(desk, PAYER) == []
    assert texted(desk, STOPPER) == []
    assert len(desk.books.all("Payment")) == 1
    assert messages_by_customer() in (Counter(), Counter({"Patient": 1}))


@pytest.mark.parametrize("days", [5, 45])
def test_no_burst_follows_an_outage(desk, open_page, days):
    desk.payer.pay(open_page.session_id)
    desk.sandbox.phone(STOPPER).reply("please don't text me again", to="+17185550101")
    wait_out(desk, days)

    for _ in range(4):
        ran = run_due(JOBS, now=clock.now())
        assert all(one.ok for one in ran), ran
        approve_all(desk)
        until_quiet()
        desk.later(minutes=15)

    sent = messages_by_customer()
    assert sent["Payer"] == 0
    assert texted(desk, STOPPER) == []
    assert sent["Stopper"] <= 1  # by mail: a stop by text is one for texts
    # After 45 days the step is a person's review, and no message at all.
    assert sent["Patient"] == (1 if days == 5 else 0)
    for message in Message.objects.filter(customer__name="Patient", state="handed_over"):
        assert message.lines.count() == 10


def test_nothing_is_asked_again_while_vendors_were_heard_within_the_hour(desk, open_page):
    approve_all(desk)
    desk.sandbox.faults.forget()

    drain.drain(now=clock.now, kinds=["messaging.send"])

    assert len(texted(desk, PATIENT)) == 1
    assert desk.sandbox.faults.count("stripe", "events.list") == 0
    assert desk.sandbox.faults.count("twilio", "messages.list") == 0


@pytest.mark.parametrize("vendor", ["stripe", "twilio"])
def test_reminders_wait_while_a_vendor_cannot_be_heard(desk, open_page, vendor):
    approve_all(desk)
    desk.later(hours=2)
    operation = {"stripe": "events.list", "twilio": "messages.list"}[vendor]
    desk.sandbox.faults.add(vendor, operation, "500")

    drain.drain(now=clock.now, kinds=["messaging.send"])

    assert messages_by_customer() == Counter()
    waiting = Effect.objects.filter(kind="messaging.send")
    assert {one.state for one in waiting} == {"pending"}
    assert {one.attempts for one in waiting} == {0}
    assert all("meanwhile cannot be read" in one.error for one in waiting)
    desk.sandbox.faults.clear()
    desk.later(minutes=3)
    until_quiet()
    assert len(texted(desk, PATIENT)) == 1


def test_what_became_of_texts_before_the_outage_is_asked(desk, open_page):
    approve_all(desk)
    until_quiet()
    text = Message.objects.get(customer__name="Patient", direction="out")
    assert text.state == Message.State.HANDED_OVER
    desk.sandbox.settle()
    desk.later(days=10)

    run_due(JOBS, now=clock.now())

    text.refresh_from_db()
    assert text.state == Message.State.DELIVERED


class TestNewConnection:
    def test_a_link_is_tried_before_the_first_batch_and_only_then(self, desk, open_page):
        approve_all(desk)
        desk.sandbox.faults.forget()

        until_quiet()
        approve_all(desk)
        until_quiet()

        assert desk.sandbox.faults.count("stripe", "checkout.sessions.create") == 1
        assert desk.sandbox.faults.count("stripe", "checkout.sessions.expire") >= 1
        assert Connection.objects.get(vendor="stripe").tested_at
        assert len(texted(desk, PATIENT)) == 1

    def test_a_connection_that_opens_no_page_sends_nobody_a_link(self, desk, open_page):
        approve_all(desk)
        Connection.objects.filter(vendor="stripe").update(
            connected_at=clock.now(), tested_at=clock.now() - timedelta(days=1)
        )
        desk.sandbox.faults.add("stripe", "checkout.sessions.create", "revoked")

        until_quiet()

        assert messages_by_customer() == Counter()

    def test_a_failure_that_stripe_repeats_for_a_day_does_not_hold_all_for_a_day(
        self, desk, open_page
    ):
        approve_all(desk)
        Connection.objects.filter(vendor="stripe").update(
            connected_at=clock.now(), tested_at=clock.now() - timedelta(days=1)
        )
        fault = {"times": 1, "sticky": True}
        desk.sandbox.faults.add("stripe", "checkout.sessions.create", "500", **fault)

        until_quiet()
        held = messages_by_customer()
        desk.later(minutes=5)
        until_quiet()

        assert held == Counter()
        assert len(texted(desk, PATIENT)) == 1

    def test_a_lost_connection_to_stripe_sends_nobody_a_dead_link(self, desk, open_page):
        approve_all(desk)
        Connection.objects.filter(vendor="stripe").update(state="reconnect", error="Key revoked.")

        until_quiet()

        assert messages_by_customer() == Counter()
        one = Effect.objects.filter(kind="messaging.send").first()
        assert one.error.startswith("Stripe must be connected again")
